"""Checks: a small edition for every rule that one can break, the historic names, and real editions."""

import lzma
import tarfile
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from portbook import formats
from portbook.checks import CHECKS, Finding, check_edition
from portbook.checks.facts import MAX_NAMED, some
from portbook.edition import Edition
from portbook.names import fold
from portbook.numbers import Transport
from portbook.records import (
    Break,
    Contact,
    Footnote,
    Paragraph,
    PublishedDate,
    Record,
    Reference,
    RichText,
    rich,
)

ALIAS = 'This entry is an alias to "{}". This entry is now historic.'
REPLACES = 'IANA assigned this well-formed service name as a replacement for "{}".'
PEOPLE = (Reference("person", "Ann"),)


def row(name: str | None, port: str = "", transport: str = "", text: str = "", **parts: object) -> Record:
    values: dict[str, object] = {"description": rich(text or "Invented"), **parts}
    if name:
        values.setdefault("contact", PEOPLE)
    return Record(name, port or None, transport or None, **values)  # type: ignore[arg-type]


def note(text: str) -> RichText:
    return rich(text)


def txt(keys: str) -> RichText:
    return rich(f"Defined TXT keys: {keys}")


def date(text: str) -> PublishedDate:
    return PublishedDate(text)


# What every edition has: the reserved edges and the ports for experiments.  Rows 1 to 5 and the last 2.
EDGES = [row(None, port, "", "Reserved") for port in ("0", "1023", "1024", "49151")]
EXPERIMENTS = [
    row(name, port, t, "Experiment") for name, port in (("exp1", "1021"), ("exp2", "1022")) for t in Transport
]


def edition_of(*rows: Record, **parts: object) -> Edition:
    """*rows* and what every edition has, by port; *rows* stay together, where the first of them belongs."""
    values: dict[str, object] = {"contacts": (Contact("Ann", "Ann"),), **parts}
    with_port = sorted([*EDGES, *EXPERIMENTS], key=lambda r: r.ports.low if r.ports else 0)
    low = rows[0].ports.low if rows and rows[0].ports else 70000
    before = [r for r in with_port if r.ports and r.ports.low < low]
    after = [r for r in with_port if r.ports and r.ports.low >= low]
    return Edition((*before, *rows, *after), **values)  # type: ignore[arg-type]


def found(edition: Edition) -> list[tuple[str, str, str]]:
    return [(finding.code, finding.rule, finding.level) for finding in check_edition(edition)]


def test_a_sound_edition_has_no_findings() -> None:
    sound = edition_of(
        row("foo", "1100", "tcp"),
        row(None, "1100", "udp", "Reserved"),
        row("bar", "1101", "tcp"),
        row("bar", "1101", "udp"),
        row(None, "1102-1200", "", "Unassigned"),
    )
    assert check_edition(sound) == ()


def test_a_contact_that_a_paragraph_names_is_used() -> None:
    text = rich(Paragraph(("ask ", Reference("person", "Bea"))))
    contacts = (Contact("Ann", "Ann"), Contact("Bea", "Bea"))
    assert check_edition(edition_of(*pair("foo", "80", assignment_notes=text), contacts=contacts)) == ()


@pytest.mark.parametrize("state, code", [("Reserved", "F-STATE"), ("Unassigned", "F-UNASSIGNED-OVERLAP")])
def test_a_port_for_any_private_use_is_assigned_too(state: str, code: str) -> None:
    """As `Edition.port` has it: the row names no service, and nobody else can have the port."""
    private = [row(None, "75", transport, "any private dial out service") for transport in ("tcp", "udp")]
    edition = edition_of(*private, row(None, "75", "tcp", state))
    assert edition.port(75, Transport.TCP).state == "Assigned"
    assert code in [finding.code for finding in check_edition(edition)]
    alone = edition_of(row("foo", "75", "tcp"), private[1])
    assert edition.port(75, Transport.UDP).state == "Assigned"
    assert "E-MARK" not in [finding.code for finding in check_edition(alone)]


def test_texts_that_a_message_lists() -> None:
    texts = [str(number) for number in range(MAX_NAMED + 1)]
    assert some(texts[:-1]) == "0, 1, 2, 3, 4, 5"
    assert some(texts) == "0, 1, 2, 3, 4, 5, ..."


def pair(name: str, port: str, **parts: object) -> tuple[Record, Record]:
    return row(name, port, "tcp", **parts), row(name, port, "udp", **parts)  # type: ignore[arg-type]


CASES: list[tuple[str, str, str, tuple[Record, ...]]] = [
    ("E-PORT-RANGE", "R-RANGE-1", "error", (row("foo", "65536", "tcp"),)),
    ("E-PORT-FORMAT", "R-RANGE-1", "error", (row("foo", "20-10", "tcp"),)),
    ("E-PORT-FORMAT", "R-RANGE-1", "error", (row("foo", "４４３", "tcp"),)),
    ("E-PORT-DYNAMIC", "R-RANGE-3", "error", pair("foo", "49152")),
    ("E-PORT-DYNAMIC", "R-RANGE-3", "flag", (row(None, "49152-65535", "", "Reserved"),)),
    ("F-RANGE-ONE", "R-RANGE-8", "flag", (row(None, "4748-4748", "", "Unassigned"),)),
    (
        "F-UNASSIGNED-OVERLAP", "R-RANGE-8", "flag",
        (row(None, "7748-7776", "", "Unassigned"), *pair("foo", "7775")),
    ),
    ("F-STATE", "R-RANGE-5", "flag", (row(None, "7700", "tcp", "Reserved"), *pair("foo", "7700"))),
    ("E-TRANS-UNKNOWN", "R-TRANS-2", "error", (row("foo", "80", "quic"),)),
    ("E-TRANS-UNKNOWN", "R-TRANS-2", "error", (row(None, "80", "TCP", "Reserved"),)),
    ("F-NAME-CASE", "R-NAME-7", "flag", (row("foo", "80", "tcp"), row("Foo", "80", "udp"))),
    ("E-ROW-TWICE", "R-NAME-10", "error", (row("foo", "80", "tcp"), *pair("foo", "80"))),
    ("E-ROW-TWICE", "R-NAME-10", "flag", (row("rdp", transport="tcp", assignment_notes=txt("None")),) * 2),
    ("F-ALIAS-TARGET", "R-LEG-6", "flag", pair("foo", "80", assignment_notes=note(ALIAS.format("gone")))),
    (
        "F-ALIAS-PLACE", "R-LEG-6", "flag",
        (*pair("foo", "80", assignment_notes=note(ALIAS.format("bar"))), *pair("bar", "81")),
    ),
    (
        "F-ALIAS-CHAIN", "R-LEG-6", "flag",
        (
            *pair("foo", "80", assignment_notes=note(ALIAS.format("bar"))),
            *pair("bar", "80", assignment_notes=note(ALIAS.format("baz"))),
            *pair("baz", "80"),
        ),
    ),
    ("F-NAME-PORTS", "R-LEG-9", "flag", (*pair("foo", "80"), *pair("foo", "81"))),
    ("F-NAME-RANGE", "R-LEG-9", "flag", pair("foo", "6000-6063")),
    ("F-PORT-NO-TRANSPORT", "R-LEG-9", "flag", (row("foo", "6400"),)),
    ("F-NAME-NO-TRANSPORT", "R-LEG-9", "flag", (row("foo"),)),
    ("F-NAME-EMPTY", "R-LEG-9", "flag", (row("", "359", "tcp", "Reserved"),)),
    ("F-PARTIES", "R-LEG-9", "flag", pair("foo", "80", contact=())),
    ("E-MARK", "R-MARK-1", "flag", (row("foo", "80", "tcp"),)),
    ("E-MARK", "R-MARK-1", "flag", (row("foo", "80", "udp"), row(None, "80", "tcp", "Unassigned"))),
    (
        "F-COMPANION-DATA", "R-MARK-5", "flag",
        (row("foo", "80", "tcp"), row(None, "80", "udp", "Reserved", registration_date=date("2012-01"))),
    ),
    (
        "W-PRIMARY", "R-MARK-10", "flag",
        (row("foo", "80", "tcp"), row("bar", "80", "tcp"), row(None, "80", "udp", "Reserved")),
    ),
    ("F-UNAUTH-PORT", "R-UNAUTH-2", "flag", pair("foo", "70", unauthorized_use_reported=note("Use on 71"))),
    ("W-TXT-BLANK", "R-TXT-1", "flag", (row("foo", "", "tcp"),)),
    ("E-TXT-DUP", "R-TXT-6", "flag", pair("foo", "80", assignment_notes=txt("id, ID"))),
    ("W-TXT-LONG", "R-TXT-5", "flag", pair("foo", "80", assignment_notes=txt("macaddress"))),
    ("W-TXT-SPACE", "R-TXT-7", "flag", pair("foo", "80", assignment_notes=txt("a b, c"))),
    ("E-TXT-CHAR", "R-TXT-4", "flag", pair("foo", "80", assignment_notes=txt("café"))),
    ("F-TXT-PROSE", "R-TXT-12", "flag", pair("foo", "80", assignment_notes=txt("TBD"))),
    ("F-ORDER", "R-PUB-4", "flag", (*pair("foo", "81"), *pair("bar", "80"))),
    (
        "F-ORDER-NAME", "R-PUB-4", "flag",
        tuple(row(n, "", "tcp", assignment_notes=txt("None")) for n in ("foo", "bar")),
    ),
    ("E-REF-TYPE", "R-PUB-6", "error", pair("foo", "80", reference=(Reference("", "RFC1"),))),
    ("E-REF-TYPE", "R-PUB-6", "error", pair("foo", "80", reference=(Reference("book", "x"),))),
    ("F-CONTACT-UNKNOWN", "R-PUB-8", "flag", pair("foo", "80", assignee=(Reference("person", "Bob"),))),
    ("E-DATE-FORMAT", "R-PUB-11", "error", pair("foo", "80", registration_date=date("2012-13"))),
    ("E-DATE-FORMAT", "R-PUB-11", "error", pair("foo", "80", modification_date=date("yesterday"))),
    (
        "F-DATE-ORDER", "R-PUB-11", "flag",
        pair("foo", "80", registration_date=date("2011-05-23"), modification_date=date("2011-05-16")),
    ),
    ("F-FOOTNOTE", "R-PUB-12", "flag", pair("foo", "80", reference=(Reference("note", "2"),))),
    ("F-STATUS", "R-RESV-4", "flag", (row(None, "612", "", "Possibly used"),)),
]  # fmt: skip


@pytest.mark.parametrize(
    "code, rule, level, rows", CASES, ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_broken_rule(code: str, rule: str, level: str, rows: tuple[Record, ...]) -> None:
    """Each case breaks one rule and, but for what follows from it, no other."""
    edition = edition_of(*rows, footnotes=(Footnote("1", rich("Invented")),))
    findings = check_edition(edition)
    assert {(f.code, f.rule, f.level) for f in findings} == {(code, rule, level)}
    numbers = {
        number for number, record in enumerate(edition.records, 1) if any(record is own for own in rows)
    }
    assert {finding.row for finding in findings} <= numbers
    assert all(finding.message for finding in findings)


def test_every_code_of_the_table_has_a_case() -> None:
    """The rules of the table that CASES does not break have a test of their own below."""
    elsewhere = {
        "R-LEG-1",
        "R-LEG-2",
        "R-LEG-3",
        "R-LEG-4",
        "R-EXP-1",
        "R-RANGE-6",
        "R-PUB-2",
        "R-PUB-9",
        "R-TXT-3",
    }
    assert {rule for _, rule, _, _ in CASES} - {
        "R-TXT-4",
        "R-TXT-5",
        "R-TXT-6",
        "R-TXT-7",
    } | elsewhere == set(CHECKS)


# -- what stands on no row of its own


def test_edges_and_experiments() -> None:
    assert found(Edition(())) == [("F-EDGE", "R-RANGE-6", "flag")] * 4 + [("F-EXP", "R-EXP-1", "flag")] * 2
    without_dccp = Edition(tuple(r for r in edition_of().records if r.transport != "dccp"))
    messages = [f.message for f in check_edition(without_dccp)]
    assert messages == ["port 1021 is not 'exp1' for dccp", "port 1022 is not 'exp2' for dccp"]


@pytest.mark.parametrize(
    "contact, code, level",
    [
        (Contact("Ann", "Ann"), "E-CONTACT-TWICE", "error"),
        (Contact("3GPP", "3GPP"), "F-CONTACT-ID", "flag"),
        (Contact("Bob"), "F-CONTACT-NAMELESS", "flag"),
        (Contact("Bob", "Bob", uris=("mailto:bob@example.com",)), "F-CONTACT-AT", "flag"),
        (Contact("Bob", "Bob", updated=PublishedDate("2012-00")), "E-DATE-FORMAT", "error"),
        (Contact("Eve", "Eve"), "F-CONTACT-UNUSED", "flag"),
        (Contact("_3GPP", organization="3GPP", uris=("mailto:a&example.com",)), "", ""),
    ],
)
def test_contacts(contact: Contact, code: str, level: str) -> None:
    names = {"Bob", "3GPP", "_3GPP"} & {contact.id}
    rows = pair("foo", "80", contact=(*PEOPLE, *(Reference("person", name) for name in names)))
    findings = check_edition(edition_of(*rows, contacts=(Contact("Ann", "Ann"), contact)))
    assert [(f.code, f.level, f.row) for f in findings] == ([(code, level, None)] if code else [])


def test_contacts_that_an_edition_does_not_carry_are_not_missed() -> None:
    assert found(edition_of(*pair("foo", "80"), contacts=None)) == []


def test_the_date_of_the_registry() -> None:
    assert found(edition_of(updated=PublishedDate("2026-08"))) == [("E-DATE-FORMAT", "R-PUB-2", "error")]
    assert found(edition_of(updated=PublishedDate("2026-08-17"))) == []


# -- historic names (N-47 to N-52)


def twins(historic: str, twin: str, port: str) -> tuple[Record, ...]:
    """A historic name and its twin, on both transports, as IANA publishes them."""
    text = rich("Invented", Break(), Break(), REPLACES.format(historic))
    old = pair(historic, port, assignment_notes=note(ALIAS.format(twin)))
    new = [Record(twin, port, t, text, contact=PEOPLE) for t in ("tcp", "udp")]
    return old[0], new[0], old[1], new[1]


@pytest.mark.parametrize(
    "historic, twin, vector",
    [
        ("EtherNet/IP-1", "EtherNet-IP-1", "N-47"),
        ("novell-lu6.2", "novell-lu6-2", "N-48"),
        ("whois++", "whoispp", "N-49"),
    ],
)
def test_a_historic_name_is_accepted_and_flagged(historic: str, twin: str, vector: str) -> None:
    edition = edition_of(*twins(historic, twin, "80"))
    assert found(edition) == [("E-NAME-CHAR", "R-LEG-1", "flag")]
    assert edition.canonical(historic) == twin


def test_a_twin_that_stands_on_another_port_too() -> None:  # N-50
    edition = edition_of(*twins("sql*net", "sql-net", "66"), *pair("sql-net", "150"))
    messages = {f.code: f.message for f in check_edition(edition)}
    assert set(messages) == {"E-NAME-CHAR", "F-LEG-TWIN-PORTS", "F-NAME-PORTS"}
    assert messages["F-LEG-TWIN-PORTS"] == "'sql-net', twin of 'sql*net' on 66, is also on port 150"
    assert edition.canonical("sql*net") == "sql-net"


def test_a_malformed_name_that_nobody_listed() -> None:  # N-51
    edition = edition_of(row(None, "34567", "tcp", "Reserved"), row("edi_service", "34567", "udp"))
    assert [code for code, _, _ in found(edition)] == ["E-NAME-CHAR", "F-LEG-UNLISTED", "F-LEG-TWIN"]
    assert edition.canonical("edi_service") == "edi_service"


def test_a_historic_name_is_found_in_any_case() -> None:  # N-52
    edition = edition_of(*twins("EtherNet/IP-2", "EtherNet-IP-2", "44818"))
    service = edition.service("ETHERNET/ip-2")
    assert service is not None
    assert (service.name, service.canonical) == ("EtherNet/IP-2", "EtherNet-IP-2")


def test_what_historic_rows_say() -> None:
    edition = edition_of(*pair("cl/1", "172"), *pair("cl-1", "172"))
    codes = Counter(code for code, _, _ in found(edition))
    # without notes nothing says that they are one service: two names without a primary, too
    assert codes == {"E-NAME-CHAR": 1, "F-LEG-NOTE": 2, "F-LEG-REPLACES": 2, "W-PRIMARY": 2}


def test_a_name_without_any_twin() -> None:
    codes = [code for code, _, _ in found(edition_of(*pair("Apple Remote Desktop (Net Assistant)", "3283")))]
    assert codes == ["E-NAME-CHAR", "F-LEG-UNLISTED", "E-LEG-MAP"]


# -- limits


def test_many_rows_over_everything_take_no_longer_than_they_must() -> None:
    rows = [
        row("a", "0-65535", "tcp", contact=()),
        row(None, "0-65535", "", "Reserved"),
        row("a_b", "1", "udp"),
    ] * 2000
    codes = Counter(code for code, _, _ in found(Edition(tuple(rows))))
    assert codes["F-STATE"] == 2000
    assert codes["F-NAME-PORTS"] == 0


def test_a_message_quotes_and_never_sends_control_characters() -> None:
    (finding,) = [f for f in check_edition(edition_of(*pair("a\x1b[2Jb", "80"))) if f.code == "E-NAME-CHAR"]
    assert "\\x1b" in finding.message
    assert "\x1b" not in finding.message
    everything = check_edition(edition_of(row("a\x1bb", "8\x1b0", "t\x1bcp", "\x1b")))
    assert not any("\x1b" in f.message for f in everything)


# -- real editions


@pytest.fixture(scope="module")
def newest() -> tuple[Edition, tuple[Finding, ...]]:
    import parts

    path = parts.published_editions_folder() / "2026-08-17.xml.xz"
    edition = formats.read(lzma.decompress(path.read_bytes()))
    return edition, check_edition(edition)


@pytest.mark.needs("published_editions")
def test_the_counts_of_a_real_edition(newest: tuple[Edition, tuple[Finding, ...]]) -> None:
    """As counted by others in the edition of 2026-08-17 ("formats.md" 5, "rules.md" appendix A)."""
    _, findings = newest
    counts = Counter(finding.code for finding in findings)
    assert counts == {
        "E-MARK": 9,
        "E-NAME-CHAR": 97,  # malformed names
        "E-ROW-TWICE": 1,  # rdp
        "F-COMPANION-DATA": 21,
        "F-CONTACT-AT": 21,
        "F-CONTACT-NAMELESS": 12,
        "F-DATE-ORDER": 1,  # hpbladems
        "F-LEG-TWIN": 1,  # edi_service
        "F-LEG-TWIN-PORTS": 2,  # sql-net, udt-os
        "F-LEG-UNLISTED": 1,
        "F-NAME-EMPTY": 9,
        "F-NAME-NO-TRANSPORT": 581,
        "F-NAME-PORTS": 34,  # names on several ports
        "F-NAME-RANGE": 8,  # 7 services
        "F-ORDER-NAME": 32,
        "F-PARTIES": 1771,
        "F-PORT-NO-TRANSPORT": 16,
        "F-RANGE-ONE": 6,
        "F-STATUS": 1,
        "F-TXT-PROSE": 137,
        "F-UNASSIGNED-OVERLAP": 2,  # 7748-7776 and 7983-7997
        "F-UNAUTH-PORT": 2,
        "W-PRIMARY": 40,
        "W-TXT-BLANK": 14,
        "W-TXT-LONG": 117,
        "W-TXT-SPACE": 28,
    }
    assert {finding.level for finding in findings} == {"flag"}


@pytest.mark.needs("published_editions")
def test_pairs_with_several_names(newest: tuple[Edition, tuple[Finding, ...]]) -> None:
    """226 pairs of port and transport have several names; 184 have a historic alias, 2 a duplicate (80)."""
    edition, findings = newest
    names: dict[tuple[int, str], set[str]] = defaultdict(set)
    for record in edition.records:
        if record.service_name and record.ports and record.transport:
            for port in range(record.ports.low, record.ports.high + 1):
                names[port, record.transport].add(fold(record.service_name))
    several = [key for key, found in names.items() if len(found) > 1]
    assert len(several) == 226
    assert len([finding for finding in findings if finding.code == "W-PRIMARY"]) == 226 - 184 - 2


def errors_in(data: bytes) -> list[Finding]:
    findings = check_edition(formats.read(data))
    assert len(findings) > 2000  # it did look
    return [finding for finding in findings if finding.level == "error"]


@pytest.mark.needs("published_editions")
def test_iana_published_no_error(published_editions: Path) -> None:
    """The editions that IANA published as CSV, 2018 to 2026; `make deep` looks at the 70 XML snapshots."""
    paths = sorted(published_editions.glob("*.csv.xz"))
    assert len(paths) == 5
    assert {path.name: errors_in(lzma.decompress(path.read_bytes())) for path in paths} == {
        path.name: [] for path in paths
    }


@pytest.mark.deep
@pytest.mark.needs("published_editions")
def test_iana_published_no_error_in_any_snapshot(published_editions: Path) -> None:
    errors = {}
    with tarfile.open(published_editions / "xml-snapshots.tar.xz", "r|xz") as archive:
        for member in archive:
            if member.isfile() and (file := archive.extractfile(member)):
                errors[member.name] = errors_in(file.read())
    assert len(errors) == 70
    assert {name: found for name, found in errors.items() if found} == {}
