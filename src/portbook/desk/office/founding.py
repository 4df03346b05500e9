"""Founding a register from an edition: what it would hold is shown to one registrar, then to another (D-5).

The first proposes, and that waits like other acts (`pending`); by the word of the second it is done.
"""

from portbook.desk.members import CHANNEL, Person
from portbook.desk.models import Pending
from portbook.register import seeding
from portbook.register.acts import Done
from portbook.store import EditionFile, EditionStore
from portbook.web import clock

SLUG = "seed"  # as which it waits; it is no deed, for it asks for two at once
TITLE = "Fill the register from an edition"
PERSONS = seeding.PERSONS


def kept() -> tuple[EditionFile, ...]:
    """Return the editions that a register could begin with, the newest first."""
    return tuple(reversed(EditionStore().all()))


def shown(edition: str) -> seeding.Seed:
    """Return what a register seeded from that edition would hold; raises as the store and `seeding.show`."""
    return seeding.show(EditionStore().get(edition))


def fill(row: Pending, person: Person, edition: str) -> Done:
    """Fill the register as it was shown, at the wish of whoever asked and by the word of *person*."""
    return seeding.seed(
        EditionStore().get(edition),
        row.digest,
        actor=row.account.member,
        second=person.member,
        instant=clock.instant(),
        reason=row.reason,
        channel=CHANNEL,
    )
