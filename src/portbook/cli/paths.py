"""`portbook paths`: every file and folder that Portbook uses; removing them is the uninstall."""

import argparse
import os
import sys

from portbook.cli import output, verbs
from portbook.cli.refusal import FOUND
from portbook.store import every_file

TITLES = ("Path", "There", "What it is")


def arguments(parser: verbs.Parser) -> None:
    """Add the arguments of paths."""
    verbs.output_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the paths, one a line, those that are not there (yet) too."""
    rows = [(str(path), os.path.lexists(path), what) for path, what in every_file()]
    if arguments.form in ("json", "jsonl"):
        found = [{"path": path, "exists": there, "what": what} for path, there, what in rows]
        for answer in [found] if arguments.form == "json" else found:
            sys.stdout.write(output.json_text(answer, indent=2 if arguments.form == "json" else None))
        return FOUND
    cells = [(path, "yes" if there else "no", what) for path, there, what in rows]
    if arguments.form:
        encode = output.csv_line if arguments.form == "csv" else output.tsv_line
        sys.stdout.writelines(map(encode, [("path", "exists", "what"), *cells]))
    else:
        output.table(TITLES, cells)
    return FOUND
