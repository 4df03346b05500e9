"""Parquet and Arrow: the records, and a table with a row for every port on every transport and its dates.

Needs pyarrow (`portbook[tables]`), imported on use.  Where it comes from stands in the metadata of the
schema.  The same edition gives the same bytes for one version of pyarrow (T-38).
"""

import io
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from portbook.answers import RECORD_FIELDS, record_fields
from portbook.edition import Edition
from portbook.exports.port_states import TRANSPORTS, timeline
from portbook.exports.provenance import Provenance, Written
from portbook.exports.whole_text import lacking, whole_characters

if TYPE_CHECKING:
    import pyarrow as pa

_TITLES = {
    "records": "The records of the registry of service names and port numbers",
    "ports": "What the registry lists at each port on each transport, and since when",
}


def write(
    edition: Edition,
    provenance: Provenance,
    *,
    kind: str,
    history: Iterable[tuple[str, Edition]] | None = None,
) -> Written:
    """Return *kind*: "records" or "ports", then "parquet" or "arrow", as in "ports.parquet".

    *history*, for the ports, is earlier editions with their dates, oldest first.  Raises `DataMissing`
    E-EXPORT-PACKAGE; `FormatError` E-EXPORT-TEXT, E-EXPORT-DATE.
    """
    try:
        import pyarrow  # noqa: F401 - to say at once that it is missing
    except ImportError:
        raise lacking("pyarrow") from None
    what, _, form = kind.partition(".")
    with whole_characters():
        if what == "records":
            table = _records(edition, provenance.edition)
        else:
            table = _ports(edition, provenance.date, history or ())
    head = {f"portbook.{name}": value for name, value in provenance._asdict().items()}
    table = table.replace_schema_metadata({"portbook.title": _TITLES[what], **head})
    return Written(_in_parquet(table) if form == "parquet" else _in_arrow(table))


def _in_parquet(table: "pa.Table") -> bytes:
    from pyarrow import parquet

    target = io.BytesIO()
    parquet.write_table(table, target, compression="zstd", row_group_size=1 << 20)
    return target.getvalue()


def _in_arrow(table: "pa.Table") -> bytes:
    import pyarrow as pa

    target = io.BytesIO()
    with pa.ipc.new_file(target, table.schema) as writer:
        writer.write_table(table)
    return target.getvalue()


def _records(edition: Edition, edition_id: str) -> "pa.Table":
    """The fields of `RECORD_FIELDS`; dates stay texts, for some have no day (R-PUB-11)."""
    import pyarrow as pa

    texts = pa.list_(pa.string())
    reference = pa.struct([("type", pa.string()), ("data", pa.string()), ("text", pa.string())])
    kinds = {"port": pa.uint16(), "port_end": pa.uint16(), "reference": pa.list_(reference)}
    kinds |= dict.fromkeys(("assignee", "contact", "aliases"), texts)
    schema = pa.schema([(field, kinds.get(field, pa.string())) for field in RECORD_FIELDS])
    answers = [record_fields(record, edition, edition_id) for record in edition.records]
    return pa.Table.from_pylist(answers, schema)


def _ports(edition: Edition, day: str, history: Iterable[tuple[str, Edition]]) -> "pa.Table":
    """A row a port and transport and time, as `port_states.timeline`."""
    import pyarrow as pa

    rows, standings = timeline(edition, day, history)
    told = pa.array([row.standing for row in rows], pa.int32())
    of_rows = {
        "state": pa.array([one.state for one in standings], pa.string()).take(told),
        "service_name": pa.array([one.service_name for one in standings], pa.string()).take(told),
        "canonical": pa.array([one.canonical for one in standings], pa.string()).take(told),
        "names": pa.array([one.names for one in standings], pa.list_(pa.string())).take(told),
    }
    transports = pa.array([transport.value for transport in TRANSPORTS], pa.string())
    return pa.table(
        {
            "port": pa.array([row.port for row in rows], pa.uint16()),
            "transport": transports.take(pa.array([row.transport for row in rows], pa.int8())),
            **of_rows,
            "valid_from": _days([row.valid_from for row in rows]),
            "valid_to": _days([row.valid_to for row in rows]),
        }
    )


def _days(days: list[str | None] | list[str]) -> "pa.Array":
    import pyarrow as pa

    known = {day: date.fromisoformat(day) for day in set(days) if day}
    return pa.array([known.get(day) if day else None for day in days], pa.date32())
