"""Content codings: which one a client takes, gzip or none (RFC 9110 section 12.5.3), and packing by gzip."""

import gzip
import re

LEAST_PACKED = 512  # bytes; below, packing gains nothing

_LEVEL = 6

_GZIP = ("gzip", "x-gzip")  # two names of one thing, RFC 9110 section 8.4.1.3
_ITEM = re.compile(
    r"(?P<coding>[!#$%&'*+.^_`|~0-9a-z-]+)(?:[ \t]*;[ \t]*q=(?P<weight>0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?))?",
    re.ASCII,
)


def is_packable(data: bytes) -> bool:
    """Say whether *data* is worth packing."""
    return len(data) >= LEAST_PACKED


def packed(data: bytes) -> bytes:
    """Return *data* packed by gzip; the same bytes for the same data, for they hold no time."""
    return gzip.compress(data, _LEVEL, mtime=0)


def takes_gzip(header: str) -> bool:
    """Say whether Accept-Encoding lets gzip be sent; by itself, and when it cannot be read, it does not.

    gzip is taken when its weight is above 0 and not below that of sending the bytes as they are, where the
    header gives one.
    """
    weights: dict[str, float] = {}
    for item in header.lower().split(","):
        if match := _ITEM.fullmatch(item.strip(" \t")):
            weights.setdefault(match["coding"], float(match["weight"] or 1))
    found = next((weights[name] for name in _GZIP if name in weights), weights.get("*", 0.0))
    return found > 0 and found >= weights.get("identity", 0.0)
