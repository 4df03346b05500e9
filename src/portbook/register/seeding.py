"""A register from an edition: once, by two persons, on a difference that they saw (D-5).

An import makes an edition and nothing else; that its rows become holdings is an act of its own.  The one
Event tells the edition's id and digest.  Its rows get identities and positions in the order of the edition,
so whoever has the edition can make them again (`replaying`).
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from portbook.collecting import paused
from portbook.edition import Edition
from portbook.errors import Problem, RuleError, shown
from portbook.register import claims, placing, tables
from portbook.register.acts import Act, Done
from portbook.register.changing import Work, transaction
from portbook.register.editions import head_of
from portbook.register.entries import contact_values, entry_values
from portbook.register.events import canonical, digest
from portbook.register.models import Contact, Entry
from portbook.register.tables import Values
from portbook.store import EditionFile

OPERATION = "seed"
PERSONS = 2  # that the act needs (D-7)
ROLE = "registrar"  # that each of them has

_SOURCE = "docs/register.md"


class Seed(NamedTuple):
    """What a register would come to hold: its difference to the empty one.  `digest` stands for the whole."""

    edition: str
    sha256: str
    date: str
    rows: int
    contacts: int
    states: dict[str, int]  # rows by state
    names: int
    places: int  # ports and transports claimed
    shared: tuple[str, ...]  # "80/tcp: http, www, www-http": where history left several
    digest: str


def show(file: EditionFile) -> Seed:
    """Return what a register seeded from *file* would hold; or raise `RuleError` E-REGISTER-TEXT."""
    return _seed_of(file, entries_of(file.edition))


def _seed_of(file: EditionFile, values: list[Values]) -> Seed:
    edition = file.edition
    holders: dict[claims.Place, list[str]] = {}
    for row in values:
        for place in claims.ports_of(row):
            holders.setdefault(place, []).append(row["fold"] or "(no name)")
    facts: dict[str, Any] = {
        "edition": file.id,
        "sha256": file.sha256,
        "date": str(edition.updated or file.date),
        "rows": len(values),
        "contacts": len(edition.contacts or ()),
        "states": dict(sorted(Counter(row["state"] for row in values).items())),
        "names": len({row["fold"] for row in values} - {""}),
        "places": len(holders),
        "shared": tuple(
            f"{place[0]}/{place[1]}: {', '.join(names)}"
            for place, names in sorted(holders.items())
            if len(names) > 1
        ),
    }
    return Seed(**facts, digest=digest(canonical(facts)))


def seed(
    file: EditionFile,
    seen: str,
    *,
    actor: str,
    second: str,
    instant: str,
    reason: str,
    channel: str = "command",
    field: str = "",
) -> Done:
    """Fill the empty register from *file*; *seen* is the digest of what `show` gave both persons.

    Raises `RuleError` E-REGISTER-SEEDED when it is not empty, E-SEED-DIFFERS when *seen* is of something
    else, E-PERSONS, E-MEMBER-UNKNOWN, E-MEMBER-ROLE.
    """
    values = entries_of(file.edition)
    if _seed_of(file, values).digest != seen:
        message = (
            f"what was shown ({shown(seen)}) is not what edition {shown(file.id)} would bring; look again"
        )
        raise RuleError(Problem("E-SEED-DIFFERS", message, _SOURCE))
    act = Act(
        operation=OPERATION,
        actor=actor,
        object=f"edition {file.id}",
        reason=reason,
        instant=instant,
        channel=channel,
        persons=(second,),
        needed=PERSONS,
        request=seen,
        field=field,
    )
    return transaction(act, lambda work: _fill(work, file, values))


def entries_of(edition: Edition) -> list[Values]:
    """Return the columns of the entries for the rows of *edition*, in order."""
    with paused():
        return [entry_values(record) for record in edition.records]


def rows_of(
    edition: Edition, entries: list[Values], first: int
) -> Iterator[tuple[type[Entry | Contact], int, Values]]:
    """Every row that *edition* becomes: table, identity from *first* on, its other columns."""
    identity = first
    for number, values in enumerate(entries):
        yield Entry, identity, {"position": placing.position_at(number), **values, "version": 1}
        identity += 1
    for number, contact in enumerate(edition.contacts or ()):
        values = {"position": placing.position_at(number), **contact_values(contact), "is_withheld": False}
        yield Contact, identity, {**values, "version": 1}
        identity += 1


def _fill(work: Work, file: EditionFile, entries: list[Values]) -> Any:
    parties = [work.member(name, ROLE).party for name in (work.act.actor, *work.act.persons)]
    if parties[0] and parties[0] in parties[1:]:
        message = f"both registrars act for {shown(parties[0])}, and count as one person"
        raise RuleError(Problem("E-PERSONS", message, "D-7"))
    if work.registry.base_sha256:
        message = f"the register was seeded from edition {shown(work.registry.base)}; that happens once"
        raise RuleError(Problem("E-REGISTER-SEEDED", message, _SOURCE))
    if tables.rows("SELECT 1 FROM register_entry LIMIT 1"):
        message = "the register holds entries already; it is seeded when it is empty"
        raise RuleError(Problem("E-REGISTER-SEEDED", message, _SOURCE))
    edition = file.edition
    work.change_registry(
        base=file.id,
        base_sha256=file.sha256,
        head=head_of(edition),
        updated=str(edition.updated or file.date),
    )
    with paused():
        made = list(rows_of(edition, entries, work.registry.identities + 1))
        for model in (Entry, Contact):
            tables.insert(
                model, [in_order(model, identity, row) for of, identity, row in made if of is model]
            )
        claims.import_all((identity, values) for model, identity, values in made if model is Entry)
    work.registry.identities += len(made)
    return {"edition": file.id, "rows": len(edition.records), "contacts": len(edition.contacts or ())}


def in_order(model: type[Entry | Contact], identity: int, values: Values) -> list[Any]:
    """Return all columns of a row in the order of its table."""
    return [identity, *(values[column] for column in tables.table_of(model).columns[1:])]
