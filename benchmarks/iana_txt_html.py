"""IANA's plain text, page and CSV, written and read: ratios to the raw write of their own bytes.

Usage: benchmarks/iana_txt_html.py [FILE.xml[.xz]]; default: the edition of `_edition`.  Each figure is the
median of rounds taken in turn, the garbage collector off.  Where Jinja2 is installed, it stands beside the
page with a template that escapes by itself: the records with their links and the table of contacts.
"""

import gc
import lzma
import statistics
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

from _edition import Source, goal, run, source
from _republishing import Republished

from portbook.formats import iana_csv, iana_html, iana_txt

ROUNDS = 7
GOALS = (  # case, what it is measured beside, the goal if it has one
    ("page, written", "raw write of the page", 6),
    ("page, one row changed", "raw write of the page", 2),
    ("page, read", "ElementTree over the page", None),
    ("plain text, written", "raw write of the plain text", None),
    ("plain text, one row changed", "raw write of the plain text", 2),
    ("plain text, read", "splitting it into words", None),
    ("CSV, written", "raw write of the CSV", None),
    ("CSV, one row changed", "raw write of the CSV", 2),
)
TEMPLATE = """<table>{% for r in records %}
<tr>{% for cell in (r.service_name, r.port_number, r.transport, r.description) %}<td>{{ cell or "" }}</td>
{% endfor %}{% for people in (r.shown_assignee, r.contact, r.reference) %}<td>{% for one in people %}[<a
href="#{{ one.data }}">{{ one.label }}</a>]{% endfor %}</td>
{% endfor %}{% for cell in (r.registration_date, r.modification_date, r.service_code,
r.unauthorized_use_reported, r.assignment_notes) %}<td>{{ cell or "" }}</td>
{% endfor %}</tr>{% endfor %}</table>
<table>{% for c in contacts or () %}
<tr><td><a name="{{ c.id }}" id="{{ c.id }}">[{{ c.id }}]</a></td><td>{{ c.name or "" }}</td>
<td>{{ c.organization or "" }}</td><td>{% for uri in c.uris %}<a href="{{ uri }}">{{ uri }}</a>
{% endfor %}</td><td>{{ c.updated or "" }}</td></tr>{% endfor %}</table>
"""


def main() -> None:
    published = given() or source()
    edition = published.edition()
    page, text, rows = iana_html.write(edition), iana_txt.write(edition), iana_csv.write(edition)
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "raw"
        cases: dict[str, Callable[[], object]] = {
            "raw write of the page": lambda: target.write_bytes(page),
            "raw write of the plain text": lambda: target.write_bytes(text),
            "raw write of the CSV": lambda: target.write_bytes(rows),
            "ElementTree over the page": lambda: ET.fromstring(page),
            "splitting it into words": lambda: [line.split() for line in text.decode().split("\n")],
            "page, written": lambda: target.write_bytes(iana_html.write(edition)),
            "page, read": lambda: iana_html.read(page),
            "plain text, written": lambda: target.write_bytes(iana_txt.write(edition)),
            "plain text, read": lambda: iana_txt.read(text),
            "CSV, written": lambda: target.write_bytes(iana_csv.write(edition)),
            "page, one row changed": Republished("html", edition, target),
            "plain text, one row changed": Republished("txt", edition, target),
            "CSV, one row changed": Republished("csv", edition, target),
        }
        if template := jinja2_template():
            cases["Jinja2"] = lambda: target.write_text(
                template.render(records=edition.records, contacts=edition.contacts)
            )
        times = measured(cases)
    for case, base, limit in GOALS:
        ratio = median_ratio(times, case, base)
        if limit is None:
            print(f"{case}, beside {base}: {ratio:.3g}x")
        else:
            goal(f"{case}, beside {base}", ratio, limit, "x")
    if "Jinja2" in times:
        ratio = median_ratio(times, "Jinja2", "page, written")
        goal("Jinja2, beside page, written", ratio, 7, "x", at_least=True)
    else:
        print("Jinja2, beside page, written: not measured; it is not installed")
    sizes = f"page {len(page):,} bytes, plain text {len(text):,}"
    print(f"{sizes}; {len(edition.records):,} records of {edition.updated or published.id}, {ROUNDS} rounds")


def jinja2_template() -> Any:
    """The template, or None where Jinja2 is not installed."""
    try:
        from jinja2 import Environment
    except ImportError:
        return None
    return Environment(autoescape=True).from_string(TEMPLATE)


def given() -> Source | None:
    """The file that is named, if one is."""
    if len(sys.argv) < 2:
        return None
    path = Path(sys.argv[1])
    data = lzma.decompress(path.read_bytes()) if path.suffix == ".xz" else path.read_bytes()
    return Source(path.name, "xml", data)


def median_ratio(times: dict[str, list[float]], case: str, base: str) -> float:
    return statistics.median(a / b for a, b in zip(times[case], times[base], strict=True))


def measured(cases: dict[str, Callable[[], object]]) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {case: [] for case in cases}
    for _ in range(ROUNDS):
        kept = []
        for case, work in cases.items():
            gc.collect()
            gc.disable()
            start = time.perf_counter()
            kept.append(work())
            times[case].append(time.perf_counter() - start)
            gc.enable()
        kept.clear()
    return times


if __name__ == "__main__":
    run(main)
