"""Which content coding a client takes: gzip or none (RFC 9110 section 12.5.3)."""

import re

_GZIP = ("gzip", "x-gzip")  # two names of one thing, RFC 9110 section 8.4.1.3
_ITEM = re.compile(
    r"(?P<coding>[!#$%&'*+.^_`|~0-9a-z-]+)(?:[ \t]*;[ \t]*q=(?P<weight>0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?))?",
    re.ASCII,
)


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
