"""The tiny look-up against the Edition, a plain scan and glibc; its errors, and what it loads."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tables
from portbook import lookup, store
from portbook.edition import Edition
from portbook.errors import StoreError
from portbook.lookup_table import compile_table
from portbook.names import fold
from portbook.numbers import MAX_PORT, Transport
from portbook.records import PublishedDate, Record

SOURCE = Path(lookup.__file__).parents[1]


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "small.table"
    path.write_bytes(tables.small_table())
    lookup.use_table(path)
    yield path
    lookup.use_table(None)


@pytest.fixture
def no_table() -> Iterator[None]:
    """Whatever the test does to the place of the table, the next one starts afresh."""
    lookup.use_table(None)
    yield
    lookup.use_table(None)


# -- the same answers from everybody


def three_agree(edition: Edition, table: bytes, scan: tables.Scan, tmp_path: Path) -> None:
    """Look-up, Edition and the scan, for every port on every transport, and for every name."""
    path = tmp_path / "lookup.table"
    path.write_bytes(table)
    lookup.use_table(path)
    at: dict[tuple[int, str], dict[str, None]] = {}
    under: dict[str, dict[tuple[int, str | None], None]] = {}
    for name, low, high, transport in scan:
        if not name:
            continue
        pairs = under.setdefault(name.lower(), {})
        for port in range(low, high + 1):
            pairs[port, transport or None] = None
            for each in Transport if not transport else [transport]:
                at.setdefault((port, str(each)), {})[name] = None
    compared = 0
    for port in range(MAX_PORT + 1):
        for transport_asked in Transport:
            expected = tuple(at.get((port, transport_asked.value), ()))
            assert lookup.services(port, transport_asked) == expected
            assert edition.services(port, transport_asked) == expected
            compared += 1
    assert compared == 4 * 65536
    assert len(under) > 5000
    for name, expected_pairs in under.items():
        assert lookup.ports(name) == lookup.ports(name.upper()) == tuple(expected_pairs)
        assert pairs_of(edition, name) == tuple(expected_pairs)
        for asked in Transport:
            on = tuple(pair for pair in expected_pairs if pair[1] in (None, asked.value))
            assert lookup.ports(name, asked) == on
    lookup.use_table(None)


def pairs_of(edition: Edition, name: str) -> tuple[tuple[int, str | None], ...]:
    service = edition.service(name)
    assert service is not None
    pairs: dict[tuple[int, str | None], None] = {}
    for record in service.records:
        if spans := record.ports:
            transport = fold(record.transport) if record.transport else None
            pairs.update(((port, transport), None) for port in range(spans.low, spans.high + 1))
    return tuple(pairs)


def test_every_port_and_name_of_the_newest_embedded_edition(tmp_path: Path) -> None:
    three_agree(*tables.newest_embedded(), tmp_path)


def test_every_port_and_name_of_the_newest_published_edition(
    published_editions: Path, tmp_path: Path
) -> None:
    three_agree(*tables.published(published_editions / "2026-08-17.xml.xz"), tmp_path)


def records() -> st.SearchStrategy[Record]:
    ends = st.tuples(st.integers(0, 70), st.sampled_from([0, 1, 2, 3, 1100]))
    numbers = ends.map(lambda e: str(e[0]) if not e[1] else f"{e[0]}-{min(e[0] + e[1], 65535)}")
    return st.builds(
        tables.row,
        st.sampled_from(
            [None, "", "http", "HTTP", "www", "x", "cl/1", "cl-1", "naïve", "NAÏVE", "\u017f", "\u212a"]
        ),
        st.none() | numbers,
        st.sampled_from([None, "", "tcp", "udp", "TCP", "sctp", "dccp", "quux"]),
        st.sampled_from(["", "Unassigned", "Reserved", "De-registered", "any private", "odd words"]),
        st.sampled_from(["", 'This entry is an alias to "cl-1".', 'This is a duplicate of the "x" service']),
    )


@given(st.lists(records(), max_size=8))
def test_agrees_with_the_edition_on_invented_ones(rows: list[Record]) -> None:
    edition = Edition(tuple(rows))
    table = lookup.Table(compile_table(edition, "2020-01-01", tables.DIGEST))
    by_port, by_name = table.services_index(), table.ports_index()
    for port in (*range(75), 1023, 1024, 49151, 49152, 65535):
        for transport in Transport:
            assert by_port[transport][port] == edition.services(port, transport)
        every: dict[str, str] = {}
        for record in edition.at(port):
            if record.service_name:
                every.setdefault(fold(record.service_name), record.service_name)
        assert by_port[None][port] == tuple(every.values())
    assert list(by_name) == [fold(name) for name in edition.service_names]
    for name in edition.service_names:
        assert by_name[fold(name)] == pairs_of(edition, name)


# -- what is asked, and how


@pytest.mark.parametrize(
    "port, transport, expected",
    [
        (80, "tcp", ("web", "www", "www-web")),  # registry order, aliases too
        (80, None, ("web", "www", "www-web")),
        (80, "TCP", ("web", "www", "www-web")),
        (80, "udplite", ("web",)),  # RFC 3828 section 3.1
        (80, "UDP-Lite", ("web",)),
        (6001, "udp", ("x11",)),  # R-LOOK-5
        (6002, "tcp", ("x11", "inner")),
        (3323, "dccp", ("any",)),  # R-LOOK-6
        (81, "tcp", ()),
        (0, None, ()),
        (65535, "sctp", ()),
    ],
)
def test_services(small: Path, port: int, transport: str | None, expected: tuple[str, ...]) -> None:
    assert lookup.services(port, transport) == expected
    assert lookup.services(port, transport) == expected  # now from the index


@pytest.mark.parametrize(
    "name, transport, expected",
    [
        ("web", None, ((80, "tcp"), (80, "udp"))),
        ("WeB", "tcp", ((80, "tcp"),)),
        ("web", "udplite", ((80, "udp"),)),
        ("web", "udp-lite", ((80, "udp"),)),
        ("web", "sctp", ()),
        ("cl/1", None, ((172, "tcp"),)),
        ("x11", "udp", tuple((port, "udp") for port in range(6000, 6004))),
        ("any", "sctp", tuple((port, None) for port in range(3322, 3326))),
        ("no-port", None, ()),
        ("nobody", None, ()),
        ("", None, ()),
        ("web\n", None, ()),
        ("\udc80", None, ()),
    ],
)
def test_ports(small: Path, name: str, transport: str | None, expected: object) -> None:
    assert lookup.ports(name, transport) == expected
    assert lookup.ports(name, transport) == expected


def test_case_is_folded_in_ascii_only(tmp_path: Path) -> None:
    kelvin = "\u212a"  # its lower case is "k"
    edition = Edition((tables.row("k", "1", "tcp"), tables.row(kelvin, "2", "tcp")))
    lookup.use_table(tmp_path / "t")
    (tmp_path / "t").write_bytes(compile_table(edition, "2020-01-01", tables.DIGEST))
    assert lookup.ports("K") == ((1, "tcp"),)
    assert lookup.ports(kelvin) == ((2, "tcp"),)
    lookup.use_table(None)


@pytest.mark.parametrize(
    "call, error, quoted",
    [
        (lambda: lookup.services(-1), ValueError, "-1"),
        (lambda: lookup.services(65536, "tcp"), ValueError, "65536"),
        (lambda: lookup.services(True), TypeError, "True"),
        (lambda: lookup.services(443.0), TypeError, "443.0"),
        (lambda: lookup.services("443"), TypeError, "'443'"),
        (lambda: lookup.services(None), TypeError, "None"),
        (lambda: lookup.services(443, "quic"), ValueError, "'quic'"),
        (lambda: lookup.services(443, ""), ValueError, "''"),
        (lambda: lookup.services(443, 6), TypeError, "6"),
        (lambda: lookup.services(443, []), TypeError, "[]"),
        (lambda: lookup.ports(443), TypeError, "443"),
        (lambda: lookup.ports(b"web"), TypeError, "b'web'"),
        (lambda: lookup.ports([]), TypeError, "[]"),
        (lambda: lookup.ports("web", "quic"), ValueError, "'quic'"),
        (lambda: lookup.ports("web", 6), TypeError, "6"),
    ],
)
def test_bad_arguments(small: Path, call: Callable[[], Any], error: type[Exception], quoted: str) -> None:
    for _ in range(2):  # before the index is there, and after
        with pytest.raises(error) as refusal:
            call()
        assert quoted in str(refusal.value)
        lookup.services(80, "tcp")
        lookup.ports("web", "tcp")


# -- the drop-ins

BOTH = [
    ("getservbyport", (-1,)),
    ("getservbyport", (65536, "tcp")),
    ("getservbyport", (10**30,)),
    ("getservbyport", ("80",)),
    ("getservbyport", (80.0,)),
    ("getservbyport", (80, 6)),
    ("getservbyport", (80, "nul\0")),
    ("getservbyport", (65535, "tcp")),
    ("getservbyport", (80, "no-such")),
    ("getservbyname", ("no-such-name",)),
    ("getservbyname", ("web", "no-such")),
    ("getservbyname", (80,)),
    ("getservbyname", ("nul\0",)),
    ("getservbyname", ("web", 6)),
    ("getservbyname", ("no-port", "tcp")),
]


def outcome(module: Any, function: str, arguments: tuple[Any, ...]) -> object:
    try:
        return getattr(module, function)(*arguments)
    except Exception as error:
        return type(error).__name__, "" if isinstance(error, OverflowError) else str(error)


@pytest.mark.parametrize("function, arguments", BOTH)
def test_drop_ins_have_the_errors_of_socket(small: Path, function: str, arguments: tuple[Any, ...]) -> None:
    ours = outcome(lookup, function, arguments)
    assert isinstance(ours, tuple)
    assert ours == outcome(socket, function, arguments)


def test_a_port_that_is_true_is_one_as_for_socket(small: Path) -> None:
    assert outcome(lookup, "getservbyport", (True,)) == ("OSError", "port/proto not found")


ASK_SOCKET = """
import json, socket, sys
def outcome(function, arguments):
    try:
        return getattr(socket, function)(*arguments)
    except OSError as error:
        return [type(error).__name__, str(error)]
print(json.dumps([outcome(*asked) for asked in json.load(sys.stdin)]))
"""


@pytest.mark.needs("user_namespaces")
def test_drop_ins_answer_as_glibc_does_from_the_same_rows(small: Path, tmp_path: Path) -> None:
    """glibc is shown the small edition as /etc/services, in a namespace of its own."""
    lines = [
        f"{record.service_name} {port}/{record.transport}"
        for record in tables.SMALL.records
        if record.service_name and record.transport and record.ports
        for port in range(record.ports.low, record.ports.high + 1)
    ]
    file = tmp_path / "services"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    asked: list[tuple[str, list[Any]]] = []
    for transport in ([], ["tcp"], ["udp"]):
        asked += [("getservbyport", [port, *transport]) for port in (19, 20, 80, 81, 172, 6002, 6003, 6004)]
        names = ("web", "www", "cl/1", "cl-1", "x11", "inner", "no-port", "nobody")
        asked += [("getservbyname", [name, *transport]) for name in names]
    shell = ["sh", "-c", 'mount --bind "$0" /etc/services && exec "$@"', str(file)]
    result = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--mount", *shell, sys.executable, "-I", "-c", ASK_SOCKET],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    theirs = json.loads(result.stdout)
    assert ["OSError", "service/proto not found"] in theirs
    ours = [outcome(lookup, function, tuple(arguments)) for function, arguments in asked]
    assert [list(each) if isinstance(each, tuple) else each for each in ours] == theirs


# -- where the table is, and when there is none


def test_a_table_in_the_home_comes_before_the_package_own(
    no_table: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORTBOOK_HOME", str(tmp_path))
    (tmp_path / "lookup.table").write_bytes(tables.small_table())
    assert lookup.services(80, "udp") == ("web",)
    assert lookup.current_table().edition_id == "2099-02-03"
    assert lookup.table_paths()[0] == str(tmp_path / "lookup.table")


@pytest.mark.parametrize(
    "platform, variables, expected",
    [
        ("linux", {"HOME": "/h"}, "/h/.local/share/portbook"),
        ("linux", {"HOME": "/h", "XDG_DATA_HOME": "/x"}, "/x/portbook"),
        ("linux", {"HOME": "/h", "XDG_DATA_HOME": "x"}, "/h/.local/share/portbook"),
        ("darwin", {"HOME": "/h"}, "/h/Library/Application Support/portbook"),
        ("win32", {"LOCALAPPDATA": "/l"}, "/l/portbook"),
        ("win32", {"HOME": "/h"}, "/h/AppData/Local/portbook"),
        ("win32", {"HOME": "/h", "LOCALAPPDATA": ""}, "/h/AppData/Local/portbook"),
        ("win32", {"HOME": "h"}, ""),
        ("linux", {"HOME": "h"}, ""),
        ("linux", {"HOME": "/h", "PORTBOOK_HOME": "/p"}, "/p"),
    ],
)
def test_home_folder(
    platform: str, variables: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HOME", "XDG_DATA_HOME", "LOCALAPPDATA", "PORTBOOK_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", platform)
    assert lookup.home_folder() == expected
    if expected:
        assert store.home() == Path(expected)
    else:
        with pytest.raises(StoreError) as refusal:
            store.home()
        assert refusal.value.problem.code == "E-STORE-HOME"


def test_size_of_a_table_that_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / lookup.FILE_NAME
    path.write_bytes(tables.small_table())
    monkeypatch.setattr(lookup, "MAX_TABLE", path.stat().st_size)
    assert lookup.Table.open(path).edition_id == "2099-02-03"
    monkeypatch.setattr(lookup, "MAX_TABLE", path.stat().st_size - 1)
    with pytest.raises(lookup.TableError) as refusal:
        lookup.Table.open(path)
    assert refusal.value.code == "E-TABLE-LENGTH"


def test_no_table_says_which_command_writes_one(no_table: None, tmp_path: Path) -> None:
    lookup.use_table(tmp_path / "none")
    with pytest.raises(lookup.TableError, match=r"python -m portbook\.store\.packaged") as refusal:
        lookup.services(443, "tcp")
    assert refusal.value.code == "E-TABLE-MISSING"
    with pytest.raises(lookup.TableError):
        lookup.ports("https")


def test_of_two_tables_the_later_date_counts(
    no_table: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An upgrade of the package can bring a newer edition than the one that a user once added."""
    packaged = lookup.Table.open(Path(lookup.__file__).parent / "data" / lookup.FILE_NAME)
    monkeypatch.setenv("PORTBOOK_HOME", str(tmp_path))
    own = tmp_path / lookup.FILE_NAME
    for day in ("2001-01-01", "2999-01-01", packaged.date):
        lookup.use_table()
        dated = replace(tables.SMALL, updated=PublishedDate(day))
        own.write_bytes(compile_table(dated, day, tables.DIGEST))
        expected = packaged.date if day < packaged.date else day
        assert lookup.current_table().date == expected
        assert (lookup.current_table().path == str(own)) == (day >= packaged.date)


def test_a_damaged_table_is_told_though_another_is_whole(
    no_table: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORTBOOK_HOME", str(tmp_path))
    lookup.use_table()
    (tmp_path / lookup.FILE_NAME).write_bytes(b"damaged")
    with pytest.raises(lookup.TableError, match="damaged"):
        lookup.services(443)


def test_the_advice_for_a_damaged_table_fits_its_place(
    no_table: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, package = tmp_path / "home", tmp_path / "package"
    for folder in (home, package / "data"):
        folder.mkdir(parents=True)
        (folder / lookup.FILE_NAME).write_bytes(b"damaged")
    monkeypatch.setenv("PORTBOOK_HOME", str(home))
    monkeypatch.setattr(lookup, "__file__", str(package / "lookup.py"))
    own = r"damaged.*; remove it, then add the newest edition again \(E-TABLE-MAGIC\)"
    with pytest.raises(lookup.TableError, match=own):
        lookup.services(443)
    (home / lookup.FILE_NAME).unlink()
    again = r"damaged.*; `python -m portbook\.store\.packaged` writes it again \(E-TABLE-MAGIC\)"
    with pytest.raises(lookup.TableError, match=again):
        lookup.services(443)
    (package / "data" / lookup.FILE_NAME).unlink()
    with pytest.raises(
        lookup.TableError, match=r"`python -m portbook\.store\.packaged` writes the package's"
    ):
        lookup.services(443)
    with pytest.raises(
        lookup.TableError, match=r"`python -m portbook\.store\.packaged FILE` writes it again"
    ):
        lookup.Table(b"damaged", str(tmp_path / "another.table"))


def test_a_folder_in_its_place_is_no_table(no_table: None, tmp_path: Path) -> None:
    lookup.use_table(tmp_path)
    with pytest.raises(lookup.TableError) as refusal:
        lookup.services(443)
    assert refusal.value.code == "E-TABLE-READ"


# -- what it loads


def run(code: str, *arguments: str, folder: Path = SOURCE) -> str:
    start = f"import sys; sys.path.insert(0, {str(folder)!r}); before = set(sys.modules)\n"
    command = [sys.executable, "-c", start + code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout


def test_at_most_four_modules_are_loaded() -> None:
    loaded = run("import portbook.lookup; print(*sorted(set(sys.modules) - before))").split()
    assert {"portbook", "portbook.lookup"} <= set(loaded)
    assert len(loaded) <= 4


def test_an_answer_loads_no_more(small: Path) -> None:
    code = (
        "import portbook.lookup as l; l.use_table(sys.argv[1]); assert l.services(80); assert l.ports('web')"
    )
    loaded = run(code + "; print(*sorted(set(sys.modules) - before))", str(small)).split()
    assert len(loaded) <= 4


def test_the_file_can_be_copied_into_another_program(tmp_path: Path) -> None:
    shutil.copy(lookup.__file__, tmp_path / "port_names.py")
    (tmp_path / "lookup.table").write_bytes(tables.small_table())
    code = "import os; os.environ['PORTBOOK_HOME'] = 'no-such-folder'; import port_names\n"
    code += "print(port_names.services(80, 'udp'), 'portbook' in sys.modules)"
    assert run(code, folder=tmp_path) == "('web',) False\n"


def test_import_portbook_loads_nothing_else() -> None:
    assert run("import portbook; print(*sorted(set(sys.modules) - before))") == "portbook\n"


def test_public_names_are_loaded_on_first_use() -> None:
    import portbook

    assert portbook.services is lookup.services
    assert portbook.__version__ == "0.1.0"
    assert set(portbook._MODULES) <= set(dir(portbook))
    for name in portbook._MODULES:
        assert getattr(portbook, name).__module__.startswith("portbook.")
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = portbook.no_such_name
