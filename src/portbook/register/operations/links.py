"""Links of letters: a secret that only the reader of a letter has, and of which the register keeps a digest.

Whoever shows the secret acts for the address that the letter went to, once.  Callers make the secret and
say at which address of the site it is followed; neither is told by an Event (I-11).
"""

import hashlib
from typing import NamedTuple


class Link(NamedTuple):
    """A link of one letter."""

    secret: str
    address: str  # of the page at which it is followed, with the secret in it

    @property
    def digest(self) -> str:
        """What the register keeps of it."""
        return digest_of(self.secret)


def digest_of(secret: str) -> str:
    """Return the digest of a secret as it came in, whatever it says."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
