"""A publisher for the tests to kill: assigns a name and publishes, again and again, and answers after each.

`python publisher.py STORE TREE`, the database by environment.  Prints a line when it begins, then number and
digest of each publication.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import django

NOW = "2026-09-01T10:00:00Z"


def main(store: Path, tree: Path) -> None:
    django.setup()
    from portbook.procedures import Change, Row
    from portbook.records import Record, rich
    from portbook.register import changing, publishing
    from portbook.register.acts import Act
    from portbook.store import EditionStore

    def grant(work: changing.Work) -> None:
        name = f"killed-{work.event}"
        port = str(20_000 + work.event % 8_000)
        given = Record(service_name=name, port_number=port, transport="tcp", description=rich("A test"))
        work.replace((Change((), (Row(given),), "a test"),))

    print("begins", flush=True)
    while True:
        changing.transaction(Act("assign", "ada", "a name", "a test", NOW), grant)
        act = Act("publish", "ada", "registry", "a test", NOW)
        result = publishing.publish(act, EditionStore(store), publishing.Target(tree))
        print(json.dumps([result.number, result.file.sha256]), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
