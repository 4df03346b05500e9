"""Names that are easily taken for each other: "s1p" and "sip", "time-out" and "timeout" (T-44).

RFC 6335 only forbids equal names.  People misread l, 1 and i, o and 0, and hyphens: a name that is another's
under these eyes is looked at by a person, never refused by itself; 11 pairs were published so.
"""

from collections.abc import Iterable

from portbook.names import fold, same_name

_EYES = str.maketrans("l1o", "ii0", "-")


def confusable_key(name: str) -> str:
    """Return *name* as hasty eyes see it: two names with one key are easily taken for each other."""
    return fold(name).translate(_EYES)


class Lookalikes:
    """The names of a registry by their keys."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names: dict[str, list[str]] = {}
        for name in names:
            self._names.setdefault(confusable_key(name), []).append(name)

    def of(self, name: str) -> tuple[str, ...]:
        """Return the other names that are easily taken for *name*, in the order given."""
        found = self._names.get(confusable_key(name), ())
        return tuple(other for other in found if not same_name(other, name))

    def pairs(self) -> tuple[tuple[str, ...], ...]:
        """Return the groups of different names with one key."""
        groups = (dict.fromkeys(map(fold, names)) for names in self._names.values())
        return tuple(tuple(group) for group in groups if len(group) > 1)
