"""The JSON of 2015: the same rows as the CSV of its day, under other names, in an array of objects."""

import json
import lzma
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

import strategies
from portbook import formats
from portbook.edition import Edition
from portbook.errors import FormatError
from portbook.formats import json2015, limits
from portbook.formats.columns import COLUMNS, Rendering, row
from portbook.records import Extra, Record, Reference, rich

DATA = Path(json2015.__file__).resolve().parents[1] / "data"


def as_json(edition: Edition) -> bytes:
    """*edition* as the package wrote it; made here, for Portbook only reads the format."""
    rows = (zip(json2015.KEYS, row(record, Rendering.A), strict=True) for record in edition.records)
    values = [{key: cell for key, cell in cells if cell} for cells in rows]
    return (json.dumps(values, indent=4, ensure_ascii=False) + "\n").encode()


def refusal(data: bytes) -> FormatError:
    with pytest.raises(FormatError) as error:
        json2015.read(data)
    return error.value


def test_the_embedded_edition_is_read_whole_and_comes_back_to_the_byte() -> None:
    data = lzma.decompress((DATA / "2015-07-24.json.xz").read_bytes())
    assert formats.detect(data) == "json2015"
    edition = formats.read(data)
    assert len(edition.records) == 13_701
    assert edition.remarks == ()
    assert as_json(edition) == data
    assert json2015.project(edition) == edition
    assert set(edition.absent) >= {"title", "updated", "contacts", "footnotes"}


@given(strategies.editions())
def test_what_is_read_back_is_the_projection(edition: Edition) -> None:
    assert json2015.read(as_json(edition)) == json2015.project(edition)


def test_keys_stand_for_columns() -> None:
    values = dict(
        zip(json2015.KEYS, ("a", "1", "tcp", "d", "[A]", "[B]", "2020", "2021", "[RFC1]"), strict=False)
    )
    expected = Record(
        "a", "1", "tcp", rich("d"), (Reference("person", "A"),), (Reference("person", "B"),), "2020", "2021",
        (Reference("rfc", "rfc1"),),
    )  # fmt: skip
    assert json2015.read(json.dumps([values]).encode()).records == (expected,)
    assert len(json2015.KEYS) == len(COLUMNS)


def test_unknown_keys_are_kept_and_remarked() -> None:
    edition = json2015.read(b'[{"ServiceName": "a"}, {"Colour": "red", "ServiceName": "b"}, {"Colour": ""}]')
    assert [record.service_name for record in edition.records] == ["a", "b", None]
    assert [record.extras for record in edition.records] == [
        (), (Extra("column", "Colour", "red"),), (Extra("column", "Colour", ""),),
    ]  # fmt: skip
    assert [problem.code for problem in edition.remarks] == ["F-JSON-KEY"]


@pytest.mark.parametrize(
    "value, told",
    [
        ({}, "an object, not an array"),
        (None, "null, not an array"),
        ([[]], "record 1 is an array"),
        ([{}, 7], "record 2 is a number"),
        ([{"PortNumber": 443}], "record 1: 'PortNumber' is a number"),
        ([{"PortNumber": None}], "record 1: 'PortNumber' is null"),
        ([{"Colour": ["red"]}], "record 1: 'Colour' is an array"),
        ([{"PortNumber": True}], "true or false"),
    ],
)
def test_what_is_no_array_of_objects_of_texts_is_refused(value: Any, told: str) -> None:
    problem = refusal(json.dumps(value).encode()).problem
    assert problem.code == "E-JSON-TYPE"
    assert told in problem.message


@pytest.mark.parametrize(
    "data, code",
    [
        (b'[{"PortNumber": "1", "PortNumber": "2"}]', "E-JSON-KEY"),
        (b'[{"PortNumber": "\\udfff"}]', "E-JSON-TEXT"),
        (b'[{"PortNumber": NaN}]', "E-JSON-NUMBER"),
        (b'[{"PortNumber": "1"}', "E-JSON-SYNTAX"),
        (b'[{"PortNumber": "\xff"}]', "E-FILE-ENCODING"),
        (b"[" * 17 + b"]" * 17, "E-JSON-DEPTH"),
        (b"[" * 100_000, "E-JSON-DEPTH"),
    ],
)
def test_what_is_no_strict_json_is_refused(data: bytes, code: str) -> None:
    assert refusal(data).problem.code == code


def test_limits_hold_at_the_limit_and_one_beyond(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_RECORDS", 2)
    assert len(json2015.read(b"[{}, {}]").records) == 2
    assert refusal(b"[{}, {}, {}]").problem.code == "E-FILE-RECORDS"
    for key in ("Description", "Colour"):
        longest = {key: "x" * limits.MAX_FIELD}
        assert len(json2015.read(json.dumps([longest]).encode()).records) == 1
        assert refusal(json.dumps([{key: longest[key] + "x"}]).encode()).problem.code == "E-FIELD-SIZE"


def test_it_is_read_not_written() -> None:
    with pytest.raises(FormatError, match="E-FORMAT-READONLY"):
        formats.write(Edition(()), "json2015")
