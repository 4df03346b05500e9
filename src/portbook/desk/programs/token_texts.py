"""The texts of tokens: `pbk_`, 32 random bytes and a checksum, so that scanners find a lost one (T-70).

Of a token its SHA-256 is stored, and its beginning, to know it by.  The checksum keeps no secret: it tells a
token from what only looks like one, before anybody asks the database.
"""

import re
import secrets
import string
import zlib

from portbook.register.events import digest

PREFIX = "pbk_"
RANDOM_BYTES = 32
SHOWN = 12  # characters that stay to be seen

_DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase
_SECRET, _CHECKSUM = 43, 6  # digits to the base of 62 for 256 bits and for 32
_FORM = re.compile(f"{PREFIX}([0-9A-Za-z]{{{_SECRET}}})([0-9A-Za-z]{{{_CHECKSUM}}})", re.ASCII)


def new() -> str:
    """Return a token that nobody had before."""
    secret = _written(int.from_bytes(secrets.token_bytes(RANDOM_BYTES)), _SECRET)
    return f"{PREFIX}{secret}{_checksum(secret)}"


def is_one(text: str) -> bool:
    """Say whether *text* is written as a token is, checksum included."""
    match = _FORM.fullmatch(text)
    return match is not None and _checksum(match[1]) == match[2]


def digest_of(token: str) -> str:
    """Return what is stored of a token."""
    return digest(token)


def _checksum(secret: str) -> str:
    return _written(zlib.crc32(f"{PREFIX}{secret}".encode()), _CHECKSUM)


def _written(number: int, digits: int) -> str:
    """*number* to the base of 62."""
    found = ""
    for _ in range(digits):
        number, digit = divmod(number, len(_DIGITS))
        found = _DIGITS[digit] + found
    return found
