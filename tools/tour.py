"""Screenshots of every kind of page, over the newest embedded edition and over the invented one of the tests.

`make tour` writes them all (light, dark, phone, print) to docs/_build/tour, to be looked at; with --docs it
remakes the few that docs/tour.md shows.  The kinds are those of the tests (tests/browser/kinds.py).
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "browser")]

import desk_tour  # type: ignore[import-not-found]  # noqa: E402
from kinds import EDITIONS, KINDS  # type: ignore[import-not-found]  # noqa: E402
from tabs import chromium, keep, serving  # type: ignore[import-not-found]  # noqa: E402

import parts  # type: ignore[import-not-found]  # noqa: E402
from invented import FILE  # type: ignore[import-not-found]  # noqa: E402

MAX_HEIGHT = 3000  # pixels of a picture; a longer page goes on like this
DOCS = ROOT / "docs" / "tour"


class View(NamedTuple):
    """A way to look at a page."""

    name: str
    width: int
    options: dict[str, Any]
    media: str = "screen"


VIEWS = (
    View("light", 1200, {"color_scheme": "light"}),
    View("wide", 1440, {"color_scheme": "light"}),
    View("dark", 1200, {"color_scheme": "dark"}),
    View("phone", 390, {"color_scheme": "light", "is_mobile": True, "has_touch": True}),
    View("phone-dark", 390, {"color_scheme": "dark", "is_mobile": True, "has_touch": True}),
    View("print", 660, {"color_scheme": "light"}, "print"),  # A4 within its margins; a table lies on its side
)


class Picture(NamedTuple):
    """A picture of the documents: its name there, and what it shows."""

    name: str
    edition: str
    kind: str
    view: str
    height: int


PICTURES = (
    Picture("first", "embedded", "first", "light", 1000),
    Picture("results", "embedded", "results", "light", 900),
    Picture("port", "embedded", "port", "light", 1200),
    Picture("service", "embedded", "service", "light", 1300),
    Picture("range", "embedded", "range", "light", 1000),
    Picture("table", "embedded", "table-search", "wide", 900),
    Picture("contact", "invented", "contact", "light", 900),
    Picture("reference", "embedded", "reference", "light", 900),
    Picture("edition", "embedded", "edition", "light", 1100),
    Picture("night", "embedded", "port", "phone-dark", 900),
)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="tour", description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--into", type=Path, default=ROOT / "docs" / "_build" / "tour", metavar="FOLDER")
    parser.add_argument("--docs", action="store_true", help="remake the pictures of docs/tour.md instead")
    parser.add_argument("--kind", default="", help="only kinds of page with this in their name")
    chosen = parser.parse_args(arguments)
    if why := parts.why_absent("chromium"):
        print(f"no picture was taken: {why}", file=sys.stderr)
        return 2
    if chosen.docs:
        made = chain(pictures_of_the_documents(), desk_tour.of_the_documents(DOCS, taken))
    else:
        made = chain(
            every_kind(chosen.into, chosen.kind),
            desk_tour.of_every_kind(chosen.into, taken, VIEWS, MAX_HEIGHT) if not chosen.kind else (),
        )
    for path in made:
        print(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path, flush=True)
    return 0


def every_kind(folder: Path, wanted: str) -> Iterator[Path]:
    """Take every kind of page in every view."""
    folder.mkdir(parents=True, exist_ok=True)
    with chromium(parts.browser()) as browser, tempfile.TemporaryDirectory() as home:
        for edition in EDITIONS:
            with site(Path(home), edition) as address:
                for view in VIEWS:
                    page = opened(browser, address, view)
                    for kind in KINDS:
                        path = getattr(kind, edition)
                        if path and wanted in kind.name:
                            on_its_side = view.media == "print" and "table" in kind.name
                            page.set_viewport_size(
                                {"width": 1047 if on_its_side else view.width, "height": 800}
                            )
                            target = folder / f"{kind.name}-{edition}-{view.name}.png"
                            yield taken(page, path, target, MAX_HEIGHT)
                    page.context.close()


def pictures_of_the_documents() -> Iterator[Path]:
    """Take the pictures of docs/tour.md."""
    DOCS.mkdir(exist_ok=True)
    kinds = {kind.name: kind for kind in KINDS}
    views = {view.name: view for view in VIEWS}
    with chromium(parts.browser()) as browser, tempfile.TemporaryDirectory() as home:
        for edition in EDITIONS:
            with site(Path(home), edition) as address:
                for picture in PICTURES:
                    if picture.edition == edition:
                        page = opened(browser, address, views[picture.view])
                        path = getattr(kinds[picture.kind], edition)
                        yield taken(page, path, DOCS / f"{picture.name}.png", picture.height)
                        page.context.close()


def site(home: Path, edition: str) -> Any:
    """A site that shows *edition*; *home* has nothing in it at first."""
    return serving(keep(home, FILE) if edition == "invented" else home)


def opened(browser: Any, address: str, view: View) -> Any:
    """A tab that looks at the site at *address* by *view*."""
    size = {"width": view.width, "height": 800}
    page = browser.new_context(base_url=address, viewport=size, **view.options).new_page()
    page.emulate_media(media=view.media)
    return page


def taken(page: Any, path: str, target: Path, max_height: int) -> Path:
    """Take a picture of the page at *path*, from its top and at most so high."""
    page.goto(path, wait_until="networkidle")
    height = min(page.evaluate("document.documentElement.scrollHeight"), max_height)
    width = page.evaluate("Math.max(innerWidth, document.documentElement.scrollWidth)")
    clip = {"x": 0, "y": 0, "width": width, "height": height}
    page.screenshot(path=target, full_page=True, clip=clip, animations="disabled")
    return target


if __name__ == "__main__":
    sys.exit(main())
