"""What `portbook serve --desk` does before it listens: tables, and a way in for the first administrator."""

from portbook.desk.accounts import invitations
from portbook.desk.accounts.rates import FOUNDING_HOURS
from portbook.desk.members import CHANNEL
from portbook.register import members, pages, tables, upgrading
from portbook.register.acts import Act
from portbook.register.roles import Role
from portbook.web import clock

FIRST = "administrator"  # the member who founds a register that nobody founded by the command

_WITH_ACCOUNT = (
    "SELECT m.roles FROM register_member m JOIN desk_account a ON a.member = m.name WHERE m.is_active"
)
_WITHOUT = (
    "SELECT name, roles FROM register_member WHERE is_active "
    "AND name NOT IN (SELECT member FROM desk_account) ORDER BY identity"
)


def open_desk(site: str) -> str:
    """Make or upgrade the tables; return what to tell on the console, "" for nothing.

    *site* is where the desk will be, "http://127.0.0.1:8765", if the operator names no address.  Raises as
    `upgrading.upgrade`.
    """
    copy = upgrading.upgrade()
    kept = f"The register as it was before its tables were upgraded: {copy}" if copy else ""
    return "\n".join(filter(None, (kept, _way_in(pages.site() or site))))


def _way_in(site: str) -> str:
    if any(Role.ADMINISTRATOR in str(row[0]).split() for row in tables.rows(_WITH_ACCOUNT, [])):
        return ""
    if not tables.rows("SELECT 1 FROM register_member LIMIT 1", []):
        _found_register()
    member = _first_without_account()
    if not member:
        return "The register has no administrator; portbook register add-member NAME administrator adds one."
    path = invitations.make(member, invitations.CONSOLE, hours=FOUNDING_HOURS)
    return f"First account ({member}): {site}{path} works once, within {FOUNDING_HOURS} hours"


def _found_register() -> None:
    act = Act("add member", FIRST, f"member {FIRST}", "the desk was opened", clock.instant(), CHANNEL)
    members.add(act, FIRST, [Role.ADMINISTRATOR, Role.REGISTRAR])


def _first_without_account() -> str:
    """Return an administrator without an account, else a registrar; "" when there is neither."""
    waiting = [(str(name), str(roles).split()) for name, roles in tables.rows(_WITHOUT, [])]
    for role in (Role.ADMINISTRATOR, Role.REGISTRAR):
        for name, roles in waiting:
            if role in roles:
                return name
    return ""
