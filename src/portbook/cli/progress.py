"""A sign of life while long work runs: on standard error, when that is a terminal; drawn by rich.

Nothing is shown, and rich is not even imported, before the work has taken a while.
"""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from portbook.cli.output import on_terminal, visible

PATIENCE = 0.6  # seconds


@contextmanager
def long_work(what: str) -> Iterator[None]:
    """Show *what* is being done, with a moving mark, until it is done; nothing when nobody watches."""
    if not on_terminal(sys.stderr):
        yield
        return
    done = threading.Event()
    watcher = threading.Thread(target=_show, args=(visible(what), done), daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


def _show(what: str, done: threading.Event) -> None:
    if done.wait(PATIENCE):
        return
    try:
        from rich.console import Console
        from rich.text import Text
    except ImportError:
        sys.stderr.write(f"{what} ...\n")
        return
    with Console(stderr=True).status(Text(what)):
        done.wait()
