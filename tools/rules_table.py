"""Print each rule: where it lives, its codes, its vectors; say which are not complete: `make rules`.

Rules are listed in tests/vectors/rules.tsv, each of one kind.  A rule lives in a module of src/ that names it
(R-NAME-1, or "R-NAME-1 to R-NAME-6", or "R-LEG" for its whole family).  Its vectors are the rows of
tests/vectors/ that name it in their column `rule`, and the tests that tests/vectors/tests-of-rules.tsv names
for it.  docs/rules.md says when a rule is complete; the exit status is 1 when one is not.  Needs the standard
library alone.
"""

from __future__ import annotations

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
VECTORS = ROOT / "tests" / "vectors"
RULES = VECTORS / "rules.tsv"
NAMED_TESTS = VECTORS / "tests-of-rules.tsv"

FAMILY = r"R-[A-Z]+"
SPAN = re.compile(rf"({FAMILY})-(\d+)(?:\s*(?:to|\.\.)\s*(?:{FAMILY}-)?(\d+))?")
LIST = re.compile(rf"({FAMILY})-(\d+)((?:,\s*\d+|\s+and\s+\d+)+)")  # "R-MARK-1, 4, 5 and 10"
WHOLE_FAMILY = re.compile(rf"({FAMILY})(?![A-Z]|-\d)")
CODES = re.compile(r"[EWF]-[A-Z0-9]+(?:-[A-Z0-9]+)*(?: [EWF]-[A-Z0-9]+(?:-[A-Z0-9]+)*)*")
# The columns of a table that say what comes out; the first that a table has decides.
OUTCOMES = ("expected", "hits", "keys", "canonical", "state", "ports", "to")
KINDS = ("check", "text", "fact")


class Rule(NamedTuple):
    """One line of rules.tsv."""

    id: str
    kind: str
    title: str
    source: str


class Vector(NamedTuple):
    """One row that names a rule: the file, and the code that comes out, or "" and the answer that does."""

    file: str
    code: str
    answer: str


class Standing(NamedTuple):
    """What there is of a rule."""

    rule: Rule
    homes: tuple[str, ...]
    vectors: tuple[Vector, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        found = (code for vector in self.vectors for code in vector.code.split())
        return tuple(dict.fromkeys(code for code in found if code != "refused"))

    @property
    def lacking(self) -> tuple[str, ...]:
        """What the rule still lacks, in words; () for a complete one."""
        found = [] if self.homes else ["home"]
        if self.rule.kind not in KINDS:
            found.append("kind")
        if not self.vectors:
            return (*found, "vectors")
        if self.rule.kind == "check" and not self._decides:
            found.append("vector that breaks it" if not self._broken else "vector that keeps it")
        return tuple(found)

    @property
    def _broken(self) -> bool:
        return any(vector.code for vector in self.vectors)

    @property
    def _decides(self) -> bool:
        """Whether a vector keeps the rule and one breaks it, or two have different answers."""
        answers = {vector.answer for vector in self.vectors if not vector.code}
        return bool(answers) if self._broken else len(answers) > 1


def main() -> int:
    standings = every_standing()
    for standing in standings:
        rule = standing.rule
        tests = dict.fromkeys(vector.file for vector in standing.vectors)
        print(f"{rule.id:12} {rule.kind:6} {rule.title} ({rule.source})")
        print(f"{'':12} home   {', '.join(standing.homes) or '-'}")
        print(f"{'':12} codes  {', '.join(standing.codes) or '-'}")
        print(f"{'':12} tests  {', '.join(tests) or '-'} ({len(standing.vectors)})")
    incomplete = [standing for standing in standings if standing.lacking]
    for standing in incomplete:
        print(f"open: {standing.rule.id} ({standing.rule.kind}): no {', no '.join(standing.lacking)}")
    kinds = ", ".join(f"{sum(s.rule.kind == kind for s in standings)} {kind}" for kind in KINDS)
    print(f"\n{len(standings)} rules ({kinds}); {len(standings) - len(incomplete)} complete")
    return 1 if incomplete else 0


def every_standing() -> list[Standing]:
    """Return what there is of every rule, in the order of rules.tsv."""
    rules = [Rule(*cells) for cells in rows(RULES)[1:]]
    ids = [rule.id for rule in rules]
    homes = mentions(ids, sorted((ROOT / "src").rglob("*.py")))
    vectors = every_vector(ids)
    return [Standing(rule, tuple(homes[rule.id]), tuple(vectors[rule.id])) for rule in rules]


def rows(table: Path) -> list[list[str]]:
    """The rows of a table of vectors, its header first."""
    lines = table.read_text(encoding="utf-8").split("\n")
    return [line.split("\t") for line in lines if line.strip() and not line.startswith("#")]


# -- vectors


def every_vector(ids: Iterable[str]) -> dict[str, list[Vector]]:
    """For each rule the rows that name it."""
    known = set(ids)
    found: dict[str, list[Vector]] = defaultdict(list)
    for table in sorted(VECTORS.glob("*.tsv")):
        header, *body = rows(table)
        if table == NAMED_TESTS:
            for rule, answer, test in body:
                found[rule].append(named_test(answer, test))
        elif "rule" in header and table != RULES:
            for cells in body:
                vector = vector_of(table.name, dict(zip(header, cells, strict=True)))
                for rule in named_in(cells[header.index("rule")], known):
                    found[rule].append(vector)
    return found


def vector_of(file: str, row: dict[str, str]) -> Vector:
    """What comes out of *row*: a code, unless its column `field` says that it is not found there."""
    outcome = next((row[column] for column in OUTCOMES if column in row), "")
    if CODES.fullmatch(outcome):
        return Vector(file, "", "ok") if row.get("field") == "-" else Vector(file, outcome, "")
    return Vector(file, "", outcome)


def named_test(answer: str, test: str) -> Vector:
    """A test outside the tables; raises ValueError for one that is not there."""
    file, _, name = test.partition("::")
    if name not in tests_in(file):
        raise ValueError(f"{NAMED_TESTS.name}: there is no {test}")
    broken = answer == "refused" or CODES.fullmatch(answer) is not None
    return Vector(file, answer if broken else "", "" if broken else answer)


@cache
def tests_in(file: str) -> frozenset[str]:
    """The names of the tests of a module, those in classes too."""
    path = ROOT / "tests" / file
    if not path.is_file():
        return frozenset()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    assigned = (target for node in ast.walk(tree) if isinstance(node, ast.Assign) for target in node.targets)
    return frozenset(found | {target.id for target in assigned if isinstance(target, ast.Name)})


# -- homes


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
    return path.relative_to(ROOT).as_posix().removeprefix("src/portbook/")


def families() -> Iterator[tuple[str, list[Standing]]]:
    """The standings by family, in order."""
    together: dict[str, list[Standing]] = {}
    for standing in every_standing():
        together.setdefault(standing.rule.id.rpartition("-")[0], []).append(standing)
    yield from together.items()


if __name__ == "__main__":
    sys.exit(main())
