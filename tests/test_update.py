"""Updates from a server that behaves: kept, revised, resumed, held; and to a disk that does not."""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import json
import lzma
import os
import signal
import sys
import tarfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pytest

import update_editions as editions
from hostile_server import HostileServer, Visit, cut_at, good, serving, trusted_file
from portbook import formats
from portbook.edition import Edition
from portbook.errors import DataMissing, PortbookError, RuleError, StoreError
from portbook.records import Record, rich
from portbook.store import EditionStore, durable
from portbook.update import Limits, Outcome, UpdateError, Updater
from portbook.update.addresses import Place, looked_up
from portbook.update.fetching import Validators
from portbook.update.folder import Held, UpdateFolder
from portbook.update.limits import MAX_PERCENT_CHANGED, MAX_ROWS_CHANGED
from portbook.update.plausibility import Changes, Comparison
from stores import asides, content

LIMITS = Limits(seconds=20, window=5, attempts=5, backoff=0.001)


@pytest.fixture(autouse=True)
def _trust(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", trusted_file())


@pytest.fixture
def server() -> Iterator[HostileServer]:
    with serving() as made:
        yield made


@pytest.fixture
def store(tmp_path: Path) -> EditionStore:
    made = EditionStore(tmp_path / "editions")
    made.add(editions.base_xml())
    return made


def updater(store: EditionStore, limits: Limits = LIMITS, now: str = editions.NOW, **more: bool) -> Updater:
    return Updater(now=now, store=store, folder=folder_of(store), limits=limits, **more)


def folder_of(store: EditionStore) -> Path:
    return store.directory.parent / "update"


def names(store: EditionStore) -> set[str]:
    return {path.name for path in folder_of(store).iterdir()} - {"lock"}


def document(store: EditionStore, kind: str) -> Path:
    """The one document of that kind in the folder."""
    (path,) = folder_of(store).glob(f"{kind}-*.xml")
    return path


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def refusal(call: object, *arguments: object) -> str:
    with pytest.raises(PortbookError) as caught:
        call(*arguments)  # type: ignore[operator]
    return caught.value.problem.code


# -- kept, and then unchanged


def test_the_first_fetch_is_kept_and_the_second_finds_nothing_new(
    server: HostileServer, store: EditionStore
) -> None:
    server.behaviour = good(editions.next_xml())
    outcome = updater(store).fetch(server.url)
    assert outcome == Outcome(
        outcome="kept",
        edition=editions.NEXT_DATE,
        since=editions.BASE_DATE,
        since_embedded=False,
        date=editions.NEXT_DATE,
        sha256=hashlib.sha256(editions.next_xml()).hexdigest(),
        url=server.url,
        changes=Changes(added=1),
    )
    file = store.current()
    assert (file.id, file.source, file.added) == (editions.NEXT_DATE, server.url, editions.NOW)
    assert file.data() == editions.next_xml()
    assert updater(store).fetch(server.url).outcome == "current"
    first, second = server.visits
    assert "if-none-match" not in first.fields
    assert second.fields["if-none-match"] == '"v1"'
    assert second.fields["if-modified-since"] == "sat, 17 jan 2026 10:00:00 gmt"
    assert names(store) == {"state.json"}
    assert store.verify() == ()


def test_what_is_asked_is_polite_and_plain(server: HostileServer, store: EditionStore) -> None:
    server.behaviour = good(editions.next_xml())
    updater(store).fetch(f"{server.url}?x=1#fragment")
    (visit,) = server.visits
    assert visit.target == "/registry.xml?x=1"
    assert visit.fields["accept-encoding"] == "identity"
    assert visit.fields["user-agent"].startswith("portbook/")
    assert visit.fields["host"] == f"localhost:{server.port}"
    assert "range" not in visit.fields


def test_the_state_says_when_the_server_was_last_asked(server: HostileServer, store: EditionStore) -> None:
    """`portbook doctor` reads it."""
    server.behaviour = good(editions.next_xml())
    for now in (editions.NOW, "2026-02-03T04:05:06Z"):
        updater(store, now=now).fetch(server.url)
        assert json.loads((folder_of(store) / "state.json").read_bytes())["checked"] == now


def test_the_same_bytes_without_a_validator_are_nothing_new(
    server: HostileServer, store: EditionStore
) -> None:
    server.behaviour = lambda visit: visit.answer(editions.base_xml())
    outcome = updater(store).fetch(server.url)
    assert (outcome.outcome, outcome.edition) == ("current", editions.BASE_DATE)
    assert len(store.all()) == len(EditionStore(store.directory).all())


def test_validators_are_sent_only_for_a_copy_that_is_there_and_whole(
    server: HostileServer, store: EditionStore
) -> None:
    """T-24: a 304 for bytes that are gone would leave nothing."""
    server.behaviour = good(editions.next_xml())
    updater(store).fetch(server.url)
    folder = store.current().path.parent
    folder.rename(store.directory.parent / "away")
    assert updater(store).fetch(server.url).outcome == "kept"
    (store.current().path).write_bytes(b"<registry/>")
    with pytest.raises(StoreError, match="E-STORE-CORRUPT"):
        updater(store).fetch(server.url)
    assert ["if-none-match" in visit.fields for visit in server.visits] == [False, False]


@pytest.mark.parametrize(
    "state",
    [
        b"",
        b"[]",
        b"{",
        b'{"checked": 1}',
        b"\xff",
        b'{"sha256": 5, "url": 5}',
        b"[" * 70_000,
        "link",
        "other",
    ],
)
def test_a_damaged_state_only_costs_a_download(
    state: bytes | str, server: HostileServer, store: EditionStore
) -> None:
    server.behaviour = good(editions.next_xml())
    updater(store).fetch(server.url)
    path = folder_of(store) / "state.json"
    if state == "link":
        path.rename(path.with_name("elsewhere"))
        path.symlink_to("elsewhere")
    elif state == "other":
        facts = json.loads(path.read_bytes())
        path.write_text(json.dumps({**facts, "etag": '"v1"\r\nX: y', "last_modified": 7}))
    else:
        assert isinstance(state, bytes)
        path.write_bytes(state)
    assert updater(store).fetch(server.url).outcome == "current"
    assert "if-none-match" not in server.visits[-1].fields
    assert b"\r\nx: y" not in server.visits[-1].head.lower()


def test_redirects_on_the_same_host_are_followed(server: HostileServer, store: EditionStore) -> None:
    def behave(visit: Visit) -> None:
        if visit.number < LIMITS.redirects:
            place = f"/{visit.number}" if visit.number % 2 else f"https://localhost:{server.port}/x"
            visit.answer(status=f"{(301, 302, 303, 307, 308)[visit.number]} Elsewhere", Location=place)
        else:
            visit.answer(editions.next_xml())

    server.behaviour = behave
    assert updater(store).fetch(server.url).outcome == "kept"
    assert len(server.visits) == LIMITS.redirects + 1


def test_one_redirect_too_many(server: HostileServer, store: EditionStore) -> None:
    server.behaviour = lambda visit: visit.answer(status="302 Found", Location="/again")
    assert refusal(updater(store).fetch, server.url) == "E-UPDATE-REDIRECT"
    assert len(server.visits) == LIMITS.redirects + 1


@pytest.mark.parametrize("framing", ["chunked", "until the end", "interim"])
def test_every_proper_framing(framing: str, server: HostileServer, store: EditionStore) -> None:
    data = editions.next_xml()

    def behave(visit: Visit) -> None:
        if framing == "chunked":
            visit.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n")
            for at in range(0, len(data), 5000):
                piece = data[at : at + 5000]
                visit.send(b"%X ; x=y\r\n%b\r\n" % (len(piece), piece))
            visit.send(b"0\r\nX-Checksum: 1\r\n\r\n")
        elif framing == "interim":
            visit.send(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")
            visit.answer(data, Content_Encoding="identity")
        else:
            visit.answer(data, length=None)

    server.behaviour = behave
    assert updater(store).fetch(server.url).outcome == "kept"


# -- revisions and replays


def test_other_bytes_under_the_same_date_are_a_revision_and_are_told(
    server: HostileServer, store: EditionStore
) -> None:
    """T-19."""
    revised = editions.xml(date=editions.BASE_DATE)
    server.behaviour = good(revised)
    outcome = updater(store).fetch(server.url)
    assert (outcome.outcome, outcome.edition, outcome.revision) == ("kept", f"{editions.BASE_DATE}.2", True)
    assert store.current().data() == revised
    server.behaviour = good(editions.base_xml(), '"old"')
    assert refusal(updater(store).fetch, server.url) == "E-UPDATE-OLDER"  # the first bytes of that date again
    assert store.current().data() == revised


def test_an_edition_that_was_kept_before_is_no_news(server: HostileServer, store: EditionStore) -> None:
    """T-16: a replay."""
    store.add(editions.next_xml())
    server.behaviour = good(editions.base_xml())
    with pytest.raises(UpdateError, match=f"edition {editions.BASE_DATE} again, and {editions.NEXT_DATE}"):
        updater(store).fetch(server.url)
    assert store.current().id == editions.NEXT_DATE


@pytest.mark.parametrize("now, code", [("2026-01-16", ""), ("2026-01-15", "E-UPDATE-DATE")])
def test_a_date_may_be_that_of_tomorrow(
    now: str, code: str, server: HostileServer, store: EditionStore
) -> None:
    server.behaviour = good(editions.next_xml())
    call = updater(store, now=f"{now}T23:00:00Z").fetch
    assert (refusal(call, server.url) if code else call(server.url).outcome) == (code or "kept")


# -- resuming


def test_a_cut_download_goes_on_where_it_was_cut(server: HostileServer, store: EditionStore) -> None:
    data = editions.next_xml()
    place = len(data) // 3
    server.behaviour = cut_at(place, data)
    outcome = updater(store).fetch(server.url)
    assert (outcome.outcome, outcome.resumed_at) == ("kept", place)
    first, second = server.visits
    assert "range" not in first.fields
    assert (second.fields["range"], second.fields["if-range"]) == (f"bytes={place}-", '"v1"')
    assert store.current().data() == data


def test_a_later_run_goes_on_too(server: HostileServer, store: EditionStore) -> None:
    """Across runs the part lies on the disk, and is gone when it is of no more use."""
    data = editions.next_xml()
    place = len(data) * 2 // 3
    server.behaviour = cut_at(place, data)
    assert refusal(updater(store, replace(LIMITS, attempts=1)).fetch, server.url) == "E-UPDATE-CUT"
    assert {name.split("-")[0] for name in names(store)} == {"part.json", "part"}
    assert document(store, "part").read_bytes() == data[:place]
    outcome = updater(store).fetch(server.url)
    assert (outcome.outcome, outcome.resumed_at) == ("kept", place)
    assert server.visits[-1].fields["range"] == f"bytes={place}-"
    assert names(store) == {"state.json"}


def test_many_cuts_fetch_every_byte_once(server: HostileServer, store: EditionStore) -> None:
    data = editions.next_xml()
    sent: list[int] = []

    def behave(visit: Visit) -> None:
        start = int(visit.fields["range"][6:-1]) if visit.is_continued else 0
        piece = data[start : start + len(data) // 4]
        sent.append(len(piece))
        told = {"Content_Range": f"bytes {start}-{len(data) - 1}/{len(data)}"} if start else {}
        status = "206 Partial Content" if start else "200 OK"
        visit.answer(piece, status, length=len(data) - start, ETag='"v1"', **told)
        visit.cut()

    server.behaviour = behave
    assert updater(store).fetch(server.url).outcome == "kept"
    assert sum(sent) == len(data)
    assert len(sent) == 5


def test_a_document_that_changed_meanwhile_is_fetched_anew(
    server: HostileServer, store: EditionStore
) -> None:
    """T-18: never the beginning of one with the rest of another."""
    data = editions.next_xml()
    server.behaviour = cut_at(1000, editions.base_xml(), '"v0"', last=good(data, '"v1"'))
    outcome = updater(store).fetch(server.url)
    assert (outcome.outcome, outcome.resumed_at) == ("kept", 0)
    assert store.current().data() == data


@pytest.mark.parametrize("damage", ["shorter", "other", "facts", "url", "weak"])
def test_a_damaged_part_is_not_gone_on_from(damage: str, server: HostileServer, store: EditionStore) -> None:
    data = editions.next_xml()
    server.behaviour = cut_at(5000, data)
    assert refusal(updater(store, replace(LIMITS, attempts=1)).fetch, server.url) == "E-UPDATE-CUT"
    part, facts = document(store, "part"), folder_of(store) / "part.json"
    url = server.url
    match damage:
        case "shorter":
            part.write_bytes(part.read_bytes()[:-1])
        case "other":
            part.write_bytes(part.read_bytes().replace(b"Invented", b"Imagined"))
        case "facts":
            facts.write_bytes(b"{}")
        case "url":
            url += "?other"
        case "weak":
            facts.write_bytes(facts.read_bytes().replace(b'"\\"v1\\""', b'"W/\\"v1\\""'))
    assert updater(store).fetch(url).outcome == "kept"
    assert "range" not in server.visits[-1].fields
    assert store.current().data() == data


def test_ctrl_c_leaves_a_part_and_nothing_half_done(server: HostileServer, store: EditionStore) -> None:
    data = editions.next_xml()
    before = content(store.directory)

    def behave(visit: Visit) -> None:
        if visit.is_continued:
            good(data)(visit)
        else:
            visit.answer(data[:5000], length=len(data), ETag='"v1"')
            visit.rest()

    server.behaviour = behave
    interrupted = threading.Timer(1.0, lambda: os.kill(os.getpid(), 2))
    interrupted.start()
    with pytest.raises(KeyboardInterrupt):
        updater(store).fetch(server.url)
    interrupted.join()
    assert content(store.directory) == before
    assert document(store, "part").read_bytes() == data[:5000]
    assert updater(store).fetch(server.url).resumed_at == 5000


# -- held, accepted


def test_held_and_then_accepted(server: HostileServer, store: EditionStore) -> None:
    odd = editions.xml(editions.without("invented-7"))
    server.behaviour = good(odd)
    before = content(store.directory)
    outcome = updater(store).fetch(server.url)
    assert (outcome.outcome, outcome.edition, outcome.since) == ("held", None, editions.BASE_DATE)
    (reason,) = outcome.reasons
    assert (reason.code, reason.count, reason.examples) == ("row-vanished", 1, ("'invented-7' 2007/tcp",))
    assert content(store.directory) == before
    assert names(store) == {"held.json", document(store, "held").name, "state.json"}
    assert updater(store).fetch(server.url) == outcome  # and the document is not fetched a second time
    assert server.visits[-1].fields["if-none-match"] == '"v1"'
    assert updater(store).show_held() == outcome  # and so without a connection
    for named in ("", outcome.sha256[:7], "00000000"):
        assert refusal(updater(store).accept_held, named) == "E-UPDATE-NOTHING-HELD"
    accepted = updater(store).accept_held(outcome.sha256[:12].upper())
    assert (accepted.outcome, accepted.edition) == ("kept", editions.NEXT_DATE)
    assert store.current().data() == odd
    assert store.current().source == f"{server.url}, held and then accepted"
    assert names(store) == {"state.json"}
    visits = len(server.visits)
    assert refusal(updater(store).accept_held, outcome.sha256) == "E-UPDATE-NOTHING-HELD"
    assert updater(store).fetch(server.url).outcome == "current"
    assert server.visits[-1].fields["if-none-match"] == '"v1"'
    assert len(server.visits) == visits + 1


def test_what_is_held_gives_way_to_a_later_answer(server: HostileServer, store: EditionStore) -> None:
    server.behaviour = good(editions.xml(editions.without("invented-7")), '"odd"')
    held = updater(store).fetch(server.url)
    server.behaviour = good(editions.xml(editions.without("invented-8")), '"odder"')
    later = updater(store).fetch(server.url)
    assert (held.outcome, later.outcome) == ("held", "held")
    assert refusal(updater(store).accept_held, held.sha256) == "E-UPDATE-NOTHING-HELD"
    server.behaviour = good(editions.base_xml(), '"base"')
    assert updater(store).fetch(server.url).waiting == editions.NEXT_DATE  # still there to be looked at
    server.behaviour = good(editions.next_xml(), '"good"')
    kept = updater(store).fetch(server.url)
    assert (kept.outcome, kept.waiting) == ("kept", None)
    assert names(store) == {"state.json"}


def test_what_is_held_is_taken_only_whole_and_only_forward(
    server: HostileServer, store: EditionStore
) -> None:
    server.behaviour = good(editions.xml(editions.without("invented-7")))
    assert updater(store).fetch(server.url).outcome == "held"
    path = document(store, "held")
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"Beacon", b"Bacon"))
    assert refusal(updater(store).accept_held, digest(whole)) == "E-STORE-CORRUPT"
    path.unlink()
    assert refusal(updater(store).accept_held, digest(whole)) == "E-STORE-CORRUPT"
    path.write_bytes(whole)
    later = editions.xml(date="2026-01-19")
    store.add(later)
    assert refusal(updater(store).accept_held, digest(whole)) == "E-UPDATE-OLDER"
    assert store.current().data() == later


def test_a_damaged_held_document_is_fetched_again(server: HostileServer, store: EditionStore) -> None:
    server.behaviour = good(odd := editions.xml(editions.without("invented-7")))
    updater(store).fetch(server.url)
    document(store, "held").write_bytes(b"")
    assert updater(store).fetch(server.url).outcome == "held"
    assert "if-none-match" not in server.visits[-1].fields
    assert document(store, "held").read_bytes() == odd


def test_the_first_update_follows_the_embedded_edition(server: HostileServer, tmp_path: Path) -> None:
    """A CSV of 2023 is compared with XML of today by what both can hold."""
    fresh = EditionStore(tmp_path / "editions")
    embedded = fresh.current()
    assert (embedded.origin, embedded.format) == ("embedded", "csv")
    same = formats.project(embedded.edition, "csv")
    records = [
        replace(row, description=rich(str(row.description).replace(" ", "  "))) for row in same.records
    ]
    records[5] = replace(records[5], description=rich("Another text"))
    data = formats.write(
        replace(editions.edited(), records=tuple(records), contacts=None, notes=None, experts=None), "xml"
    )
    server.behaviour = good(data)
    outcome = updater(fresh).fetch(server.url)
    assert (outcome.outcome, outcome.since_embedded) == ("held", True)
    assert outcome.changes == Changes(changed=1)
    assert [reason.code for reason in outcome.reasons] == ["first-head"]


def test_bytes_that_were_added_by_hand_are_held_no_more(server: HostileServer, store: EditionStore) -> None:
    odd = editions.xml(editions.without("invented-7"))
    server.behaviour = good(odd)
    assert updater(store).fetch(server.url).outcome == "held"
    store.add(odd)
    assert updater(store).accept_held(digest(odd)).outcome == "current"
    assert names(store) == {"state.json"}


def test_validators_are_those_of_the_url(server: HostileServer, store: EditionStore) -> None:
    server.behaviour = good(editions.next_xml())
    updater(store).fetch(server.url)
    assert updater(store).fetch(f"{server.url}?mirror").outcome == "current"
    assert "if-none-match" not in server.visits[-1].fields


# -- limits of what may change unseen


def registry(count: int) -> Edition:
    records = tuple(editions.row(f"s-{n}", str(1024 + n), "tcp") for n in range(count))
    return replace(editions.base(), records=records)


@pytest.mark.parametrize(
    "rows, most", [(20_000, MAX_ROWS_CHANGED), (5_000, 5_000 * MAX_PERCENT_CHANGED // 100)]
)
def test_rows_that_change_at_the_limit_and_above(rows: int, most: int) -> None:
    old = registry(rows)
    for count, codes in ((most, set()), (most + 1, {"many-rows"})):
        changed = [replace(row, description=rich("Another")) for row in old.records[:count]]
        new = replace(old, records=(*changed, *old.records[count:]))
        comparison = Comparison(old, new)
        assert comparison.changes == Changes(changed=count)
        assert {reason.code for reason in comparison.reasons(Limits())} == codes


def test_contacts_that_change_at_the_limit_and_above() -> None:
    old = editions.base()
    people = old.contacts or ()
    most = len(people) * MAX_PERCENT_CHANGED // 100
    for count, codes in ((most, set()), (most + 1, {"many-contacts"})):
        new = replace(old, contacts=(*people[: len(people) - count], *map(editions.swapped, people[-count:])))
        assert {reason.code for reason in Comparison(old, new).reasons(Limits())} == codes


def test_editions_that_say_the_same_do_not_differ() -> None:
    old = editions.base()
    assert Comparison(old, old).changes == Changes()
    table = formats.read(formats.write(old, "csv"), "csv")
    assert Comparison(table, old).changes == Changes()
    (reason,) = Comparison(table, old).reasons(Limits())
    assert (reason.code, reason.examples[0]) == ("first-head", f"{len(old.contacts or ())} contacts")

    renamed = replace(old, title="Another Registry")
    assert [reason.code for reason in Comparison(table, renamed).reasons(Limits())] == ["head", "first-head"]

    def spelt(row: Record) -> Record:
        return replace(row, description=rich(f"  {row.description}\n"))

    assert Comparison(replace(old, records=tuple(map(spelt, old.records))), old).changes == Changes()


# -- limits of an answer, at the limit and above


def test_a_document_at_the_limit_and_above(server: HostileServer, store: EditionStore) -> None:
    data = editions.next_xml()
    for framing in ("length", "chunked", "end"):

        def behave(visit: Visit, framing: str = framing) -> None:
            if framing == "chunked":
                visit.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                visit.send(b"%x\r\n%b\r\n0\r\n\r\n" % (len(data), data))
            else:
                visit.answer(data, length=-1 if framing == "length" else None)

        server.behaviour = behave
        below = replace(LIMITS, size=len(data) - 1)
        assert refusal(updater(store, below, dry_run=True).fetch, server.url) == "E-UPDATE-SIZE"
        at = replace(LIMITS, size=len(data))
        assert updater(store, at, dry_run=True).fetch(server.url).outcome == "would-keep"


@pytest.mark.parametrize("limit", ["fields", "head", "chunks"])
def test_heads_and_chunks_at_the_limit_and_above(
    limit: str, server: HostileServer, store: EditionStore
) -> None:
    data = editions.next_xml()
    for more in (0, 1):
        if limit == "chunks":
            pieces = b"1\r\n \r\n" * (Limits().chunks // 1000 - 2 + more)
            head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            text = head + b"%x\r\n%b\r\n" % (len(data), data) + pieces + b"0\r\n\r\n"
            limits = replace(LIMITS, chunks=Limits().chunks // 1000)
        else:
            lines = f"HTTP/1.1 200 OK\r\nContent-Length: {len(data)}\r\n"
            if limit == "fields":
                lines += "X: y\r\n" * (LIMITS.fields - 1 + more)
            else:
                while LIMITS.head - len(lines) > 8000:
                    lines += f"X: {'x' * 5000}\r\n"
                lines += f"X: {'x' * (LIMITS.head - len(lines) - 7 + more)}\r\n"
            text, limits = f"{lines}\r\n".encode() + data, LIMITS
        server.behaviour = lambda visit, text=text: visit.send(text)
        call = updater(store, limits, dry_run=True).fetch
        if more:
            assert refusal(call, server.url) == "E-UPDATE-ANSWER"
        else:
            assert call(server.url).outcome == "would-keep"


def test_attempts_are_as_many_as_told(server: HostileServer, store: EditionStore) -> None:
    server.behaviour = lambda visit: visit.answer(status="503 Busy")
    assert refusal(updater(store).fetch, server.url) == "E-UPDATE-STATUS"
    assert len(server.visits) == LIMITS.attempts == Limits().attempts
    server.visits.clear()
    server.behaviour = lambda visit: (
        visit.answer(editions.next_xml())
        if visit.number == LIMITS.attempts - 1
        else visit.answer(status="503 Busy")
    )
    assert updater(store).fetch(server.url).outcome == "kept"


def test_what_no_further_attempt_mends_is_asked_once(server: HostileServer, store: EditionStore) -> None:
    server.behaviour = lambda visit: visit.answer(status="404 Not Found")
    assert refusal(updater(store).fetch, server.url) == "E-UPDATE-STATUS"
    assert len(server.visits) == 1


def test_the_pauses_count_too(server: HostileServer, store: EditionStore) -> None:
    server.behaviour = lambda visit: visit.answer(status="503 Busy")
    began = time.monotonic()
    call = updater(store, replace(LIMITS, seconds=1.0, backoff=10.0)).fetch
    assert refusal(call, server.url) == "E-UPDATE-STATUS"
    assert time.monotonic() - began < 5
    assert len(server.visits) == 1


def test_nothing_listens(store: EditionStore) -> None:
    with serving() as gone:
        url = gone.url
    assert refusal(updater(store).fetch, url) == "E-UPDATE-CONNECT"


def test_the_next_address_is_tried_when_one_does_not_answer(
    server: HostileServer, store: EditionStore
) -> None:
    with serving() as gone:
        closed = gone.port
    server.behaviour = good(editions.next_xml())

    def resolver(host: str, port: int) -> list[Place]:
        return [*looked_up("127.0.0.1", closed), *looked_up("127.0.0.1", port)]

    made = Updater(now=editions.NOW, store=store, folder=folder_of(store), limits=LIMITS, resolver=resolver)
    assert made.fetch(server.url).outcome == "kept"
    assert len(server.visits) == 1


# -- dry runs, two at once, disks


def test_a_dry_run_writes_nothing_at_all(server: HostileServer, tmp_path: Path, store: EditionStore) -> None:
    before = sorted(tmp_path.rglob("*"))
    server.behaviour = good(editions.next_xml())
    outcome = updater(store, dry_run=True).fetch(server.url)
    assert (outcome.outcome, outcome.edition, outcome.changes) == ("would-keep", None, Changes(added=1))
    server.behaviour = good(editions.xml(editions.without("invented-7")))
    assert updater(store, dry_run=True).fetch(server.url).outcome == "would-hold"
    server.behaviour = cut_at(5000, editions.next_xml())
    server.visits.clear()
    assert updater(store, dry_run=True).fetch(server.url).resumed_at == 5000
    server.behaviour = lambda visit: visit.answer(status="404 Not Found")
    assert refusal(updater(store, dry_run=True).fetch, server.url) == "E-UPDATE-STATUS"
    assert refusal(updater(store, dry_run=True).accept_held, "00000000") == "E-UPDATE-NOTHING-HELD"
    assert sorted(tmp_path.rglob("*")) == before


def test_a_dry_run_of_accepting_leaves_it_held(server: HostileServer, store: EditionStore) -> None:
    server.behaviour = good(editions.xml(editions.without("invented-7")))
    held = updater(store).fetch(server.url)
    before = content(store.directory.parent)
    assert updater(store, dry_run=True).accept_held(held.sha256).outcome == "would-keep"
    assert updater(store, dry_run=True).show_held() == held
    assert content(store.directory.parent) == before


def test_two_updates_at_once_are_one(server: HostileServer, store: EditionStore) -> None:
    server.behaviour = good(editions.next_xml())
    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(lambda _: updater(store).fetch(server.url).outcome, range(4)))
    assert sorted(outcomes) == ["current", "current", "current", "kept"]
    assert sum("if-none-match" not in visit.fields for visit in server.visits) == 1
    assert store.verify() == ()


@pytest.mark.parametrize("step", range(1, 12))
@pytest.mark.parametrize("is_odd", [False, True], ids=["keeping", "holding"])
def test_a_full_disk_at_every_write(
    step: int, is_odd: bool, server: HostileServer, store: EditionStore
) -> None:
    """F-04, F-06: the *step*-th flush fails; either all is as before, or what was answered is there."""
    data = editions.xml(editions.without("invented-7")) if is_odd else editions.next_xml()
    server.behaviour = good(data)
    before = content(store.directory)
    calls = 0

    def full(descriptor: int, flush: object = os.fsync) -> None:
        nonlocal calls
        calls += 1
        if calls == step:
            raise OSError(28, "No space left on device")
        flush(descriptor)  # type: ignore[operator]

    with patch.object(os, "fsync", full):
        try:
            ended = updater(store).fetch(server.url).outcome
        except StoreError as error:
            ended = error.problem.code
    assert ended in ("E-STORE-WRITE", "kept", "held")
    if ended == "kept":
        assert store.current().data() == data
    else:
        assert store.current().data() == editions.base_xml()
        if ended == "held":
            assert content(store.directory) == before
    assert not asides(folder_of(store))
    assert updater(store).fetch(server.url).outcome == {"kept": "current"}.get(
        ended, "held" if is_odd else "kept"
    )


@pytest.mark.parametrize("step", range(1, 9))
def test_a_full_disk_leaves_what_was_held_or_what_is(
    step: int, server: HostileServer, store: EditionStore
) -> None:
    """One document takes the place of another: at no moment is there none."""
    first, second = (editions.xml(editions.without(name)) for name in ("invented-7", "invented-8"))
    server.behaviour = good(first, '"first"')
    assert updater(store).fetch(server.url).outcome == "held"
    server.behaviour = good(second, '"second"')
    calls = 0

    def full(descriptor: int, flush: object = os.fsync) -> None:
        nonlocal calls
        calls += 1
        if calls == step:
            raise OSError(28, "No space left on device")
        flush(descriptor)  # type: ignore[operator]

    with patch.object(os, "fsync", full), contextlib.suppress(StoreError):
        updater(store).fetch(server.url)
    held = updater(store).show_held()
    assert held.sha256 in (digest(first), digest(second))
    assert document(store, "held").read_bytes() == (first if held.sha256 == digest(first) else second)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no fork and no SIGKILL")
def test_a_kill_leaves_what_was_held_or_what_is(tmp_path: Path) -> None:
    """F-01, at every call that changes the disk."""
    first, second = (editions.xml(editions.without(name)) for name in ("invented-7", "invented-8"))

    def held(data: bytes) -> Held:
        return Held(
            data, digest(data), "https://x/", Validators(None, None), editions.NOW, editions.NEXT_DATE
        )

    for place in itertools.count(1):
        folder = UpdateFolder(tmp_path / str(place))
        folder.hold(held(first))
        child = os.fork()
        if child == 0:
            die_at(place)
            folder.hold(held(second))
            os._exit(0)
        status = os.waitpid(child, 0)[1]
        folder.tidy()
        found = folder.held()
        assert found is not None
        assert found.data in (first, second)
        assert len(list(folder.path.glob("held-*.xml"))) == 1
        assert not asides(folder.path)
        if status == 0:
            break
    assert place > 8


def die_at(place: int) -> None:
    """Let the process be killed before its *place*-th call that changes the disk."""
    calls = itertools.count(1)

    def before(call: Callable[..., object]) -> Callable[..., object]:
        def dying(*arguments: object, **named: object) -> object:
            if next(calls) == place:
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*arguments, **named)

        return dying

    for name in ("open", "replace", "unlink", "fsync", "mkdir"):
        setattr(os, name, before(getattr(os, name)))


def test_a_folder_that_is_a_link_is_refused(
    server: HostileServer, store: EditionStore, tmp_path: Path
) -> None:
    server.behaviour = good(editions.next_xml())
    (outside := tmp_path / "outside").mkdir()
    folder_of(store).symlink_to(outside)
    made = updater(store)
    for call in (lambda: made.fetch(server.url), lambda: made.accept_held("00000000"), made.show_held):
        assert refusal(call) == "E-STORE-WRITE"
    assert refusal(updater(store, dry_run=True).fetch, server.url) == "E-STORE-WRITE"
    assert (list(outside.iterdir()), server.visits) == ([], [])


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_nobody_else_can_open_the_lock(server: HostileServer, store: EditionStore) -> None:
    """Who can open it can hold it for ever; a lock of an earlier version is mended."""
    folder_of(store).mkdir()
    lock = folder_of(store) / "lock"
    lock.touch(0o644)
    lock.chmod(0o644)
    server.behaviour = good(editions.next_xml())
    assert updater(store).fetch(server.url).outcome == "kept"
    assert [path.stat().st_mode & 0o777 for path in (lock, store.lock)] == [0o600, 0o600]


def test_a_lock_is_waited_for_aloud_and_not_for_ever(tmp_path: Path) -> None:
    waited: list[str] = []
    path = tmp_path / "lock"
    with durable.locked(path):
        began = time.monotonic()
        with (
            pytest.raises(StoreError, match=r"held by another process.*E-STORE-BUSY"),
            durable.locked(path, seconds=0.3, waits=lambda: waited.append("once")),
        ):
            raise AssertionError("two have the lock")
        assert 0.3 <= time.monotonic() - began < 5
    assert waited == ["once"]
    with durable.locked(path, seconds=0, waits=lambda: waited.append("twice")):
        assert waited == ["once"]


def test_what_a_kill_left_is_taken_away(server: HostileServer, store: EditionStore) -> None:
    folder_of(store).mkdir()
    left = folder_of(store) / ".held.json.0123456789abcdef.tmp"
    left.write_bytes(b"half")
    whole = folder_of(store) / "held-0123456789abcdef.xml"
    whole.write_bytes(b"a document that no facts tell of")
    server.behaviour = good(editions.next_xml())
    assert updater(store, dry_run=True).fetch(server.url).outcome == "would-keep"
    assert asides(folder_of(store)) == [left]
    assert updater(store).fetch(server.url).outcome == "kept"
    assert not asides(folder_of(store))
    assert not whole.exists()


def test_a_part_that_cannot_be_kept_hides_no_error(server: HostileServer, store: EditionStore) -> None:
    server.behaviour = cut_at(5000, editions.next_xml())
    (folder_of(store)).mkdir()
    call = updater(store, replace(LIMITS, attempts=1)).fetch
    with patch.object(os, "fsync", side_effect=OSError(28, "No space left on device")):
        assert refusal(call, server.url) == "E-UPDATE-CUT"
    assert names(store) == set()


def test_a_disk_that_takes_nothing(server: HostileServer, store: EditionStore) -> None:
    """F-05: told with its reason, before anything is asked."""
    server.behaviour = good(editions.next_xml())
    before = content(store.directory)
    read_only = OSError(30, "Read-only file system")
    with (
        patch.object(durable.os, "open", side_effect=read_only),
        pytest.raises(StoreError, match=r"Read-only file system.*E-STORE-WRITE"),
    ):
        updater(store).fetch(server.url)
    assert server.visits == []
    assert content(store.directory) == before


def test_a_store_that_is_damaged_is_not_updated_over(server: HostileServer, store: EditionStore) -> None:
    server.behaviour = good(editions.next_xml())
    store.current().path.write_bytes(b"<registry/>")
    assert refusal(updater(store).fetch, server.url) == "E-STORE-CORRUPT"
    assert server.visits == []


def test_wrong_calls(store: EditionStore) -> None:
    with pytest.raises(RuleError):
        updater(store, now="yesterday")
    with pytest.raises(DataMissing):
        updater(store).show_held()
    with pytest.raises(DataMissing):
        updater(store).accept_held("00000000")


# -- IANA's own


@pytest.mark.needs("published_editions")
def test_from_one_published_edition_to_the_next(
    published_editions: Path, server: HostileServer, tmp_path: Path
) -> None:
    """2026-08-11 -> 2026-08-17: two rows more, for one service; nothing to hold."""
    with tarfile.open(published_editions / "xml-snapshots.tar.xz") as archive:
        member = archive.extractfile("xml/2026-08-11.xml")
        assert member is not None
        older = member.read()
    newer = lzma.decompress((published_editions / "2026-08-17.xml.xz").read_bytes())
    fresh = EditionStore(tmp_path / "editions")
    fresh.add(older)
    server.behaviour = good(newer)
    outcome = updater(fresh, now="2026-08-18T00:00:00Z").fetch(server.url)
    assert (outcome.outcome, outcome.edition, outcome.reasons) == ("kept", "2026-08-17", ())
    assert outcome.changes == Changes(added=2)
    before = {record.service_name for record in formats.read(older, "xml").records}
    come = [row for row in fresh.current().edition.records if row.service_name not in before]
    print([(row.service_name, row.port_number, row.transport) for row in come])
    assert len(come) == 2
