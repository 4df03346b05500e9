"""SQLite: the edition as a database that any client opens; tables, views, and full text over the records.

Made in memory through parameters alone and handed out as one image, so the same edition gives the same
bytes for one version of the SQLite library (T-38).  What the tables mean: docs/exports.md.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing

from portbook.answers import Answer, record_fields
from portbook.blocks import EVERY_PORT
from portbook.census import runs_of_any
from portbook.edition import Edition
from portbook.exports.port_states import stretches
from portbook.exports.provenance import HINT, Provenance, Written
from portbook.exports.whole_text import lacking, whole_characters
from portbook.names import fold

APPLICATION_ID = 0x50425245  # "PBRE", in the header of the file
USER_VERSION = 1  # of the tables below; a change that a reader notices counts it up

SCHEMA = """
CREATE TABLE edition (id TEXT NOT NULL, date TEXT, sha256 TEXT NOT NULL, written_by TEXT NOT NULL,
  hint TEXT NOT NULL, title TEXT, category TEXT, updated TEXT, experts TEXT);
CREATE TABLE notes (position INTEGER PRIMARY KEY, title TEXT, text TEXT NOT NULL);
CREATE TABLE footnotes (position INTEGER PRIMARY KEY, anchor TEXT NOT NULL, text TEXT NOT NULL);
CREATE TABLE records (id INTEGER PRIMARY KEY, service_name TEXT, port_number TEXT,
  port INTEGER, port_end INTEGER, transport TEXT, state TEXT NOT NULL, description TEXT NOT NULL,
  registration_date TEXT, modification_date TEXT, service_code TEXT, unauthorized_use_reported TEXT,
  assignment_notes TEXT, canonical TEXT, href TEXT NOT NULL);
CREATE TABLE record_people (record INTEGER NOT NULL REFERENCES records, role TEXT NOT NULL,
  position INTEGER NOT NULL, contact TEXT NOT NULL, PRIMARY KEY (record, role, position)) WITHOUT ROWID;
CREATE TABLE record_references (record INTEGER NOT NULL REFERENCES records, position INTEGER NOT NULL,
  type TEXT NOT NULL, data TEXT, text TEXT, label TEXT NOT NULL,
  PRIMARY KEY (record, position)) WITHOUT ROWID;
CREATE TABLE contacts (position INTEGER PRIMARY KEY, id TEXT NOT NULL, name TEXT, organization TEXT,
  updated TEXT);
CREATE TABLE contact_uris (contact INTEGER NOT NULL REFERENCES contacts, position INTEGER NOT NULL,
  uri TEXT NOT NULL, PRIMARY KEY (contact, position)) WITHOUT ROWID;
CREATE TABLE aliases (position INTEGER PRIMARY KEY, alias TEXT NOT NULL, canonical TEXT NOT NULL);
CREATE TABLE stretches (low INTEGER NOT NULL, high INTEGER NOT NULL, transport TEXT NOT NULL,
  state TEXT NOT NULL, service_name TEXT, canonical TEXT, PRIMARY KEY (transport, low)) WITHOUT ROWID;
CREATE TABLE blocks (low INTEGER PRIMARY KEY, high INTEGER NOT NULL, state TEXT NOT NULL);
CREATE INDEX records_by_name ON records (service_name COLLATE NOCASE);
CREATE INDEX records_by_port ON records (port, port_end);
CREATE INDEX people_by_contact ON record_people (contact);
CREATE INDEX aliases_by_name ON aliases (alias COLLATE NOCASE);
CREATE VIEW assigned_ports AS
  WITH RECURSIVE expanded (port, low, transport, high) AS (
    SELECT low, low, transport, high FROM stretches WHERE state = 'Assigned'
    UNION ALL SELECT port + 1, low, transport, high FROM expanded WHERE port < high)
  SELECT port, transport, service_name, canonical FROM expanded JOIN stretches USING (transport, low);
CREATE VIEW free_blocks AS
  SELECT low, high, high - low + 1 AS size FROM blocks WHERE state = 'Unassigned';
"""
FULL_TEXT = """
CREATE VIRTUAL TABLE record_texts USING
  fts5 (service_name, description, content = 'records', content_rowid = 'id');
INSERT INTO record_texts (record_texts) VALUES ('rebuild');
INSERT INTO record_texts (record_texts) VALUES ('optimize');
"""
_PLAIN = (
    *("service_name", "port_number", "port", "port_end", "transport", "state", "description"),
    *("registration_date", "modification_date", "service_code", "unauthorized_use_reported"),
    *("assignment_notes", "canonical", "href"),
)  # fields of a record that are one value

Rows = Iterable[tuple[object, ...]]


def write(edition: Edition, provenance: Provenance) -> Written:
    """Return the database.  Raises `FormatError` E-EXPORT-TEXT; `DataMissing` for an SQLite without FTS5."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as database, whole_characters():
        database.executescript(
            f"PRAGMA page_size = 4096; PRAGMA application_id = {APPLICATION_ID};"
            f"PRAGMA user_version = {USER_VERSION}; PRAGMA encoding = 'UTF-8'; BEGIN;{SCHEMA}"
        )
        for table, rows in _tables(edition, provenance):
            _fill(database, table, rows)
        database.execute("COMMIT")
        try:
            database.executescript(FULL_TEXT)
        except sqlite3.OperationalError as error:
            raise lacking("SQLite with FTS5", f"this one says: {error}") from error
        database.execute("VACUUM")
        return Written(database.serialize())


def _fill(database: sqlite3.Connection, table: str, rows: Rows) -> None:
    """Put *rows* into *table*, whose name stands in `_tables`."""
    width = len(database.execute("SELECT * FROM pragma_table_info(?)", (table,)).fetchall())
    database.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * width)})", rows)  # noqa: S608


def _tables(edition: Edition, provenance: Provenance) -> Iterator[tuple[str, Rows]]:
    """Each table and its rows, columns in the order of `SCHEMA`."""
    yield "edition", [_head(edition, provenance)]
    yield "notes", ((at, note.title, str(note.text)) for at, note in enumerate(edition.notes or (), 1))
    footnotes = enumerate(edition.footnotes or (), 1)
    yield "footnotes", ((at, note.anchor, str(note.text)) for at, note in footnotes)
    answers = [record_fields(record, edition, provenance.edition) for record in edition.records]
    rows = list(enumerate(zip(answers, edition.records, strict=True), 1))
    yield "records", (_record(at, answer, record.port_number) for at, (answer, record) in rows)
    yield (
        "record_people",
        (
            (at, role, position, label)
            for at, (answer, _) in rows
            for role in ("assignee", "contact")
            for position, label in enumerate(answer[role], 1)
        ),
    )
    yield (
        "record_references",
        (
            (at, position, one.type, one.data, one.text, one.label)
            for at, (_, record) in rows
            for position, one in enumerate(record.reference, 1)
        ),
    )
    contacts = list(enumerate(edition.contacts or (), 1))
    yield "contacts", ((at, one.id, one.name, one.organization, _plain(one.updated)) for at, one in contacts)
    yield (
        "contact_uris",
        ((at, position, uri) for at, one in contacts for position, uri in enumerate(one.uris, 1)),
    )
    names = ((name, edition.canonical(name)) for name in edition.service_names)
    yield (
        "aliases",
        ((at, *pair) for at, pair in enumerate((p for p in names if fold(p[0]) != fold(p[1])), 1)),
    )
    yield (
        "stretches",
        (
            (*ports, transport.value, standing.state, standing.service_name, standing.canonical)
            for ports, transport, standing in stretches(edition)
        ),
    )
    yield "blocks", ((*run.ports, run.state.value) for run in runs_of_any(edition, EVERY_PORT))


def _head(edition: Edition, provenance: Provenance) -> tuple[object, ...]:
    experts = None if edition.experts is None else str(edition.experts)
    written_by = f"portbook {provenance.version}"
    own = (provenance.edition, provenance.date or None, provenance.sha256, written_by, HINT)
    return *own, edition.title, edition.category, _plain(edition.updated), experts


def _record(at: int, answer: Answer, port_number: str | None) -> tuple[object, ...]:
    told = answer | {"port_number": port_number}
    return at, *(told[field] for field in _PLAIN)


def _plain(text: str | None) -> str | None:
    return None if text is None else str(text)  # a date is a text of its own class
