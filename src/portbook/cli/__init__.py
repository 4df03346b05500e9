"""The `portbook` command: `main`, and one module for each family of verbs, each imported when it is needed.

Plain keys (`portbook 443/tcp https`) are answered by `plain` from the compiled table, before argparse and
dataclasses are even loaded; all else goes to `command`.  Stays out of: every rule and every format.
"""

import sys

INTERRUPTED = 130  # 128 + SIGINT, as shells say it
PIPE_CLOSED = 141  # 128 + SIGPIPE


def main(argv: list[str] | None = None) -> int:
    """Run the command with *argv* (by default the program's arguments) and return its exit status.

    The statuses are in docs/errors.md.  Writes to standard output and standard error, raises nothing
    that a user can cause.
    """
    arguments = sys.argv[1:] if argv is None else list(argv)
    try:
        from portbook.cli import plain

        status = plain.answer(arguments)
        if status is None:
            from portbook.cli import command

            status = command.run(arguments)
        sys.stdout.flush()
        return status
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _forget_output()
        return PIPE_CLOSED


def _forget_output() -> None:
    """Let what is still in the buffer go nowhere: nobody reads on, and Python would complain at exit."""
    import os

    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
