"""`portbook restore FILE`: a register from a backup, where none is; frozen unless nothing can be missing."""

import argparse
from pathlib import Path

from portbook.cli import acts, output, verbs
from portbook.cli.audit import link_in
from portbook.cli.backup import is_there
from portbook.cli.progress import long_work
from portbook.cli.refusal import FOUND, usage
from portbook.errors import RuleError

_ABOUT = """
What was assigned after the backup was taken is not in it, and must not be given to somebody else. So show
the manifest of the newest publication (--manifest): when the backup has the Event that it names, acts go on.
Without it, or with an older backup, the register is frozen: look what is missing, then let acts go on with
`portbook register unfreeze --reason ...`, by which a person declares that the chain goes on from here.
Second words that were given and not used, takeovers and changes of addresses are ended, and begin again:
one that was refused or stopped after the backup was taken would go on otherwise."""


_BESIDE = (
    "portbook: the accounts are as they were when the backup was taken: a second factor that was taken away "
    "since is there again, so take it away again; tokens, invitations and status links are gone, and are "
    "made anew"
)


def arguments(parser: verbs.Parser) -> None:
    """Add the arguments of restore."""
    parser.description = f"{parser.description}\n{_ABOUT}"
    parser.has_parts = True  # its options need not stand first
    parser.add_argument("file", metavar="FILE", help="a backup")
    parser.add_argument("--manifest", metavar="FILE", help="of the newest publication, by which it is judged")
    acts.act_options(parser, is_tried=False)


def run(arguments: argparse.Namespace) -> int:
    """Restore, and put it on record."""
    if arguments.dry_run:
        raise usage("`portbook backup --verify FILE` is the dry run of restore", "restore")
    acts.member_of(arguments)
    link = None if arguments.manifest is None else link_in(arguments.manifest)
    path = Path(arguments.file)
    is_there(path)
    acts.connect(needs_tables=False, settings=acts.with_desk())
    from portbook.register import backups, beside

    try:
        with long_work("Restoring the register"):
            done = backups.restore(path, acts.act_of(arguments), link)
    except RuleError as error:
        return acts.refused(error, is_json=arguments.json)
    acts.tell(done, arguments)
    if beside.holds_any():
        output.note(_BESIDE)
    if done.answer["frozen"]:
        output.note("portbook: the register is frozen; `portbook restore --help` says why, and what to do")
    return FOUND
