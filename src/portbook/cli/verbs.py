"""The verbs of the command and the parser of each; a verb comes before a service of its name.

`portbook convert` is the verb; `portbook lookup convert` asks for the service.  Each verb names the module
that adds its arguments (`arguments(parser)`) and does its work (`run(namespace) -> int`).
"""

import argparse
from collections.abc import Sequence
from importlib import import_module
from types import ModuleType
from typing import NamedTuple, NoReturn

from portbook.cli.refusal import usage


class Verb(NamedTuple):
    """One verb: the module that does it, and what it does in one line."""

    module: str
    summary: str


VERBS = {
    "lookup": Verb("lookup", "what stands at a port or under a service name"),
    "search": Verb("search", "find services by name, description, person or RFC"),
    "show": Verb("show", "the full rows: twelve columns, why, aliases"),
    "getent": Verb("getent", "getent services [KEY...], as the C library answers it"),
    "convert": Verb("convert", "write an edition in another format"),
    "export": Verb("export", "write a file that another program reads, such as /etc/services"),
    "check": Verb("check", "judge an edition by the registry's rules"),
    "conform": Verb("conform", "judge anybody's services file by an edition"),
    "apply": Verb("apply", "an application for a name or port: write it, check it, send it, follow it"),
    "register": Verb("register", "a registry of one's own: begin it, its members, its policy, its state"),
    "review": Verb("review", "the queue of applications, and every step that one takes"),
    "assign": Verb("assign", "enter what an approved application asks for"),
    "maintain": Verb("maintain", "change entries: descriptions, names, notes, reuse, succession"),
    "deassign": Verb("deassign", "give back a port or a name, after a notice"),
    "revoke": Verb("revoke", "whether an assignment is revoked, step by step"),
    "contact": Verb("contact", "the parties, their addresses, and what is published of them"),
    "appeal": Verb("appeal", "appeals against decisions"),
    "audit": Verb("audit", "every act that was done; whether its record is whole"),
    "backup": Verb("backup", "the whole register as one file, tried out"),
    "restore": Verb("restore", "a register from a backup"),
    "worker": Verb("worker", "send the letters of the register"),
    "publish": Verb("publish", "write the whole publication, for any web server to serve"),
    "verify": Verb("verify", "whether a publication is whole, signed and not an old one"),
    "editions": Verb("editions", "list, add, show, verify the editions kept here"),
    "update": Verb("update", "fetch IANA's newest edition, and keep it if it is plausible"),
    "paths": Verb("paths", "every file that Portbook uses"),
    "serve": Verb("serve", "the site and the HTTP API, on this machine"),
    "practice": Verb("practice", "a desk to try: invented people, a register that is thrown away"),
    "doctor": Verb("doctor", "how old the data are, and what is wrong with the installation"),
}

USAGE = "portbook [options] KEY...   or   portbook VERB ..."
EPILOG = "Exit status: 0 found or done, 1 not found or findings, 2 wrong call, 3 data missing or unreadable."
# The options that take a value, whatever the verb.
VALUED = {"-t", "--transport", "--edition", "--data", "--limit", "--from", "--to", "-o", "--output"}
VALUED |= {"--profile", "--list", "--since", "--frequencies", "--name", "--domain", "--host", "--instance"}
VALUED |= {"--port", "--txt", "--priority", "--weight", "--ttl", "--base"}
VALUED |= {"--as", "--only"}
VALUED |= {"--policy"}
VALUED |= {"--key", "--new-key", "--expires", "--keep"}
VALUED |= {"--date", "--source", "--bind", "--rendering", "--header", "--layout", "--url"}
# Of the acts on the register.
VALUED |= {"--reason", "--field", "--seen", "--second", "--words", "--ground", "--reference", "--decision"}
VALUED |= {
    "--evidence",
    "--expert",
    "--asked-by",
    "--application",
    "--roles",
    "--party",
    "--begins",
    "--ends",
}
VALUED |= {
    "--document",
    "--description",
    "--contact",
    "--notes",
    "--word",
    "--by",
    "--accepted",
    "--assignee",
}
VALUED |= {"--applied-by", "--released-by", "--release", "--request", "--chairs", "--organization", "--facts"}
VALUED |= {"--appellant", "--attempts", "--life", "--finding", "--disuse", "--need", "--draft"}
VALUED |= {"--actor", "--operation", "--object", "--manifest", "--server", "--every"}


class Parser(argparse.ArgumentParser):
    """argparse that raises `UsageError`, and that names the way to a service called like the verb."""

    verb: str | None = None
    has_parts = False  # verbs below the verb, as `editions list`

    def understood(self, argv: Sequence[str]) -> argparse.Namespace:
        """Return *argv* parsed, options and keys in any order."""
        return self.parse_args(argv if self.has_parts else options_first(argv))

    def error(self, message: str) -> NoReturn:
        missing = "the following arguments are required" in message
        if self.verb and missing:
            message = message.replace("the following arguments are required", f"{self.verb} needs")
            message += f"; for a service called {self.verb}: portbook lookup {self.verb}"
        raise usage(message, self.prog.removeprefix("portbook").strip())


def with_verb_first(argv: Sequence[str]) -> tuple[str | None, list[str]]:
    """Return the verb of *argv*, or None when its first word is a key, and the other arguments.

    Options of look-up may stand before the verb.  Verbs are lower case; "SEARCH" is a key.
    """
    place = 0
    while place < len(argv) and _is_option(argv[place]):
        place += 2 if argv[place] in VALUED else 1
    if place < len(argv) and argv[place] in VERBS:
        return argv[place], [*argv[:place], *argv[place + 1 :]]
    return None, list(argv)


def options_first(argv: Sequence[str]) -> list[str]:
    """Return *argv* with the options before `--` and all else behind it: argparse wants keys side by side."""
    options: list[str] = []
    others: list[str] = []
    place = 0
    while place < len(argv):
        word = argv[place]
        if word == "--":
            others += argv[place + 1 :]
            break
        size = 2 if word in VALUED else 1
        if _is_option(word):
            options += argv[place : place + size]
            place += size
        else:
            others.append(word)
            place += 1
    return [*options, "--", *others] if others else options


def _is_option(word: str) -> bool:
    """Whether *word* is an option; "-" is standard input, "-1" a wrong port."""
    return word.startswith("-") and word not in ("-", "--") and not word[1:2].isdigit()


def module_of(verb: str) -> ModuleType:
    """Return the module that does *verb*."""
    return import_module(f"portbook.cli.{VERBS[verb].module}")


def parser_of(verb: str | None) -> Parser:
    """Return the parser of *verb*, or of bare keys."""
    known = VERBS[verb or "lookup"]
    parser = Parser(
        prog=f"portbook {verb}" if verb else "portbook",
        usage=None if verb else USAGE,
        description=f"{known.summary[0].upper()}{known.summary[1:]}.",
        epilog=EPILOG if verb else _overview(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.verb = verb
    if verb is None:
        parser.add_argument("--version", action="store_true", help="the version, and the date of the data")
    module_of(verb or "lookup").arguments(parser)
    return parser


def _overview() -> str:
    lines = [f"  {name:<10}{verb.summary}" for name, verb in VERBS.items()]
    hint = "portbook VERB --help tells more; portbook lookup VERB asks for a service of that name."
    return "\n".join(["verbs:", *lines, "", hint, EPILOG])


# -- options that several verbs have


def edition_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that choose the edition."""
    which = parser.add_argument_group("which edition").add_mutually_exclusive_group()
    which.add_argument(
        "--edition", metavar="ID", help="a kept edition, such as 2023-03-13; a beginning will do"
    )
    which.add_argument("--data", metavar="FILE", help="an edition from a file")


def output_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that choose the form of the answer; `form` is None for people's."""
    form = parser.add_argument_group("form of the answer").add_mutually_exclusive_group()
    for name, what in (
        ("json", "one JSON document, as the HTTP API sends it"),
        ("jsonl", "JSON Lines: one record a line"),
        ("csv", "one record a row, with a header"),
        ("tsv", "the same, tab-separated"),
    ):
        form.add_argument(f"--{name}", dest="form", action="store_const", const=name, help=what)


def transport_option(parser: argparse.ArgumentParser) -> None:
    """Add the option that names the transport."""
    parser.add_argument("-t", "--transport", metavar="NAME", help="tcp, udp, sctp, dccp; any for all")
