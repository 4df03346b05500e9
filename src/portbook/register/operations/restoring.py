"""What a restore ends: what was half done, and may have been refused or stopped after the backup (T-92).

A word of a second person holds for an act that was withdrawn since as well as for one that was done; a link
that stopped a takeover was followed, and the one that confirms it would be good again.  A backup cannot know,
so both begin again.  What rests on days and not on words, as a return does, goes on: the register is frozen
until a person has looked.
"""

from portbook.register import tables
from portbook.register.changing import Work
from portbook.register.models import Approval
from portbook.register.operations import contacts, takeovers
from portbook.register.operations.acting import Doing

REASON = "the register was restored from a backup, which does not know what you did since; ask again"


def end_half_done(work: Work) -> list[str]:
    """End words that were given and not used, takeovers and changes of addresses; return how many of each."""
    doing = Doing(work)
    counts = {
        "second words": _end_words(work),
        "takeovers": takeovers.end_open(doing, REASON),
        "changes of addresses": contacts.end_changes(doing, REASON),
    }
    return [f"{what}: {count}" for what, count in counts.items() if count]


def _end_words(work: Work) -> int:
    """Let no word count that was given: one that was used is good for nothing more."""
    found = tables.load(Approval, "WHERE NOT is_used AND expires >= %s ORDER BY identity", [work.instant])
    for each in found:
        work.change(Approval, each.identity, tables.values_of(each), {"is_used": True})
    return len(found)
