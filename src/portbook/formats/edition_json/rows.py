"""One record or contact alone, with its layout, as the JSON texts that a register keeps; both ways, whole."""

import json
from typing import Any

from portbook.formats.edition_json import _contact, _record, _text
from portbook.formats.edition_json.values import Values
from portbook.formats.iana_xml.layout import Layout
from portbook.formats.json_text import read_json
from portbook.records import Contact, Record

NO_LAYOUT = ""


def row_texts(row: Record | Contact) -> tuple[str, str]:
    """Return *row* as JSON, and its layout as JSON or `NO_LAYOUT`."""
    value = _record(row) if isinstance(row, Record) else _contact(row)
    if not isinstance(row.layout, Layout):
        return _text(value), NO_LAYOUT
    order, spaces = row.layout
    return _text(value), json.dumps(
        {"order": order} if spaces is None else {"order": order, "spaces": spaces}
    )


class RowReader:
    """Reads rows; equal references and layouts are one object for all rows that it read."""

    def __init__(self) -> None:
        self._values = Values()
        self._layouts: dict[str, Layout] = {}

    def record(self, row: str, layout: str = NO_LAYOUT) -> Record:
        """Return the record of both texts, or raise `FormatError` as the reader of editions does."""
        form = self._layout(layout)
        return read_json(row.encode(), lambda value: self._values.record(value, 0, form))

    def contact(self, row: str, layout: str = NO_LAYOUT) -> Contact:
        """Return the contact of both texts, or raise `FormatError`."""
        form = self._layout(layout)
        return read_json(row.encode(), lambda value: self._values.contact(value, 0, form))

    def _layout(self, text: str) -> Layout | None:
        if text == NO_LAYOUT:
            return None
        if text not in self._layouts:
            self._layouts[text] = read_json(text.encode(), self._form)
        return self._layouts[text]

    def _form(self, value: Any) -> Layout:
        self._values.place = "the layout"
        return self._values.form(value)
