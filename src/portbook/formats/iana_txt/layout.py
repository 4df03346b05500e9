"""How IANA laid its plain text out, and since when (docs/formats.md).

Dates are compared as text, as published ones are; no date means the newest layout.
"""

from typing import NamedTuple

WIDTH = 150  # what titles are centred in
MARGIN = "   "  # before headings
AUTHORITY = MARGIN + "Internet Assigned Numbers Authority"
LICENSING = MARGIN + "Licensing Terms"
FORMATS = ("[IMG]", "CSV [IMG]", "XML [IMG]", "HTML [IMG]", "Plain text")
PEOPLE_HEADINGS = ("People", "Contact Information")
FOOTNOTE_HEADINGS = ("Footnote", "Footnotes")
PEOPLE_TITLES = ("ID", "Name", "Organization", "Contact URI", "Last Updated")

_CHARACTERS_SINCE = "2017-08-24"  # before, a column was as wide as its bytes
_LAST_PEOPLE = "2020-05-13"
_AUTHORITY_SINCE = "2022-07-01"
_NARROW_SINCE = "2023-03-13"


class Layout(NamedTuple):
    """What differs between the years."""

    date: str | None
    in_bytes: bool  # each byte of UTF-8 counts as one column, else each character
    indent: str  # before the items of the head
    with_authority: bool  # the first and the last line of the page say whose it is
    people_heading: str

    @property
    def encoding(self) -> str:
        """What turns the text of a page, in `units`, into its bytes."""
        return "latin-1" if self.in_bytes else "utf-8"


def layout_of(date: str | None) -> Layout:
    """Return the layout that IANA had on *date*, the newest where there is none."""
    if date is None:
        return Layout(None, False, MARGIN, True, PEOPLE_HEADINGS[1])
    return Layout(
        date=date,
        in_bytes=date < _CHARACTERS_SINCE,
        indent=MARGIN if date >= _NARROW_SINCE else 11 * " ",
        with_authority=date >= _AUTHORITY_SINCE,
        people_heading=PEOPLE_HEADINGS[date > _LAST_PEOPLE],
    )


def centred(text: str) -> str:
    """Return *text* in the middle of a line."""
    return " " * ((WIDTH - len(text)) // 2) + text


def units(text: str, in_bytes: bool) -> str:
    """Return *text* with one character for each column that it takes; `text_of` turns it back."""
    return text.encode().decode("latin-1") if in_bytes and not text.isascii() else text


def text_of(found: str, in_bytes: bool) -> str:
    """Return the text that `units` made *found* of; raise UnicodeError when that is none."""
    return found.encode("latin-1").decode() if in_bytes and not found.isascii() else found
