"""Editions for property tests: all that XML can hold, odd things first; shared by the tests of all formats.

Texts are of XML's characters without carriage returns, unless a test gives another `texts`.  Values are in
normal form and without a layout, as if a person had made them.
"""

from dataclasses import replace

from hypothesis import strategies as st

from portbook.edition import Edition
from portbook.records import (
    Break,
    Contact,
    Extra,
    Footnote,
    Markup,
    Note,
    Paragraph,
    PublishedDate,
    Record,
    Reference,
    RichText,
    rich,
)

LETTERS = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff")
# What the formats themselves are made of, more often than chance would bring it.
SEEDS = (
    '"', '""', ",", ";", "\n", " \n  ", "\n\n", " ", "\t", "[", "]", "][", "[x]", "&", "<", ">", "&amp;",
    "]]>", "<br/>", "\\", "\\n", "{", "\u2028", "\u0085", "\ufeff", "é", "√´", "\U0001f50c", "-", "a",
    "RFC6335",
)  # fmt: skip
texts = st.text(LETTERS, max_size=8) | st.lists(st.sampled_from(SEEDS), max_size=4).map("".join)
filled_texts = texts.filter(bool)

names = st.sampled_from(
    ("http", "HTTP", "whois++", "sql*net", "914c/g", "a", "-", "", " x ", "Escale (Newton Dock)", "x\ny")
)
numbers = st.sampled_from(("0", "443", "6000-6063", "4748-4748", "0443", "70000", "6063-6000", "x", ""))
transports = st.sampled_from(("tcp", "udp", "sctp", "dccp", "TCP", "quic", "", "tcp "))
dates = st.sampled_from(("2006-12-01", "2006-12", "2018-02-30", "2006-13", "soon", " 2006-12")).map(
    PublishedDate
)
labels = st.sampled_from(
    (
        *("Jon_Postel", "None", "_3GPP", "RFC6335", "RFC 6335", "BCP14", "STD0063", "rfc6335", "1", "n/a"),
        *("draft-a-b", "RFC-ietf-x", "http://a.example/b", "mailto:a&b.example", "RFC8765, Section 6.1"),
        *("[", "]", "a][b", "][", "x]", "[y", "with\n      a blank", "with \n  a blank", " "),
    )
)


def elements(text: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """An element that nobody foresaw, as the reader keeps one of the registry's own namespace."""
    escaped = text.filter(bool).map(
        lambda t: t.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    )
    return escaped.map(lambda inner: f"<odd>{inner}</odd>")


def references(text: st.SearchStrategy[str]) -> st.SearchStrategy[Reference]:
    """References that are no persons, of every kind (formats.md 1.4)."""
    kinds = ("rfc", "draft", "uri", "text", "note", "registry", "rfc-errata", "unicode", "other")
    some = st.none() | labels | text
    own = st.none() | labels.filter(bool) | text.filter(bool)
    attributes = st.just(()) | st.just((("section", "3.1"),))
    return st.builds(Reference, st.sampled_from(kinds), some, own, attributes)


def people(text: st.SearchStrategy[str]) -> st.SearchStrategy[Reference]:
    return st.builds(Reference, st.just("person"), labels | text, st.none(), st.just(()))


def rich_texts(text: st.SearchStrategy[str], markup: bool = True) -> st.SearchStrategy[RichText]:
    simple = st.one_of(text, st.just(Break()), references(text), people(text))
    if markup:
        simple = simple | st.builds(Markup, elements(text))
    inner = st.lists(simple, max_size=4)
    paragraph = inner.map(lambda parts: Paragraph(rich(*parts).parts))
    return st.lists(simple | paragraph, max_size=5).map(lambda parts: rich(*parts))


def extras(text: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[Extra, ...]]:
    """At most one attribute and one element: in the order in which XML gives them back."""
    attribute = st.builds(Extra, st.just("attribute"), st.just("odd"), text)
    element = st.builds(Extra, st.just("element"), st.just("odd"), elements(text))
    return st.tuples() | st.tuples(attribute) | st.tuples(element) | st.tuples(element, attribute)


def several(items: st.SearchStrategy, least: int = 0) -> st.SearchStrategy[tuple]:
    return st.lists(items, min_size=least, max_size=3).map(tuple)


def records(text: st.SearchStrategy[str] = texts, markup: bool = True) -> st.SearchStrategy[Record]:
    persons = several(people(text))
    texts_or_none = st.none() | rich_texts(text, markup)
    made = st.builds(
        Record,
        service_name=st.none() | names | text,
        port_number=st.none() | numbers | text,
        transport=st.none() | transports,
        description=rich_texts(text, markup),
        assignee=st.none() | persons,
        contact=persons,
        registration_date=st.none() | dates,
        modification_date=st.none() | dates,
        reference=several(references(text)),
        service_code=st.none() | st.sampled_from(("1145656131", "")) | text,
        unauthorized_use_reported=texts_or_none,
        assignment_notes=texts_or_none,
        extras=extras(text) if markup else st.just(()),
    )
    return made | made.map(assignee_written_out)


def assignee_written_out(record: Record) -> Record:
    return replace(record, assignee=record.contact)


def contacts(text: st.SearchStrategy[str] = texts, markup: bool = True) -> st.SearchStrategy[Contact]:
    return st.builds(
        Contact,
        id=labels | text,
        name=st.none() | text,
        organization=st.none() | text,
        uris=several(st.just("mailto:a&b.example") | text),
        updated=st.none() | dates,
        extras=extras(text) if markup else st.just(()),
    )


def editions(text: st.SearchStrategy[str] = texts, markup: bool = True) -> st.SearchStrategy[Edition]:
    """Editions; without *markup* none of the parts that are kept as XML."""
    note = st.builds(Note, rich_texts(text, markup), st.none() | text)
    footnote = st.builds(Footnote, text, rich_texts(text, markup))
    return st.builds(
        Edition,
        records=several(records(text, markup)),
        title=st.none() | text,
        category=st.none() | text,
        updated=st.none() | dates,
        reference=st.none() | several(references(text), least=1),
        experts=st.none() | rich_texts(text, markup),
        notes=st.none() | several(note, least=1),
        contacts=st.none() | several(contacts(text, markup)),
        footnotes=st.none() | several(footnote, least=1),
        extras=extras(text).map(lambda found: tuple(e for e in found if e.kind == "element"))
        if markup
        else st.just(()),
    )
