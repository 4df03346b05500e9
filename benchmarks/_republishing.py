"""What it costs to write a format again after one record was changed, with the fragments of the last time."""

from dataclasses import replace
from pathlib import Path

from portbook import formats
from portbook.edition import Edition
from portbook.formats.fragments import Fragments
from portbook.records import rich


class Republished:
    """Writes an edition to a file each time it is called, one more record of it changed."""

    def __init__(self, form: str, edition: Edition, target: Path) -> None:
        self._form, self._edition, self._target = form, edition, target
        self._fragments = Fragments()
        self._changes = 0
        formats.write(edition, form, fragments=self._fragments)

    def __call__(self) -> bytes:
        self._changes += 1
        records = list(self._edition.records)
        at = (len(records) // 2 + self._changes) % len(records)
        records[at] = replace(records[at], description=rich(f"change {self._changes}"))
        self._edition = replace(self._edition, records=tuple(records))
        data = formats.write(self._edition, self._form, fragments=self._fragments)
        self._target.write_bytes(data)
        return data
