"""Procedures: what an approved act does to the registry, as values.

Rules R-MARK, R-DEAS, R-REUSE, R-REVOKE, R-XFER, R-MAINT, R-RESV and R-EARLY-5 to R-EARLY-10.  Each function
takes the rows as they stand, what was granted and what is on record, and gives an `Outcome`: rows that make
way for rows, or the findings that stop it.  Nothing here reads a clock, a file or a database: an edition
takes the changes by `apply`, a register by its own tables.  Who may act, and when, `states` says.
"""

from portbook.procedures.assigning import add_codes, assign
from portbook.procedures.early import Standing, complete, expire, renew
from portbook.procedures.editions import apply
from portbook.procedures.maintaining import Amendment, Wish, maintain, report_use, settled
from portbook.procedures.passing import Ground, NewName, Succession, rename_party, rename_service, succeed
from portbook.procedures.people import contact_id, published_contact, published_uri, withheld
from portbook.procedures.reserving import free, reserve
from portbook.procedures.returning import Case, deassign, deassign_name, release, reuse, revoke
from portbook.procedures.rows import order_key
from portbook.procedures.telling import EXPERIMENTS, REPORTED_USE, REUSE, Advice, told_with
from portbook.procedures.values import (
    Basis,
    Change,
    EditionRows,
    Grant,
    Held,
    Outcome,
    PersonChange,
    Row,
    Rows,
    Target,
    held,
)

__all__ = [
    "EXPERIMENTS",
    "REPORTED_USE",
    "REUSE",
    "Advice",
    "Amendment",
    "Basis",
    "Case",
    "Change",
    "EditionRows",
    "Grant",
    "Ground",
    "Held",
    "NewName",
    "Outcome",
    "PersonChange",
    "Row",
    "Rows",
    "Standing",
    "Succession",
    "Target",
    "Wish",
    "add_codes",
    "apply",
    "assign",
    "complete",
    "contact_id",
    "deassign",
    "deassign_name",
    "expire",
    "free",
    "held",
    "maintain",
    "order_key",
    "published_contact",
    "published_uri",
    "release",
    "rename_party",
    "rename_service",
    "renew",
    "report_use",
    "reserve",
    "reuse",
    "revoke",
    "settled",
    "succeed",
    "told_with",
    "withheld",
]
