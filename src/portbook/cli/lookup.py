"""`portbook KEY...`, `portbook lookup KEY...`: what stands at ports and under service names (R-LOOK).

For people: on a terminal the answer with its evidence, on a pipe the same facts tab-separated (`sheet`,
`plain`); for programs: JSON as the HTTP API sends it, or records one a line.
"""

import argparse
import sys
from collections.abc import Iterator

from portbook import answers
from portbook.cli import output, verbs
from portbook.cli.data import MARK, chosen_file
from portbook.cli.keys import Key, keys_of, narrowed, parse_key, transports_of
from portbook.cli.missing import MissingNames
from portbook.cli.plain import Writer
from portbook.cli.refusal import FOUND, NOT_FOUND, usage
from portbook.cli.sheet import block_of
from portbook.edition import Edition
from portbook.records import Record
from portbook.store import EditionFile

KEY_HELP = "443, 443/tcp, tcp/443, :443, 6000-6063, https, https/udp, _https._tcp; - reads keys, one a line"


def arguments(parser: verbs.Parser) -> None:
    """Add the arguments of look-up."""
    parser.add_argument("keys", metavar="KEY", nargs="+" if parser.verb else "*", help=KEY_HELP)
    verbs.transport_option(parser)
    verbs.edition_options(parser)
    verbs.output_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Answer each key; 1 when one of them is a name that no row has."""
    if not arguments.keys:
        raise usage("a key is needed, such as `portbook 443`")
    asked = Asked(arguments)
    if arguments.form == "json":
        return asked.as_documents()
    return asked.as_records(arguments.form) if arguments.form else asked.for_people()


class Asked:
    """The keys of one call, and the edition that answers them."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self.texts: list[str] = arguments.keys
        named = arguments.transport
        self.transports = None if named is None else transports_of(named)
        for text in self.texts:
            if text != MARK:
                self._key(text)  # a bad key is told before anything is read or answered
        self.file: EditionFile = chosen_file(arguments)
        self.edition: Edition = self.file.edition
        self.missing = MissingNames(self.edition)
        self.status = FOUND

    def _key(self, text: str) -> Key:
        return narrowed(parse_key(text), self.transports)

    def known_keys(self) -> Iterator[Key]:
        """Yield each key that has an answer; say of the others that there is no such service."""
        for key in map(self._key, keys_of(self.texts)):
            if isinstance(key.subject, str) and self.edition.service(key.subject) is None:
                output.note(f"portbook: {self.missing.sentence(key.subject)}")
                self.status = NOT_FOUND
            else:
                yield key

    def for_people(self) -> int:
        """Write the answers, and the hint once."""
        writer = Writer(self.file.id)
        for key in self.known_keys():
            if block := block_of(key, self.edition):
                writer.write(block)
        writer.end()
        return self.status

    def as_documents(self) -> int:
        """Write the answer of the one key, or a list of all answers."""
        found = [document(key, self.edition, self.file.id) for key in self.known_keys()]
        alone = len(self.texts) == 1 and self.texts[0] != MARK
        if found or not alone:
            sys.stdout.write(output.json_text(found[0] if alone else found))
        return self.status

    def as_records(self, form: str) -> int:
        """Write the rows that answer the keys; say of a port that no row speaks of it."""
        writer = output.RecordWriter(form)
        for key in self.known_keys():
            records = records_of(key, self.edition)
            for record in records:
                writer.write(answers.record_fields(record, self.edition, self.file.id))
            if not records:
                output.note(f"portbook: no row speaks of {key.text}")
        return self.status


def document(key: Key, edition: Edition, edition_id: str) -> answers.Answer | None:
    """Return the answer to *key* as the HTTP API sends it, or None for an unknown service."""
    if isinstance(key.subject, str):
        service = edition.service(key.subject)
        return answers.service_answer(edition, edition_id, service, key.transports) if service else None
    if key.subject.low != key.subject.high:
        return answers.ports_answer(edition, edition_id, key.subject, key.transports)
    if len(key.transports) == 1:
        return answers.port_transport_answer(edition, edition_id, key.subject.low, key.transports[0])
    return answers.port_answer(edition, edition_id, key.subject.low, key.transports)


def records_of(key: Key, edition: Edition) -> tuple[Record, ...]:
    """Return the rows that answer *key*, each once, in registry order."""
    if isinstance(key.subject, str):
        service = edition.service(key.subject)
        return answers.rows_on(service.records, key.transports) if service else ()
    low, high = key.subject
    if low == high:
        return answers.rows_on(edition.at(low), key.transports)
    near = (r for r in edition.records if (own := r.ports) and own.low <= high and low <= own.high)
    return answers.rows_on(near, key.transports)
