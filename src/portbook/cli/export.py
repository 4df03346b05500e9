"""`portbook export NAME [-o OUT]`: the files that other programs read, made from an edition.

What each is and takes is `portbook.exports`'s; the edition, the output and its rules are the command's, as in
`convert`.  What an export leaves out is said on standard error.
"""

import argparse
import sys
from collections.abc import Iterator
from typing import Any

from portbook import __version__, exports
from portbook.cli import verbs
from portbook.cli.convert import free_target, put
from portbook.cli.data import MARK, chosen_file, input_bytes
from portbook.cli.output import note
from portbook.cli.progress import long_work
from portbook.cli.refusal import FOUND, NOT_FOUND, UsageError, sentence, usage
from portbook.errors import FormatError, RuleError
from portbook.exports.profiles import PROFILES, names_in_list
from portbook.formats.limits import decoded
from portbook.numbers import parse_port, parse_transport
from portbook.store import EditionFile, EditionStore

NO_SERVICE = "E-EXPORT-SERVICE"
# The argument -> the option of an export that it is for.
FOR_OPTION = {
    "profile": "profile", "list": "names", "strict_names": "strict_names", "compat": "earlier",
    "since": "earlier", "frequencies": "frequencies", "name": "service", "transport": "transport",
    "domain": "domain", "host": "host", "instance": "instance", "port": "port", "txt": "txt",
    "priority": "priority", "weight": "weight", "ttl": "ttl", "history": "history", "base": "base",
}  # fmt: skip
NEEDED = ("name", "transport", "domain", "host")  # by the DNS records


def arguments(parser: verbs.Parser) -> None:
    """Add the arguments of export."""
    parser.add_argument("wanted", metavar="NAME", help="what to write; see below")
    parser.add_argument(
        "-o", "--output", metavar="OUT", default=MARK, help="the file to write; else standard output"
    )
    parser.add_argument("--force", action="store_true", help="replace OUT if it is there")
    verbs.edition_options(parser)
    table = parser.add_argument_group("which names (tables of services, dictionaries, firewalls, ldif)")
    table.add_argument("--profile", metavar="P", help=f"{', '.join(PROFILES)}; full if not said")
    table.add_argument("--list", metavar="FILE", help="the names of profile list, one a line")
    table.add_argument("--strict-names", action="store_true", help="only names that RFC 6335 allows")
    table.add_argument(
        "--compat", action="store_true", help="etc-services: names of earlier editions stay as aliases"
    )
    table.add_argument(
        "--history", action="store_true", help="ports-*: what earlier editions had, with dates"
    )
    table.add_argument("--since", metavar="ID", help="the oldest edition to look at for those; else all")
    table.add_argument("--base", metavar="DN", help="ldif: the entry that the services stand under")
    table.add_argument("--frequencies", metavar="FILE", help="nmap-services: a file to keep the numbers of")
    _zone_options(parser)
    names = "\n".join(f"  {name:<20}{export.title}" for name, export in exports.EXPORTS.items())
    parser.epilog = f"NAME:\n{names}\n\n{parser.epilog}"


def _zone_options(parser: verbs.Parser) -> None:
    zone = parser.add_argument_group("the records (zone)")
    zone.add_argument("--name", metavar="SERVICE", help="the service, such as ipp; for firewalld too")
    zone.add_argument("-t", "--transport", metavar="T", help="tcp, udp, sctp or dccp")
    zone.add_argument("--domain", metavar="DOMAIN", help="the domain that offers it, such as example.com")
    zone.add_argument("--host", metavar="HOST", help="the host that runs it")
    zone.add_argument("--instance", metavar="TEXT", help="the name that people see: adds PTR and TXT")
    zone.add_argument("--port", metavar="N", help="where the registry lists none or several")
    zone.add_argument("--txt", metavar="KEY=VALUE", action="append", help="a string of TXT; repeat it")
    for name, what in (("priority", "0"), ("weight", "0"), ("ttl", "3600 seconds")):
        zone.add_argument(f"--{name}", metavar="N", help=f"{what} if not said")


def run(arguments: argparse.Namespace) -> int:
    """Write the export; nothing is written when anything is wrong."""
    options = options_of(arguments)
    target = None if arguments.output == MARK else free_target(arguments.output, force=arguments.force)
    file = chosen_file(arguments)
    with long_work(f"Writing {arguments.wanted}"):
        if arguments.compat:
            options["earlier"] = (kept.edition for kept in earlier_editions(file, arguments.since))
        if arguments.history:
            kept_before = reversed(earlier_editions(file, arguments.since))
            options["history"] = ((kept.date, kept.edition) for kept in kept_before)
        written = written_or_none(file, arguments.wanted, options)
    if written is None:
        return NOT_FOUND
    if target is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(written.data)
        sys.stdout.buffer.flush()
    else:
        put(target, written.data, force=arguments.force)
    for remark in written.remarks:
        note(f"portbook: {remark}")
    for name in written.missing:
        note(f"portbook: no row with a port has the name {name}")
    return NOT_FOUND if written.missing else FOUND


def written_or_none(file: EditionFile, name: str, options: dict[str, Any]) -> exports.Written | None:
    """Return the export, or None when it is of a service that no row has, which is told."""
    provenance = exports.Provenance(file.id, file.date, file.sha256, __version__)
    try:
        return exports.write(file.edition, name, provenance, **options)
    except RuleError as error:
        if error.problem.code != NO_SERVICE:
            raise
        note(sentence(error))
        return None


def options_of(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the options of the export that were given, read.

    Raises `UsageError` for an unknown export or profile, an option that is another's, or one that is missing.
    """
    wanted = arguments.wanted
    try:
        known = exports.named(wanted)
    except FormatError as error:
        raise UsageError(error.problem) from error
    given = {name: value for name in FOR_OPTION if (value := getattr(arguments, name)) not in (None, False)}
    for name in given:
        if FOR_OPTION[name] not in known.options and (name != "since" or "history" not in known.options):
            raise usage(f"--{name.replace('_', '-')} is not for {wanted}", "export")
    if arguments.since is not None and not (arguments.compat or arguments.history):
        raise usage("--since is for --compat and --history", "export")
    if wanted == "zone" and (missing := [name for name in NEEDED if name not in given]):
        raise usage(f"zone needs {', '.join(f'--{name}' for name in missing)}", "export")
    return dict(_read(given))


def _read(given: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """The options of the export, from the arguments *given*."""
    if "list" in given:
        yield "names", names_in_list(decoded(input_bytes(given["list"])))
        given.setdefault("profile", "list")
    if profile := given.get("profile"):
        if profile not in PROFILES:
            raise usage(f"profile {profile!r} is none of {', '.join(PROFILES)}", "export")
        if (profile == "list") != ("list" in given):
            raise usage("--profile list and --list FILE go together", "export")
        yield "profile", profile
    if "frequencies" in given:
        from portbook.exports.nmap_services import frequencies_in

        try:
            yield "frequencies", frequencies_in(input_bytes(given["frequencies"]))
        except FormatError as error:
            error.add_note(given["frequencies"])
            raise
    if "transport" in given:
        yield "transport", parse_transport(given["transport"])
    for name in ("port", "priority", "weight", "ttl"):
        if name in given:
            yield name, parse_port(given[name]) if name == "port" else _whole(name, given[name])
    for name, option in FOR_OPTION.items():
        if name in given and name in ("strict_names", "name", "domain", "host", "instance", "txt", "base"):
            yield option, given[name]


def _whole(name: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 10):
        raise usage(f"--{name} {text!r} is no whole number", "export")
    return int(text)


def earlier_editions(file: EditionFile, since: str | None) -> list[EditionFile]:
    """Return the kept editions before *file*, the newest first, down to the one called *since*."""
    store = EditionStore()
    oldest = store.get(since).order if since is not None else None
    return [
        kept
        for kept in reversed(store.all())
        if (not file.date or kept.order < file.order) and (oldest is None or kept.order >= oldest)
    ]
