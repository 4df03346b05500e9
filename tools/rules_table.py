"""Print where each rule lives and which vectors test it: `make rules`.

Rules are listed in tests/vectors/rules.tsv.  A rule lives in a module of src/ that names it (R-NAME-1, or
"R-NAME-1 to R-NAME-6", or "R-LEG" for its whole family); its tests are the tables and test modules that
name it.  Needs the standard library alone.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RULES = ROOT / "tests" / "vectors" / "rules.tsv"

FAMILY = r"R-[A-Z]+"
SPAN = re.compile(rf"({FAMILY})-(\d+)(?:\s*(?:to|\.\.)\s*(?:{FAMILY}-)?(\d+))?")
LIST = re.compile(rf"({FAMILY})-(\d+)((?:,\s*\d+|\s+and\s+\d+)+)")  # "R-MARK-1, 4, 5 and 10"
WHOLE_FAMILY = re.compile(rf"({FAMILY})(?![A-Z]|-\d)")


def main() -> int:
    rules = [line.split("\t") for line in rule_lines()]
    ids = [cells[0] for cells in rules]
    homes = mentions(ids, sorted((ROOT / "src").rglob("*.py")))
    tests = mentions(ids, [path for path in sorted((ROOT / "tests").rglob("*")) if is_test(path)])
    for rule, kind, title, source in rules:
        print(f"{rule:12} {kind:6} {title} ({source})")
        print(f"{'':12} home   {', '.join(homes[rule]) or '-'}")
        print(f"{'':12} tests  {', '.join(tests[rule]) or '-'}")
    checks = [rule for rule, kind, *_ in rules if kind == "check"]
    tested = [rule for rule in checks if homes[rule] and tests[rule]]
    print(f"\n{len(ids)} rules, {sum(bool(homes[rule]) for rule in ids)} with a home; ", end="")
    print(f"{len(checks)} checks, {len(tested)} with a home and a test")
    return 0


def rule_lines() -> Iterator[str]:
    lines = RULES.read_text(encoding="utf-8").split("\n")
    rows = [line for line in lines if line and not line.startswith("#")]
    yield from rows[1:]  # the first is the header


def is_test(path: Path) -> bool:
    return path.suffix in (".py", ".tsv") and path != RULES


def mentions(ids: Iterable[str], paths: Iterable[Path]) -> dict[str, list[str]]:
    """For each rule the files that name it, shortest sensible name."""
    known = set(ids)
    found: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        for rule in sorted(named_in(path.read_text(encoding="utf-8"), known)):
            found[rule].append(shown(path))
    return found


def named_in(text: str, known: set[str]) -> set[str]:
    """The rules of *known* that *text* names: one by one, as a span, as a list, or by their family."""
    named: set[str] = set()
    for family, first, last in SPAN.findall(text):
        named |= {f"{family}-{number}" for number in range(int(first), int(last or first) + 1)}
    for family, _, others in LIST.findall(text):
        named |= {f"{family}-{number}" for number in re.findall(r"\d+", others)}
    families = set(WHOLE_FAMILY.findall(text))
    named |= {rule for rule in known if rule.rpartition("-")[0] in families}
    return named & known


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix().removeprefix("src/portbook/").removeprefix("tests/")


if __name__ == "__main__":
    sys.exit(main())
