"""JSON from outside to plain values, strictly (RFC 8259; T-04, T-06).

Refused with their place: what is not JSON, a key twice in one object, NaN and Infinity, half of a surrogate
pair, values nested too deep.  What the values mean is their format's.
"""

import json
import re
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

from portbook.collecting import paused
from portbook.errors import FormatError, Problem, shown
from portbook.formats.limits import MAX_DEPTH, decoded

_SOURCE = "RFC 8259"
_HALF_PAIR = re.compile(r"\\u[dD][89a-fA-F]")
_Value = TypeVar("_Value")


class RepeatedKeyError(Exception):
    """A key that stands twice in one object."""


def read_json(data: bytes, meaning: Callable[[Any], _Value]) -> _Value:
    """Return what *meaning* makes of the JSON value that *data* holds, without a byte order mark.

    Raises `FormatError`: E-FILE-SIZE, E-FILE-ENCODING, E-JSON-SYNTAX with line and column, E-JSON-KEY for a
    repeated key, E-JSON-NUMBER, E-JSON-TEXT, E-JSON-DEPTH; and whatever *meaning* raises.
    """
    text = decoded(data).removeprefix("\ufeff")
    with paused():
        value = _parsed(text)
        if _HALF_PAIR.search(text):
            _refuse_half_pairs(text)
        try:
            return meaning(value)
        except FormatError:
            if _depth(value) > MAX_DEPTH:  # a better reason; a value with a meaning is never so deep
                _refuse_depth()
            raise


def _parsed(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_refuse_constant)
    except RepeatedKeyError as error:
        key = str(error)
        # The object itself has no place any more; the key's last occurrence in the text is the best there is.
        at = max(text.rfind(json.dumps(key)), text.rfind(json.dumps(key, ensure_ascii=False)), 0)
        line, column = _place(text, at)
        message = f"key {shown(key)} stands twice in one object, last at line {line}, column {column}"
        raise FormatError(Problem("E-JSON-KEY", message, _SOURCE), line, column) from None
    except json.JSONDecodeError as error:
        start = shown(text[error.pos : error.pos + 30])
        message = f"not JSON at line {error.lineno}, column {error.colno}, {start}: {error.msg}"
        raise FormatError(Problem("E-JSON-SYNTAX", message, _SOURCE), error.lineno, error.colno) from None
    except RecursionError:
        _refuse_depth()
    except FormatError:
        raise
    except ValueError:  # Python reads no whole number of more than 4,300 digits
        raise FormatError(Problem("E-JSON-NUMBER", "a number has thousands of digits", _SOURCE)) from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise RepeatedKeyError(key)
            seen.add(key)
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise FormatError(Problem("E-JSON-NUMBER", f"{name} is no JSON number", _SOURCE))


def _refuse_half_pairs(text: str) -> None:
    """Raise E-JSON-TEXT if an escape is half of a surrogate pair: no file could hold that character."""
    escapes = re.compile(
        r"\\(?:u([dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2}|u([dD][89a-fA-F]..)|.)"
    )
    for found in escapes.finditer(text):
        if found[2]:
            line, column = _place(text, found.start())
            message = f"escape {shown(found[0])} at line {line}, column {column} is half of a surrogate pair"
            raise FormatError(Problem("E-JSON-TEXT", message, _SOURCE), line, column)


def _refuse_depth() -> NoReturn:
    message = f"the values are nested more than {MAX_DEPTH} deep"
    raise FormatError(Problem("E-JSON-DEPTH", message, "docs/limits.md"))


def _depth(value: Any) -> int:
    """How many arrays and objects stand in each other, found without recursion; stops above the limit."""
    depth, level = 0, [value]
    while depth <= MAX_DEPTH:
        level = [found for found in level if isinstance(found, (list, dict))]
        if not level:
            break
        depth += 1
        level = [inner for outer in level for inner in (outer.values() if isinstance(outer, dict) else outer)]
    return depth


def _place(text: str, at: int) -> tuple[int, int]:
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
