"""The `portbook` command: `main`, and one module for each family of verbs, each imported when it is needed.

Plain keys (`portbook 443/tcp https`) are answered by `plain` from the compiled table, before argparse and
dataclasses are even loaded; all else goes to `command`.  Stays out of: every rule and every format.
"""

import sys

INTERRUPTED = 130  # 128 + SIGINT, as shells say it
PIPE_CLOSED = 141  # 128 + SIGPIPE

TYPE_CHECKING = False  # what type checkers read as true; `typing` would have to be loaded
if TYPE_CHECKING:
    from typing import TextIO


def main(argv: list[str] | None = None) -> int:
    """Run the command with *argv* (by default the program's arguments) and return its exit status.

    The statuses are in docs/errors.md.  Writes to standard output and standard error, raises nothing
    that a user can cause.
    """
    arguments = sys.argv[1:] if argv is None else list(argv)
    _open_closed_streams()
    from portbook.cli import plain

    try:
        status = plain.answer(arguments)
        if status is None:
            from portbook.cli import command

            status = command.run(arguments)
        sys.stdout.flush()
        return status
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _forget(sys.stdout)
        return PIPE_CLOSED
    except OSError as error:  # of files there is none left here; so it is the disk that the output goes to
        _forget(sys.stdout)
        code = "E-OUTPUT"
        to_stderr(f"portbook: the output cannot be written: {error.strerror} ({code}, docs/errors.md)\n")
        return plain.NO_DATA


def to_stderr(text: str) -> None:
    """Write *text* to standard error; that nobody can read it there changes no exit status."""
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except OSError:
        _forget(sys.stderr)


def _open_closed_streams() -> None:
    """Give a stream that the caller closed (`portbook 443 >&-`) a place that takes all and holds nothing."""
    import os

    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115


def _forget(stream: "TextIO") -> None:
    """Let what is still in the buffer of *stream* go nowhere: Python would complain at exit."""
    import os

    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
