"""Members: who may act in a register, and as what.  The first one founds it; then a registrar adds others.

What a role may do, the operations say (`may`); how a person shows to be a member is the desk's.
"""

import re
import unicodedata
from collections.abc import Iterable

from portbook.errors import Problem, RuleError, shown
from portbook.register import tables
from portbook.register.acts import Act, Done, check_text
from portbook.register.changing import Work, transaction
from portbook.register.limits import MAX_NAME
from portbook.register.models import Member

REGISTRAR = "registrar"
ADMINISTRATOR = "administrator"
APPLICANT = "applicant"  # what whoever signs up becomes

_SOURCE = "docs/register.md"
_OFFICE = {REGISTRAR, ADMINISTRATOR}
_WORD = re.compile(r"[a-z][a-z0-9-]{0,39}", re.ASCII)


def add(act: Act, name: str, roles: Iterable[str], party: str = "") -> Done:
    """Add the member *name* with *roles*; in a register without members anybody may, for somebody must.

    Once it is seeded, `operations.registry.add_member` alone fills its office, with several persons.
    Raises `RuleError` E-MEMBER-NAME, E-MEMBER-TAKEN, E-MEMBER-ROLE, E-PERSONS and what `transaction` raises.
    """
    wanted = " ".join(sorted(set(roles)))
    if len(wanted) > MAX_NAME or not all(map(_WORD.fullmatch, wanted.split())):
        message = f"member {shown(name)} with roles {shown(wanted)}: roles are lower-case words"
        raise RuleError(Problem("E-MEMBER-ROLE", message, _SOURCE))

    def body(work: Work) -> dict[str, str]:
        if tables.rows("SELECT 1 FROM register_member LIMIT 1"):
            work.member(act.actor, REGISTRAR)
        if work.registry.base_sha256 and _OFFICE & set(wanted.split()):
            message = f"{shown(name)} comes into the office of a register at work by several persons"
            raise RuleError(Problem("E-PERSONS", message, "D-7"))
        check_name(name)
        work.add(Member, {"name": name, "roles": wanted, "party": party, "is_active": True})
        return {"member": name, "roles": wanted}

    return transaction(act, body, by_outsider=True)


def join(act: Act, name: str) -> Done:
    """Let somebody who showed an address of his become an applicant, under a name that nobody had."""

    def body(work: Work) -> dict[str, str]:
        check_name(name)
        work.add(Member, {"name": name, "roles": APPLICANT, "party": "", "is_active": True})
        return {"member": name, "roles": APPLICANT}

    return transaction(act, body, by_outsider=True)


def check_name(name: str) -> None:
    """Raise `RuleError` for a name that nobody could see, or tell from that of another member.

    E-MEMBER-TAKEN is the very same name, E-MEMBER-NAME all else; callers are in a transaction.
    """
    check_text("name", name, MAX_NAME)
    if not name or name != name.strip() or not name.isprintable():
        message = f"{shown(name)} is no name: no blank at an end, and only characters that can be seen"
        raise RuleError(Problem("E-MEMBER-NAME", message, _SOURCE))
    for (other,) in tables.rows("SELECT name FROM register_member"):
        if other == name:
            message = f"there is a member {shown(name)} already"
            raise RuleError(Problem("E-MEMBER-TAKEN", message, _SOURCE))
        if _folded(other) == _folded(name):
            message = f"{shown(name)} reads like the member {shown(other)}"
            raise RuleError(Problem("E-MEMBER-NAME", message, _SOURCE))


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()
