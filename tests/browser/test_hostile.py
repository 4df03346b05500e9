"""Markup and script in every field of an edition: shown on every kind of page, never run (T-31, T-36)."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page

from portbook import formats
from portbook.edition import Edition
from portbook.records import Contact, Footnote, Markup, Note, PublishedDate, Record, Reference, rich
from tabs import Watched, serving

pytestmark = pytest.mark.needs("chromium")

# What is tried; hit(N) tells which one ran.
SHAPES = (
    "<script>hit(N)</script>",
    "<ScRiPt >hit(N)</sCrIpT>",
    '"><script>hit(N)</script>',
    "</title><script>hit(N)</script>",
    "</textarea><script>hit(N)</script>",
    "--><script>hit(N)</script><!--",
    "]]><script>hit(N)</script>",
    "<script src=data:,hit(N)></script>",
    "<img src=x onerror=hit(N)>",
    '"><img src=x onerror="hit(N)">',
    "'><svg onload=hit(N)>",
    "<svg><animate onbegin=hit(N) attributeName=x dur=1s>",
    "<iframe srcdoc='<script>parent.hit(N)</script>'></iframe>",
    "<iframe src=javascript:parent.hit(N)>",
    "<object data=javascript:hit(N)></object>",
    "<details open ontoggle=hit(N)>x</details>",
    '" autofocus onfocus=hit(N) x="',
    "' onmouseover='hit(N)' style='position:fixed;inset:0",
    "javascript:hit(N)",
    "data:text/html,<script>hit(N)</script>",
    "<a href=javascript:hit(N)>x</a>",
    "<a href='java\tscript:hit(N)'>x</a>",
    "<style>*{display:none}</style>",
    "<base href=//h.example/><link rel=stylesheet href=//h.example/N>",
    "<meta http-equiv=refresh content=0;url=//h.example/N>",
    "<form action=//h.example/N><input name=q autofocus onfocus=hit(N)>",
    "<b hx-get=/v1/ hx-trigger=load data-hx-on:load=hit(N) hx-on::load=hit(N)>x</b>",
    "{{ served.file.path }}{% include 'x' %}{{ hit(N)|safe }}",
    "&lt;script&gt;hit(N)&lt;/script&gt;&#60;script&#62;hit(N)&#60;/script&#62;",
    "<bdi></bdi></bdi></dd></dl></main><script>hit(N)</script>",
)
REFERENCES = ("rfc", "draft", "uri", "registry", "rfc-errata", "unicode", "note")


class Field(NamedTuple):
    """A field, and how it is filled."""

    name: str


def payload(shape: int, number: int) -> str:
    return SHAPES[shape].replace("N", str(number))


class Payloads:
    """One shape, a payload of its own for each field; counts them."""

    total = 0

    def __init__(self, shape: int) -> None:
        self.shape = shape
        self.given: dict[str, str] = {}

    def __getitem__(self, field: str) -> str:
        if field not in self.given:
            Payloads.total += 1
            self.given[field] = SHAPES[self.shape].replace("N", str(Payloads.total))
        return self.given[field]


def rows(port: int, own: Payloads) -> tuple[Record, ...]:
    """Three rows that hold the payloads in every field of a row and of what stands in it."""
    references = (
        *(Reference(kind, own[f"{kind} data"]) for kind in REFERENCES),
        Reference("uri", "https://h.example/" + own["uri path"]),
        Reference("uri", "https://h.example/", own["uri text"]),
        Reference("rfc", "rfc6335", own["rfc text"]),
        Reference("draft", "draft-x", own["draft text"], (("section", own["section"]),)),
        Reference("text", None, own["text"]),
    )
    text = rich(
        own["description"],
        Reference("uri", own["inline data"], own["inline text"]),
        Reference("person", own["contact"]),
        Markup(f"<b>{escape(own['markup'], quote=False)}</b>"),
    )
    whole = Record(
        service_name=own["name"],
        port_number=str(port),
        transport="tcp",
        description=text,
        assignee=(Reference("person", own["assignee"]),),
        contact=(Reference("person", own["contact"]), Reference("person", own["unknown contact"])),
        registration_date=PublishedDate(own["date"]),
        modification_date=PublishedDate(own["updated"]),
        reference=references,
        service_code=own["code"],
        unauthorized_use_reported=rich(own["unauthorized"]),
        assignment_notes=rich(own["note"]),
    )
    alias = Record(
        service_name=f"{own['alias']}",
        port_number=str(port),
        transport="udp",
        description=rich(own["alias description"]),
        assignment_notes=rich(f'This entry is an alias to "{own["name"]}". Defined TXT keys: {own["keys"]}=1'),
    )
    nameless = Record(
        port_number=str(port), transport=own["transport"], description=rich("Reserved " + own["reserved"])
    )
    odd = Record(service_name=f"odd-{port}", port_number=own["number"], description=rich("odd"))
    return whole, alias, nameless, odd


def contacts(own: Payloads) -> tuple[Contact, ...]:
    return (
        Contact(
            own["contact"], own["person"], own["organisation"],
            (own["address"], "mailto:" + own["mail"], "https://h.example/" + own["page"], "javascript:hit(0)"),
            PublishedDate(own["contact updated"]),
        ),
        Contact(own["assignee"], None, own["assignee organisation"]),
    )  # fmt: skip


def hostile() -> tuple[Edition, list[Payloads]]:
    """An edition that holds each shape in each of its fields."""
    all_own = [Payloads(shape) for shape in range(len(SHAPES))]
    edition = Edition(
        tuple(row for shape, own in enumerate(all_own) for row in rows(4000 + shape, own)),
        title="".join(own["title"] for own in all_own),
        category="".join(own["category"] for own in all_own),
        updated=PublishedDate("2024-01-02"),
        reference=tuple(Reference("text", None, own["head reference"]) for own in all_own),
        experts=rich("\n".join(own["experts"] for own in all_own)),
        notes=tuple(
            Note(rich(own["note text"], Reference("uri", own["note link"])), own["note title"])
            for own in all_own
        ),
        contacts=tuple(contact for own in all_own for contact in contacts(own)),
        footnotes=tuple(Footnote(own["anchor"], rich(own["footnote"])) for own in all_own),
    )
    return edition, all_own


# -- what must not be there

INJECTED = """() => {
  const ours = e => e.tagName === 'SCRIPT' && e.src.startsWith(location.origin + '/static/')
  const odd = 'script, img, svg, iframe, object, embed, style, base, details, animate, textarea, b, bdi bdi bdi'
  const found = [...document.querySelectorAll(odd)].filter(e => !ours(e))
  for (const e of document.querySelectorAll('*')) {
    const names = e.getAttributeNames()
    if (names.some(n => /^on|^style$|^srcdoc$|^autofocus$|hx-on/.test(n))) found.push(e)
    for (const n of ['href', 'src', 'action', 'data-hx-get', 'hx-get'])
      if (e.hasAttribute(n) && !/^(\\/|#|https?:\\/\\/|mailto:)/.test(e.getAttribute(n))) found.push(e)
    for (const n of ['action', 'data-hx-get', 'hx-get', 'data-hx-post', 'hx-post', 'src'])
      if (e.hasAttribute(n) && !/^\\/(?!\\/)/.test(e.getAttribute(n))) found.push(e)
  }
  for (const e of document.querySelectorAll('meta[http-equiv], main link, main meta')) found.push(e)
  return found.map(e => e.outerHTML.slice(0, 160))
}"""


def test_no_payload_in_any_field_is_run_or_becomes_an_element(browser: Browser, tmp_path: Path) -> None:
    edition, all_own = hostile()
    assert Payloads.total >= 500
    file = tmp_path / "hostile.xml"
    file.write_bytes(formats.write(edition, "xml"))
    assert formats.read(file.read_bytes()) == edition
    with (
        serving(tmp_path / "home", "--data", str(file)) as address,
        Watched(browser, address) as tab,
    ):
        tab.page.add_init_script("window.hits = []; window.hit = number => { window.hits.push(number) }")
        shown = 0
        for path in places(all_own):
            response = tab.page.goto(path)
            assert response
            assert response.status in (200, 404), path
            shown += response.status == 200
            assert tab.page.evaluate("window.hits") == [], path
            assert tab.page.evaluate(INJECTED) == [], path
            tab.noted = [note for note in tab.noted if "status of 404" not in note]
        assert shown > 2 * len(SHAPES)


def places(all_own: list[Payloads]) -> list[str]:
    """The addresses of every kind of page that shows the payloads, or has one in its own address."""
    found = ["/", "/search?q=script", "/search?q=odd", "/v1/ports/4000", "/v1/search?q=script"]
    for shape, own in enumerate(all_own):
        name, query = quote(own["name"], safe=""), quote(own["description"])
        found += [
            f"/ports/{4000 + shape}", f"/ports/{4000 + shape}/tcp", f"/services/{name}",
            f"/services/{quote(own['alias'], safe='')}", f"/search?q={query}", f"/ports/{name}",
        ]  # fmt: skip
    return found


def test_the_api_gives_every_payload_as_text(browser: Browser, tmp_path: Path) -> None:
    """The same edition as JSON: each payload comes back as it was published, and a browser runs none."""
    edition, all_own = hostile()
    file = tmp_path / "hostile.xml"
    file.write_bytes(formats.write(edition, "xml"))
    with (
        serving(tmp_path / "home", "--data", str(file)) as address,
        Watched(browser, address) as tab,
    ):
        tab.page.add_init_script("window.hits = []; window.hit = number => { window.hits.push(number) }")
        for shape, own in enumerate(all_own):
            response = tab.page.goto(f"/v1/ports/{4000 + shape}")
            assert response
            assert response.headers["content-type"] == "application/json"
            assert response.headers["x-content-type-options"] == "nosniff"
            texts = set(strings(json.loads(response.body())))
            for field in ("name", "alias", "date", "code", "draft text", "contact", "assignee"):
                assert any(own[field] in text for text in texts), (own[field], field)
            assert tab.page.evaluate("window.hits") == []
            assert not tab.page.locator("script, img, iframe, svg, form").count()


def strings(value: object) -> list[str]:
    match value:
        case str():
            return [value]
        case list():
            return [text for item in value for text in strings(item)]
        case dict():
            return [text for item in value.values() for text in strings(item)]
    return []
