"""Mentions: compared with a search through every row, and with the cells of IANA's own CSV."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

import strategies
from portbook.edition import Edition
from portbook.mentions import Cited, Mentions, Organisation, Person
from portbook.records import Contact, Paragraph, Record, Reference, RichText, rich
from portbook.store.edition_files import embedded


def person(name: str) -> Reference:
    return Reference("person", name)


RFC = Reference("rfc", "rfc8620")
SECTION = Reference("rfc", "rfc8765", "RFC8765, Section 6.1")
DRAFT = Reference("draft", "draft-zubov-snif-05", "draft-zubov-snif-05, Section 4.3")
APPROVED = Reference("draft", "RFC-ietf-ntp-roughtime-19")
REPORT = Reference("uri", "https://a.example/TR-352.pdf", "TR-352")
BOOK = Reference("text", None, "A book of\n      two lines")
FIRST = Record(service_name="first", contact=(person("Ann"),), reference=(BOOK, RFC))
SECOND = Record(
    service_name="second",
    assignee=(person("ann"),),
    contact=(person("Bob"), person("Ann")),
    reference=(SECTION, Reference("note", "1"), person("Zoe")),
)
THIRD = Record(
    service_name="third",
    description=rich("See ", DRAFT, Paragraph((RFC, person("Eve")))),
    assignment_notes=rich(APPROVED, " and ", RFC, Reference("text", None, "RFC 8765, section 7")),
    unauthorized_use_reported=rich(REPORT),
)
ANN = Contact("Ann", "Ann", "Acme  Inc.")
BOB = Contact("Bob", "Bob", "ACME Inc.")
CY = Contact("Cy", "Cy", " ")
DEE = Contact("Dee", "Dee", "Bee Ltd")
EDITION = Edition(records=(FIRST, SECOND, THIRD), contacts=(DEE, ANN, BOB, CY))
FOUND = Mentions(EDITION)


def test_people_are_those_of_the_table_and_those_of_the_rows() -> None:
    assert FOUND.people == (
        Person("Ann", ANN, (FIRST, SECOND)),
        Person("ann", None, (SECOND,)),
        Person("Bob", BOB, (SECOND,)),
        Person("Cy", CY, ()),
        Person("Dee", DEE, ()),
        Person("Eve", None, (THIRD,)),
        Person("Zoe", None, (SECOND,)),
    )


@pytest.mark.parametrize(
    "asked, found",
    [("Ann", "Ann"), ("ann", "ann"), ("ANN", "Ann"), (" bOB ", "Bob"), ("", None), ("X", None)],
)
def test_a_person_is_found_by_id(asked: str, found: str | None) -> None:
    answer = FOUND.person(asked)
    assert (answer.id if answer else None) == found


def test_organisations_are_one_whatever_their_case_and_blanks() -> None:
    acme = Organisation("Acme Inc.", (ANN, BOB), (FIRST, SECOND))
    assert FOUND.organisations == (acme, Organisation("Bee Ltd", (DEE,), ()))
    assert FOUND.organisation("acme\tINC.") is FOUND.organisations[0]
    assert FOUND.organisation("") is FOUND.organisation("Acme") is None


def test_an_edition_without_contacts_has_people_and_no_organisations() -> None:
    found = Mentions(Edition(records=(FIRST,)))
    assert found.organisations is None
    assert found.organisation("Acme Inc.") is None
    assert found.people == (Person("Ann", None, (FIRST,)),)


def test_references_stand_in_order_each_document_once() -> None:
    assert FOUND.references == (
        Cited("RFC8620", RFC, (FIRST, THIRD)),
        Cited("RFC8765", Reference("rfc", "rfc8765"), (SECOND, THIRD)),
        Cited("A book of two lines", BOOK, (FIRST,)),
        Cited("draft-zubov-snif-05", DRAFT, (THIRD,)),
        Cited("RFC-ietf-ntp-roughtime-19", APPROVED, (THIRD,)),
        Cited("TR-352", REPORT, (THIRD,)),
    )


@pytest.mark.parametrize(
    "asked, label",
    [
        *(
            (text, "RFC8620")
            for text in ("RFC8620", "rfc 8620", "RFC 08620", "[RFC8620]", "rfc-8620", " rfc8620 ")
        ),
        ("RFC8620, Section 3", "RFC8620"),
        ("RFC8765, Section 6.1", "RFC8765"),
        ("draft-zubov-snif-05", "draft-zubov-snif-05"),
        ("draft-zubov-snif-05, Section 4.3", "draft-zubov-snif-05"),
        ("draft-zubov-snif", "draft-zubov-snif-05"),
        ("DRAFT-ZUBOV-SNIF-05", "draft-zubov-snif-05"),
        ("RFC-ietf-ntp-roughtime-19", "RFC-ietf-ntp-roughtime-19"),
        ("draft-ietf-ntp-roughtime", "RFC-ietf-ntp-roughtime-19"),
        ("[tr-352]", "TR-352"),
        ("https://a.example/TR-352.pdf", "TR-352"),
        ("A book of\n      two lines", "A book of two lines"),
        ("a BOOK of two  lines", "A book of two lines"),
        *(
            (text, None)
            for text in ("RFC862", "RFC86200", "RFC", "1", "[1]", "Zoe", "", "[", "]", "[]", "A book")
        ),
    ],
)
def test_a_reference_is_found_by_what_names_it(asked: str, label: str | None) -> None:
    found = FOUND.reference(asked)
    assert (found.label if found else None) == label


def test_rfcs_stand_by_number() -> None:
    numbers = (10003, 9, 768, 8620)
    rows = tuple(Record(reference=(Reference("rfc", f"rfc{number}"),)) for number in numbers)
    other = Record(reference=(Reference("rfc", "bcp14"), Reference("rfc-errata", "7")))
    labels = [cited.label for cited in Mentions(Edition(records=(*rows, other))).references]
    assert labels == ["RFC9", "RFC768", "RFC8620", "RFC10003", "BCP14", "RFC Errata 7"]


def test_rows_that_read_the_same_are_each_there() -> None:
    twin = Record(service_name="first", contact=(person("Ann"),), reference=(RFC, RFC))
    found = Mentions(Edition(records=(twin, twin)))
    assert found.people[0].records == found.references[0].records == (twin, twin)


# -- odd editions, against a search through every row


def inner(parts: tuple[object, ...]) -> list[Reference]:
    found: list[Reference] = []
    for part in parts:
        if isinstance(part, Reference):
            found.append(part)
        elif isinstance(part, Paragraph):
            found += inner(part.parts)
    return found


def mentioned(record: Record) -> list[Reference]:
    columns = [*(record.assignee or ()), *record.contact, *record.reference]
    texts: list[RichText | None] = [
        record.description,
        record.unauthorized_use_reported,
        record.assignment_notes,
    ]
    return columns + [found for text in texts if text for found in inner(text.parts)]


def rows_with(edition: Edition, fits: Callable[[Reference], bool]) -> list[int]:
    return [id(record) for record in edition.records if any(map(fits, mentioned(record)))]


def ids(records: tuple[Record, ...]) -> list[int]:
    return [id(record) for record in records]


@given(strategies.editions())
def test_people_of_odd_editions(edition: Edition) -> None:
    found = Mentions(edition)
    everybody = {
        r.data for record in edition.records for r in mentioned(record) if r.type == "person" and r.data
    }
    everybody |= {contact.id for contact in edition.contacts or () if contact.id}
    assert sorted(everybody) == sorted(each.id for each in found.people)
    assert [each.id.casefold() for each in found.people] == sorted(
        each.id.casefold() for each in found.people
    )
    for each in found.people:
        assert ids(each.records) == rows_with(edition, lambda r: r.type == "person" and r.data == each.id)  # noqa: B023
        assert each.contact == edition.contact(each.id)
        assert found.person(each.id) is each


@given(strategies.editions())
def test_organisations_of_odd_editions(edition: Edition) -> None:
    found = Mentions(edition)
    assert (found.organisations is None) == (edition.contacts is None)
    named = [contact for contact in edition.contacts or () if (contact.organization or "").split()]
    grouped = [contact for each in found.organisations or () for contact in each.contacts]
    assert sorted(map(id, named)) == sorted(map(id, grouped))
    for each in found.organisations or ():
        members = {contact.id for contact in each.contacts}
        assert len({"".join((c.organization or "").split()).casefold() for c in each.contacts}) == 1
        assert ids(each.records) == rows_with(
            edition,
            lambda r: r.type == "person" and r.data != "" and r.data in members,  # noqa: B023
        )
        assert all(found.organisation(contact.organization or "") is each for contact in each.contacts)


@given(strategies.editions())
def test_references_of_odd_editions(edition: Edition) -> None:
    found = Mentions(edition)
    labels = [each.label for each in found.references]
    cited = {r for record in edition.records for r in mentioned(record) if r.type not in ("person", "note")}
    assert {*labels} == {*map(plainly, cited)} - {""}
    assert len(labels) == len({*labels})
    assert all(found.reference(r.label) for r in cited if r.label.split())
    for each in found.references:
        assert ids(each.records) == rows_with(edition, lambda r: r in cited and plainly(r) == each.label)  # noqa: B023
        assert plainly(each.reference) == each.label
        assert found.reference(each.label) is each


def plainly(reference: Reference) -> str:
    """What a reference is to: of RFCs and drafts what it names, without a section; else what is shown."""
    text = reference.label
    if reference.type in ("rfc", "draft") and (reference.data or "").split():
        text = (reference.data or "").upper() if reference.type == "rfc" else reference.data or ""
    text = " ".join(text.split())
    if text.startswith("draft-"):
        return re.sub(r"^(draft-[a-z0-9-]+),? [Ss]ection .*$", r"\1", text)
    return re.sub(r"^[Rr][Ff][Cc][ -]?0*([1-9][0-9]{0,5})(,? [Ss]ection .*)?$", r"RFC\1", text)


@given(st.text(max_size=30))
def test_any_text_may_be_asked_for(text: str) -> None:
    assert FOUND.reference(text) is None or text.split()
    assert FOUND.person(text) is None or text.split()
    assert FOUND.organisation(text) is None or text.split()


# -- the embedded edition, counted in the cells of its CSV


def test_the_newest_embedded_edition_has_what_its_cells_have() -> None:
    file = embedded()[-1]
    rows = list(csv.DictReader(io.StringIO(file.data().decode(), newline="")))
    found = Mentions(file.edition)
    people: dict[str, int] = {}
    cited: dict[str, int] = {}
    for cells in rows:
        for label in set(re.findall(r"\[([^\]]*)\]", cells["Assignee"] + cells["Contact"])):
            people[label] = people.get(label, 0) + 1
        for label in set(re.findall(r"\[([^\]]*)\]", cells["Reference"])):
            if not label.isdigit():  # a footnote
                label = re.sub(r"^(RFC[0-9]+), Section .*$", r"\1", " ".join(label.split()))
                cited[label] = cited.get(label, 0) + 1
    assert len(people) > 5000
    assert {each.id: len(each.records) for each in found.people} == people
    assert {each.label: len(each.records) for each in found.references} == cited
    assert found.organisations is None
