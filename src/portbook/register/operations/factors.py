"""Second factors: somebody of the office, by the word of another, takes those away that a member has lost.

What factors there are, and how they go, the desk knows: it is given, and runs in the same transaction, so
that none goes without its Event (I-6).  Nobody does it for himself, nor gives the word for it (T-69).
"""

from collections.abc import Callable
from typing import Any

from portbook import policy as policies
from portbook.errors import Problem, RuleError, shown
from portbook.register.acts import Act, Done
from portbook.register.operations.acting import Doing, perform
from portbook.register.operations.entries import need_evidence
from portbook.register.operations.parties import person_of_member
from portbook.register.roles import Matter
from portbook.review import Person


def reset_factors(act: Act, name: str, evidence: str, *, forget: Callable[[str], int]) -> Done:
    """Let the account of the member *name* have no second factor; *evidence* says how he showed who he is.

    *forget* takes the factors away and says how many there were.
    """

    def body(doing: Doing) -> Any:
        member = Person(frozenset({f"member {name}"}))
        doing.may(
            matter_of=lambda actor: Matter(concerned=(member,), actor=person_of_member(doing, actor)),
        )
        doing.work.member(name)
        need_evidence(evidence, f"{name!r} is who lost them")
        doing.rests_on(evidence=evidence)
        doing.needs(policies.Act.AUTHENTICATION)
        count = forget(name)
        if not count:
            message = f"the account of {shown(name)} has no second factor, or there is none"
            raise RuleError(Problem("E-FACTOR-NONE", message, "docs/desk.md"))
        doing.tell_at([name], "factors reset", about="", what=name, day=doing.today)
        return {"member": name, "factors": count}

    return perform(act, "reset factors", f"member {name}", [name, evidence], body)
