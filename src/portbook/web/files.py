"""The edition as files, under IANA's own names for them: which there are, and what each is."""

from typing import NamedTuple

from portbook import formats
from portbook.web.editions import Served

OFFERED = ("csv", "xml", "json")


class File(NamedTuple):
    """A file of an edition."""

    label: str
    href: str


def files_of(here: Served) -> tuple[File, ...]:
    """Return the files that the edition can be had as."""
    named = (formats.named(name) for name in OFFERED)
    return tuple(File(form.name.upper(), here.links.file(form.suffix)) for form in named)
