"""One connection to one of a host's addresses, by TLS with the system's trust; read within the limits.

Certificate and name are checked against the host of the URL, whichever address it is reached at.  The only
place where Portbook connects to another machine.
"""

import io
import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import cast

from portbook.errors import shown
from portbook.update.addresses import Address, Place
from portbook.update.failures import UpdateError, interrupted, refused
from portbook.update.limits import Limits
from portbook.update.pace import Pace

_BUFFER = 16 * 1024  # bytes, the most in one record of TLS


@contextmanager
def connected(address: Address, places: Sequence[Place], pace: Pace, limits: Limits) -> Iterator["Wire"]:
    """Give a connection to the first of *places* that takes one, and close it afterwards.

    Raises `InterruptedFetch` E-UPDATE-CONNECT when none does, `UpdateError` E-UPDATE-TLS when the server does
    not show that it is the host.
    """
    pace.begin()
    plain = _reached(address, places, pace, limits)
    with plain:
        secure = _secured(plain, address, pace)
        with secure:
            yield Wire(secure, pace)


def _reached(address: Address, places: Sequence[Place], pace: Pace, limits: Limits) -> socket.socket:
    reasons = []
    for place in places:
        made = socket.socket(place.family, socket.SOCK_STREAM)
        try:
            made.settimeout(min(pace.patience(), limits.connect_seconds))
            made.connect(place.where)
        except UpdateError:
            made.close()
            raise
        except OSError as error:
            made.close()
            reasons.append(f"{place.ip}: {error.strerror or error}")
        except BaseException:
            made.close()
            raise
        else:
            return made
    message = f"no connection to {address.authority}: {'; '.join(reasons)}"
    raise interrupted("E-UPDATE-CONNECT", message)


def _secured(plain: socket.socket, address: Address, pace: Pace) -> ssl.SSLSocket:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    secure = None
    try:
        secure = context.wrap_socket(
            plain,
            server_hostname=address.host,
            do_handshake_on_connect=False,
            suppress_ragged_eofs=False,  # an end that TLS does not confirm is a cut
        )
        secure.settimeout(pace.patience())
        secure.do_handshake()
    except BaseException as error:
        if secure is not None:
            secure.close()
        if isinstance(error, (OSError, ValueError)) and not isinstance(error, UpdateError):
            raise _not_secured(error, address) from error
        raise
    return secure


def _not_secured(error: OSError | ValueError, address: Address) -> UpdateError:
    if isinstance(error, ssl.SSLCertVerificationError):
        message = f"the certificate of {address.authority} is not accepted: {error.verify_message}"
        return refused("E-UPDATE-TLS", message)
    if isinstance(error, (ssl.SSLEOFError, ssl.SSLZeroReturnError, ConnectionError, TimeoutError)):
        message = f"{address.authority} broke off while TLS was set up: {_reason(error)}"
        return interrupted("E-UPDATE-CONNECT", message)
    message = f"no TLS of version 1.2 or later with {address.authority}: {_reason(error)}"
    return refused("E-UPDATE-TLS", message)


class Wire(io.RawIOBase):
    """What comes over a connection, as a stream; and `send`."""

    def __init__(self, secure: ssl.SSLSocket, pace: Pace) -> None:
        self._socket = secure
        self._pace = pace

    def readable(self) -> bool:
        return True

    def buffered(self) -> io.BufferedReader:
        """Return the stream to read from."""
        return io.BufferedReader(self, _BUFFER)

    def send(self, data: bytes) -> None:
        """Send all of *data*."""
        with _broken_off():
            self._socket.settimeout(self._pace.patience())
            self._socket.sendall(data)

    def readinto(self, buffer: "memoryview | bytearray") -> int:  # type: ignore[override]
        """Read what is there, or wait for it; 0 at an end that TLS confirms."""
        while True:
            self._socket.settimeout(self._pace.patience())
            with _broken_off():
                try:
                    count = self._socket.recv_into(buffer)
                except TimeoutError:
                    continue  # `patience` says whether there is more of it
            self._pace.count(count)
            return count


@contextmanager
def _broken_off() -> Iterator[None]:
    """Turn the system's and TLS's errors into `InterruptedFetch` E-UPDATE-CUT."""
    try:
        yield
    except UpdateError:
        raise
    except OSError as error:
        raise interrupted("E-UPDATE-CUT", f"the connection broke off: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or error
    return shown(str(cast(object, reason)))[1:-1]
