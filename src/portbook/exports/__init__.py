"""The exports: an edition as files that other programs read; one table of them, and `write` over it.

One way: an edition in, bytes out.  Each grammar has a module of its own with `write(edition, provenance,
**options) -> Written` and one encoder, so published text never becomes an entry (T-25 to T-28, T-34).  The
same edition and options give the same bytes, whatever the machine (T-38): no clock, locale or environment is
read here.  Loaded on first use.
"""

from importlib import import_module
from typing import NamedTuple, cast

from portbook import collecting
from portbook.edition import Edition
from portbook.errors import FormatError, Problem, shown
from portbook.exports.provenance import Provenance as Provenance
from portbook.exports.provenance import Written as Written

_CHOICE = ("profile", "names", "strict_names")  # which names a table of services shall hold

_RECORDS = (
    *("service", "transport", "domain", "host", "instance"),
    *("port", "txt", "priority", "weight", "ttl"),
)


class Export(NamedTuple):
    """A file that another program reads."""

    name: str  # as on the command line
    module: str
    suffix: str
    media_type: str
    title: str
    options: tuple[str, ...] = ()  # of its `write`
    kind: str = ""  # which of the forms that the module has; "" where it has one


EXPORTS = {
    export.name: export
    for export in (
        Export(
            *("etc-services", "services_file", "", "text/plain; charset=us-ascii"),
            *("/etc/services, for glibc, musl and the BSDs", (*_CHOICE, "earlier")),
        ),
        Export(
            *("nmap-services", "nmap_services", "", "text/plain; charset=us-ascii"),
            *("nmap's table of services", (*_CHOICE, "frequencies")),
        ),
        Export(
            *("wireshark-services", "wireshark_services", "", "text/plain; charset=us-ascii"),
            *("Wireshark's personal file `services`", _CHOICE),
        ),
        Export(
            *("service-types", "service_types", "", "text/plain; charset=utf-8"),
            "the DNS-SD types with what they are, as Avahi's table",
        ),
        Export(
            *("zone", "zone_snippet", ".zone", "text/dns"),
            "DNS records for one service: SRV, and PTR and TXT for an instance",
            _RECORDS,
        ),
        Export(
            *("txt-keys", "txt_keys", ".json", "application/json"),
            "the TXT keys that services define, as JSON",
        ),
        Export(
            *("json-lines", "json_lines", ".jsonl", "application/jsonl"),
            "the records as JSON, one a line",
        ),
        Export(
            *("sqlite", "sqlite_file", ".sqlite", "application/vnd.sqlite3"),
            "the whole edition as a database",
        ),
        Export(
            *("spreadsheet-csv", "spreadsheet_csv", ".csv", "text/csv; charset=utf-8"),
            "IANA's CSV without anything that a spreadsheet would run",
        ),
        Export(
            *("xlsx", "workbook", ".xlsx"),
            *("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "a workbook"),
        ),
        *(
            Export(
                *(f"{what}-{form}", "arrow_tables", f".{form}", f"application/{media_type}"),
                *(f"{title}, as {form.capitalize()}", options, f"{what}.{form}"),
            )
            for what, title, options in (
                ("records", "the records", ()),
                ("ports", "every port on every transport, and since when", ("history",)),
            )
            for form, media_type in (
                ("parquet", "vnd.apache.parquet"),
                ("arrow", "vnd.apache.arrow.file"),
            )
        ),
        *(
            Export(name, "dictionaries", suffix, media_type, title, _CHOICE, name)
            for name, suffix, media_type, title in (
                ("logstash-csv", ".csv", "text/csv; charset=us-ascii", "a dictionary for Logstash"),
                ("logstash-yaml", ".yml", "application/yaml", "a dictionary for Logstash, as YAML"),
                ("zeek", ".tsv", "text/tab-separated-values", "a table for Zeek's input framework"),
                ("clickhouse", ".tsv", "text/tab-separated-values", "a dictionary for ClickHouse"),
                ("graylog", ".csv", "text/csv; charset=us-ascii", "a look-up table for Graylog"),
            )
        ),
        Export(
            *("firewalld", "firewalld", ".zip", "application/zip"),
            *("a file for each service, for firewalld; with --name one file", (*_CHOICE, "service")),
        ),
        Export(
            *("nftables", "nftables", ".nft", "text/plain; charset=us-ascii"),
            *("a named set of ports for each transport, for nft", _CHOICE),
        ),
        Export(
            *("ldif", "ldif", ".ldif", "text/plain; charset=us-ascii"),
            *("ipService entries for an LDAP directory", (*_CHOICE, "base")),
        ),
    )
}


def named(name: str) -> Export:
    """Return the export called *name*, or raise `FormatError` E-EXPORT-UNKNOWN."""
    if export := EXPORTS.get(name):
        return export
    message = f"export {shown(name)} is none of {', '.join(EXPORTS)}"
    raise FormatError(Problem("E-EXPORT-UNKNOWN", message, "docs/exports.md"))


def write(edition: Edition, name: str, provenance: Provenance, **options: object) -> Written:
    """Return *edition* as the export called *name*; *options* are those of its module.

    Raises `FormatError` E-EXPORT-UNKNOWN, and the export's own errors.
    """
    export = named(name)
    module = import_module(f"portbook.exports.{export.module}")
    if export.kind:
        options = options | {"kind": export.kind}
    with collecting.paused():
        return cast(Written, module.write(edition, provenance, **options))
