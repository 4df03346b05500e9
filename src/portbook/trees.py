"""Trees: documents that people write by hand, in TOML or JSON, to frozen values and back.

One reader for every kind of value, told by its type hints: texts, numbers, yes or no, words of a StrEnum,
tuples, NamedTuples within each other.  Nothing is guessed and nothing dropped: an unknown key, another type,
a text too long, a character that cannot be seen (T-36), a word of two alphabets (T-44): each is a fault with
its path ("ports[1].number").  What the values mean, and which code a fault has, whoever reads says.
"""

import json
import re
import tomllib
import types
import typing
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from enum import Enum, StrEnum
from functools import cache
from typing import Annotated, Any, NamedTuple, TypeVar

from portbook.errors import FormatError, Problem, shown, visible

MAX_LINE = 200  # characters of a text on one line, where nothing else is said
MAX_PROSE = 4_000  # characters of an answer in words
MAX_ITEMS = 50  # of a list


class Text(NamedTuple):
    """What a text may be: its greatest length, whether it has lines, whether a plain number stands for it."""

    limit: int = MAX_LINE
    has_lines: bool = False
    may_be_number: bool = False


class Pairs(NamedTuple):
    """Texts by short words, written as a table: kept as pairs, in the order given."""

    limit: int = MAX_PROSE


Line = str
Prose = Annotated[str, Text(MAX_PROSE, has_lines=True)]
Number = Annotated[str, Text(20, may_be_number=True)]
Answers = Annotated[tuple[tuple[str, str], ...], Pairs()]


class Fault(Enum):
    """What can be wrong with the form of a document."""

    KEY = "unknown key"
    TYPE = "other type"
    WORD = "unknown word"
    LONG = "too long"
    MANY = "too many"
    CHARACTER = "unseen character"
    LOOKALIKE = "two alphabets in one word"
    MISSING = "missing"


Complain = Callable[[Fault, str, str], None]  # fault, path, message
_Value = TypeVar("_Value")
_LETTERS = re.compile(r"[^\W\d_]+")
_ALPHABETS = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE")  # that have letters of one shape


# -- text to tree


def toml_tree(data: bytes, code: str, limit: int, size_code: str) -> dict[str, Any]:
    """Return the document in *data*; raise `FormatError` with *code*, or *size_code* above *limit* bytes."""
    text = _decoded(data, code, limit, size_code)
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        place = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        reason = str(error)[: place.start()].strip() if place else str(error)
        if isinstance(error, RecursionError):
            reason = "it is nested too deep"
        where = (int(place[1]), int(place[2])) if place else (None, None)
        raise FormatError(Problem(code, f"this is no TOML: {reason}", "toml.io 1.0"), *where) from None


def json_tree(data: bytes, code: str, limit: int, size_code: str) -> dict[str, Any]:
    """Return the JSON object in *data*; as `toml_tree` does; a key given twice is an error."""
    text = _decoded(data, code, limit, size_code)
    try:
        tree = json.loads(text, object_pairs_hook=_once_each, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        problem = Problem(code, f"this is no JSON: {error.msg}", "RFC 8259")
        raise FormatError(problem, error.lineno, error.colno) from None
    except (RecursionError, ValueError) as error:
        reason = "it is nested too deep" if isinstance(error, RecursionError) else str(error)
        raise FormatError(Problem(code, f"this is no JSON: {reason}", "RFC 8259")) from None
    if not isinstance(tree, dict):
        raise FormatError(Problem(code, "this JSON is no object", "RFC 8259"))
    return tree


def _decoded(data: bytes, code: str, limit: int, size_code: str) -> str:
    if len(data) > limit:
        message = f"the file has {len(data):,} bytes; {limit:,} are allowed"
        raise FormatError(Problem(size_code, message, "docs/limits.md"))
    try:
        return data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FormatError(Problem(code, "the file is not UTF-8", "RFC 3629"), line) from None


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(f"key {shown(next(key for key in keys if keys.count(key) > 1))} stands twice")
    return found


def _no_constant(text: str) -> float:
    raise ValueError(f"{text} is no number of JSON")


# -- tree to value


def value_of(kind: type[_Value], tree: Mapping[str, Any], complain: Complain, path: str = "") -> _Value:
    """Return *tree* as a value of *kind*, a NamedTuple; a field at fault keeps its default.

    A field without a default that is missing or at fault is a fault, and then this raises `KeyError`.
    """
    hints = _hints(typing.cast(Any, kind))
    for key in tree:
        if key not in hints:
            near = get_close_matches(str(key)[:40], hints, n=1)
            meant = f"; did you mean {near[0]!r}?" if near else ""
            said = f"{shown(str(key))} is none of {', '.join(hints)}{meant}"
            complain(Fault.KEY, _joined(path, str(key)[:40]), said)
    found = {}
    for name, hint in hints.items():
        if name in tree:
            place = _joined(path, name)
            read = _read(hint, tree[name], complain, place)
            if read is not _AT_FAULT:
                found[name] = read
    defaults = _defaults(kind)
    for name in hints:
        if name not in found and name not in defaults:
            if name not in tree:
                complain(Fault.MISSING, _joined(path, name), f"{name} is missing")
            raise KeyError(name)
    return kind(**found)


_AT_FAULT = object()


def _read(hint: Any, value: Any, complain: Complain, path: str) -> Any:
    """*value* as the type *hint* says, or `_AT_FAULT`."""
    if typing.get_origin(hint) in (types.UnionType, typing.Union):
        hint = next(each for each in typing.get_args(hint) if each is not type(None))
    if typing.get_origin(hint) is Annotated:
        rule = typing.get_args(hint)[1]
        read = _read_pairs if isinstance(rule, Pairs) else _read_text
        return read(rule, value, complain, path)
    if typing.get_origin(hint) is tuple:
        return _read_items(typing.get_args(hint)[0], value, complain, path)
    if hint is str:
        return _read_text(Text(), value, complain, path)
    if hint in (bool, int):
        fits = isinstance(value, hint) and not (hint is int and isinstance(value, bool))
        return value if fits else _wrong(complain, path, value, "yes or no" if hint is bool else "a number")
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return _read_word(hint, value, complain, path)
    if not isinstance(value, Mapping):
        return _wrong(complain, path, value, "a table")
    try:
        return value_of(hint, value, complain, path)
    except KeyError:
        return _AT_FAULT


def _read_text(rule: Text, value: Any, complain: Complain, path: str) -> Any:
    if rule.may_be_number and isinstance(value, int) and not isinstance(value, bool):
        value = str(value) if abs(value) < 10**18 else "9" * 19
    if not isinstance(value, str):
        return _wrong(complain, path, value, "a text")
    if len(value) > rule.limit:
        complain(Fault.LONG, path, f"the text has {len(value):,} characters; {rule.limit:,} are allowed")
        return _AT_FAULT
    keep = "\n\t" if rule.has_lines else ""
    if visible(value, keep) != value:
        complain(Fault.CHARACTER, path, f"{shown(value)} has a character that cannot be seen")
        return _AT_FAULT
    if word := two_alphabets(value):
        complain(Fault.LOOKALIKE, path, f"{shown(word)} has letters of two alphabets that look alike")
        return _AT_FAULT
    return value


def _read_pairs(rule: Pairs, value: Any, complain: Complain, path: str) -> Any:
    if not isinstance(value, Mapping):
        return _wrong(complain, path, value, "a table")
    if len(value) > MAX_ITEMS:
        complain(Fault.MANY, path, f"the table has {len(value):,} keys; {MAX_ITEMS} are allowed")
        return _AT_FAULT
    found = []
    for key, item in value.items():
        place = _joined(path, str(key)[:40])
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", key):
            complain(Fault.KEY, place, f"{shown(key)} is no short word of small letters")
            continue
        read = _read_text(Text(rule.limit, has_lines=True), item, complain, place)
        if read is not _AT_FAULT:
            found.append((key, read))
    return tuple(found)


def _read_items(hint: Any, value: Any, complain: Complain, path: str) -> Any:
    if not isinstance(value, list):
        return _wrong(complain, path, value, "a list")
    if len(value) > MAX_ITEMS:
        complain(Fault.MANY, path, f"the list has {len(value):,} items; {MAX_ITEMS} are allowed")
        return _AT_FAULT
    items = [_read(hint, item, complain, f"{path}[{place}]") for place, item in enumerate(value)]
    return tuple(item for item in items if item is not _AT_FAULT)


def _read_word(hint: type[StrEnum], value: Any, complain: Complain, path: str) -> Any:
    words = [word.value for word in hint]
    if isinstance(value, str) and value in words:
        return hint(value)
    said = shown(value) if isinstance(value, str) else type(value).__name__
    complain(Fault.WORD, path, f"{said} is none of {', '.join(map(repr, words))}")
    return _AT_FAULT


def _wrong(complain: Complain, path: str, value: Any, wanted: str) -> Any:
    complain(Fault.TYPE, path, f"{shown(str(value))} is not {wanted}")
    return _AT_FAULT


def two_alphabets(text: str) -> str | None:
    """Return the first word of *text* that mixes alphabets with letters of one shape, or None (T-44)."""
    if text.isascii():
        return None
    for word in _LETTERS.findall(text):
        names = (unicodedata.name(letter, "").split(" ")[0] for letter in word)
        if len({name for name in names if name in _ALPHABETS}) > 1:
            return str(word)
    return None


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


# -- value to tree, tree to text


def tree_of(value: Any, *, whole: bool = False) -> dict[str, Any]:
    """Return *value* as a tree that `value_of` reads back: without what is at its default, or *whole*."""
    defaults = {} if whole else _defaults(type(value))
    hints = _hints(typing.cast(Any, type(value)))
    fields = ((name, hint, getattr(value, name)) for name, hint in hints.items())
    return {
        name: dict(item) if hint == Answers else _plain(item, whole)
        for name, hint, item in fields
        if item is not None and not (name in defaults and item == defaults[name])
    }


def _plain(item: Any, whole: bool) -> Any:
    if isinstance(item, StrEnum):
        return item.value
    if isinstance(item, (str, int)):
        return item
    if isinstance(item, tuple) and not hasattr(item, "_fields"):
        return [_plain(each, whole) for each in item]
    return tree_of(item, whole=whole)


def toml_text(tree: Mapping[str, Any]) -> str:
    """Return *tree* as TOML: plain keys first, then a section for each table, in the order given."""
    return "\n".join(_sections(tree, "")) + "\n"


def _sections(tree: Mapping[str, Any], path: str) -> Iterator[str]:
    for key, value in tree.items():
        if not _is_section(value):
            yield f"{key} = {_written(value)}"
    for key, value in tree.items():
        name = _joined(path, key)
        if isinstance(value, Mapping):
            yield from ("", f"[{name}]", *_sections(value, name))
        elif _is_section(value):
            for item in value:
                yield from ("", f"[[{name}]]", *_sections(item, name))


def _is_section(value: Any) -> bool:
    tables = isinstance(value, list) and bool(value) and all(isinstance(item, Mapping) for item in value)
    return isinstance(value, Mapping) or tables


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return f"[{', '.join(map(_written, value))}]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return str(value)


# -- what a class holds


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return typing.get_type_hints(kind, include_extras=True)


def _defaults(kind: Any) -> dict[str, Any]:
    return dict(kind._field_defaults)
