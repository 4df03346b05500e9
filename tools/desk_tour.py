"""Pictures of the desk: every page that a person of the practice reaches, and those of docs/tour.md."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "browser")]

from desks import PEOPLE, AtDesk, kinds_of_pages, practising  # type: ignore[import-not-found]  # noqa: E402
from tabs import chromium  # type: ignore[import-not-found]  # noqa: E402

import parts  # type: ignore[import-not-found]  # noqa: E402

Take = Callable[[Any, str, Path, int], Path]  # page, path, target, height


class DeskPicture(NamedTuple):
    """A picture of the documents: its name there, who looks, and at what."""

    name: str
    member: str
    path: str  # "application NAME" is the page of the application for that service
    height: int
    width: int = 1200


PICTURES = (
    DeskPicture("desk-people", "", "/desk/practice", 900),
    DeskPicture("desk-need", "tia", "/desk/apply", 1400),
    DeskPicture("desk-status", "tia", "application buoy-watch", 1200),
    DeskPicture("desk-work", "ada", "/desk", 900),
    DeskPicture("desk-dossier", "eve", "application buoy-watch", 1800),
    DeskPicture("desk-entries", "gus", "/desk/holdings", 1000),
    DeskPicture("desk-publish", "ada", "/desk/publish", 1300),
    DeskPicture("desk-events", "aud", "/desk/events", 1000),
    DeskPicture("desk-statistics", "ada", "/desk/statistics", 1100),
    DeskPicture("desk-phone", "eve", "/desk", 900, 390),
)


def of_the_documents(folder: Path, take: Take) -> Iterator[Path]:
    """Take the pictures of docs/tour.md."""
    with _desk() as (browser, address):
        for picture in PICTURES:
            with AtDesk(browser, address, picture.member, width=picture.width) as tab:
                path = _path_of(tab, picture.path)
                yield take(tab.page, path, folder / f"{picture.name}.png", picture.height)


def of_every_kind(folder: Path, take: Take, views: tuple[Any, ...], max_height: int) -> Iterator[Path]:
    """Take every kind of page that each person reaches, in every view; once where two see the same."""
    with _desk() as (browser, address):
        seen: set[tuple[str, ...]] = set()
        for member in PEOPLE:
            with AtDesk(browser, address, member) as tab:
                kinds = {kind: each for kind, each in kinds_of_pages(tab)[0].items() if each[1] not in seen}
                seen |= {skeleton for _, skeleton in kinds.values()}
            for view in views:
                with AtDesk(browser, address, member, width=view.width, **view.options) as tab:
                    tab.page.emulate_media(media=view.media)
                    for kind, (path, _) in kinds.items():
                        name = "-".join(kind.translate(str.maketrans("/?&", "   ")).split())
                        yield take(tab.page, path, folder / f"{name}-{member}-{view.name}.png", max_height)


@contextmanager
def _desk() -> Iterator[tuple[Any, str]]:
    """A browser, and the address of a desk to practise with."""
    with (
        tempfile.TemporaryDirectory() as home,
        practising(Path(home)) as address,
        chromium(parts.browser()) as browser,
    ):
        yield browser, address


def _path_of(tab: Any, path: str) -> str:
    kind, _, name = path.partition(" ")
    if kind != "application":
        return path
    tab.page.goto("/desk/applications")
    return str(tab.page.locator("main tr", has_text=name).locator("a").first.get_attribute("href"))
