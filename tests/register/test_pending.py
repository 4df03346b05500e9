"""Applications that are pending are no part of what is published, in no state and no format (R-PUB-14)."""

from __future__ import annotations

from pathlib import Path

import pytest

from portbook import exports, formats
from portbook.exports import EXPORTS, Provenance
from portbook.register import publishing, tables
from portbook.register.operations import applying
from portbook.states import ApplicationState
from portbook.store import EditionStore

from . import desk
from .desk import by

S = ApplicationState

MARKS = {
    "service_name": "canary-name",
    "description": "Canary of the description",
    "reference": "Canary of the reference",
    "notes": "Canary of the notes",
    "assignee": {"name": "Canary Assignee", "email": "canary@assignee.example"},
    "contact": {"name": "Canary Contact", "email": "canary@contact.example"},
}
PENDING = (S.DRAFT, S.NEW, S.WITH_REQUESTER, S.EXPERT_REVIEW, S.IESG, S.REFUSED, S.WITHDRAWN)

pytestmark = pytest.mark.usefixtures("at_work")


def published(store: EditionStore, folder: Path) -> dict[str, bytes]:
    """Every file of a publication of the register, and every format and export, by name."""
    result = publishing.publish(by("ada"), store, publishing.Target(folder))
    file = result.file
    edition = file.edition
    found = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    for name in (name for name, form in formats.FORMATS.items() if form.writable):
        found[f"format {name}"] = formats.write(edition, name)
    provenance = Provenance(file.id, file.date, file.sha256, "0")
    for name in (name for name, export in EXPORTS.items() if export.module != "zone_snippet"):
        found[f"export {name}"] = exports.write(edition, name, provenance).data
    return found


def test_nothing_of_what_is_pending_is_published(store: EditionStore, tmp_path: Path) -> None:
    before = tables.rows("SELECT row FROM register_entry ORDER BY position")
    for place, state in enumerate(PENDING):
        desk.in_state(state, ("tia", "tom", "una")[place % 3])
    marked = desk.submitted("name", MARKS, "ann")
    applying.draft(by("una"), desk.reading("port", MARKS))
    assert desk.state(marked.answer["application"]) == S.NEW
    assert tables.rows("SELECT row FROM register_entry ORDER BY position") == before
    files = published(store, tmp_path / "tree")
    assert len(files) > 30
    assert [name for name, data in files.items() if b"canary" in data.lower()] == []


def test_what_is_assigned_is_published(store: EditionStore, tmp_path: Path) -> None:
    """The control of the test above: it would see the marks."""
    desk.assigned(desk.validated(desk.submitted("name", MARKS, "ann")))
    files = published(store, tmp_path / "tree")
    assert b"canary-name" in files["format xml"]
    assert b"Canary of the description" in files["format csv"]
