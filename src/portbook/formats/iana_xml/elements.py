"""Elements of IANA's XML to values: records, contacts and the head (docs/formats.md).

Beside each record stands the order of its parts and, where a person departed from the canonical form,
its white space.  Liberal: what nobody foresaw is kept as its own XML, and remarked.
"""

import xml.etree.ElementTree as ET
from itertools import islice
from typing import NamedTuple

from portbook.edition import Edition
from portbook.errors import shown
from portbook.formats.iana_xml.canonical import PLACEHOLDER, Canonical
from portbook.formats.iana_xml.layout import ASSIGNEE_SPACES, PROLOGS, HeadLayout, Layout, inner_spaces
from portbook.formats.iana_xml.parts import NO_TEXT, NS, PartReader
from portbook.formats.limits import checked_counts, checked_field, checked_references
from portbook.records import Contact, Extra, Footnote, Note, Record, Reference

_LEAVES = ("name", "protocol", "assignee", "description", "number", "sc", "unauthorized", "note")
_HEAD_TAGS = ("title", "category", "updated", "xref", "expert", "note", "footnote", "people")
_RECORD, _PERSON = NS + "record", NS + "person"
_ONCE = ("title", "category", "updated", "expert", "people")


class _Shape(NamedTuple):
    """Where the parts of a record stand among its children; one for each sequence of tags."""

    leaves: tuple[int | None, ...]  # the place of each of _LEAVES
    xrefs: tuple[int, ...]
    odd: tuple[int, ...]  # unknown elements and repeated leaves
    tokens: tuple[str, ...]


def _shape(tags: tuple[str, ...], unread: frozenset[int] = frozenset()) -> _Shape:
    """The shape of a record with these *tags*; those at the places *unread* count as unknown."""
    names = ["?" if i in unread else tag.removeprefix(NS) for i, tag in enumerate(tags)]
    leaves = tuple(names.index(leaf) if leaf in names else None for leaf in _LEAVES)
    xrefs = tuple(i for i, name in enumerate(names) if name == "xref")
    read = {*leaves, *xrefs}
    odd = tuple(i for i in range(len(names)) if i not in read)
    return _Shape(leaves, xrefs, odd, tuple(name if i in read else "extra" for i, name in enumerate(names)))


class ElementReader(PartReader):
    """One reading of a whole document."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self._shapes: dict[tuple[str, ...], _Shape] = {}
        self._orders: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._taken = NS + PLACEHOLDER

    # -- the document

    def edition(self, root: ET.Element, canonical: Canonical) -> Edition:
        """The edition of a document from which *canonical* was taken, placeholders left in its place."""
        if canonical.as_read is None:
            self._taken = ""  # an element of that name is then somebody else's
        records = self.records(root, canonical)
        people = root.find(NS + "people")
        contacts = None if people is None else self.contacts(people, canonical)
        self.place = "the head"
        head = [child for child in root if child.tag not in (_RECORD, self._taken)]
        layout = self.head_layout(root, people)._replace(as_read=canonical.as_read)
        notes = tuple(self.note(child) for child in head if child.tag == NS + "note")
        footnotes = tuple(self.footnote(child) for child in head if child.tag == NS + "footnote")
        return Edition(
            records=records,
            title=self.only_text(root, "title"),
            category=self.only_text(root, "category"),
            updated=self.date(self.only_text(root, "updated")),
            reference=tuple(map(self.reference, root.findall(NS + "xref"))) or None,
            experts=None if (expert := root.find(NS + "expert")) is None else self.rich_text(expert),
            notes=notes or None,
            contacts=contacts,
            footnotes=footnotes or None,
            extras=self.unknown_in_head(root, head),
            remarks=tuple(self.remarks),
            layout=layout,
        )

    def records(self, root: ET.Element, canonical: Canonical) -> tuple[Record, ...]:
        records: list[Record] = []
        taken = iter(canonical.records)
        for child in root:
            if child.tag == self._taken:
                records += islice(taken, int(child.get("n", "0")))
            elif child.tag == _RECORD:
                records.append(self.record(child, len(records)))
        checked_counts(len(records))
        return tuple(records)

    def head_layout(self, root: ET.Element, people: ET.Element | None) -> HeadLayout:
        """The order and white space of all but records and persons; a run of records is one "record"."""
        order: list[str] = []
        spaces = [root.text or ""]
        for child in root:
            token = child.tag.removeprefix(NS)
            if child.tag in (_RECORD, self._taken):
                token = "record"
                if "record" not in order:
                    order.append(token)
                elif order[-1] != "record":
                    self.remark("F-XML-ORDER", "records stand apart; they are kept together")
                continue
            unread = token not in _HEAD_TAGS or (token in _ONCE and token in order)
            order.append("extra" if unread else token)
            spaces.append(child.tail or "")
        inner = ("", "") if people is None else (people.text or "", "")
        end = self.data[self.data.rindex(b">") + 1 :].decode()
        prolog = self.data[: max(self.data.find(b"<registry"), 0)].decode()
        known = next((name for name, text in PROLOGS.items() if prolog == text), None)
        if known is None:
            self.remark(
                "F-XML-PROLOG", "what stands before the root is not IANA's; it is written in IANA's form"
            )
        if b"<!--" in self.data:
            self.remark("F-XML-COMMENT", "the file has comments; they are not kept")
        return HeadLayout(known, tuple(order), tuple(spaces), inner[0], end)

    def unknown_in_head(self, root: ET.Element, head: list[ET.Element]) -> tuple[Extra, ...]:
        for name in root.attrib:
            if name != "id":
                self.remark("F-XML-ATTRIBUTE", f"the root has an attribute {shown(name)}; it is not kept")
        seen: set[str] = set()
        extras = []
        for child in head:
            tag = child.tag.removeprefix(NS)
            if tag not in _HEAD_TAGS or (tag in _ONCE and tag in seen):
                extras.append(self.kept_whole(child))
            seen.add(tag)
        return tuple(extras)

    def only_text(self, root: ET.Element, tag: str) -> str | None:
        element = root.find(NS + tag)
        if element is None:
            return None
        if len(element):
            self.remark("F-XML-ELEMENT", f"<{tag}> holds elements; their text alone is kept")
        return checked_field("".join(element.itertext()), self.place)

    def note(self, element: ET.Element) -> Note:
        return Note(self.rich_text(element), element.get("title"))

    def footnote(self, element: ET.Element) -> Footnote:
        return Footnote(element.get("anchor", ""), self.rich_text(element))

    # -- records

    def record(self, element: ET.Element, position: int) -> Record:
        tags = tuple([child.tag for child in element])
        shape = self._shapes.get(tags)
        if shape is None:
            shape = self._shapes[tags] = _shape(tags)
        self.place = f"record {position + 1}"
        children = list(element)
        if unread := frozenset(i for i, child in enumerate(children) if _holds_more(child)):
            shape = _shape(tags, unread)
        extras: list[Extra] = []
        name, protocol, assignee, description, number, code, unauthorized, note = shape.leaves
        contact: tuple[Reference, ...] = ()
        reference: tuple[Reference, ...] = ()
        tokens = shape.tokens
        if shape.xrefs:
            contact, reference, tokens = self.xrefs(children, shape, extras)
        if shape.odd:
            extras.extend(self.kept_whole(children[i]) for i in shape.odd)
        attributes = element.attrib if element.keys() else {}
        if len(attributes) > ("date" in attributes) + ("updated" in attributes):
            extras.extend(self.unknown_attributes(element, ("date", "updated"), ""))
        return Record(
            None if name is None else self.leaf(children[name], extras),
            None if number is None else self.number(children[number], extras),
            None if protocol is None else self.transport(children[protocol], extras),
            NO_TEXT if description is None else self.rich_text(children[description], extras),
            None if assignee is None else self.assignee(children[assignee]),
            contact,
            self.date(attributes.get("date")),
            self.date(attributes.get("updated")),
            reference,
            None if code is None else self.leaf(children[code], extras),
            None if unauthorized is None else self.rich_text(children[unauthorized], extras),
            None if note is None else self.rich_text(children[note], extras),
            tuple(extras),
            self.layout(element, children, tokens, None if assignee is None else children[assignee], "\n  "),
        )

    def xrefs(
        self, children: list[ET.Element], shape: _Shape, extras: list[Extra]
    ) -> tuple[tuple[Reference, ...], tuple[Reference, ...], tuple[str, ...]]:
        """The contacts, the references, and the tokens with each xref told as one or the other."""
        found = [self.reference(children[i]) for i in shape.xrefs]
        checked_references(len(found), self.place)
        kinds = ["contact" if r.type == "person" else "reference" for r in found]
        key = shape.tokens + tuple(kinds)
        tokens = self._orders.get(key)
        if tokens is None:
            told = iter(kinds)
            tokens = tuple(next(told) if token == "xref" else token for token in shape.tokens)
            self._orders[key] = tokens
        contact = tuple([r for r in found if r.type == "person"])
        return (
            contact,
            tuple([r for r in found if r.type != "person"]) if len(contact) < len(found) else (),
            tokens,
        )

    def assignee(self, element: ET.Element) -> tuple[Reference, ...]:
        checked_references(len(element), self.place)
        return tuple(map(self.reference, element))

    # -- contacts

    def contacts(self, people: ET.Element, canonical: Canonical) -> tuple[Contact, ...]:
        contacts: list[Contact] = []
        taken = iter(canonical.contacts)
        last = people[-1] if len(people) else None
        for child in people:
            if child.tag == self._taken:
                contacts += islice(taken, int(child.get("n", "0")))
            elif child.tag == _PERSON:
                contacts.append(self.contact(child, len(contacts), "\n  " if child is last else "\n    "))
            else:
                self.place = "the contacts"
                self.remark("F-XML-ELEMENT", "an element that is no person stands among them; it is not kept")
        checked_counts(0, len(contacts))
        return tuple(contacts)

    def contact(self, element: ET.Element, position: int, after: str) -> Contact:
        self.place = f"contact {position + 1}"
        children = list(element)
        extras: list[Extra] = []
        found: dict[str, str] = {}
        uris = []
        tokens = []
        for child in children:
            tag = child.tag[len(NS) :]
            if _holds_more(child) or (tag == "uri" and child.keys()):
                extras.append(self.kept_whole(child))
                tag = "extra"
            elif tag == "uri":
                uris.append(self.leaf(child, extras))
            elif tag in ("name", "org", "updated") and tag not in found:
                found[tag] = self.leaf(child, extras)
            else:
                extras.append(self.kept_whole(child))
                tag = "extra"
            tokens.append(tag)
        if len(element.keys()) > 1:
            extras.extend(self.unknown_attributes(element, ("id",), ""))
        layout = self.layout(element, children, tuple(tokens), None, after, "\n      ", "\n    ")
        name, org, updated = found.get("name"), found.get("org"), found.get("updated")
        return Contact(
            element.get("id", ""), name, org, tuple(uris), self.date(updated), tuple(extras), layout
        )

    def layout(
        self,
        element: ET.Element,
        children: list[ET.Element],
        tokens: tuple[str, ...],
        assignee: ET.Element | None,
        after: str,
        inner: str = "\n    ",
        closing: str = "\n  ",
    ) -> Layout:
        """How the element was written: shared by all in canonical form with the same order."""
        spaces = [element.text, *[child.tail for child in children], element.tail]
        canonical = spaces == inner_spaces(len(children), inner, closing, after)
        if assignee is not None:
            within = [assignee.text, *[child.tail for child in assignee]]
            if not canonical or within != ASSIGNEE_SPACES:
                canonical = False
                spaces += within
        if canonical:
            layout = self._layouts.get(tokens)
            if layout is None:
                layout = self._layouts[tokens] = Layout(tokens, None)
            return layout
        for space in spaces:
            if space and not space.isspace():
                self.remark("F-XML-TEXT", f"text {shown(space.strip())} between elements; kept in place")
        return Layout(tokens, tuple([self._words.setdefault(s, s) if s else "" for s in spaces]))


def _holds_more(element: ET.Element) -> bool:
    """Whether a part of a record or contact holds what it has no place for; then it is kept whole."""
    tag = element.tag.removeprefix(NS)
    if tag == "assignee":
        return bool(element.keys()) or any(child.tag != NS + "xref" for child in element)
    return len(element) > 0 and tag not in ("description", "note", "unauthorized")
