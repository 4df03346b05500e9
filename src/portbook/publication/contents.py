"""What an edition is published as: IANA's files under IANA's names, and the exports that take no argument.

The addresses are those of the live site.  The format that the edition came in is published to the byte; the
others are written from it.  What the edition cannot fill, or what a package is missing for, is named with
the reason and not made up.
"""

from collections.abc import Iterator
from typing import NamedTuple

from portbook import __version__, exports, formats
from portbook.errors import DataMissing, FormatError
from portbook.publication.failures import refused
from portbook.store import EditionFile

NAME = "service-names-port-numbers"  # IANA's
ASSIGNMENTS = f"assignments/{NAME}/{NAME}"
EXPORTS = "exports/"
FILES = {  # suffix -> format
    ".csv": "csv",
    ".xml": "xml",
    ".txt": "txt",
    ".xhtml": "html",
    ".json": "json",
    ".2015.json": "json2015",
}
NEEDS_ALL = ("xml", "txt", "html")  # what their readers look for, the contacts above all, must be there
NEED_ARGUMENTS = ("zone",)  # exports that are of one service


class Part(NamedTuple):
    """A file, or one that cannot be had and the reason."""

    path: str
    data: bytes | None
    reason: str = ""


def identity_of(file: EditionFile) -> str:
    """Return the id that the edition is published under.

    Raises `StoreError` E-PUBLISH-DATE for one without a date: nobody could say what is newer (I-5).
    """
    if not file.date:
        message = f"edition {file.id} carries no date; keep it first"
        raise refused("E-PUBLISH-DATE", f"{message}, by `portbook editions add FILE --date YYYY-MM-DD`")
    return file.date if file.origin == "file" else file.id


def published_path(form: str) -> str:
    """Return the path of the file in the format called *form*."""
    return ASSIGNMENTS + next(suffix for suffix, name in FILES.items() if name == form)


def dated(identity: str, path: str) -> str:
    """Return the path that stays, of a file of the edition called *identity*."""
    return f"editions/{identity}/{path}"


def parts(file: EditionFile) -> Iterator[Part]:
    """Yield the edition's files, one at a time."""
    for suffix, name in FILES.items():
        if part := _document(file, suffix, formats.named(name)):
            yield part
    provenance = exports.Provenance(file.id, file.date, file.sha256, __version__)
    for export in exports.EXPORTS.values():
        if export.name not in NEED_ARGUMENTS:
            yield _export(file, export, provenance)


def _document(file: EditionFile, suffix: str, form: formats.Format) -> Part | None:
    path = ASSIGNMENTS + suffix
    if form.name == file.format:
        return Part(path, file.data())
    if not form.writable:
        return None
    if form.name in NEEDS_ALL and file.edition.absent:
        came = formats.named(file.format).title
        return Part(path, None, f"the edition came as {came}, without {', '.join(file.edition.absent)}")
    try:
        return Part(path, formats.write(file.edition, form.name))
    except FormatError as error:  # a character, say, that the format cannot hold
        return Part(path, None, str(error))


def _export(file: EditionFile, export: exports.Export, provenance: exports.Provenance) -> Part:
    path = f"{EXPORTS}{export.name}{export.suffix}"
    try:
        return Part(path, exports.write(file.edition, export.name, provenance).data)
    except (FormatError, DataMissing) as error:
        return Part(path, None, str(error))
