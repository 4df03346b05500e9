"""The exports on the site: /exports, which tells what each is for, and the files themselves.

A file is what `portbook export` writes without options, made once for an edition.  An export that cannot be
made so is told with its command, and one whose packages are not installed here with that.
"""

from http import HTTPStatus
from importlib.util import find_spec
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse

from portbook import __version__, exports
from portbook.errors import DataMissing, FormatError, Problem, RuleError, shown
from portbook.exports import EXPORTS, Export, Provenance
from portbook.web import problems
from portbook.web.assets import FOR_EVER
from portbook.web.editions import Served
from portbook.web.files import DIGEST, kept, last_modified
from portbook.web.front import REVALIDATE
from portbook.web.layout import page
from portbook.web.sending import Content, send
from portbook.web.shown import edition_of

ADDRESS = "/exports"
NEEDS = {"workbook": "openpyxl", "arrow_tables": "pyarrow"}  # module of an export -> its package
COMMANDS = {  # of exports that are nothing without options
    "zone": "portbook export zone --name ipp -t tcp --domain example.com --host printer.example.com",
}
GROUPS = {  # heading -> export -> who reads it
    "Tables of services": {
        "etc-services": "the C library of every Unix, in /etc",
        "nmap-services": "nmap, by --datadir or --servicedb",
        "wireshark-services": "Wireshark and tshark, in their folder of settings",
        "service-types": "Avahi’s browsers, which name what they find by it",
    },
    "DNS and service discovery": {
        "zone": "a name server, in the file of a zone",
        "txt-keys": "programs that write or check TXT records",
    },
    "The whole edition": {
        "json-lines": "jq, and whatever reads a line at a time",
        "sqlite": "SQLite and every program over it",
        "spreadsheet-csv": "spreadsheets; no cell of it is run as a formula",
        "xlsx": "Excel, LibreOffice",
        "records-parquet": "DuckDB, Spark, pandas",
        "records-arrow": "pyarrow, polars",
        "ports-parquet": "DuckDB, Spark, pandas: to be joined with flows",
        "ports-arrow": "pyarrow, polars: to be joined with flows",
    },
    "Dictionaries for logs": {
        "logstash-csv": "Logstash’s filter translate",
        "logstash-yaml": "Logstash’s filter translate",
        "zeek": "Zeek’s input framework",
        "clickhouse": "ClickHouse",
        "graylog": "Graylog’s adapter for CSV files",
    },
    "Firewalls and directories": {
        "firewalld": "firewalld, unpacked in /etc/firewalld",
        "nftables": "nft -f",
        "ldif": "slapadd and ldapadd",
    },
}


class Line(NamedTuple):
    """An export on the page: with an address, a command, or the reason why it has neither."""

    name: str
    title: str
    reader: str
    href: str
    digest_href: str
    command: str
    reason: str


def listing(request: HttpRequest) -> HttpResponse:
    """Every export: what it is for, who reads it, the file or the command."""
    here = edition_of(request)
    groups = [
        (heading, [_line(EXPORTS[name], reader, here) for name, reader in readers.items()])
        for heading, readers in GROUPS.items()
    ]
    return page(request, "exports.html", {"groups": groups, "address": here.links.to(ADDRESS)})


def file(request: HttpRequest, name: str) -> HttpResponse:
    """/exports/etc-services, /exports/zeek.tsv, and so on; .sha256 behind each."""
    here = edition_of(request)
    plain = name.removesuffix(DIGEST)
    export = _named(plain)
    content = kept.get(here, f"exports/{plain}", lambda: Content(_written(here, export), export.media_type))
    headers = {"Cache-Control": FOR_EVER if here.is_dated else REVALIDATE}
    saved = _saved_as(here, export)
    if plain != name:
        line = f"{content.digest}  {saved}\n".encode()
        return send(request, Content(line, "text/plain; charset=utf-8"), headers)
    headers["Content-Disposition"] = f'attachment; filename="{saved}"'
    if instant := last_modified(here.file):
        headers["Last-Modified"] = instant
    return send(request, content, headers, ranges=True)


def file_name(export: Export) -> str:
    """Return the last part of the address of *export*."""
    return f"{export.name}{export.suffix}"


def why_not(export: Export) -> str:
    """Return "" for an export that has a file here, else why it has none."""
    if export.name in COMMANDS:
        return f"needs options: {COMMANDS[export.name]}"
    package = NEEDS.get(export.module)
    if package and find_spec(package) is None:
        return f"needs {package}, which is not installed here (portbook[tables])"
    return ""


_BY_FILE_NAME = {file_name(export): export for export in EXPORTS.values()}


def _named(name: str) -> Export:
    export = _BY_FILE_NAME.get(name)
    if export is None:
        raise _missing(f"no export has the file name {shown(name)}; {ADDRESS} lists them")
    if reason := why_not(export):
        raise _missing(f"the export {export.name} {reason}")
    return export


def _missing(message: str) -> problems.RequestError:
    return problems.RequestError(HTTPStatus.NOT_FOUND, Problem("E-WEB-EXPORT", message, "docs/exports.md"))


def _written(here: Served, export: Export) -> bytes:
    """The bytes of an export; 404 when the edition, or what is installed, does not allow it."""
    file = here.file
    try:
        known = Provenance(file.id, file.date, file.sha256, __version__)
        return exports.write(here.edition, export.name, known).data
    except (DataMissing, FormatError, RuleError) as error:
        raise problems.RequestError(HTTPStatus.NOT_FOUND, error.problem) from None


def _line(export: Export, reader: str, here: Served) -> Line:
    command = COMMANDS.get(export.name, "")
    reason = "" if command else why_not(export)
    href = "" if command or reason else here.links.to(f"{ADDRESS}/{file_name(export)}")
    title = export.title.replace("`", "")  # which stand for a terminal's want of italics
    return Line(export.name, title, reader, href, f"{href}{DIGEST}", command, reason)


def _saved_as(here: Served, export: Export) -> str:
    file = here.file
    which = file.date if file.origin == "file" else file.id
    return f"{export.name}-{which}{export.suffix}" if which else file_name(export)
