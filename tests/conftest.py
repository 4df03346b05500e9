"""What every test finds: the parts from outside, named when they are absent, and hypothesis's profiles.

"Not run" is an outcome of its own.  A test whose part is absent is neither passed nor quietly skipped: the
last lines of the run say which part, why, and how many tests waited for it.
"""

from __future__ import annotations

import gc
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

import parts

NOT_RUN = "not-run-for"  # name of the user property that carries (part, reason) from a worker to the summary

hypothesis.settings.register_profile(
    "ci", max_examples=200, deadline=None, derandomize=True, database=None, print_blob=True
)
hypothesis.settings.register_profile(
    "deep",
    max_examples=20_000,
    deadline=None,
    print_blob=True,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


# -- the parts ------------------------------------------------------------------------------


@pytest.fixture
def published_editions(request: pytest.FixtureRequest) -> Path:
    """The folder of editions as IANA published them, compressed with xz."""
    need(request.node, "published_editions")
    return parts.published_editions_folder()


@pytest.fixture
def chromium(request: pytest.FixtureRequest) -> str:
    """The path of a Chromium for Playwright to start."""
    need(request.node, "chromium")
    return parts.browser() or ""


def need(item: pytest.Item, part: str) -> None:
    """Let *item* not run when *part* is absent, and note that for the summary."""
    if reason := parts.why_absent(part):
        item.user_properties.append((NOT_RUN, (part, reason)))
        pytest.skip(f"not run: {part} is absent: {reason}")


def parts_needed(item: pytest.Item) -> Iterator[str]:
    for marker in item.iter_markers("needs"):
        yield from marker.args


# What the engines may do differently is tested whole on both: claims, locks, crashes, plans, order of text.
OF_ENGINES = frozenset(
    (
        *("claims", "collation", "contention", "databases", "faults", "kills", "lost_connection", "machine"),
        *("machine_finds", "pending", "plans", "seeding", "story"),
    )
)


ONE_OF = 3  # test functions of any other module stays on PostgreSQL, with its first case


@pytest.hookimpl(tryfirst=True)  # before "deep" is left out
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """See that each part is known; keep a sample of tests on PostgreSQL, the others are for `make deep`."""
    seen: dict[str, dict[str, None]] = {}
    for item in items:
        if getattr(getattr(item, "callspec", None), "params", {}).get("engine") == "postgresql":
            function, module = item.nodeid.partition("[")[0], item.path.stem.removeprefix("test_")
            functions = seen.setdefault(module, {})
            if module not in OF_ENGINES and (function in functions or len(functions) % ONE_OF):
                item.add_marker("deep")
            functions[function] = None
        for part in parts_needed(item):
            if part not in parts.PARTS:
                raise pytest.UsageError(f"{item.nodeid} needs {part!r}; known are: {', '.join(parts.PARTS)}")


def pytest_collection_finish() -> None:
    """Look for garbage less often, and not among what stays: a whole edition is half a million objects.

    A third of the time that the tests of editions take went into that.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def pytest_unconfigure() -> None:
    gc.unfreeze()  # else libraries say at the end that they were not cleared away


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    for part in parts_needed(item):
        need(item, part)


# -- what the run says at its end -------------------------------------------------------------


def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, str] | None:
    if getattr(report, "skipped", False) and absent_part(report):
        return "not run", "n", "NOT RUN"
    return None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    waiting = Counter(filter(None, map(absent_part, terminalreporter.getreports("not run"))))
    if not waiting:
        return
    terminalreporter.section("not run: parts that are absent")
    for (part, reason), tests in sorted(waiting.items()):
        terminalreporter.line(f"{part}: {tests} test{'s' if tests > 1 else ''} not run; {reason}")


def absent_part(report: pytest.TestReport) -> tuple[str, str] | None:
    """The part that *report*'s test waited for, and why it is absent."""
    return next(
        (tuple(value) for name, value in getattr(report, "user_properties", ()) if name == NOT_RUN), None
    )
