"""`portbook search WORDS`: services, ports and references that words, numbers or labels mean, best first."""

import argparse
import sys

from portbook import answers
from portbook.cli import output, verbs
from portbook.cli.data import chosen_file
from portbook.cli.keys import transports_of
from portbook.cli.progress import long_work
from portbook.cli.refusal import FOUND, NOT_FOUND, usage
from portbook.numbers import Transport
from portbook.search import DEFAULT_LIMIT, Hit, SearchIndex

MAX_LIMIT = 1000
MAX_CANDIDATES = 20_000  # looked through when a transport is asked for


def arguments(parser: verbs.Parser) -> None:
    """Add the arguments of search."""
    parser.add_argument(
        "words", metavar="WORDS", nargs="+", help="mail, http*, 443, 6000-6063, _http._tcp, RFC 8620"
    )
    parser.add_argument(
        "--limit", metavar="N", default=str(DEFAULT_LIMIT), help=f"answers at most ({DEFAULT_LIMIT})"
    )
    verbs.transport_option(parser)
    verbs.edition_options(parser)
    verbs.output_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print what is found; 1 for nothing."""
    limit = checked_limit(arguments.limit)
    transports = tuple(Transport) if arguments.transport is None else transports_of(arguments.transport)
    query = " ".join(arguments.words)
    file = chosen_file(arguments)
    with long_work("Making the search index"):
        index = SearchIndex(file.edition)
    hits = _hits(index, query, transports, limit)
    if arguments.form == "json":
        answer = answers.search_answer(file.edition, file.id, query, hits)
        sys.stdout.write(output.json_text(answer))
    elif arguments.form:
        writer = output.RecordWriter(arguments.form)
        for record in dict.fromkeys(record for hit in hits for record in hit.records):
            writer.write(answers.record_fields(record, file.edition, file.id))
    elif hits:
        output.table(("Service", "Port", "Transport", "Description", "Found by"), [_row(hit) for hit in hits])
    if not hits:
        output.note(f"portbook: nothing is found for `{query}` in edition {file.id}")
    return FOUND if hits else NOT_FOUND


def checked_limit(text: str) -> int:
    """Return the number of answers that *text* asks for; raise `UsageError` outside 1 to `MAX_LIMIT`."""
    if text.isascii() and text.isdigit() and len(text) <= len(str(MAX_LIMIT)) and 1 <= int(text) <= MAX_LIMIT:
        return int(text)
    raise usage(f"--limit {text!r} is not a whole number from 1 to {MAX_LIMIT}", "search")


def _hits(index: SearchIndex, query: str, transports: tuple[Transport, ...], limit: int) -> tuple[Hit, ...]:
    """The best hits that have a row on one of *transports*, with those rows alone."""
    if len(transports) == len(Transport):
        return index.search(query, limit)
    found = []
    for hit in index.search(query, MAX_CANDIDATES):
        if records := answers.rows_on(hit.records, transports):
            own = tuple(dict.fromkeys(record.transport for record in records if record.transport))
            found.append(hit._replace(records=records, transports=own))
    return tuple(found[:limit])


def _row(hit: Hit) -> tuple[str, str, str, str, str]:
    text = str(hit.records[0].description) if hit.records else ""
    return hit.name or "", hit.port_number or "", ",".join(hit.transports), text, hit.why
