"""To which address a letter of the register goes that names a member: that of his account; if he wants it.

So the outbox holds no address of an applicant (T-73), and a letter follows him who changes his.  Needs no
settings of the desk: the worker that sends letters asks here.
"""

from django.db import connection

from portbook.register import tables

_STATEMENT = (
    "SELECT e.email FROM desk_account a JOIN auth_user u ON u.id = a.user_id "
    "JOIN account_emailaddress e ON e.user_id = u.id "
    'WHERE a.member = %s AND u.is_active AND e.verified AND e."primary"'
)


_MUTED = "SELECT muted FROM desk_account WHERE member = %s"

# What somebody may do without: it tells what he did himself, or what asks nothing of him.  Questions,
# decisions, and what happens to something that he holds always come.
OPTIONAL = {
    "received": "An application of yours has arrived",
    "moved on": "An application of yours goes on to the next step",
}


def is_there() -> bool:
    """Say whether this register has a desk."""
    return "desk_account" in connection.introspection.table_names()


def address_of(recipient: str) -> str:
    """Return the verified address of the member *recipient*; what is an address, or no member, stays."""
    found = tables.rows(_STATEMENT, [recipient]) if "@" not in recipient else []
    return str(found[0][0]) if found else recipient


def wants(recipient: str, kind: str) -> bool:
    """Whether the member *recipient* wants letters of that *kind*; what must come, and an address, always."""
    if kind not in OPTIONAL or "@" in recipient:
        return True
    return not any(kind in kinds_of(muted) for (muted,) in tables.rows(_MUTED, [recipient]))


def kinds_of(muted: str) -> list[str]:
    """Return the kinds of letters that an account does without."""
    return [kind for kind in muted.split("\n") if kind]
