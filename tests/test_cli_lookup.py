"""Look-up, show and search: the same facts for people, for pipes and for programs."""

import csv
import io
import json
import select
import subprocess
import sys
from pathlib import Path
from unittest.mock import patch

import pytest

from cli_runs import DATE, XML, portbook, shared_home
from portbook import answers, formats
from portbook.cli.plain import HINT
from portbook.numbers import Transport
from portbook.search import DEFAULT_LIMIT, SearchIndex

KEYS = (
    *("443", "443/tcp", "tcp/443", ":443/udp", "443/dccp", "0", "9", "10/tcp", "66", "80", "172", "1023"),
    *("3322", "3324/udp", "3478", "6005", "6000-6063", "6062-6065/tcp", "0-70", "1020-1030/udp", "50000"),
    *(
        "49150-49153/tcp",
        "4-4",
        "6999",
        "https",
        "HTTPS",
        "https/udp",
        "https/sctp",
        "www",
        "sql*net",
        "cl/1",
    ),
    *("cl/1/tcp", "_https._tcp", "_https._udp", "active-net", "active-net/tcp", "x11", "acme-say", "turn"),
)
EDITION = formats.read(XML)


# -- for people


@pytest.mark.parametrize("terminal", [False, True])
@pytest.mark.parametrize("key", KEYS)
def test_the_compiled_table_and_the_edition_give_the_same_answer(key: str, terminal: bool) -> None:
    quick = portbook(key, terminal=terminal)
    whole = portbook("lookup", key, terminal=terminal)
    assert quick == whole
    assert quick.status == 0
    has_name = any(row.split("\t")[3] for row in portbook(key).out.splitlines())
    assert (HINT in (quick.out if terminal else quick.err)) == has_name


def test_a_page_is_as_it_was_designed() -> None:
    assert portbook("lookup", "443", terminal=True).out == (
        f"443  System Port{' ' * 66}edition {DATE}\n"
        "  tcp   assigned  https  http protocol over TLS/SSL       [RFC9110]\n"
        "  udp   assigned  https  http protocol over TLS/SSL       [RFC9110]\n"
        "  sctp  reserved         companion of tcp, udp (implied)\n"
        "  dccp  reserved         companion of tcp, udp (implied)\n"
        f"{HINT}\n"
    )


def test_a_pipe_gets_the_same_facts_as_rows_and_the_hint_beside_them() -> None:
    ran = portbook("443/tcp", "-t", "tcp", "sctp/443", "--edition", DATE)
    assert ran.status == 2
    assert "E-KEY-TRANSPORT" in ran.err
    ran = portbook("443/tcp", "sctp/443", "sql*net", "--edition", DATE)
    assert ran.err == f"{HINT}\n"
    assert [line.split("\t") for line in ran.out.removesuffix("\n").split("\n")] == [
        ["443", "tcp", "assigned", "https", "http protocol over TLS/SSL", "[RFC9110]", "", DATE],
        ["443", "sctp", "reserved", "", "", "", "companion of tcp, udp (implied)", DATE],
        [
            *("66", "tcp", "assigned", "sql*net", "Oracle SQL*NET", ""),
            *("`sql*net` is a historic name. Use `sql-net`.", DATE),
        ],
    ]


def test_the_option_names_the_transport() -> None:
    assert portbook("443", "-t", "udp").out == portbook("443/udp").out
    assert portbook("443", "--transport", "any").out == portbook("443").out
    assert portbook("443", "-t", "tpc").status == 2


def test_options_may_stand_before_the_verb() -> None:
    assert portbook("-t", "udp", "lookup", "443").out == portbook("443/udp").out
    assert portbook("--json", "search", "echo").out == portbook("search", "--json", "echo").out


def test_keys_come_from_standard_input() -> None:
    ran = portbook("lookup", "-", stdin=b"443/tcp\r\n\n  echo/udp \n")
    assert [line.split("\t")[:4] for line in ran.out.removesuffix("\n").split("\n")] == [
        ["443", "tcp", "assigned", "https"],
        ["7", "udp", "assigned", "echo"],
    ]
    assert portbook("-", "--jsonl", stdin=b"443/tcp\nno-such\necho\n").status == 1
    assert portbook("-", "--jsonl", stdin=b"443/tcp\n0443\n").status == 2
    assert portbook("-", "--jsonl", stdin=b"a" * 100_000).status == 2
    assert portbook("-", "--jsonl", stdin=b"\xff\xfe\n").status == 2
    assert portbook("-", "--json", stdin=b"").out == "[]\n"


def test_an_unknown_name_says_which_are_near() -> None:
    ran = portbook("lookup", "htp", "443/tcp")
    assert ran.status == 1
    assert "https" in ran.out  # what is known is answered
    assert "portbook: No service is called `htp`. Did you mean `http`" in ran.err
    assert "Did you mean" not in portbook("lookup", "zzzzzzzzzzzzzz").err


NAMES = b"htp\n443/tcp\nhttsp\nzzzzzzzzzzzzzz\n"


def test_names_on_standard_input_get_the_same_suggestions() -> None:
    with patch("portbook.cli.missing.SearchIndex", wraps=SearchIndex) as made:
        quick = portbook("-", stdin=NAMES)
        assert made.call_count == 1  # once a run, and only when a name is missing
        assert portbook("lookup", "-", stdin=NAMES) == quick
        assert made.call_count == 2
        portbook("-", stdin=b"443/tcp\n")
        assert made.call_count == 2
    assert quick.status == 1
    assert quick.err.count("Did you mean `http") == 2
    assert "No service is called `zzzzzzzzzzzzzz`.\n" in quick.err
    assert quick.err.endswith(f"{HINT}\n")


@pytest.mark.parametrize("text", [b"no-such\n", b"https/tpc\n", b"443/tcp/\n", b"443/tcp\nhttps/tpc\nhttp\n"])
def test_what_is_wrong_on_standard_input_is_told_in_the_same_words(text: bytes) -> None:
    quick = portbook("-", stdin=text)
    assert quick == portbook("lookup", "-", stdin=text)
    assert quick.status == (1 if text == b"no-such\n" else 2)
    assert HINT not in quick.err


def test_without_the_edition_of_the_table_a_missing_name_is_told_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "lookup.table").write_bytes((shared_home() / "lookup.table").read_bytes())
    ran = portbook("-", stdin=b"htp\n443/tcp\n", home=tmp_path)
    assert (ran.status, ran.err) == (1, f"portbook: No service is called `htp`.\n{HINT}\n")


@pytest.mark.parametrize("argv", [("-",), ("lookup", "-"), ("-", "--jsonl")])
def test_keys_that_come_one_by_one_are_answered_one_by_one(argv: tuple[str, ...]) -> None:
    code = "import sys; from portbook.cli import main; sys.exit(main(sys.argv[1:]))"
    env = {"PORTBOOK_HOME": str(shared_home()), "PYTHONPATH": str(Path(answers.__file__).parents[1])}
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", code, *argv], stdin=pipe, stdout=pipe, env=env) as run:
        assert run.stdin is not None
        assert run.stdout is not None
        for key, name in ((b"443/tcp", b"https"), (b"7/udp", b"echo")):
            run.stdin.write(key + b"\n")
            run.stdin.flush()
            assert select.select([run.stdout], [], [], 60)[0], "no answer while the next key is waited for"
            assert name in run.stdout.readline()
        run.stdin.close()
        assert run.wait(60) == 0


def test_a_mistyped_transport_of_a_known_service_is_a_wrong_call() -> None:
    ran = portbook("https/tpc", "--json")
    assert (ran.status, ran.out) == (2, "")
    assert "E-TRANS-UNKNOWN" in ran.err


def test_a_verb_comes_first_and_look_up_reaches_the_service() -> None:
    assert "portbook lookup search" in portbook("search").err
    assert portbook("lookup", "search").out.split("\t")[:4] == ["7002", "tcp", "assigned", "search"]
    assert portbook("lookup", "convert", "search").status == 0
    assert portbook("CONVERT").out.split("\t")[3] == "convert"


# -- for programs


def test_json_is_what_the_http_api_sends() -> None:
    service = EDITION.service("sql*net")
    assert service
    for argv, expected in (
        (["443"], answers.port_answer(EDITION, DATE, 443)),
        (["443/udp"], answers.port_transport_answer(EDITION, DATE, 443, Transport.UDP)),
        (["sql*net"], answers.service_answer(EDITION, DATE, service)),
        (["443", "80"], [answers.port_answer(EDITION, DATE, port) for port in (443, 80)]),
    ):
        assert json.loads(portbook("--json", *argv).out) == expected


def test_json_of_a_range_is_its_runs() -> None:
    answer = json.loads(portbook("5999-6064/tcp", "--json").out)
    assert [(run["port"], run["port_end"], run["state"]) for run in answer["runs"]] == [
        (5999, 5999, "Unassigned"),
        (6000, 6063, "Assigned"),
        (6064, 6064, "Unassigned"),
    ]


def test_json_lines_are_records() -> None:
    lines = portbook("https", "6005/udp", "--jsonl").out.removesuffix("\n").split("\n")
    found = [json.loads(line) for line in lines]
    assert [(r["service_name"], r["port"], r["port_end"], r["transport"]) for r in found] == [
        ("https", 443, 443, "tcp"),
        ("https", 443, 443, "udp"),
        ("x11", 6000, 6063, "udp"),
    ]
    assert all(tuple(record) == answers.RECORD_FIELDS for record in found)
    assert found[0]["reference"] == [{"type": "rfc", "data": "rfc9110", "text": None}]
    assert found[2]["unauthorized_use_reported"] == "Port 6003"


def test_csv_and_tsv_have_a_header_and_the_same_cells() -> None:
    rows = list(csv.reader(io.StringIO(portbook("www", "http/udp", "--csv").out, newline="")))
    assert tuple(rows[0]) == answers.RECORD_FIELDS
    assert [dict(zip(rows[0], row, strict=True))["canonical"] for row in rows[1:]] == ["http", "http"]
    assert rows == [line.split("\t") for line in portbook("www", "http/udp", "--tsv").out.split("\n")[:-1]]


def test_a_port_without_a_row_gives_no_record_and_says_so() -> None:
    ran = portbook("443/dccp", "--jsonl")
    assert ran == (0, "", "portbook: no row speaks of 443/dccp\n")


# -- show, search


def test_show_has_the_twelve_columns_and_more() -> None:
    page = portbook("show", "x11/udp", terminal=True).out
    assert "Unauthorized Use Reported  Port 6003\n" in page
    assert "Port Number                6000-6063\n" in page
    assert f"Edition                    {DATE}\n" in page
    assert "Use instead                http\n" in portbook("show", "www", terminal=True).out
    header, row = list(csv.reader(io.StringIO(portbook("show", "http/tcp", "--csv").out, newline="")))
    cells = dict(zip(header, row, strict=True))
    assert len(header) == 16
    assert (cells["Assignee"], cells["Reference"], cells["Aliases"]) == ("[IESG]", "[RFC9110]", "www")
    assert portbook("show", "http/tcp").out.split("\t")[0] == "http"
    assert json.loads(portbook("show", "443/tcp", "--json").out)[0]["why"] == "a row says so"


def test_show_says_why_a_port_has_no_row() -> None:
    ran = portbook("show", "443/dccp")
    assert ran == (0, "", "portbook: 443/dccp has no row: reserved, companion of tcp, udp (implied)\n")


def test_how_many_hits_are_looked_through(monkeypatch: pytest.MonkeyPatch) -> None:
    """A transport is asked for: the hits up to the limit, and none beyond."""
    asked = ("search", "0-65535", "--limit=1000")
    names = [line.split("\t")[0] for line in portbook(*asked).out.split("\n")]
    for more, found in ((1, True), (0, False)):
        monkeypatch.setattr("portbook.cli.search.MAX_CANDIDATES", names.index("x11") + more)
        assert ("x11\t" in portbook(*asked, "-t", "udp").out) == found


def test_search_finds_and_says_how() -> None:
    assert portbook("search", "tls").out.split("\t")[0] == "https"
    assert portbook("search", "6005").out.split("\t")[0] == "x11"
    assert portbook("search", "x11", "-t", "udp").out.split("\t")[2] == "udp"
    assert portbook("search", "http", "--limit", "1").out.count("\n") == 1
    answer = json.loads(portbook("search", "RFC", "9110", "--json").out)
    assert (answer["query"], answer["edition"]) == ("RFC 9110", DATE)
    assert {hit["name"] for hit in answer["hits"]} == {"http", "https"}
    ran = portbook("search", "qqqqq")
    assert (ran.status, ran.out) == (1, "")
    assert "nothing is found for `qqqqq`" in ran.err


@pytest.mark.parametrize("limit", ["0", "1001", "-1", "x", "１", "1_0"])
def test_a_limit_out_of_bounds_is_a_wrong_call(limit: str) -> None:
    assert portbook("search", "http", f"--limit={limit}").status == 2
    assert portbook("search", "http", "--limit=1000").status == 0
    assert f"answers at most ({DEFAULT_LIMIT})" in portbook("search", "--help").out


# -- without rich, and in a real terminal


def test_the_command_works_without_rich() -> None:
    code = (
        "import sys; sys.modules['rich'] = None; sys.stdout.isatty = lambda: True\n"
        "from portbook.cli import main; sys.exit(main(['search', 'tls']))"
    )
    env = {"PORTBOOK_HOME": str(shared_home()), "TERM": "xterm", "COLUMNS": "100"}
    env["PYTHONPATH"] = str(Path(answers.__file__).parents[1])
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env, check=False)
    assert ran.stdout.split("\n")[0].split() == ["Service", "Port", "Transport", "Description", "Found", "by"]
    assert (ran.returncode, ran.stderr) == (0, "")
