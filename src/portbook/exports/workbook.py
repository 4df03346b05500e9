"""XLSX: a workbook with IANA's twelve columns, and where it comes from on a second sheet.

Needs openpyxl (`portbook[tables]`), imported on use.  A cell is a text or, where a port is one plain number,
a number; never a formula (T-29).  Characters that cannot be seen are shown as escapes.  The times inside are
those of 1980, so the same edition gives the same bytes for one version of openpyxl and zlib (T-38).
"""

import io
import re
import zipfile
from datetime import datetime
from typing import TYPE_CHECKING

from portbook.edition import Edition
from portbook.errors import visible
from portbook.exports.provenance import Provenance, Written, some
from portbook.exports.whole_text import lacking, whole_characters
from portbook.formats.columns import COLUMNS, Rendering, rows

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

TITLE = "The registry of service names and port numbers, the columns as IANA shows them"
MAX_CELL = 32_767  # characters; Excel's own limit
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first instant that ZIP knows
_WIDTHS = (18, 12, 10, 50, 24, 24, 12, 12, 18, 12, 30, 50)
_NOT_XML = re.compile("[\ufffe\uffff]")
_LIKE_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_PORT = 1  # the place of the column
_NUMBER = re.compile(r"0|[1-9][0-9]{0,4}", re.ASCII)


def write(edition: Edition, provenance: Provenance) -> Written:
    """Return the workbook.  Raises `DataMissing` E-EXPORT-PACKAGE and `FormatError` E-EXPORT-TEXT."""
    try:
        from openpyxl import Workbook
    except ImportError:
        raise lacking("openpyxl") from None
    book = Workbook(write_only=True)
    book.properties.creator = "portbook"
    book.properties.created = datetime(*_EPOCH)  # noqa: DTZ001 - XLSX has no zones
    sheet = book.create_sheet("Registry")
    sheet.freeze_panes = "A2"
    for column, width in zip("ABCDEFGHIJKL", _WIDTHS, strict=True):
        sheet.column_dimensions[column].width = width
    cut: list[str] = []
    with whole_characters():
        for cells in (COLUMNS, *rows(edition.records, Rendering.D)):
            "".join(cells).encode()
            cut += [cell for cell in cells if len(cell) > MAX_CELL]
            sheet.append([_cell(sheet, cell, at == _PORT) for at, cell in enumerate(cells)])
    about = book.create_sheet("About")
    about.column_dimensions["A"].width = 120
    for line in provenance.lines(TITLE):
        about.append([_cell(about, line, False)])
    target = io.BytesIO()
    book.save(target)
    remarks = (f"cut to {MAX_CELL} characters ({len(cut)}): {some(cut)}",) if cut else ()
    return Written(_with_fixed_times(target.getvalue()), remarks)


def _cell(sheet: "WriteOnlyWorksheet", text: str, is_port: bool) -> "Cell | None":
    """A cell that holds *text*, whatever it looks like; None for an empty one."""
    from openpyxl.cell import WriteOnlyCell

    if not text:
        return None
    if is_port and _NUMBER.fullmatch(text):
        return WriteOnlyCell(sheet, int(text))
    told = _NOT_XML.sub("?", visible(text, keep="\n\t"))
    cell = WriteOnlyCell(sheet, _LIKE_ESCAPE.sub("_x005F_", told)[:MAX_CELL])
    cell.data_type = "s"  # openpyxl takes a text that begins with "=" for a formula
    return cell


def _with_fixed_times(data: bytes) -> bytes:
    """The archive *data* with the same entries, in order, and no time of today in it."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                content = _MODIFIED.sub(rb"\g<1>1980-01-01T00:00:00Z\g<2>", content)
            info = zipfile.ZipInfo(name, _EPOCH)
            info.create_system = 3  # Unix, on every system
            info.external_attr = 0o644 << 16
            new.writestr(info, content, zipfile.ZIP_DEFLATED)
    return target.getvalue()


_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")
