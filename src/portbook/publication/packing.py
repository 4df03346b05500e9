"""Files packed beforehand, for servers that send what lies beside: `.gz`, and `.br` and `.zst` if installed.

The levels are for the path on which somebody waits; the best brotli can do takes 100 times as long and
saves a sixth.  Small files are left to the server, which packs them in less time than three more files take
to open.  The same library gives the same bytes: none of them holds a time or a name.
"""

import functools
import gzip
import platform
import zlib
from collections.abc import Callable, Mapping
from typing import NamedTuple

GZIP_LEVEL = 6
BROTLI_QUALITY = 5
ZSTD_LEVEL = 3
PACK_FROM = 16 * 1024  # bytes of a file
MOST_LEFT = 0.9  # of its bytes, else it did not gain by it


class Coding(NamedTuple):
    """One way to pack: the suffix, what packs, and the versions that its bytes depend on."""

    suffix: str
    pack: Callable[[bytes], bytes]
    versions: Mapping[str, str]


@functools.cache
def codings() -> tuple[Coding, ...]:
    """Return the ways to pack that are installed here."""
    found = [Coding(".gz", _gzip, {"python": platform.python_version(), "zlib": zlib.ZLIB_RUNTIME_VERSION})]
    try:
        import brotli
    except ImportError:
        pass
    else:
        found.append(Coding(".br", _brotli, {"brotli": brotli.__version__}))
    try:
        import zstandard
    except ImportError:
        pass
    else:
        zstd = ".".join(map(str, zstandard.ZSTD_VERSION))
        found.append(Coding(".zst", _zstd, {"zstandard": zstandard.__version__, "zstd": zstd}))
    return tuple(found)


def packed(data: bytes, coding: Coding) -> bytes | None:
    """Return *data* packed, or None when it does not gain by it."""
    if len(data) < PACK_FROM:
        return None
    made = coding.pack(data)
    return made if len(made) <= len(data) * MOST_LEFT else None


def _gzip(data: bytes) -> bytes:
    return gzip.compress(data, GZIP_LEVEL, mtime=0)


def _brotli(data: bytes) -> bytes:
    import brotli

    return bytes(brotli.compress(data, quality=BROTLI_QUALITY))


def _zstd(data: bytes) -> bytes:
    import zstandard

    return zstandard.ZstdCompressor(level=ZSTD_LEVEL, write_checksum=True).compress(data)
