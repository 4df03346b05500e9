"""Tabs of a real browser over a real server.

`serving` starts the site as a user starts it, `Watched` is a tab that notes what a calm page never does, and
`violations` asks axe-core.  Nothing here knows a page; `kinds` lists them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Any

from playwright.sync_api import Browser, Locator, Page, sync_playwright

SWITCHES = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
MAX_TABS = 80  # presses of Tab that a page may need to reach something

# Whether somebody would see where the focus is: an outline, or a border or shadow in its place.
FOCUS = """() => {
  const at = document.activeElement
  if (!at || at === document.body) return 'nothing'
  const style = getComputedStyle(at), box = at.getBoundingClientRect()
  const told = at.outerHTML.slice(0, 80)
  if (style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 2) return 'no outline: ' + told
  const hidden = box.width < 2 || box.bottom < 0 || box.right < 0 || box.top > innerHeight
  return hidden ? 'not in view: ' + told : ''
}"""
SHIFTS = """window.shifts = []
new PerformanceObserver(list => {
  for (const entry of list.getEntries()) {
    if (entry.value < 0.0001) continue // a fraction of a pixel, by rounding
    const moved = entry.sources.map(s => (s.node?.outerHTML || s.node?.data || '').slice(0, 60))
    window.shifts.push(`${entry.value.toFixed(4)}: ${moved.join(' | ')}`)
  }
}).observe({type: 'layout-shift', buffered: true})"""


def portbook(home: Path, *arguments: str) -> subprocess.Popen[str]:
    """The command as a user starts it, with the store of editions in *home*."""
    return subprocess.Popen(
        [sys.executable, "-m", "portbook.cli", *arguments],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PORTBOOK_HOME": str(home)},
    )


def keep(home: Path, file: Path) -> Path:
    """Add *file* to the store of editions in *home*; return *home*."""
    process = portbook(home, "editions", "add", str(file))
    process.communicate(timeout=60)
    assert process.returncode == 0
    return home


@contextmanager
def serving(home: Path, *arguments: str) -> Iterator[str]:
    """The address of `portbook serve` with these arguments; stopped, and asked how it ended, at the end."""
    process = portbook(home, "serve", "--bind", "127.0.0.1:0", *arguments)
    try:
        assert process.stdout
        address = process.stdout.readline().strip().rpartition(" on ")[2]
        assert address, "the site did not start"
        yield address
    finally:
        process.terminate()
        assert process.wait(timeout=10) == 0


@contextmanager
def chromium(path: str) -> Iterator[Browser]:
    """The browser at *path*."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=SWITCHES.split())
        yield browser
        browser.close()


class Watched:
    """A tab that notes messages, faults, dialogs and requests to another host; none is allowed at its end."""

    def __init__(self, browser: Browser, address: str, *, width: int = 1200, **options: Any) -> None:
        self.address = address
        self.context = browser.new_context(
            base_url=address, viewport={"width": width, "height": 800}, **options
        )
        self.page: Page = self.context.new_page()
        self.noted: list[str] = []
        self.page.on("console", lambda message: self.noted.append(message.text))
        self.page.on("pageerror", lambda error: self.noted.append(str(error)))
        self.page.on("dialog", lambda dialog: self.noted.append(f"dialog: {dialog.message}"))
        self.page.on("request", lambda request: self._check(request.url))

    def _check(self, url: str) -> None:
        if not url.startswith(f"{self.address}/"):
            self.noted.append(f"a request to another host: {url}")

    def show(self, path: str, status: int = 200) -> Page:
        """Go to *path*, which answers with *status*; the browser's own note of an error is none of ours."""
        response = self.page.goto(path)
        assert response, path
        assert response.status == status, path
        if status >= 400:
            self.noted = [note for note in self.noted if f"status of {status}" not in note]
        return self.page

    def reload_until(self, shown: Callable[[Page], bool], seconds: float = 15) -> None:
        """Load the page anew, past the browser's own memory, until it is as *shown* wants it."""
        end = time.monotonic() + seconds
        while not shown(self.page):
            assert time.monotonic() < end, f"not within {seconds} s: {self.page.url}"
            self.page.wait_for_timeout(250)
            self.page.reload()

    def __enter__(self) -> Watched:
        return self

    def __exit__(self, kind: type[BaseException] | None, _: object, __: TracebackType | None) -> None:
        cookies = self.context.cookies()
        self.context.close()
        if kind is None:
            assert self.noted == []
            assert cookies == []


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until *wanted* has the focus, which is seen at every step."""
    for _ in range(MAX_TABS):
        page.keyboard.press("Tab")
        assert page.evaluate(FOCUS) in ("", "nothing"), page.url
        if wanted.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"{MAX_TABS} presses of Tab on {page.url} do not reach {wanted}")


def violations(page: Page, *, colours_alone: bool = False) -> list[str]:
    """What axe-core has against the page as it stands, a line for each element."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_axe())
    options = {
        "runOnly": {"type": "tag", "values": ["cat.color"] if colours_alone else RULES},
        "rules": {"target-size": {"enabled": True}},  # WCAG 2.2, off by itself
        "resultTypes": ["violations"],
        "preload": False,  # it would ask for the style sheet by a request of its own
    }
    found = page.evaluate(f"axe.run({json.dumps(options)}).then(result => result.violations)")
    return [
        f"{violation['id']} ({violation['impact']}): {node['html'][:160]}: {node['failureSummary']}"
        for violation in found
        for node in violation["nodes"]
    ]


@cache
def _axe() -> str:
    """axe-core itself; run from outside of the page, so that the site's policy needs no hole."""
    spec = find_spec("axe_playwright_python")
    assert spec
    assert spec.origin
    return (Path(spec.origin).parent / "axe.min.js").read_text(encoding="utf-8")


def wider_than_the_window(page: Page) -> list[str]:
    """The elements that make the page scroll to the side; nothing when it does not."""
    return page.evaluate(
        """() => {
          const width = document.documentElement.clientWidth
          if (document.documentElement.scrollWidth <= width) return []
          return [...document.querySelectorAll('body *')]
            .filter(e => e.getBoundingClientRect().right > width + 0.5).map(e => e.outerHTML.slice(0, 120))
        }"""
    )
