"""Sites for tests: Django's client over an embedded edition, or over an invented one in a file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path

from django.test import Client, override_settings

from portbook import formats
from portbook.edition import Edition
from portbook.web import shown

VOID = {"br", "input", "link", "meta", "wbr"}


@contextmanager
def site(home: Path, edition: Edition | None = None, *, file: Path | None = None) -> Iterator[Client]:
    """A client of the site over *edition*, or a *file*, or the newest kept edition; *home* is a folder."""
    data = file
    if edition is not None:
        data = home / "invented.xml"
        data.write_bytes(formats.write(edition, "xml"))
    with override_settings(PORTBOOK_DATA=data and str(data), PORTBOOK_EDITION=None):
        shown.forget()
        try:
            yield Client(SERVER_NAME="localhost", raise_request_exception=False)
        finally:
            shown.forget()


class Page(HTMLParser):
    """A page taken apart: its elements with their attributes, its text, and whether it is well nested."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.badly_nested: list[str] = []
        self.feed(html)
        self.close()
        assert not self.badly_nested
        assert not self.open

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.badly_nested.append(tag)

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        """All text, white space joined."""
        return " ".join("".join(self.words).split())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def links(self) -> list[str]:
        return [attributes["href"] or "" for attributes in self.all("a")]
