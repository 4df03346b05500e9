"""Which names a table of services shall hold: all, a small host's, the System Ports', or those of a list."""

from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

from portbook.edition import Edition
from portbook.errors import FormatError, Problem, RuleError, shown
from portbook.exports.minimal_names import MINIMAL
from portbook.exports.places import Entry, Listing, Named
from portbook.names import fold, service_name_problem
from portbook.numbers import FIRST_USER_PORT, Transport

PROFILES = ("full", "minimal", "system", "list")
MAX_LISTED = 100_000  # names of a list
MAX_LISTED_NAME = 255  # characters of one of them

Old = Mapping[tuple[int, Transport], tuple[str, ...]]
Wanted = Callable[[str, int], bool]  # a name, and a port at which it stands


class Choice(NamedTuple):
    """The entries that a profile holds, and the listed names that are in no row."""

    entries: tuple[Entry, ...]
    missing: tuple[str, ...]
    told: str  # for the head: "profile full"


def chosen(
    edition: Edition,
    listing: Listing,
    profile: str = "full",
    names: Collection[str] | None = None,
    strict_names: bool = False,
    old: Old | None = None,
) -> Choice:
    """Return what *profile* takes of *listing*; *names* are those of the profile "list".

    A listed name brings its aliases and the name to use instead of it; one that only *old* has brings what
    stands at its place now.  *strict_names* leaves out what RFC 6335 section 5.1 calls no service name.
    Raises `FormatError` E-EXPORT-PROFILE.
    """
    if profile not in PROFILES or (profile == "list") != (names is not None):
        message = f"profile {shown(profile)} is none of {', '.join(PROFILES)}"
        if profile in PROFILES:
            message = "the profile 'list', and no other, takes a list of names"
        raise FormatError(Problem("E-EXPORT-PROFILE", message, "docs/exports.md"))
    missing: tuple[str, ...] = ()
    if names is not None:
        found, missing = _looked_up(edition, listing, names, old or {})
        wanted = _of(found, edition)
    elif profile == "minimal":
        wanted = _of({fold(edition.canonical(name)) for name in MINIMAL}, edition)
    elif profile == "system":
        wanted = _of_system_ports
    else:
        wanted = _of_all
    entries = listing.entries if profile == "full" else _only(listing.entries, wanted)
    if strict_names:
        entries = _only(entries, lambda name, _: service_name_problem(name) is None)
    return Choice(entries, missing, f"profile {profile}{', strict names' if strict_names else ''}")


def _of_all(name: str, port: int) -> bool:
    return True


def _of_system_ports(name: str, port: int) -> bool:
    return port < FIRST_USER_PORT


def _of(folded: Collection[str], edition: Edition) -> Wanted:
    """Those whose name to use is in *folded*."""
    return lambda name, _: fold(edition.canonical(name)) in folded


def _only(entries: tuple[Entry, ...], wanted: Wanted) -> tuple[Entry, ...]:
    kept = []
    for entry in entries:
        named: tuple[Named, ...] = tuple(one for one in entry.named if wanted(one.name, entry.port))
        if named:
            kept.append(entry if len(named) == len(entry.named) else entry._replace(named=named))
    return tuple(kept)


def _looked_up(
    edition: Edition, listing: Listing, names: Collection[str], old: Old
) -> tuple[set[str], tuple[str, ...]]:
    """The folded names to use for the listed *names*, and those that no row with a port has."""
    present = {fold(name): fold(edition.canonical(name)) for entry in listing.entries for name in entry.names}
    now = {(entry.port, entry.transport): entry.names for entry in listing.entries}
    replaced: dict[str, set[str]] = {}
    for place, gone in old.items():
        for name in gone:
            replaced.setdefault(fold(name), set()).update(present[fold(one)] for one in now[place])
    found: set[str] = set()
    missing = []
    for name in names:
        if target := present.get(fold(name)):
            found.add(target)
        elif fold(name) in replaced:
            found |= replaced[fold(name)]
        else:
            missing.append(name)
    return found, tuple(missing)


def names_in_list(text: str) -> tuple[str, ...]:
    """Return the names of a list: one a line, blanks at the ends and what follows a # left aside.

    Raises `RuleError` E-EXPORT-LIST for a name or a list that is too long.
    """
    names: dict[str, None] = {}
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
        name = line.partition("#")[0].strip()
        if len(name) > MAX_LISTED_NAME:
            raise _unlisted(f"line {number} of the list has more than {MAX_LISTED_NAME} characters")
        if name:
            names[name] = None
        if len(names) > MAX_LISTED:
            raise _unlisted(f"the list has more than {MAX_LISTED} names")
    return tuple(names)


def _unlisted(message: str) -> RuleError:
    return RuleError(Problem("E-EXPORT-LIST", message, "docs/limits.md"))
