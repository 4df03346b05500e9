"""Ed25519 keys and signatures, by the package `cryptography` (extra `publish`), imported on use.

A private key is a file in PEM (PKCS #8) that its owner alone may read (I-11); a public one is a text,
"ed25519:" and 64 hex digits, or a PEM file.  What is signed is the manifest's bytes and nothing around them,
so that any tool can check it (T-40).  Whom to trust is never read from what is to be checked.
"""

import hashlib
import json
import os
import re
import stat
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from portbook.errors import DataMissing, FormatError, Problem, StoreError, shown
from portbook.publication.failures import SOURCE, lacking, refused, told
from portbook.store import durable

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

FORMAT = "portbook-signature"
VERSION = 1
ALGORITHM = "ed25519"
MAX_KEY_FILE = 16 * 1024  # bytes
MAX_SIGNATURE_FILE = 1024

_PUBLIC = re.compile(r"(?:ed25519:)?([0-9a-f]{64})", re.ASCII)
_SIGNATURE = re.compile(r"[0-9a-f]{128}", re.ASCII)


class PublicKey(NamedTuple):
    """What a signature is checked with."""

    raw: bytes

    @property
    def text(self) -> str:
        return f"{ALGORITHM}:{self.raw.hex()}"

    @property
    def id(self) -> str:
        """A short name of the key, to tell keys apart."""
        return hashlib.sha256(self.raw).hexdigest()[:16]


class Signature(NamedTuple):
    """A signature, and the key that it claims to be of."""

    public: PublicKey
    value: bytes

    def data(self) -> bytes:
        """Return the bytes of the file of the signature."""
        facts = {
            "format": FORMAT,
            "version": VERSION,
            "algorithm": ALGORITHM,
            "key_id": self.public.id,
            "public_key": self.public.raw.hex(),
            "signature": self.value.hex(),
        }
        return json.dumps(facts, indent=1).encode() + b"\n"

    def is_of(self, data: bytes) -> bool:
        """Say whether it is one of *data* by its own key.  Raises `DataMissing` E-PUBLISH-PACKAGE."""
        try:
            from cryptography.exceptions import InvalidSignature
            from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
        except ImportError:
            raise lacking("cryptography") from None
        try:
            Ed25519PublicKey.from_public_bytes(self.public.raw).verify(self.value, data)
        except (InvalidSignature, ValueError):
            return False
        return True


class Signer:
    """A private key."""

    def __init__(self, key: "Ed25519PrivateKey") -> None:
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        self._key = key
        self.public = PublicKey(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))

    def sign(self, data: bytes) -> Signature:
        """Return the signature of *data*."""
        return Signature(self.public, self._key.sign(data))


def new_key(path: Path) -> Signer:
    """Write a new private key at *path*, for its owner alone, and return it.

    Raises `StoreError` E-PUBLISH-KEY when something is there already, E-PUBLISH-WRITE; `DataMissing`
    E-PUBLISH-PACKAGE.
    """
    try:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    except ImportError:
        raise lacking("cryptography") from None
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with told(path):
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            raise _no_key(path, "is there already, and a key is never written over") from None
        try:
            with open(descriptor, "wb") as file:
                file.write(pem)
                file.flush()
                os.fsync(descriptor)
            durable.flush_folder(path.absolute().parent)
        except BaseException:
            durable.discard(path)
            raise
    return Signer(key)


def signer(path: Path) -> Signer:
    """Return the private key in the file *path*.

    Raises `StoreError` E-PUBLISH-KEY for one that is missing, none, or readable by others than its owner;
    `DataMissing` E-PUBLISH-PACKAGE.
    """
    try:
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key
    except ImportError:
        raise lacking("cryptography") from None
    pem = _own_bytes(path)
    try:
        key = load_pem_private_key(pem, password=None)
    except TypeError:
        raise _no_key(path, "is locked by a password; give one without") from None
    except (ValueError, UnsupportedAlgorithm):
        raise _no_key(path, "is no private key in PEM (PKCS #8)") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise _no_key(path, "is a key of another kind than Ed25519")
    return Signer(key)


def public_key(text: str) -> PublicKey:
    """Return the public key that *text* is, or that stands in the file called so.

    Raises `DataMissing` E-VERIFY-KEY for anything else, E-PUBLISH-PACKAGE for a PEM file without the package.
    """
    if match := _PUBLIC.fullmatch(text):
        return PublicKey(bytes.fromhex(match[1]))
    try:
        with open(text, "rb") as file:
            data = file.read(MAX_KEY_FILE)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise _no_public(text, f'is no "ed25519:" with 64 hex digits, nor a file: {reason}') from None
    if match := _PUBLIC.fullmatch(data.decode("latin-1").strip(" \r\n")):
        return PublicKey(bytes.fromhex(match[1]))
    return _public_in_pem(text, data)


def read_signature(data: bytes) -> Signature:
    """Return the signature in the bytes of its file.  Raises `FormatError` E-VERIFY-SIGNATURE."""
    try:
        if len(data) > MAX_SIGNATURE_FILE:
            raise ValueError(f"it has more than {MAX_SIGNATURE_FILE} bytes")
        facts = json.loads(data.decode("ascii"))
        public, value = facts["public_key"], facts["signature"]
        if not _PUBLIC.fullmatch(public) or not _SIGNATURE.fullmatch(value):
            raise ValueError("its key or its value is none of Ed25519")
        signature = Signature(PublicKey(bytes.fromhex(public)), bytes.fromhex(value))
        if signature.data() != data:
            raise ValueError("it is not what was written")
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        message = f"the signature cannot be used: {shown(str(error), 200)[1:-1]}"
        raise FormatError(Problem("E-VERIFY-SIGNATURE", message, SOURCE)) from error
    return signature


def _own_bytes(path: Path) -> bytes:
    """The bytes of a file that nobody but its owner can read, whoever looks at the same time."""
    try:
        with open(path, "rb", opener=_never_waits) as file:
            mode = os.fstat(file.fileno()).st_mode
            if not stat.S_ISREG(mode):
                raise _no_key(path, "is no regular file")
            if os.name == "posix" and mode & 0o077:
                raise _no_key(path, f"can be read by others (mode {mode & 0o777:o}): chmod 600 it")
            return file.read(MAX_KEY_FILE)
    except StoreError:
        raise
    except (OSError, ValueError) as error:
        raise _no_key(path, f"cannot be read: {getattr(error, 'strerror', None) or error}") from error


def _never_waits(path: str, flags: int) -> int:
    """Open a pipe too without somebody at its other end."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _public_in_pem(name: str, data: bytes) -> PublicKey:
    try:
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
    except ImportError:
        raise lacking("cryptography") from None
    try:
        key = load_pem_public_key(data)
    except (ValueError, UnsupportedAlgorithm):
        raise _no_public(name, "holds no public key") from None
    if not isinstance(key, Ed25519PublicKey):
        raise _no_public(name, "holds a key of another kind than Ed25519")
    return PublicKey(key.public_bytes(Encoding.Raw, PublicFormat.Raw))


def _no_key(path: Path, what: str) -> StoreError:
    return refused("E-PUBLISH-KEY", f"key {shown(str(path), 200)} {what}")


def _no_public(name: str, what: str) -> DataMissing:
    return DataMissing(Problem("E-VERIFY-KEY", f"public key {shown(name, 200)} {what}", SOURCE))
