"""The values of Portbook's JSON to an edition: every type and key checked, places told in words.

What came from outside is not trusted to fit together: a layout that does not fit its row is dropped and
remarked, markup must be one well-formed element, and the names of attributes must be names, for all of these
are written to XML as they are.
"""

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from functools import cache
from typing import Any, NoReturn, TypeVar

from portbook.edition import Edition
from portbook.errors import FormatError, Problem, shown
from portbook.formats.iana_xml.layout import PROLOGS, HeadLayout, Layout
from portbook.formats.limits import checked_counts, checked_field, checked_references
from portbook.records import (
    Break,
    Contact,
    Extra,
    Footnote,
    Markup,
    Note,
    Paragraph,
    Part,
    PublishedDate,
    Record,
    Reference,
    RichText,
    rich,
)

FORMAT = "portbook-edition"
VERSION = 1

_SOURCE = "docs/formats.md"
_NO_TEXT = RichText()
_NO_NAME = re.compile(r"[\s<>&\"'=]|\A\Z")
_RECORD_KEYS = (
    "service_name port_number transport description assignee contact registration_date modification_date "
    "reference service_code unauthorized_use_reported assignment_notes extras"
)
_Value = TypeVar("_Value")


class Values:
    """One reading; `place` says in words where it is."""

    def __init__(self) -> None:
        self.place = "the file"
        self.remarks: list[Problem] = []
        self._references: dict[tuple[Any, ...], Reference] = {}

    def edition(self, value: Any) -> Edition:
        """Return the edition that the JSON *value* says, or raise `FormatError`."""
        self._check_format(value)
        top = self.members(value, "format version head", "records contacts footnotes extras layout")
        records, contacts = self.array(top.get("records", [])), self.optional(top.get("contacts"), self.array)
        checked_counts(len(records), len(contacts or ()))
        self.place = "the head"
        head = self.members(top["head"], "", "title category updated reference experts notes")
        self.place = "the layout"
        layout = self.members(top.get("layout", {}), "", "head forms records contacts")
        forms = [self.form(form) for form in self.array(layout.get("forms", []))]
        record_forms = self.forms_of(layout.get("records"), forms, len(records))
        contact_forms = self.forms_of(layout.get("contacts"), forms, len(contacts or ()))
        head_layout = self.optional(layout.get("head"), self.head_layout)
        self.place = "the head"
        return Edition(
            title=self.optional(head.get("title"), self.text),
            category=self.optional(head.get("category"), self.text),
            updated=self.optional(head.get("updated"), self.date),
            reference=self.optional(head.get("reference"), self.references),
            experts=self.optional(head.get("experts"), self.rich_text),
            notes=self.tuple_of(head.get("notes"), self.note),
            footnotes=self.tuple_of(top.get("footnotes"), self.footnote),
            extras=self.tuple_of(top.get("extras"), self.extra) or (),
            records=tuple([self.record(record, i, record_forms[i]) for i, record in enumerate(records)]),
            contacts=None
            if contacts is None
            else tuple([self.contact(contact, i, contact_forms[i]) for i, contact in enumerate(contacts)]),
            layout=head_layout,
            remarks=tuple(self.remarks),
        )

    def _check_format(self, value: Any) -> None:
        found = value.get("format") if isinstance(value, dict) else None
        if found != FORMAT:
            message = f'the file does not say "format": "{FORMAT}"; it is another JSON'
            raise FormatError(Problem("E-JSON-FORMAT", message, _SOURCE))
        version = value.get("version")
        if type(version) is not int or version != VERSION:
            message = f"the file is of version {_told(version)}; this Portbook reads version {VERSION}"
            raise FormatError(Problem("E-JSON-VERSION", message, _SOURCE))

    # -- rows

    def record(self, value: Any, position: int, form: Layout | None) -> Record:
        self.place = f"record {position + 1}"
        get = self.members(value, "", _RECORD_KEYS).get
        assignee = self.optional(get("assignee"), self.references)
        contact = self.references(get("contact", []))
        reference = self.references(get("reference", []))
        checked_references(max(len(assignee or ()), len(contact) + len(reference)), self.place)
        record = Record(
            service_name=self.optional(get("service_name"), self.text),
            port_number=self.optional(get("port_number"), self.text),
            transport=self.optional(get("transport"), self.text),
            description=self.optional(get("description"), self.rich_text) or _NO_TEXT,
            assignee=assignee,
            contact=contact,
            registration_date=self.optional(get("registration_date"), self.date),
            modification_date=self.optional(get("modification_date"), self.date),
            reference=reference,
            service_code=self.optional(get("service_code"), self.text),
            unauthorized_use_reported=self.optional(get("unauthorized_use_reported"), self.rich_text),
            assignment_notes=self.optional(get("assignment_notes"), self.rich_text),
            extras=self.tuple_of(get("extras"), self.extra) or (),
            layout=form,
        )
        self.check_layout(record, form)
        return record

    def contact(self, value: Any, position: int, form: Layout | None) -> Contact:
        self.place = f"contact {position + 1}"
        get = self.members(value, "id", "name organization uris updated extras").get
        contact = Contact(
            id=self.text(get("id")),
            name=self.optional(get("name"), self.text),
            organization=self.optional(get("organization"), self.text),
            uris=self.tuple_of(get("uris"), self.text) or (),
            updated=self.optional(get("updated"), self.date),
            extras=self.tuple_of(get("extras"), self.extra) or (),
            layout=form,
        )
        self.check_layout(contact, form)
        return contact

    def note(self, value: Any) -> Note:
        members = self.members(value, "text", "title")
        return Note(self.rich_text(members["text"]), self.optional(members.get("title"), self.text))

    def footnote(self, value: Any) -> Footnote:
        self.place = "the footnotes"
        members = self.members(value, "anchor text", "")
        return Footnote(self.text(members["anchor"]), self.rich_text(members["text"]))

    # -- parts of rows

    def extra(self, value: Any) -> Extra:
        members = self.members(value, "kind name value", "")
        extra = Extra(*(self.text(members[key]) for key in ("kind", "name", "value")))
        if extra.kind == "element":
            self.element(extra.value)
        elif extra.kind == "attribute":
            self.name(extra.name)
        elif extra.kind != "column":
            raise self.wrong_type(members["kind"], "one of element, attribute and column")
        return extra

    def references(self, value: Any) -> tuple[Reference, ...]:
        return tuple([self.reference(reference) for reference in self.array(value)])

    def reference(self, value: Any) -> Reference:
        members = self.members(value, "type", "data text attributes")
        attributes = members.get("attributes")
        key = (members["type"], members.get("data"), members.get("text"))
        plain = attributes is None and all(part is None or isinstance(part, str) for part in key)
        if plain and (known := self._references.get(key)) is not None:
            return known
        reference = Reference(
            self.text(members["type"]),
            self.optional(members.get("data"), self.text),
            self.optional(members.get("text"), self.text),
            self.tuple_of(attributes, self.attribute) or (),
        )
        if plain:
            self._references[key] = reference
        return reference

    def attribute(self, value: Any) -> tuple[str, str]:
        pair = [self.text(part) for part in self.array(value)]
        if len(pair) != 2:
            self.refuse_type(value, "an array of a name and a value")
        return self.name(pair[0]), pair[1]

    def rich_text(self, value: Any) -> RichText:
        if isinstance(value, str):
            return RichText((self.text(value),)) if value else _NO_TEXT
        return rich(*(self.part(part, inside_paragraph=False) for part in self.array(value)))

    def part(self, value: Any, inside_paragraph: bool) -> Part:
        if isinstance(value, str):
            return self.text(value)
        members = self.members(value, "", "break reference paragraph markup")
        match list(members.items()):
            case [("break", True)]:
                return Break()
            case [("reference", inner)]:
                return self.reference(inner)
            case [("markup", inner)]:
                return Markup(self.element(self.text(inner)))
            case [("paragraph", inner)] if not inside_paragraph:
                parts = (self.part(part, inside_paragraph=True) for part in self.array(inner))
                return Paragraph(rich(*parts).parts)  # type: ignore[arg-type]
            case _:
                wanted = "a text or one of break (true), reference, paragraph and markup"
                raise self.wrong_type(value, wanted)

    def date(self, value: Any) -> PublishedDate:
        return PublishedDate(self.text(value))

    def element(self, xml: str) -> str:
        """*xml* if it is one well-formed element, without declarations, comments and instructions."""
        try:
            if not xml.startswith("<") or "<!" in xml or "<?" in xml or ET.fromstring(xml) is None:
                raise ET.ParseError("not an element alone")
        except (ET.ParseError, ValueError) as error:
            message = f"{self.place}: {shown(xml)} is no well-formed XML element: {error}"
            raise FormatError(Problem("E-JSON-XML", message, _SOURCE)) from None
        return xml

    def name(self, text: str) -> str:
        if _NO_NAME.search(text):
            message = f"{self.place}: {shown(text)} is no name of an attribute"
            raise FormatError(Problem("E-JSON-XML", message, _SOURCE))
        return text

    # -- the layout

    def form(self, value: Any) -> Layout:
        members = self.members(value, "order", "spaces")
        order = tuple([self.text(token) for token in self.array(members["order"])])
        return Layout(order, self.tuple_of(members.get("spaces"), self.text))

    def head_layout(self, value: Any) -> HeadLayout:
        members = self.members(value, "order spaces people end", "prolog")
        prolog = self.optional(members.get("prolog"), self.text)
        order = self.tuple_of(members["order"], self.text) or ()
        spaces = self.tuple_of(members["spaces"], self.text) or ()
        people, end = self.text(members["people"]), self.text(members["end"])
        others = len(order) - order.count("record")
        if (prolog and prolog not in PROLOGS) or len(spaces) != others + 1 or end.strip(" \t\r\n"):
            self.refuse_type(value, "the layout of a head: a known prolog, white space after each element")
        return HeadLayout(prolog, order, spaces, people, end)

    def forms_of(self, value: Any, forms: list[Layout], count: int) -> list[Layout | None]:
        """The form of each of *count* rows, from the numbers in *value*."""
        if value is None:
            return [None] * count
        numbers = self.array(value)
        if len(numbers) != count:
            self.refuse_type(value, f"an array of {count} numbers, one for each row")
        for number in numbers:
            if number is not None and (type(number) is not int or not 0 <= number < len(forms)):
                self.refuse_type(number, f"null or the number of a form, 0 to {len(forms) - 1}")
        return [None if number is None else forms[number] for number in numbers]

    def check_layout(self, row: Record | Contact, form: Layout | None) -> None:
        if form is not None and row.layout is None:
            message = f"{self.place}: its layout does not fit it; dropped"
            self.remarks.append(Problem("F-JSON-LAYOUT", message, _SOURCE))

    # -- JSON

    def text(self, value: Any) -> str:
        if not isinstance(value, str):
            self.refuse_type(value, "a text")
        return checked_field(value, self.place)

    def array(self, value: Any) -> list[Any]:
        if not isinstance(value, list):
            self.refuse_type(value, "an array")
        return value

    def members(self, value: Any, needed: str, others: str) -> dict[str, Any]:
        """The members of an object that has the *needed* keys and none but them and *others*."""
        if not isinstance(value, dict):
            self.refuse_type(value, "an object")
        for key in needed.split():
            if key not in value:
                self.refuse_key(f"{shown(key)} is missing")
        for key, member in value.items():
            if key not in _keys(needed, others):
                self.refuse_key(f"{shown(key)} is unknown to version {VERSION}")
            if member is None:
                self.refuse_key(f"{shown(key)} is null; a part that is not there has no key")
        return value

    def optional(self, value: Any, read: Callable[[Any], _Value]) -> _Value | None:
        return None if value is None else read(value)

    def tuple_of(self, value: Any, read: Callable[[Any], _Value]) -> tuple[_Value, ...] | None:
        return None if value is None else tuple([read(item) for item in self.array(value)])

    def refuse_key(self, what: str) -> NoReturn:
        raise FormatError(Problem("E-JSON-KEY", f"{self.place}: key {what}", _SOURCE))

    def refuse_type(self, value: Any, wanted: str) -> NoReturn:
        raise self.wrong_type(value, wanted)

    def wrong_type(self, value: Any, wanted: str) -> FormatError:
        message = f"{self.place}: {_told(value)} is not {wanted}"
        return FormatError(Problem("E-JSON-TYPE", message, _SOURCE))


@cache
def _keys(needed: str, others: str) -> frozenset[str]:
    return frozenset((*needed.split(), *others.split()))


def _told(value: Any) -> str:
    """*value* for a message: texts and numbers themselves, the rest by its kind."""
    if isinstance(value, (list, dict)):
        return "an array" if isinstance(value, list) else "an object"
    return shown(value) if isinstance(value, str) else json.dumps(value)[:60]
