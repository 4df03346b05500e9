"""Markup and script in every field of an edition: shown on every kind of page, never run (T-31, T-36)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import escape
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser
from tabs import Watched, serving

from portbook import formats
from portbook.edition import Edition
from portbook.records import Contact, Footnote, Markup, Note, PublishedDate, Record, Reference, rich

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
        assignment_notes=rich(
            f'This entry is an alias to "{own["name"]}". Defined TXT keys: {own["keys"]}=1'
        ),
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
            (own["address"], "mailto:" + own["mail"], "https://h.example/" + own["page"], "data:,hit(0)"),
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
  const odd = 'script, img, svg, iframe, object, embed, style, base, animate, textarea, b, bdi bdi bdi'
  const found = [...document.querySelectorAll(odd)].filter(e => !ours(e))
  for (const e of document.querySelectorAll('*')) {
    const names = e.getAttributeNames()
    if (names.some(n => /^on|^style$|^srcdoc$|^autofocus$|hx-on/.test(n))) found.push(e)
    for (const n of ['href', 'src', 'action', 'data-hx-get', 'hx-get'])
      if (e.hasAttribute(n) && !/^(\\/|#|https?:\\/\\/)/.test(e.getAttribute(n))) found.push(e)
    for (const n of ['action', 'data-hx-get', 'hx-get', 'data-hx-post', 'hx-post', 'src'])
      if (e.hasAttribute(n) && !/^\\/(?!\\/)/.test(e.getAttribute(n))) found.push(e)
  }
  for (const e of document.querySelectorAll('meta[http-equiv], main link, main meta')) found.push(e)
  return found.map(e => e.outerHTML.slice(0, 160))
}"""
# Fields that no page shows: the registry's own title and category (every page has Portbook's), an attribute
# that IANA does not show either, and where a link would lead that nobody can follow.
NOT_SHOWN = {"title", "category", "section", "inline data"}
# Fields of the head, which the API does not give, and of rows that speak of no transport or number.
NOT_IN_THE_API = {
    "anchor", "experts", "footnote", "head reference", "note link", "note text", "note title",
    "number", "reserved", "transport",
}  # fmt: skip


@pytest.fixture(scope="module")
def edition_and_payloads() -> tuple[Edition, list[Payloads]]:
    found = hostile()
    assert sum(len(own.given) for own in found[1]) >= 500
    return found


@pytest.fixture(scope="module")
def address(
    edition_and_payloads: tuple[Edition, list[Payloads]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A site over the hostile edition."""
    folder = tmp_path_factory.mktemp("hostile")
    file = folder / "hostile.xml"
    file.write_bytes(formats.write(edition_and_payloads[0], "xml"))
    assert formats.read(file.read_bytes()) == edition_and_payloads[0]
    with serving(folder, "--data", str(file)) as address:
        yield address


SCRIPT = "window.hits = []; window.hit = number => { window.hits.push(number) }"


def shown(browser: Browser, address: str, paths: list[str]) -> str:
    """All text of the pages at *paths*, none of which ran a payload or holds an element of one."""
    texts: list[str] = []
    with Watched(browser, address) as tab:
        tab.page.add_init_script(SCRIPT)
        for path in paths:
            response = tab.page.goto(path)
            assert response
            assert response.status in (200, 400, 404), path
            assert tab.page.evaluate("window.hits") == [], path
            assert tab.page.evaluate(INJECTED) == [], path
            if response.status == 200:
                texts.append(tab.page.evaluate("document.documentElement.textContent"))
            tab.noted = [note for note in tab.noted if "with a status of 40" not in note]
    return plain(" ".join(texts))


def plain(text: str) -> str:
    """*text* without white space, which pages join and part, in one case: "rfc" is shown as "RFC"."""
    return "".join(text.split()).casefold()


@pytest.fixture(scope="module")
def everywhere(browser: Browser, address: str) -> str:
    """The text of the pages that show all shapes at once."""
    return shown(browser, address, COMMON)


@pytest.mark.parametrize("shape", range(len(SHAPES)))
def test_no_payload_in_any_field_is_run_or_becomes_an_element(
    browser: Browser,
    address: str,
    everywhere: str,
    edition_and_payloads: tuple[Edition, list[Payloads]],
    shape: int,
) -> None:
    """Every page that shows the payloads of this shape, or has one in its address; and each is shown."""
    own = edition_and_payloads[1][shape]
    text = everywhere + shown(browser, address, places(shape, own))
    assert {field for field, payload in own.given.items() if plain(payload) not in text} <= NOT_SHOWN


COMMON = [
    "/",
    "/editions",
    "/editions/file%3Ahostile.xml",
    "/references",
    "/contacts",
    "/organisations",
    "/about",
]


def places(shape: int, own: Payloads) -> list[str]:
    """The addresses of the pages that show the payloads of one shape, or have one in their own address."""
    port, name = str(4000 + shape), own["name"]
    steps = [
        ("ports", port), ("ports", own["number"]), ("ports", port, "tcp"), ("ports", port, "udp"),
        ("ports", port, own["transport"]), ("editions", name),
        *(("services", service) for service in (name, own["alias"], f"odd-{port}", f"x{name}")),
        *(("contacts", own[field]) for field in ("contact", "assignee", "unknown contact")),
        *(("organisations", own[field]) for field in ("organisation", "assignee organisation")),
        *(("references", own[field]) for field in ("text", "draft data", "rfc text")),
    ]  # fmt: skip
    asked = quote(name, safe="")
    questions = [
        *(f"/{page}?search={asked}" for page in ("table", "contacts", "organisations", "references")),
        f"/search?q={asked}", f"/search/hints?q={asked}", f"/search?q=odd-{port}", f"/?x={asked}",
        f"/table?search=odd-{port}", f"/table?skey={asked}&page={asked}&search=odd",
        f"/ports?from={asked}&to={asked}", f"/ports?from={port}&to={port}",
    ]  # fmt: skip
    return ["/" + "/".join(quote(step, safe="") for step in path) for path in steps] + questions


@pytest.mark.parametrize("shape", range(0, len(SHAPES), 3))
def test_the_api_gives_every_payload_as_text(
    browser: Browser, address: str, edition_and_payloads: tuple[Edition, list[Payloads]], shape: int
) -> None:
    """The same edition as JSON: each payload comes back as it was published, and a browser runs none."""
    own = edition_and_payloads[1][shape]
    port, name = 4000 + shape, quote(own["name"], safe="")
    people = [quote(own[field], safe="") for field in ("contact", "assignee")]
    texts: list[str] = []
    with Watched(browser, address) as tab:
        tab.page.add_init_script(SCRIPT)
        for path in (
            f"ports/{port}", f"ports?from={port}&to={port}", f"services/{name}", f"search?q=odd-{port}",
            *(f"contacts/{person}" for person in people), f"references/{quote(own['text'], safe='')}",
        ):  # fmt: skip
            response = tab.page.goto(f"/v1/{path}")
            assert response
            assert response.status == 200, path
            assert response.headers["content-type"].startswith("application/json")
            assert response.headers["x-content-type-options"] == "nosniff"
            texts += strings(json.loads(response.body()))
            assert tab.page.evaluate("window.hits") == []
            assert tab.page.locator("script, img, iframe, svg, form").count() == 0
    text = plain(" ".join(texts))
    missing = {field for field, payload in own.given.items() if plain(payload) not in text}
    assert missing <= NOT_SHOWN | NOT_IN_THE_API


def strings(value: object) -> list[str]:
    match value:
        case str():
            return [value]
        case list():
            return [text for item in value for text in strings(item)]
        case dict():
            return [text for item in value.values() for text in strings(item)]
    return []
