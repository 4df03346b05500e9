"""A page to its units: headings, definition lists and rows of tables, each a small tree (T-01, T-04, T-14).

expat reads; a DOCTYPE passes when it only names a DTD, which is never opened, and declares nothing itself.
No entity but XML's own five is known.  What is in no unit (scripts, forms, the footer) is passed over.
"""

import re
from collections.abc import Callable
from typing import NoReturn
from xml.parsers import expat

from portbook.errors import FormatError, Problem, shown
from portbook.formats.limits import MAX_DEPTH, decoded

_SOURCE = "docs/formats.md"
_ENCODING = re.compile(r"\ufeff?<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([^\"']*)[\"']")
_UNITS = frozenset(("h1", "dl", "tr"))


class Node:
    """An element: its children in order, texts among them."""

    __slots__ = ("attributes", "children", "column", "line", "tag")

    def __init__(self, tag: str, attributes: dict[str, str], line: int, column: int) -> None:
        self.tag = tag
        self.attributes = attributes
        self.children: list[Node | str] = []
        self.line = line
        self.column = column

    def elements(self) -> list["Node"]:
        """Its child elements."""
        return [child for child in self.children if isinstance(child, Node)]

    @property
    def text(self) -> str:
        """All text in it, in order."""
        return "".join([child if isinstance(child, str) else child.text for child in self.children])


def read_units(data: bytes, take: Callable[[Node], None]) -> str:
    """Give each unit of the page to *take* as it ends; return the text of the page for what else is asked.

    Raises `FormatError`: E-FILE-SIZE, E-FILE-ENCODING, E-HTML-DOCTYPE, E-HTML-SYNTAX, E-HTML-PAGE for another
    document than a page, E-HTML-DEPTH, each with line and column.
    """
    text = decoded(data)
    declared = _ENCODING.match(text)
    if declared and declared[1].upper() not in ("UTF-8", "UTF8", "US-ASCII", "ASCII"):
        message = f"the file says that it is written in {shown(declared[1])}; only UTF-8 is read"
        raise FormatError(Problem("E-FILE-ENCODING", message, _SOURCE), 1, 1)
    reader = _Reader(take)
    reader.read(data)
    return text


class _Reader:
    """expat's handlers, and the elements that are open."""

    def __init__(self, take: Callable[[Node], None]) -> None:
        self._take = take
        self._parser = parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.StartDoctypeDeclHandler = self._doctype
        parser.EntityDeclHandler = self._entity
        parser.SkippedEntityHandler = self._skipped
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        self._depth = 0
        self._open: list[Node] = []  # the unit that is open, and what is open in it

    def read(self, data: bytes) -> None:
        try:
            self._parser.Parse(data, True)
        except expat.ExpatError as error:
            line, column = error.lineno, error.offset + 1
            message = f"not well formed at line {line}, column {column}: {expat.ErrorString(error.code)}"
            raise FormatError(Problem("E-HTML-SYNTAX", message, "XML 1.0"), line, column) from None

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            message = f"elements are nested more than {MAX_DEPTH} deep"
            self._refuse("E-HTML-DEPTH", message, "docs/limits.md")
        if self._depth == 1 and tag != "html":
            self._refuse("E-HTML-PAGE", f"the document is a {shown(tag)}, not a page", _SOURCE)
        if self._open or tag in _UNITS:
            node = Node(tag, attributes, self._parser.CurrentLineNumber, self._parser.CurrentColumnNumber + 1)
            if self._open:
                self._open[-1].children.append(node)
            self._open.append(node)

    def _end(self, tag: str) -> None:
        self._depth -= 1
        if self._open:
            node = self._open.pop()
            if not self._open:
                self._take(node)

    def _characters(self, text: str) -> None:
        if self._open:
            self._open[-1].children.append(text)

    def _doctype(self, name: str, system: str | None, public: str | None, has_subset: int) -> None:
        if has_subset or name != "html":
            message = f"the DOCTYPE of {shown(name)} declares something itself; a page's has no such part"
            self._refuse("E-HTML-DOCTYPE", message, _SOURCE)

    def _entity(self, name: str, *declared: object) -> None:
        self._refuse("E-HTML-DOCTYPE", f"entity {shown(name)} is declared", _SOURCE)

    def _skipped(self, name: str, is_parameter: int) -> None:
        self._refuse("E-HTML-SYNTAX", f"entity {shown(name)} is not known; IANA's page uses none", _SOURCE)

    def _refuse(self, code: str, message: str, source: str) -> NoReturn:
        line, column = self._parser.CurrentLineNumber, self._parser.CurrentColumnNumber + 1
        message = f"line {line}, column {column}: {message}"
        raise FormatError(Problem(code, message, source), line, column)
