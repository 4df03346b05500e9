"""Members: who may act in a register, and as what.  The first one founds it; then a registrar adds others.

What a role may do, the operations say (`may`); how a person shows to be a member is the desk's.
"""

import re
from collections.abc import Iterable

from portbook.errors import Problem, RuleError, shown
from portbook.register import tables
from portbook.register.acts import Act, Done
from portbook.register.changing import Work, transaction
from portbook.register.limits import MAX_NAME
from portbook.register.models import Member

REGISTRAR = "registrar"
APPLICANT = "applicant"  # what whoever signs up becomes

_SOURCE = "docs/register.md"
_WORD = re.compile(r"[a-z][a-z0-9-]{0,39}", re.ASCII)


def add(act: Act, name: str, roles: Iterable[str], party: str = "") -> Done:
    """Add the member *name* with *roles*; in a register without members anybody may, for somebody must.

    Raises `RuleError` E-MEMBER-TAKEN, E-MEMBER-ROLE, and what `transaction` raises.
    """
    wanted = " ".join(sorted(set(roles)))
    if (
        not name
        or len(name) > MAX_NAME
        or len(wanted) > MAX_NAME
        or not all(map(_WORD.fullmatch, wanted.split()))
    ):
        message = f"member {shown(name)} with roles {shown(wanted)}: a name, and roles in lower-case words"
        raise RuleError(Problem("E-MEMBER-ROLE", message, _SOURCE))

    def body(work: Work) -> dict[str, str]:
        if tables.rows("SELECT 1 FROM register_member LIMIT 1"):
            work.member(act.actor, REGISTRAR)
        if tables.rows("SELECT 1 FROM register_member WHERE name = %s", [name]):
            message = f"there is a member {shown(name)} already"
            raise RuleError(Problem("E-MEMBER-TAKEN", message, _SOURCE))
        work.add(Member, {"name": name, "roles": wanted, "party": party, "is_active": True})
        return {"member": name, "roles": wanted}

    return transaction(act, body, by_outsider=True)


def join(act: Act, name: str) -> Done:
    """Let somebody who showed an address of his become an applicant, under a name that nobody had."""

    def body(work: Work) -> dict[str, str]:
        if tables.rows("SELECT 1 FROM register_member WHERE name = %s", [name]):
            message = f"there is a member {shown(name)} already"
            raise RuleError(Problem("E-MEMBER-TAKEN", message, _SOURCE))
        work.add(Member, {"name": name, "roles": APPLICANT, "party": "", "is_active": True})
        return {"member": name, "roles": APPLICANT}

    return transaction(act, body, by_outsider=True)


def freeze(act: Act, is_frozen: bool) -> Done:
    """Stop every act but this one, or let them go on: an act like any other, with its Event."""

    def body(work: Work) -> dict[str, bool]:
        work.member(act.actor, REGISTRAR)
        work.change_registry(is_frozen=is_frozen)
        return {"frozen": is_frozen}

    return transaction(act, body, even_frozen=True)
