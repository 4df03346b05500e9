"""Trees of pages for tests: written to a folder, crawled, and served by Python's own file server."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

from portbook.edition import Edition
from portbook.exports import EXPORTS
from portbook.store import EditionFile, edition_file
from portbook.web import export_files, files
from portbook.web.editions import Opened
from portbook.web.static_pages import StaticServed, pages
from sites import Page

LOADING = ("a", "link", "script", "form", "img", "use")
ATTRIBUTES = ("href", "src", "action", "data-hx-get")


def tree_of(file: EditionFile, root: Path) -> Path:
    """Write the pages of *file* below *root*."""
    for path, data in pages(file):
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        assert not target.exists(), path
        target.write_bytes(data)
    return root


def kept_as_file(data: bytes, folder: Path) -> EditionFile:
    """*data* as an edition in a file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "edition.xml"
    path.write_bytes(data)
    return edition_file(path)


def written_beside(file: EditionFile) -> set[str]:
    """The addresses of the files that who writes a tree puts beside the pages."""
    here = StaticServed(Opened(file))
    exports = {
        f"/exports/{export_files.file_name(export)}"
        for export in EXPORTS.values()
        if not export_files.why_not(export)
    }
    return exports | {entry.href for entry in files.offered(here)}


def html_files(root: Path) -> list[Path]:
    """The pages of a tree; a folder may be called so too."""
    return sorted(path for path in root.rglob("*.html") if path.is_file())


def links_of(root: Path) -> dict[str, str]:
    """Every address in the pages of a tree that leads nowhere outside, and a page that it stands on."""
    found: dict[str, str] = {}
    for path in html_files(root):
        page = Page(path.read_text(encoding="utf-8"))
        for tag, attributes in page.elements:
            for name in ATTRIBUTES:
                value = attributes.get(name)
                if value is not None and not (tag in LOADING and value.startswith(("http://", "https://"))):
                    found.setdefault(value, str(path.relative_to(root)))
    return found


def file_at(root: Path, address: str) -> Path | None:
    """What a plain file server sends for *address*, or None; it knows nothing of a question."""
    place = root / unquote(urlsplit(address).path).lstrip("/")
    if place.is_dir():
        place /= "index.html"
    return place if place.is_file() else None


def dead_links(root: Path) -> dict[str, str]:
    """The addresses that lead nowhere, or to a part of a page that is not there."""
    ids: dict[Path, set[str | None]] = {}
    dead: dict[str, str] = {}
    for address, source in links_of(root).items():
        target = file_at(root, address) if not address.startswith("#") else root / source
        fragment = unquote(urlsplit(address).fragment)
        if target and fragment and target not in ids:
            ids[target] = {each.get("id") for _, each in Page(target.read_text(encoding="utf-8")).elements}
        if target is None or not address or (fragment and fragment not in ids[target]):
            dead[address] = source
    return dead


def reached(root: Path) -> set[str]:
    """The pages that links lead to, from the first page on."""
    seen: set[str] = set()
    coming = [root / "index.html"]
    while coming:
        path = coming.pop()
        name = str(path.relative_to(root))
        if name in seen:
            continue
        seen.add(name)
        for address in Page(path.read_text(encoding="utf-8")).links:
            if address.startswith("/") and (target := file_at(root, address)) and target.suffix == ".html":
                coming.append(target)
    return seen


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *arguments: object) -> None:
        pass


@contextmanager
def file_server(root: Path) -> Iterator[str]:
    """Python's file server over *root*, on loopback; its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(root))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def edition_of_names(names: tuple[str, ...]) -> Edition:
    """An edition in which a service, a contact, an organisation and a document have each of *names*."""
    from portbook.records import Contact, PublishedDate, Record, Reference, rich

    return Edition(
        tuple(
            Record(
                service_name=name,
                port_number=str(1 + number),
                transport="tcp",
                description=rich("x"),
                contact=(Reference("person", name),),
                reference=(Reference("text", None, name),),
            )
            for number, name in enumerate(names)
        ),
        title="Names",
        updated=PublishedDate("2031-05-01"),
        contacts=tuple(Contact(name, "Somebody", name) for name in names),
    )
