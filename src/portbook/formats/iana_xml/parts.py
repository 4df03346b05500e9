"""Parts of IANA's XML to values: texts, rich text, references, dates (docs/formats.md).

What nobody foresaw is kept as its own XML or as a named attribute, and remarked; equal parts are kept once.
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from typing import NoReturn

from portbook.errors import FormatError, Problem, shown
from portbook.formats.iana_xml.layout import NAMESPACE, Layout
from portbook.formats.limits import MAX_DEPTH, MAX_FIELD, checked_field
from portbook.numbers import Transport, published_ports
from portbook.records import Break, Extra, Markup, Paragraph, Part, PublishedDate, Reference, RichText, rich

SOURCE = "docs/formats.md"
NS = "{" + NAMESPACE + "}"
NO_TEXT = RichText()
_SCHEMA_INSTANCE = "{http://www.w3.org/2001/XMLSchema-instance}"  # names other files: never kept (T-07)
_LINE_BREAK = Break()
_TRANSPORTS = frozenset(Transport.__members__.values())


def local_name(element: ET.Element) -> str:
    """Return the element's tag without the registry's namespace."""
    return element.tag.removeprefix(NS)


class PartReader:
    """One reading: equal parts are kept once, and what was not expected is remarked."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.remarks: list[Problem] = []
        self.place = "the head"
        self._layouts: dict[tuple[str, ...], Layout] = {}
        self._texts: dict[str, RichText] = {}
        self._words: dict[str, str] = {}
        self._references: dict[tuple[str | None, ...], Reference] = {}

    def remark(self, code: str, message: str) -> None:
        self.remarks.append(Problem(code, f"{self.place}: {message}", SOURCE))

    def number(self, element: ET.Element, extras: list[Extra]) -> str:
        text = self.leaf(element, extras)
        if text and published_ports(text) is None:
            self.remark("F-NUMBER", f"port number {shown(text)} is neither N nor N-M")
        return text

    def transport(self, element: ET.Element, extras: list[Extra]) -> str:
        text = self.leaf(element, extras)
        if text not in _TRANSPORTS:
            self.remark("F-TRANSPORT", f"transport {shown(text)} is none of tcp, udp, sctp and dccp")
        return text

    def date(self, text: str | None) -> PublishedDate | None:
        if text is None:
            return None
        date = PublishedDate(text)
        if not date.is_valid:
            self.remark("F-DATE", f"date {shown(text)} is neither YYYY-MM-DD nor YYYY-MM")
        return date

    def leaf(self, element: ET.Element, extras: list[Extra]) -> str:
        """The text of an element that holds no other; unexpected attributes go to *extras*."""
        if element.keys():
            extras.extend(self.unknown_attributes(element, (), element.tag.removeprefix(NS) + "/"))
        text = element.text
        if text is None:
            return ""
        if len(text) > MAX_FIELD:
            checked_field(text, self.place)
        return self._words.setdefault(text, text)

    def rich_text(self, element: ET.Element, extras: list[Extra] | None = None) -> RichText:
        if extras is not None and element.keys():
            extras.extend(self.unknown_attributes(element, (), element.tag.removeprefix(NS) + "/"))
        if len(element):
            return rich(*self.parts(element))
        text = element.text
        if text is None:
            return NO_TEXT
        known = self._texts.get(text)
        if known is None:
            known = self._texts[text] = RichText((checked_field(text, self.place),))
        return known

    def parts(self, element: ET.Element, inside_paragraph: bool = False) -> Iterable[Part]:
        yield checked_field(element.text or "", self.place)
        for child in element:
            tag = child.tag.removeprefix(NS)
            if tag == "br" and not len(child) and not child.text and not child.keys():
                yield _LINE_BREAK
            elif tag == "xref" and not len(child):
                yield self.reference(child)
            elif tag == "paragraph" and not inside_paragraph and not child.keys():
                yield Paragraph(rich(*self.parts(child, inside_paragraph=True)).parts)  # type: ignore[arg-type]
            else:
                yield Markup(self.kept_whole(child).value)
            yield checked_field(child.tail or "", self.place)

    def reference(self, element: ET.Element) -> Reference:
        attributes = element.attrib
        key = (attributes.get("type"), attributes.get("data"), element.text)
        if attributes.keys() <= {"type", "data"} and (known := self._references.get(key)):
            return known
        if len(element):
            self.remark("F-XML-ELEMENT", "a reference holds elements; their text alone is kept")
        text = "".join(element.itertext()) or None
        others = tuple(
            (extra.name, extra.value)
            for extra in self.unknown_attributes(element, ("type", "data"), "", ("section", "lastupdated"))
        )
        reference = Reference(attributes.get("type", ""), attributes.get("data"), text, others)
        if not others:
            self._references[key] = reference
        return reference

    def kept_whole(self, element: ET.Element) -> Extra:
        """An element that is kept as its own XML, because nobody foresaw it here."""
        if _depth(element) > MAX_DEPTH:
            _too_deep(self.place)
        tag = element.tag.removeprefix(NS)
        self.remark("F-XML-ELEMENT", f"unexpected element <{tag[:60]}>; kept as it is")
        tail, element.tail = element.tail, None
        xml = _own_xml(element)
        element.tail = tail
        return Extra("element", tag, checked_field(xml, self.place))

    def unknown_attributes(
        self, element: ET.Element, known: tuple[str, ...], where: str, expected: tuple[str, ...] = ()
    ) -> list[Extra]:
        """Attributes that are not *known*, remarked unless *expected*; *where* stands before their names."""
        extras = []
        for name, value in element.items():
            if name.startswith(_SCHEMA_INSTANCE):
                self.remark("F-XML-ATTRIBUTE", f"attribute {shown(name)} names other files; not kept")
            elif name not in known:
                if name not in expected:
                    self.remark(
                        "F-XML-ATTRIBUTE", f"unexpected attribute {shown(where + name)}; kept as it is"
                    )
                extras.append(Extra("attribute", where + name, checked_field(value, self.place)))
        return extras


def _own_xml(element: ET.Element) -> str:
    """The XML of an element that means the same wherever the registry's namespace is the default one."""
    xml = ET.tostring(element, encoding="unicode")
    if all(child.tag.startswith(NS) for child in element.iter()):
        return xml.replace("<ns0:", "<").replace("</ns0:", "</").replace(f' xmlns:ns0="{NAMESPACE}"', "", 1)
    return (
        xml.replace(" ", ' xmlns="" ', 1)
        if " " in xml.partition(">")[0]
        else re.sub("(/?>)", r' xmlns=""\1', xml, count=1)
    )


def _depth(element: ET.Element) -> int:
    """The number of levels below and with *element*, found without recursion; stops above the limit."""
    depth, level = 0, [element]
    while level and depth <= MAX_DEPTH:
        depth += 1
        level = [child for parent in level for child in parent]
    return depth


def _too_deep(place: str) -> NoReturn:
    message = f"{place} nests elements more than {MAX_DEPTH} deep"
    raise FormatError(Problem("E-XML-DEPTH", message, "docs/limits.md"))
