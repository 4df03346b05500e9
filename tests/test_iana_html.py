"""IANA's page: its rows to the byte, text that stays text, and a reader that opens nothing and is strict."""

import lzma
import sys
import tarfile
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import replace
from difflib import ndiff
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import strategies
from portbook.edition import Edition
from portbook.errors import FormatError
from portbook.formats import iana_html, iana_xml, limits
from portbook.formats.iana_html.tokens import is_safe
from portbook.records import (
    Break,
    Contact,
    Footnote,
    Note,
    Paragraph,
    PublishedDate,
    Record,
    Reference,
    RichText,
    rich,
)

ADA, RFC = Reference("person", "Ada"), Reference("rfc", "rfc6335")
EDITION = Edition(
    title="A registry & more",
    updated=PublishedDate("2024-01-02"),
    experts=rich("TCP: Ada\n  UDP: Bob"),
    reference=(RFC,),
    notes=(Note(rich("\nOne ", RFC, "\n\n  two\n")), Note(rich("Three"), "More")),
    contacts=(
        Contact("Ada", "Ada Byron", "Engines", ("mailto:ada&a.example", "tel:1"), PublishedDate("2020-01")),
        Contact("Bob"),
    ),
    footnotes=(Footnote("1", rich("As in ", RFC, "\n  it says")),),
    records=(
        Record("http", "80", "tcp", rich("World <Wide> Web"), (Reference("person", "Bob"),), (ADA,)),
        Record(
            None,
            "81-99",
            None,
            rich("one", Break(), Break(), "two by ", ADA, " "),
            reference=(
                RFC,
                Reference("note", "1"),
                Reference("draft", "draft-a-b"),
                Reference("text", None, "x"),
            ),
            assignment_notes=rich(Paragraph(("One",)), Paragraph(("Two ", RFC))),
        ),
    ),
)
PAGE = iana_html.write(EDITION).decode()
LAYOUTS = ("2015-05-04", "2018-02-21", "2020-07-14", "2022-08-31")


def refusal(text: str) -> FormatError:
    with pytest.raises(FormatError) as error:
        iana_html.read(text.encode())
    return error.value


# -- the real ones

SNAPSHOTS = (
    "2015-05-04", "2016-06-13", "2017-06-08", "2017-08-24", "2018-02-21", "2020-06-08", "2022-06-03",
    "2023-03-29", "2025-02-25", "2026-08-17",
)  # fmt: skip


def real_editions(folder: Path, names: tuple[str, ...] | None) -> Iterator[Edition]:
    with tarfile.open(folder / "xml-snapshots.tar.xz", "r:xz") as tar:
        for member in tar:
            wanted = names is None or Path(member.name).stem in names
            file = tar.extractfile(member) if wanted else None
            if file is not None:
                yield iana_xml.read(file.read())


def served_page(folder: Path) -> bytes:
    return lzma.decompress((folder / "2015-03-16.page-1-of-137.xhtml.xz").read_bytes())


@pytest.mark.needs("published_editions")
def test_the_published_page_is_the_first_hundred_rows(published_editions: Path) -> None:
    """The XML nearest to the page is that of 2015-05-04; Portbook's page fetches and runs nothing."""
    edition = next(real_editions(published_editions, ("2015-05-04",)))
    rows = edition.records[:100]
    ids = {r.data for record in rows for r in (*record.contact, *record.shown_assignee)}
    people = tuple(contact for contact in edition.contacts or () if contact.id in ids)
    page = replace(edition, records=rows, contacts=people, footnotes=None, layout=None)
    ours = iana_html.write(page, layout="2015-03-16").decode().split("\n")
    published = served_page(published_editions).decode().split("\n")
    different = [line for line in ndiff(published, ours) if line[0] in "+-"]
    theirs = ["".join(line[2:].split("<img")[0]).strip() for line in different if line[0] == "-"]
    own = [line[2:].strip() for line in different if line[0] == "+"]
    link = '<a class="altformat" href="service-names-port-numbers.'
    charset = '<meta http-equiv="Content-Type" content="text/html; charset='
    assert own == [
        f'{charset}UTF-8" />',
        "<dd>2015-05-04</dd>",
        *(f'{link}{end}">{name}</a>' for end, name in (("csv", "CSV"), ("xml", "XML"))),
        *(f'{link}{end}">{name}</a>' for end, name in (("xhtml", "HTML"), ("txt", "Plain text"))),
    ]
    left = [
        line for line in theirs if not line.startswith(("<link", "<script", '<div class="pagination"', link))
    ]
    assert left == [
        f'{charset}ASCII" />',
        "<dd>2015-03-16</dd>",
        '<form method="get" action="?">',
        '<input name="search" size="18" type="text" value="" />',
        '<input value="Search" type="submit" />',
        "</form>",
    ]
    assert sum(line.strip() == "<tr>" for line in ours) == 1 + 100 + 1 + 11


@pytest.mark.needs("published_editions")
def test_the_page_that_iana_served_is_read(published_editions: Path) -> None:
    read = iana_html.read(served_page(published_editions))
    assert (len(read.records), len(read.contacts or ())) == (100, 11)
    assert read.updated == "2015-03-16"
    assert read.title == "Service Name and Transport Protocol Port Number Registry"
    assert [remark.code for remark in read.remarks] == ["F-HTML-PAGES"]
    discard = [r for r in read.records if r.service_name == "discard"]
    assert [(r.port_number, r.transport, r.service_code) for r in discard] == [
        ("9", "tcp", None), ("9", "udp", None), ("9", "sctp", None), ("9", "dccp", "1145656131"),
    ]  # fmt: skip
    assert discard[2].reference == (Reference("rfc", "rfc4960"),)
    edition = next(real_editions(published_editions, ("2015-05-04",)))
    assert read.records == iana_html.project(edition).records[:100]


@pytest.mark.needs("published_editions")
def test_ten_real_editions_come_back_as_far_as_a_page_tells(published_editions: Path) -> None:
    seen = 0
    for edition in real_editions(published_editions, SNAPSHOTS):
        comes_back(edition)
        seen += 1
    assert seen == len(SNAPSHOTS)


@pytest.mark.deep
@pytest.mark.needs("published_editions")
def test_every_real_edition_comes_back_as_far_as_a_page_tells(published_editions: Path) -> None:
    seen = 0
    for edition in real_editions(published_editions, None):
        comes_back(edition)
        seen += 1
    assert seen == 70


def comes_back(edition: Edition) -> None:
    """Check an edition's page, and its projection by other means."""
    read = iana_html.read(iana_html.write(edition))
    assert read == iana_html.project(edition)
    assert read.remarks == ()
    assert (read.notes, read.experts, read.reference) == (edition.notes, edition.experts, edition.reference)
    assert (read.title, read.updated) == (edition.title, edition.updated)
    same = 0
    for was, now in zip(edition.records, read.records, strict=True):
        assert (was.service_name or None, was.port_number, was.transport) == (
            now.service_name,
            now.port_number,
            now.transport,
        )
        assert str(was.description) == str(now.description)
        assert str(was.assignment_notes or "") == str(now.assignment_notes or "")
        assert [r.label for r in was.reference] == [r.label for r in now.reference]
        same += replace(was, assignee=None, layout=None) == replace(now, assignee=None)
    assert same > len(edition.records) - 60  # links keep nearly all that there was
    assert [c.id for c in edition.contacts or ()] == [c.id for c in read.contacts or ()]


# -- the page


def test_the_cells_of_a_row() -> None:
    start = PAGE.index("<tr>", PAGE.index("<tbody>"))
    second = PAGE.index("<tr>", start + 1)
    depth = 12 * " "
    go = "https://www.iana.org/go/"
    assert PAGE[start:second].split("\n")[1:9] == [
        f"{depth}<td>http</td>",
        f'{depth}<td align="center">80</td>',
        f'{depth}<td align="center">tcp</td>',
        f"{depth}<td>World &lt;Wide&gt; Web</td>",
        f'{depth}<td>[<a href="#Bob">Bob</a>]</td>',
        f'{depth}<td>[<a href="#Ada">Ada</a>]</td>',
        f"{depth}<td></td>",
        f"{depth}<td></td>",
    ]
    assert f'{depth}<td>one<br /><br />two by [<a href="#Ada">Ada</a>] </td>\n' in PAGE
    references = f'[<a href="{go}rfc6335">RFC6335</a>][<a href="#note1">1</a>]'
    references += f'[<a href="{go}draft-a-b">draft-a-b</a>][x]'
    assert f"{depth}<td>{references}</td>\n" in PAGE
    paragraphs = f'{depth}  <p>One</p>\n{depth}  <p>Two [<a href="{go}rfc6335">RFC6335</a>]</p>\n'
    assert f"{depth}<td>\n{paragraphs}{depth}</td>\n" in PAGE


def test_a_page_is_xhtml_that_fetches_and_runs_nothing() -> None:
    root = ET.fromstring(PAGE)
    tags = {element.tag.removeprefix("{http://www.w3.org/1999/xhtml}") for element in root.iter()}
    assert not tags & {"script", "img", "link", "iframe", "object", "form", "style", "base"}
    assert not [name for element in root.iter() for name in element.attrib if name.startswith("on")]


def test_what_changed_over_the_years() -> None:
    pages = [iana_html.write(EDITION, layout=layout).decode() for layout in LAYOUTS]
    assert ["<article>" in page for page in pages] == [False, False, False, True]
    assert [">People<" in page for page in pages] == [True, True, False, False]
    assert ["Known Unauthorized Uses" in page for page in pages] == [True, True, False, False]
    assert ["http://www.iana.org/go/" in page for page in pages] == [True, False, False, False]
    assert {iana_html.read(page.encode()) for page in pages} == {iana_html.project(EDITION)}


@pytest.mark.parametrize("layout", ["old", "2018-13", ""])
def test_a_layout_that_is_no_date_is_refused(layout: str) -> None:
    with pytest.raises(FormatError, match="E-HTML-OPTION"):
        iana_html.write(EDITION, layout=layout)


@given(
    strategies.editions(strategies.texts | st.sampled_from(("a\rb", "\r\n", "<br/>", "&#13;", "]]>"))),
    st.sampled_from((None, *LAYOUTS)),
)
def test_what_is_read_back_is_the_projection_in_every_layout(edition: Edition, layout: str | None) -> None:
    data = iana_html.write(edition, layout=layout)
    assert iana_html.read(data) == iana_html.project(edition, layout)


def test_what_the_edition_has_and_the_page_shows_is_kept() -> None:
    assert iana_html.project(EDITION) == EDITION
    assert iana_html.read(PAGE.encode()) == EDITION


# -- text stays text

PAYLOADS = (
    "<script>hit()</script>", "</td></tr><tr><td>evil</td>", "<br/>", "<p>x</p>", '<a href="#Mallory">x</a>',
    '"><img src=x onerror=hit()>', "' onclick='hit()", "&lt;b&gt;", "&amp;", "&#60;", "]]>", "<![CDATA[x]]>",
    "<!-- x", "<?x y?>", "[x]", "][", "one\n   two", "\ttab", "a\rb", "\u202eevil", "\x85", "\u2028",
    "x" * 10_000, "<tr>" * 50, "javascript:hit()",
)  # fmt: skip


class Tags(HTMLParser):
    """What another parser sees: tags, and the targets of links."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.targets: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.targets += [value or "" for name, value in attrs if name == "href"]
        assert not [name for name, _ in attrs if name.startswith("on")]


def with_payload(text: str) -> Edition:
    references = tuple(Reference(kind, text, own) for kind in ("rfc", "draft", "uri") for own in (None, text))
    record = Record(
        text, text, text, rich(text), (Reference("person", text),), (Reference("person", text),),
        PublishedDate(text), PublishedDate(text), references, text, rich(text), rich("by ", references[0]),
    )  # fmt: skip
    return replace(
        EDITION,
        title=text,
        updated=PublishedDate(text),
        experts=rich(text),
        notes=(Note(rich(text), text),),
        contacts=(Contact(text, text, text, (text,), PublishedDate(text)),),
        footnotes=(Footnote(text, rich(text)),),
        records=(record, EDITION.records[0]),
    )


@pytest.mark.parametrize("text", PAYLOADS, ids=[ascii(text)[:40] for text in PAYLOADS])
def test_text_stays_text(text: str) -> None:
    edition = with_payload(text)
    data = iana_html.write(edition, layout="2024-01-02")
    read = iana_html.read(data)
    assert read == iana_html.project(edition, "2024-01-02")
    assert len(read.records) == 2
    assert read.records[0].service_name == read.contacts[0].name == text  # type: ignore[index]
    assert read.records[0].description == read.experts == rich(text)
    seen = Tags(data.decode())
    plain = Tags(iana_html.write(with_payload("plain"), layout="2024-01-02").decode())
    others = [[tag for tag in tags if tag not in ("a", "span")] for tags in (seen.tags, plain.tags)]
    assert others[0] == others[1]
    assert not {"script", "img"} & {*seen.tags}
    assert not [target for target in seen.targets if "script:" in target and target.startswith("j")]


@pytest.mark.parametrize(
    "uri",
    [
        "javascript:hit()", "JavaScript:hit()", " javascript:hit()", "java\nscript:hit()", "\x01javascript:x",
        "data:text/html,x", "vbscript:x", "blob:x", "file:///etc/passwd", "java\tscript:x",
    ],
)  # fmt: skip
def test_a_link_leads_to_a_place_never_to_a_program(uri: str) -> None:
    assert not is_safe(uri)
    if "\x01" not in uri:
        edition = Edition(
            (Record("a", reference=(Reference("uri", uri),)),), contacts=(Contact("A", uris=(uri,)),)
        )
        page = iana_html.write(edition).decode()
        assert [target for target in Tags(page).targets if "service-names" not in target] == []
        read = iana_html.read(page.encode())
        assert read.records[0].reference == (Reference("text", None, uri),)
        assert read.contacts == edition.contacts


@pytest.mark.parametrize(
    "uri", ["http://a.example", "https://a", "mailto:a&b", "tel:1", "a@b", "urn:x", "/x", ""]
)
def test_other_links_are_links(uri: str) -> None:
    assert is_safe(uri)


@pytest.mark.parametrize("character", ["\0", "\x07", "\x1b", "\ufffe", "\uffff", "\ud800"])
def test_characters_that_xml_cannot_write_are_refused(character: str) -> None:
    for edition in (
        Edition((Record(f"a{character}"),)),
        Edition((Record("a", description=rich(character, Break())),)),
        Edition((), contacts=(Contact("a", uris=(character,)),)),
        Edition((), title=character),
    ):
        with pytest.raises(FormatError, match="E-HTML-CHARACTER"):
            iana_html.write(edition)


# -- what the reader opens, refuses and bears


def documents(name: str) -> list[str]:
    target = f"http://127.0.0.1:9/{name}.dtd"
    return [
        '<!DOCTYPE html [<!ENTITY e SYSTEM "file:///etc/passwd">]><html>&e;</html>',
        f'<!DOCTYPE html SYSTEM "{target}" [<!ENTITY % p SYSTEM "{target}"> %p;]><html/>',
        f'<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML" "{target}" [<!ENTITY a "b">]><html>&a;</html>',
        '<!DOCTYPE html [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><html>&b;</html>',
        "<!DOCTYPE other><other/>",
    ]


@pytest.mark.parametrize("text", documents("x"))
def test_a_doctype_that_declares_something_is_refused(text: str) -> None:
    opened: list[object] = []
    sys.addaudithook(
        lambda event, found: opened.append(found) if event in ("open", "socket.connect") else None
    )
    iana_html.read(PAGE.encode())  # what is loaded on first use is loaded
    opened.clear()
    assert refusal(text).problem.code == "E-HTML-DOCTYPE"
    assert opened == []


def test_a_doctype_that_names_a_dtd_passes_and_nothing_is_opened() -> None:
    named = PAGE.replace("http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd", "file:///etc/passwd")
    assert iana_html.read(named.encode()) == EDITION
    assert iana_html.read(PAGE.split("\n", 1)[1].encode()) == EDITION
    assert iana_html.read(("<!DOCTYPE html>\n" + PAGE.split("\n", 1)[1]).encode()) == EDITION


def changed(before: str, after: str, count: int = 1) -> str:
    assert before in PAGE
    return PAGE.replace(before, after, count)


def line_of(text: str, which: str = PAGE) -> int:
    return which[: which.index(text)].count("\n") + 1


ROW = PAGE[PAGE.index("          <tr>\n", PAGE.index("<tbody>")) :].split("</tr>\n")[0] + "</tr>\n"
REFUSED = [
    ("empty", "", "E-HTML-SYNTAX", 1),
    ("cut off", PAGE[: PAGE.index("</table>")], "E-HTML-SYNTAX", line_of("</table>")),
    ("another document", "<registry/>", "E-HTML-PAGE", 1),
    ("no table", PAGE.replace("<tr>", "<x>").replace("</tr>", "</x>"), "E-HTML-PAGE", 1),
    ("a cell less", changed("<td>World &lt;Wide&gt; Web</td>", ""), "E-HTML-ROW", line_of(ROW)),
    ("a cell more", changed("<td>http</td>", "<td>http</td><td></td>"), "E-HTML-ROW", line_of(ROW)),
    ("no cell", changed("<td>http</td>", "<b>http</b>"), "E-HTML-ROW", line_of(ROW)),
    ("another header", changed("<th>Description", "<th>Text"), "E-HTML-HEADER", line_of("<tr>")),
    ("two pages", changed("<table", PAGE[PAGE.index("<table") : PAGE.index("</table>") + 8] + "<table"),
     "E-HTML-HEADER", None),
    ("a row before its header", changed("<thead>", f"<tbody>{ROW}</tbody><thead>"), "E-HTML-HEADER", None),
    ("another head", changed("Expert(s)", "Experts"), "E-HTML-HEAD", line_of("Expert(s)")),
    ("not preformatted", changed("<pre>Three</pre>", "Three"), "E-HTML-HEAD", line_of("<pre>Three") - 1),
    ("a term without entry", changed("<dt>More</dt>", ""), "E-HTML-HEAD", line_of("<dl>")),
    ("an id without brackets", changed(">[Ada]<", ">Ada<"), "E-HTML-ROW", None),
    ("a footnote without brackets", changed(">[1]</a></dt>", ">1</a></dt>"), "E-HTML-FOOTNOTE", None),
    ("an unknown entity", changed("Wide", "&nbsp;"), "E-HTML-SYNTAX", line_of("Wide")),
    ("a control character", changed("Wide", "\x1b"), "E-HTML-SYNTAX", line_of("Wide")),
    ("an open element", changed("<td>http</td>", "<td>http"), "E-HTML-SYNTAX", None),
    ("too deep", changed("World", "<b>" * 20 + "</b>" * 20), "E-HTML-DEPTH", line_of("World")),
    ("another encoding", '<?xml version="1.0" encoding="UTF-16"?><html/>', "E-FILE-ENCODING", 1),
]  # fmt: skip


@pytest.mark.parametrize("text, code, line", [case[1:] for case in REFUSED], ids=[c[0] for c in REFUSED])
def test_a_fault_is_refused_with_its_place(text: str, code: str, line: int | None) -> None:
    error = refusal(text)
    assert error.problem.code == code
    assert error.line is not None
    assert error.column is not None
    assert line is None or error.line == line


def test_bytes_that_are_not_utf_8_are_refused_with_their_place() -> None:
    with pytest.raises(FormatError) as error:
        iana_html.read(PAGE.encode().replace(b"World", b"W\xffrld"))
    assert (error.value.problem.code, error.value.line) == ("E-FILE-ENCODING", line_of("World"))


def test_elements_that_nobody_foresaw_are_text() -> None:
    read = iana_html.read(changed("World", "<b>W<i>or</i>ld</b><script>hit()</script>").encode())
    assert str(read.records[0].description) == "Worldhit() <Wide> Web"
    assert [remark.code for remark in read.remarks] == ["F-HTML-ELEMENT", "F-HTML-ELEMENT"]
    assert iana_html.read(b"\xef\xbb\xbf" + PAGE.encode()).remarks[0].code == "F-BOM"


def test_contacts_may_have_no_column_of_organizations() -> None:
    page = PAGE.replace("<th>Organization</th>", "").replace("<td>Engines</td>\n", "")
    page = page.replace(
        "[Bob]</a>\n            </td>\n            <td></td>\n", "[Bob]</a>\n            </td>\n"
    )
    contacts = iana_html.read(page.encode()).contacts or ()
    assert [(contact.id, contact.organization) for contact in contacts] == [("Ada", None), ("Bob", None)]
    assert contacts[0].uris == ("mailto:ada&a.example", "tel:1")


def test_a_field_up_to_the_limit() -> None:
    longest = "x" * limits.MAX_FIELD
    fields = ("service_name", "description", "assignment_notes")
    for field in fields:
        value: object = longest if field == "service_name" else rich(longest)
        edition = Edition((Record(**{field: value}),))  # type: ignore[arg-type]
        assert iana_html.read(iana_html.write(edition)) == edition
        more: object = longest + "x" if field == "service_name" else rich(longest, Break(), "x")
        with pytest.raises(FormatError, match="E-FIELD-SIZE"):
            iana_html.write(Edition((Record(**{field: more}),)))  # type: ignore[arg-type]
    for reference in (
        Reference("person", longest + "x"),
        Reference("rfc", longest),
        Reference("text", longest + "x"),
    ):
        with pytest.raises(FormatError, match="E-FIELD-SIZE"):
            iana_html.write(Edition((Record(contact=(reference,)),)))
    assert refusal(changed("World", longest)).problem.code == "E-FIELD-SIZE"
    with pytest.raises(FormatError, match="E-FIELD-SIZE"):
        iana_html.write(Edition((), contacts=(Contact(longest + "x"),)))
    with pytest.raises(FormatError, match="E-FIELD-SIZE"):
        iana_html.write(Edition((), experts=RichText((longest + "x",))))


def test_references_up_to_the_limit() -> None:
    most = Edition((Record("a", contact=(ADA,) * limits.MAX_REFERENCES),))
    assert iana_html.read(iana_html.write(most)) == most
    for references in ((RFC,), (Reference("text", None, "a][b"),)):
        with pytest.raises(FormatError, match="E-RECORD-REFERENCES"):
            iana_html.write(replace(most, records=(replace(most.records[0], reference=references),)))
    row = "".join('[<a href="#A">A</a>]' for _ in range(limits.MAX_REFERENCES + 1))
    assert refusal(changed('[<a href="#Ada">Ada</a>]', row)).problem.code == "E-RECORD-REFERENCES"


def test_records_and_contacts_up_to_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    from portbook.formats.iana_html import reader

    for module in (limits, reader):
        monkeypatch.setattr(module, "MAX_RECORDS", 2)
        monkeypatch.setattr(module, "MAX_CONTACTS", 2)
    assert iana_html.read(PAGE.encode()) == EDITION
    assert refusal(changed(ROW, ROW + ROW)).problem.code == "E-FILE-RECORDS"
    monkeypatch.setattr(limits, "MAX_CONTACTS", 1)
    monkeypatch.setattr(reader, "MAX_CONTACTS", 1)
    assert refusal(PAGE).problem.code == "E-FILE-CONTACTS"
    with pytest.raises(FormatError, match="E-FILE-CONTACTS"):
        iana_html.write(EDITION)


@pytest.mark.parametrize("depth", [10, 1_000, 100_000])
def test_deep_pages_end_soon(depth: int) -> None:
    assert refusal("<html>" + "<div>" * depth).problem.code in ("E-HTML-DEPTH", "E-HTML-SYNTAX")
    assert refusal(changed("World", "<b>" * depth)).problem.code == "E-HTML-DEPTH" or depth == 10
