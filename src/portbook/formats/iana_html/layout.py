"""The skeleton of IANA's page, and what changed in it over the years (docs/formats.md).

Portbook's page is a whole registry in one file, so it has no pages to turn, no search form, and nothing that
would be fetched or run: no scripts, style sheets or images.
"""

from typing import NamedTuple

DOCTYPE = (
    '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" '
    '"http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">\n'
)
ROOT = '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:iana="http://www.iana.org/assignments">\n'
NAME = "service-names-port-numbers"
FORMATS = (("csv", "CSV"), ("xml", "XML"), ("xhtml", "HTML"), ("txt", "Plain text"))
AUTHORITY, LICENSING = "Internet Assigned Numbers Authority", "Licensing Terms"
UPDATED, EXPERTS, REFERENCE, NOTE = "Last Updated", "Expert(s)", "Reference", "Note"
AVAILABLE = "Available Formats"
PEOPLE_TITLES = ("ID", "Name", "Organization", "Contact URI", "Last Updated")
GO_BASES = ("http://www.iana.org/go/", "https://www.iana.org/go/")

_PLAIN_GO_UNTIL = "2016"  # seen in 2015
_LAST_PEOPLE = "2020-05-13"
_WRAPPED_SINCE = "2022-07-01"


class Layout(NamedTuple):
    """What differs between the years."""

    go: str  # what links to RFCs and drafts begin with
    people_heading: str
    is_wrapped: bool  # the content stands in an article, between header and footer

    @property
    def depth(self) -> str:
        """The blanks before what the content holds."""
        return 6 * " " if self.is_wrapped else 4 * " "


def layout_of(date: str | None) -> Layout:
    """Return the layout that IANA's page had on *date*, the newest where there is none."""
    if date is None:
        return Layout(GO_BASES[1], "Contact Information", True)
    return Layout(
        go=GO_BASES[date >= _PLAIN_GO_UNTIL],
        people_heading="Contact Information" if date > _LAST_PEOPLE else "People",
        is_wrapped=date >= _WRAPPED_SINCE,
    )


def around(title: str, layout: Layout) -> tuple[str, str]:
    """Return what stands before the content of a page and after it; *title* is markup."""
    before = [
        DOCTYPE,
        ROOT,
        "  <head>\n",
        '    <meta http-equiv="Content-Type" content="text/html; charset=UTF-8" />\n',
        f"    <title>{title}</title>\n",
        "  </head>\n",
        "  <body>\n",
    ]
    after = ["  </body>\n", "</html>\n"]
    if layout.is_wrapped:
        before += ["    <header>\n", f"      <p>{AUTHORITY}</p>\n", "    </header>\n", "    <article>\n"]
        after[:0] = ["    </article>\n", "    <footer>\n", f"      <p>{LICENSING}</p>\n", "    </footer>\n"]
    return "".join(before), "".join(after)
