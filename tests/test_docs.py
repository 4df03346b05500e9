"""The documents: links lead somewhere, limits are those of the code, examples give what they say."""

import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
LIMIT = re.compile(r"^\| [^|]+ \| ([\d,]+)( MiB)? \|[^|]*\| `([a-z_.]+)\.([A-Z_]+)` \|$", re.MULTILINE)
EXAMPLE = re.compile(r"^portbook\.([^#\n]+?)\s+# (\(.*\)|\d+)(?:[:,] .*)?$", re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_relative_links_lead_to_files(page: Path) -> None:
    targets = [target for target in LINK.findall(page.read_text()) if "://" not in target]
    missing = [target for target in targets if not (page.parent / target).exists()]
    assert not missing


def test_the_page_of_limits_has_the_numbers_of_the_code() -> None:
    rows = LIMIT.findall((ROOT / "docs/limits.md").read_text())
    assert len(rows) >= 9
    for number, unit, module, constant in rows:
        told = int(number.replace(",", "")) * (1024 * 1024 if unit else 1)
        assert getattr(importlib.import_module(f"portbook.{module}"), constant) == told, constant


def test_every_short_id_in_the_code_is_told() -> None:
    sources = [*(ROOT / "src").rglob("*.py"), *(ROOT / "tests").rglob("*.py")]
    used = {found for path in sources for found in re.findall(r"\b[ADFIT]-[0-9]{1,2}\b", path.read_text())}
    told = set(re.findall(r"^\| ([ADFIT]-[0-9]+) \|", (ROOT / "docs/ids.md").read_text(), re.MULTILINE))
    assert len(told) > 30
    assert used <= told


def test_the_look_ups_of_the_library_page_give_what_it_says() -> None:
    import portbook
    from portbook import lookup

    lookup.use_table(ROOT / "src/portbook/data/lookup.table")
    try:
        examples = EXAMPLE.findall((ROOT / "docs/python.md").read_text())
        assert len(examples) >= 6
        for call, expected in examples:
            assert eval(f"portbook.{call}", {"portbook": portbook}) == eval(expected), call
    finally:
        lookup.use_table()
