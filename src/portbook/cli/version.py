"""`portbook --version`: the version, and the date of the data that it answers from."""

from argparse import Namespace

from portbook import __version__
from portbook.cli.data import chosen_file
from portbook.cli.output import say
from portbook.cli.refusal import FOUND


def run(arguments: Namespace) -> int:
    """Print one line.  Raises `DataMissing` or `StoreError` when there is no data to have a date."""
    file = chosen_file(arguments)
    say(f"portbook {__version__} (data: edition {file.id}, {file.records} records, {file.origin})")
    return FOUND
