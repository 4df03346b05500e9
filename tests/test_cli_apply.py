"""`portbook apply`: a template out, everything about an application in, good numbers; the statuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from asking import BASES, application
from cli_runs import DATE, portbook
from portbook.applications import Kind, read, to_json, to_toml
from portbook.policy import RFC6335, write

# What is in order by the invented edition of the command's tests: 28201 is free there.
GOOD = to_toml(application("port"))


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "tide.toml"
    path.write_text(GOOD)
    return path


def changed(path: Path, base: str = "port", **change: Any) -> str:
    path.write_text(to_toml(application(base, change)))
    return str(path)


# -- new


@pytest.mark.parametrize("kind", Kind)
def test_a_template_of_each_kind(kind: Kind, tmp_path: Path) -> None:
    ran = portbook("apply", "new", kind.value)
    assert (ran.status, ran.err) == (0, "")
    assert read(ran.out.encode()).application.kind is kind
    out = tmp_path / "new.toml"
    assert portbook("apply", "new", kind.value, "-o", str(out)).status == 0
    assert out.read_text() == ran.out
    again = portbook("apply", "new", kind.value, "-o", str(out))
    assert (again.status, "E-FILE-EXISTS" in again.err) == (2, True)
    assert portbook("apply", "new", kind.value, "-o", str(out), "--force").status == 0


def test_a_template_as_it_comes_is_not_in_order(tmp_path: Path) -> None:
    out = tmp_path / "new.toml"
    portbook("apply", "new", "port", "-o", str(out))
    ran = portbook("apply", "check", str(out))
    assert ran.status == 1
    for code in (
        "E-NAME-MISSING",
        "E-TRANS-MISSING",
        "E-FIELD-ASSIGNEE",
        "E-FIELD-CAST",
        "E-JUST-DYNAMIC",
        "E-FORM-Q8",
    ):
        assert code in ran.out


# -- check


def test_a_good_application(good: Path) -> None:
    ran = portbook("apply", "check", str(good))
    assert (ran.status, ran.err) == (0, "")
    lines = ran.out.split("\n")
    assert lines[0] == f"port application for 'tide-read', by edition {DATE} and RFC 6335"
    assert "  28201/tcp  Expert Review, by the TCP/UDP experts (R-REV-4, R-REV-10)" in lines
    assert "  + tide-read 28201/tcp  Remote reading of tide gauges [Tide_Works]" in lines
    assert "  It is in order, and can be sent. Do not use the number before it is assigned." in lines
    assert not [line for line in lines if len(line) > 100]


def test_who_goes_to_experts_hears_how_long_it_takes(good: Path, tmp_path: Path) -> None:
    """RFC 7605 section 7.7 (R-REV-18)."""
    words = (
        "about 7 days for a simple case and 21 for a complex one; with questions, a hard case takes a month"
    )
    assert words in " ".join(portbook("apply", "check", str(good)).out.split())
    alone = portbook("apply", "check", changed(tmp_path / "name.toml", "name")).out
    assert "Experts take" not in alone


def test_a_bad_one_hears_everything_at_once(tmp_path: Path) -> None:
    name = changed(
        tmp_path / "bad.toml",
        service_name="HTTP",
        ports=[{"number": "3478"}],
        transports=["udp", "quic"],
        description="Remote reading, version 2",
        declares={"is_local": True},
    )
    ran = portbook("apply", "check", name)
    assert ran.status == 1
    places = [
        ran.out.index(title) for title in ("Refused", "Comes back", "Advice", "Where it goes", "What next")
    ]
    assert places == sorted(places)
    for code in ("E-NAME-TAKEN", "E-TRANS-UNKNOWN", "E-PORT-TAKEN", "W-NAME-VERSION", "W-PORT-LOCAL"):
        assert code in ran.out
    assert "Good free numbers" in ran.out
    assert "The rows" not in ran.out


def test_one_that_waits_for_a_holder_is_in_order(tmp_path: Path) -> None:
    ran = portbook("apply", "check", changed(tmp_path / "share.toml", "share"))
    assert ran.status == 0
    assert "Waits for others" in ran.out
    assert "Ask the holders" in ran.out


def test_faults_of_form_stand_beside_the_others(tmp_path: Path) -> None:
    path = tmp_path / "odd.toml"
    path.write_text('colour = "blue"\n' + GOOD.replace('"tcp"', "5"))
    ran = portbook("apply", "check", str(path))
    assert ran.status == 1
    assert "E-APPLY-KEY" in ran.out
    assert "E-APPLY-TYPE" in ran.out
    assert "transports[0]" in ran.out


def test_json_has_all_of_it(good: Path) -> None:
    ran = portbook("apply", "check", str(good), "--json")
    assert ran.status == 0
    told = json.loads(ran.out)
    assert (told["file"], told["edition"], told["policy"], told["in_order"]) == (
        str(good),
        DATE,
        "RFC 6335",
        True,
    )
    assert told["route"]["state"] == "expert review"
    assert told["route"]["teams"] == ["TCP/UDP experts"]
    assert [row["port_number"] for row in told["preview"]["rows"]] == ["28201", "28201"]
    assert set(told) == {
        *("file", "edition", "policy", "in_order", "findings", "route", "names_alike", "precedents"),
        *("neighbours", "holdings", "suggestions", "preview"),
    }


def test_json_comes_from_standard_input_as_well() -> None:
    ran = portbook("apply", "check", "-", "--json", stdin=to_json(application("name")).encode())
    assert (ran.status, json.loads(ran.out)["file"]) == (0, None)


def test_findings_of_json_say_where_and_why(tmp_path: Path) -> None:
    ran = portbook("apply", "check", changed(tmp_path / "bad.toml", "name", transports=[]), "--json")
    assert ran.status == 1
    assert json.loads(ran.out)["findings"] == [
        {
            "action": "returned",
            "field": "transports",
            "code": "E-TRANS-MISSING",
            "message": "no transport is named: tcp, udp, sctp or dccp",
            "source": "RFC 6335 section 8.1.1",
        }
    ]


def test_nothing_from_a_file_reaches_the_terminal_unseen(tmp_path: Path) -> None:
    tree = BASES["name"] | {"service_name": "a\x1b[2J", "description": "x\u202ey"}
    ran = portbook("apply", "check", "-", stdin=json.dumps(tree).encode())
    assert ran.status == 1
    assert "\x1b" not in ran.out
    assert "\u202e" not in ran.out


def test_another_edition_and_another_policy(good: Path, tmp_path: Path) -> None:
    house = tmp_path / "house.toml"
    house.write_text(write(RFC6335._replace(name="House", names=RFC6335.names._replace(prefix="acme-"))))
    ran = portbook("apply", "check", str(good), "--policy", str(house), "--edition", DATE)
    assert ran.status == 1
    assert "E-NAME-POLICY" in ran.out
    assert "and House" in ran.out
    invented = Path(__file__).parent / "editions" / "invented.xml"
    assert portbook("apply", "check", str(good), "--data", str(invented)).status == 0


@pytest.mark.parametrize(
    "argv, status, code",
    [
        (("apply",), 2, "E-USAGE"),
        (("apply", "dance"), 2, "E-USAGE"),
        (("apply", "new"), 2, "E-USAGE"),
        (("apply", "new", "gift"), 2, "E-USAGE"),
        (("apply", "check"), 2, "E-USAGE"),
        (("apply", "check", "/nowhere/tide.toml"), 3, "E-FILE-READ"),
        (("apply", "check", "GOOD", "--policy", "/nowhere/house.toml"), 3, "E-FILE-READ"),
        (("apply", "check", "GOOD", "--policy", "GOOD"), 3, "E-POLICY-KEY"),
        (("apply", "check", "GOOD", "--edition", "1999"), 3, "E-EDITION-UNKNOWN"),
        (("apply", "suggest", "upper"), 2, "E-USAGE"),
        (("apply", "suggest", "dynamic"), 2, "E-USAGE"),
        (("apply", "suggest", "--limit", "0"), 2, "E-USAGE"),
        (("apply", "suggest", "--limit", "51"), 2, "E-USAGE"),
        (("apply", "suggest", "--limit", "five"), 2, "E-USAGE"),
    ],
)
def test_wrong_calls(argv: tuple[str, ...], status: int, code: str, good: Path) -> None:
    ran = portbook(*(str(good) if word == "GOOD" else word for word in argv))
    assert ran.status == status
    assert code in ran.err
    assert ran.out == ""


def test_a_file_that_is_no_application_is_told_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "broken.toml"
    path.write_text("kind = 'port'\nports = [[\n")
    ran = portbook("apply", "check", str(path))
    assert (ran.status, ran.out) == (3, "")
    assert f"{path}:" in ran.err
    assert "E-APPLY-SYNTAX" in ran.err


# -- suggest


def test_good_numbers() -> None:
    ran = portbook("apply", "suggest", "--limit", "3")
    assert ran.status == 0
    lines = ran.out.rstrip("\n").split("\n")
    assert len(lines) == 3
    assert all("Unassigned on tcp, udp, sctp and dccp" in line for line in lines)
    told = json.loads(portbook("apply", "suggest", "user", "--limit", "3", "--json").out)
    assert [str(each["port"]) for each in told["suggestions"]] == [line.split("\t")[0] for line in lines]
    assert (told["edition"], told["range"]) == (DATE, "User Ports")
    assert portbook("apply", "suggest", "system").status == 0


def test_a_range_without_free_numbers(tmp_path: Path) -> None:
    narrow = RFC6335.ranges[0]._replace(high=0, procedures=RFC6335.ranges[1].procedures)
    rest = RFC6335.ranges[2]._replace(low=1)
    house = tmp_path / "house.toml"
    house.write_text(write(RFC6335._replace(ranges=(narrow, rest))))
    ran = portbook("apply", "suggest", "system", "--policy", str(house))
    assert (ran.status, ran.out) == (1, "")
    assert "no number of the System Ports is free" in ran.err
