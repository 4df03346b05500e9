"""Sealing: secrets of second factors are kept under a key that stands in no database and no backup (T-90).

The key is made of the site's own secret.  With another secret nothing that was sealed can be opened: a factor
that cannot be read is one that no code fits.
"""

import base64
import secrets

from cryptography.fernet import Fernet, InvalidToken
from django.utils.crypto import salted_hmac

SECRET_BYTES = 20  # of an authenticator's key (RFC 4226 section 4, R6)


def seal(text: str) -> str:
    """Return *text* as it may be kept."""
    return _box().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """Return what was sealed; where that cannot be opened, a secret that nobody knows."""
    try:
        return _box().decrypt(sealed.encode()).decode()
    except InvalidToken:
        return base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()


def _box() -> Fernet:
    key = salted_hmac("portbook.desk.second-factors", "", algorithm="sha256").digest()
    return Fernet(base64.urlsafe_b64encode(key))
