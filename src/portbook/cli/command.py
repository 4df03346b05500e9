"""One call of the command: find the verb, parse its arguments, run it, say what went wrong.

The only place where the library's errors are caught; what each verb does is in its own module.
"""

import sys
from collections.abc import Sequence

from portbook.cli import verbs
from portbook.cli.output import never_fail, note
from portbook.cli.refusal import FOUND, sentences, status_of, usage
from portbook.errors import PortbookError


def run(argv: Sequence[str]) -> int:
    """Run the command with *argv* and return its exit status (docs/errors.md)."""
    never_fail(sys.stdout)
    never_fail(sys.stderr)
    try:
        return _run(argv)
    except PortbookError as error:
        for line in sentences(error):
            note(line)
        return status_of(error)


def _run(argv: Sequence[str]) -> int:
    if not argv:
        raise usage("a key or a verb is needed, such as `portbook 443` or `portbook search mail`")
    verb, rest = verbs.with_verb_first(argv)
    if verb == "getent":
        from portbook.cli import getent

        return getent.answer(rest)
    parser = verbs.parser_of(verb)
    try:
        arguments = parser.understood(rest)
    except SystemExit as done:  # --help has been printed
        return int(done.code or FOUND)
    if getattr(arguments, "version", False):
        from portbook.cli import version

        return version.run(arguments)
    return int(verbs.module_of(verb or "lookup").run(arguments))
