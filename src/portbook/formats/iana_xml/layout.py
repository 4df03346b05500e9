"""How IANA's XML is laid out: what its reader keeps and its writer follows (docs/formats.md).

The canonical form: steps of two blanks, a child a line, an assignee over three lines.  Values only.
"""

from typing import NamedTuple

from portbook.records import Contact, Record

NAMESPACE = "http://www.iana.org/assignments"
REGISTRY_ID = "service-names-port-numbers"

_DECLARATION = "<?xml version='1.0' encoding='UTF-8'?>\n"
_STYLE = f'<?xml-stylesheet type="text/xsl" href="{REGISTRY_ID}.xsl"?>\n'
# The schema instruction changed on 2021-03-24.
PROLOGS = {
    "xml-model": _DECLARATION
    + _STYLE
    + f'<?xml-model href="{REGISTRY_ID}.rng" schematypens="http://relaxng.org/ns/structure/1.0" ?>\n',
    "oxygen": _DECLARATION + _STYLE + f'<?oxygen RNGSchema="{REGISTRY_ID}.rng" type="xml"?>\n',
}
ASSIGNEE_SPACES = ["\n      ", "\n    "]
HEAD_ORDER = (
    "title", "category", "updated", "xref", "expert", "note", "record", "footnote", "people", "extra",
)  # fmt: skip


class Layout(NamedTuple):
    """How one record or contact was written.

    `order` has a token for each child; `spaces` is None for the canonical form, else the white space
    after the opening tag, after each child, after the closing tag, and then those inside the assignee.
    """

    order: tuple[str, ...]
    spaces: tuple[str, ...] | None

    def fits(self, row: Record | Contact) -> bool:
        """Whether *row* still has exactly the children that were laid out."""
        tokens = record_tokens(row) if isinstance(row, Record) else contact_tokens(row)
        if isinstance(row, Record) and "description" not in self.order and not row.description.parts:
            tokens.remove("description")  # an empty one need not have been written
        if sorted(tokens) != sorted(self.order):
            return False
        within = len(row.assignee) + 1 if isinstance(row, Record) and row.assignee is not None else 0
        return self.spaces is None or len(self.spaces) == len(tokens) + 2 + within


def record_tokens(record: Record) -> list[str]:
    """Return a token for each child that *record* is written with, in the canonical order.

    That is the form of most records since 2022 (docs/formats.md).
    """
    leaves = (
        ("name", record.service_name), ("protocol", record.transport), ("assignee", record.assignee),
        ("description", record.description), ("note", record.assignment_notes),
        ("number", record.port_number), ("sc", record.service_code),
        ("unauthorized", record.unauthorized_use_reported),
    )  # fmt: skip
    tokens = [token for token, value in leaves if value is not None]
    tokens += ["contact"] * len(record.contact) + ["reference"] * len(record.reference)
    return tokens + ["extra" for extra in record.extras if extra.kind == "element"]


def contact_tokens(contact: Contact) -> list[str]:
    """Return a token for each child that *contact* is written with, in the canonical order."""
    leaves = (("name", contact.name), ("org", contact.organization))
    tokens = [token for token, value in leaves if value is not None]
    tokens += ["uri"] * len(contact.uris) + ["updated"] * (contact.updated is not None)
    return tokens + ["extra" for extra in contact.extras if extra.kind == "element"]


class HeadLayout(NamedTuple):
    """How all but the records and contacts was written; `prolog` is a key of `PROLOGS` or None."""

    prolog: str | None
    order: tuple[str, ...]
    spaces: tuple[str, ...]  # after the root's opening tag, then after each child but records
    people: str  # after the opening tag of the contacts
    end: str
    as_read: "AsRead | None" = None


class AsRead(NamedTuple):
    """The bytes that canonical rows were read from: what is not changed need not be written anew.

    A row is a frozen value, so the very same object still says the same.
    """

    rows: tuple[Record | Contact, ...]  # held, so that no other object can have the id of one
    pieces: tuple[bytes, ...]

    def bytes_of(self) -> dict[int, bytes]:
        """The id of each row -> its bytes, from the opening tag to the white space after the closing one."""
        return dict(zip(map(id, self.rows), self.pieces, strict=True))


_SPACES: dict[tuple[int, str, str, str], list[str | None]] = {}


def inner_spaces(children: int, inner: str, closing: str, after: str) -> list[str | None]:
    """Return the canonical white space of an element with that many children."""
    key = (children, inner, closing, after)
    if key not in _SPACES:
        _SPACES[key] = [*[inner] * children, closing, after]
    return _SPACES[key]
