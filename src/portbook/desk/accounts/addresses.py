"""To which address a letter of the register goes that names a member: that of his account.

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


def is_there() -> bool:
    """Say whether this register has a desk."""
    return "desk_account" in connection.introspection.table_names()


def address_of(recipient: str) -> str:
    """Return the verified address of the member *recipient*; what is an address, or no member, stays."""
    found = tables.rows(_STATEMENT, [recipient]) if "@" not in recipient else []
    return str(found[0][0]) if found else recipient
