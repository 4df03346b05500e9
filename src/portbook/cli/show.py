"""`portbook show KEY...`: the full rows, with the twelve columns as IANA publishes them, why, and aliases."""

import argparse
import sys
from collections.abc import Iterator

from portbook import answers
from portbook.blocks import runs_of
from portbook.cli import output, verbs
from portbook.cli.keys import Key
from portbook.cli.lookup import KEY_HELP, Asked, records_of
from portbook.cli.sheet import why_of
from portbook.edition import Why
from portbook.formats.columns import COLUMNS, rendering_of, row
from portbook.numbers import Ports, Transport
from portbook.records import Record

ADDED = ("Why", "Use instead", "Aliases", "Edition")


def arguments(parser: verbs.Parser) -> None:
    """Add the arguments of show."""
    parser.add_argument("keys", metavar="KEY", nargs="+", help=KEY_HELP)
    verbs.transport_option(parser)
    verbs.edition_options(parser)
    verbs.output_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print every row that speaks of the keys; 1 when one of them is a name that no row has."""
    return Shown(arguments).write(arguments.form)


class Shown(Asked):
    """The rows that answer the keys, each with what the columns do not say."""

    def write(self, form: str | None) -> int:
        """Write the rows in *form*, or for people."""
        rows = [(record, why) for key in self.known_keys() for record, why in self._rows(key)]
        if form in ("json", "jsonl"):
            self._write_json(rows, form)
        elif form:
            line = output.csv_line if form == "csv" else output.tsv_line
            sys.stdout.write(line((*COLUMNS, *ADDED)))
            sys.stdout.writelines(line(self._cells(record, why)) for record, why in rows)
        elif output.on_terminal():
            sys.stdout.write("\n".join("\n".join(self._page(record, why)) + "\n" for record, why in rows))
        else:
            sys.stdout.writelines(output.tsv_line(self._cells(record, why)) for record, why in rows)
        return self.status

    def _rows(self, key: Key) -> Iterator[tuple[Record, str]]:
        found = False
        for record in records_of(key, self.edition):
            found = True
            yield record, self._why(record)
        if not found and isinstance(key.subject, Ports):
            self._say_state(key)

    def _why(self, record: Record) -> str:
        """Why the ports of a row are as they are: the registry's reason, where the row has one."""
        ports = record.ports
        transport = (record.transport or "").lower()
        if ports is None or transport not in Transport.__members__.values():
            return (
                (Why.ROW if record.transport else Why.ROW_WITHOUT_TRANSPORT).value if ports else Why.ROW.value
            )
        return why_of(self.edition.port(ports.low, Transport(transport)))

    def _say_state(self, key: Key) -> None:
        """Say what a port is that no row speaks of."""
        if isinstance(key.subject, Ports):
            for transport in key.transports:
                for run, state in runs_of(self.edition, key.subject, transport):
                    said = f"{state.state.lower()}, {why_of(state)}"
                    output.note(f"portbook: {run}/{transport} has no row: {said}")

    def _cells(self, record: Record, why: str) -> tuple[str, ...]:
        service = self.edition.service(record.service_name) if record.service_name else None
        instead = service.canonical if service and service.is_alias else ""
        aliases = " ".join(service.aliases) if service else ""
        cells = row(record, rendering_of(self.file.date or None))
        return (*cells, why, instead, aliases, self.file.id)

    def _page(self, record: Record, why: str) -> list[str]:
        """One title and cell a line; empty cells are left out, more lines of a cell stand below its first."""
        titles = (*COLUMNS, *ADDED)
        wide = max(map(len, titles)) + 2
        lines = []
        for title, cell in zip(titles, self._cells(record, why), strict=True):
            for number, line in enumerate(cell.strip("\n").split("\n") if cell else ()):
                lines.append((title if number == 0 else "").ljust(wide) + output.visible(line.strip()))
        return lines

    def _write_json(self, rows: list[tuple[Record, str]], form: str) -> None:
        found = [
            answers.record_fields(record, self.edition, self.file.id) | {"why": why} for record, why in rows
        ]
        if form == "json":
            sys.stdout.write(output.json_text(found))
        else:
            sys.stdout.writelines(output.json_text(answer, indent=None) for answer in found)
