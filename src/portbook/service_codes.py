"""Service codes: the 32-bit numbers that name what a DCCP connection is for.

Rules R-SC and R-DCCP-1 to 6, from RFC 4340 sections 8.1.2, 19.8 and 19.9, RFC 5595 (with errata 3815 and
3816) and RFC 6335 section 10.3.  A code is a number; its text forms only write it down (R-SC-1).  Which
codes and ports are held, the caller knows: nothing here asks a registry.
"""

import re
from collections.abc import Collection
from enum import StrEnum

from portbook.errors import Problem, RuleError, shown

MAX_CODE = 0xFFFFFFFE  # 4294967294; the number above it is invalid for ever (R-SC-3)
INVALID_CODE = 0xFFFFFFFF
PRIVATE_CODES = range(0x3F000000, 0x40000000)  # the first byte is "?" (R-SC-4, A-19)
BLOCK_OF_CODES = 16  # more at once is no small block; Portbook's number for R-SC-9

_FORM = "RFC 4340 section 8.1.2"
_CHARACTERS = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+.*/?@")
_SPECIFICATION_BYTES = frozenset([32, *range(45, 58), *range(65, 91)])  # blank, "-" to "9", "A" to "Z"
_DECIMAL = re.compile(r"(?:SC=)?([0-9]+)", re.ASCII)
_HEXADECIMAL = re.compile(r"SC=[xX]([0-9A-Fa-f]+)", re.ASCII)


class CodeClass(StrEnum):
    """How a code is assigned, if at all (RFC 4340 section 8.1.2)."""

    RESERVED = "Reserved"  # 0: no meaningful code
    PRIVATE = "Private Use"
    SPECIFICATION = "Specification Required"
    FIRST_COME = "First Come First Served"
    INVALID = "Invalid"


# -- numbers and texts


def checked_code(code: object) -> int:
    """Return *code* if it is a 32-bit number but 4294967295, else raise `RuleError` (R-SC-1, R-SC-3)."""
    if isinstance(code, bool) or not isinstance(code, int) or not 0 <= code <= INVALID_CODE:
        raise _error("E-SC-RANGE", f"service code {code!r:.60} is not a whole number from 0 to {MAX_CODE}")
    if code == INVALID_CODE:
        raise _error("E-SC-INVALID", f"service code {code} is invalid for ever")
    return code


def parse(text: str) -> int:
    """Return the code that *text* writes: "SC:fdpz", "SC=1717858426", "SC=x6664707A", or the number alone.

    The number alone is how the registry prints it.  `SC:` has 1 to 4 characters, filled up with blanks;
    case counts in it and in the prefix (R-SC-11 to R-SC-14).  Raises `RuleError`: E-SC-SYNTAX, E-SC-RANGE
    above 4294967295, E-SC-INVALID for just that.
    """
    if text.startswith("SC:"):
        return checked_code(_spelt(text))
    if match := _DECIMAL.fullmatch(text):
        return _counted(text, match[1], 10)
    if match := _HEXADECIMAL.fullmatch(text):
        return _counted(text, match[1], 16)
    raise _error("E-SC-SYNTAX", f"service code {shown(text)} is none of SC:abcd, SC=1234 and SC=x12AB")


def _spelt(text: str) -> int:
    spelling = text[3:]
    if strange := re.search(r"[^A-Za-z0-9_+.*/?@-]", spelling):
        message = (
            f"service code {shown(text)} has {strange[0]!r}, which is no letter, digit or one of -_+.*/?@"
        )
        raise _error("E-SC-SYNTAX", message)
    if not 1 <= len(spelling) <= 4:
        raise _error("E-SC-SYNTAX", f"service code {shown(text)} has {len(spelling)} characters, not 1 to 4")
    return int.from_bytes(spelling.encode("ascii").ljust(4), "big")


def _counted(text: str, digits: str, base: int) -> int:
    significant = digits.lstrip("0") or "0"
    if len(significant) > 10 or (code := int(significant, base)) > INVALID_CODE:
        raise _error("E-SC-RANGE", f"service code {shown(text)} is above {MAX_CODE}")
    return checked_code(code)


def printed_form(code: int) -> str | None:
    """Return *code* as the four characters or fewer that `SC:` can write, or None (R-SC-15, R-SC-16)."""
    spelling = code.to_bytes(4, "big").rstrip(b" ")
    return spelling.decode("ascii") if spelling and _CHARACTERS.issuperset(spelling) else None


def text_form(code: int) -> str:
    """Return *code* as text for people, one that `parse` reads: "SC:fdpz", else "SC=7107696"."""
    spelling = printed_form(code)
    return f"SC:{spelling}" if spelling else f"SC={code}"


def code_class(code: int) -> CodeClass:
    """Return how *code*, 0 to 4294967295, is assigned; looked at in the order of the RFC's exceptions."""
    if code == 0:
        return CodeClass.RESERVED
    if code == INVALID_CODE:
        return CodeClass.INVALID
    if code in PRIVATE_CODES:
        return CodeClass.PRIVATE
    if _SPECIFICATION_BYTES.issuperset(code.to_bytes(4, "big")):
        return CodeClass.SPECIFICATION
    return CodeClass.FIRST_COME


def default_port(code: int) -> int:
    """Return the Dynamic port that a connection with *code* may listen at by default (R-SC-21).

    RFC 5595 section 2.7.  It is never registered.
    """
    high, upper, lower, low = code.to_bytes(4, "big")
    port = ((high << 7) ^ (upper << 5) ^ (lower << 3) ^ low) | 0xC000
    return 0xC000 if port == 0xFFFF else port


# -- assignment


def assignment_problem(code: int) -> Problem | None:
    """Return why nobody can be assigned *code*, or None (R-SC-2 to R-SC-4)."""
    match code_class(code):
        case CodeClass.RESERVED:
            return _problem("E-SC-ZERO", "service code 0 is reserved: it means that there is none")
        case CodeClass.INVALID:
            return _problem("E-SC-INVALID", f"service code {code} is invalid for ever")
        case CodeClass.PRIVATE:
            return _problem("E-SC-PRIVATE", f"service code {told(code)} is for private use, never assigned")
        case _:
            return None


def request_problems(
    code: int, description: str, specification: str = "", is_standards_track: bool = False
) -> tuple[Problem, ...]:
    """Return all that stands against a request for *code* as such; whether it is free, the registry knows.

    *specification* says where a permanent, public one is found, for codes of the Specification class (R-SC-5,
    A-18); *description* is a few English words (R-SC-6); codes of Standards-Track documents come from the
    Specification class (R-SC-7).
    """
    if problem := assignment_problem(code):
        return (problem,)
    found = []
    needs_specification = code_class(code) is CodeClass.SPECIFICATION
    if is_standards_track and not needs_specification:
        message = f"service code {told(code)} is of the wrong class for a Standards-Track document"
        found.append(
            Problem("E-SC-CLASS", message, "RFC 5595 section 5 (errata 3815, 3816); 6335 erratum 3814")
        )
    if needs_specification and not specification.strip():
        message = f"service code {told(code)} needs a permanent, public specification"
        found.append(Problem("E-SC-SPEC", message, "RFC 4340 section 8.1.2; RFC 5595 section 5"))
    if not description.strip():
        message = f"service code {told(code)} is asked for without a short description"
        found.append(Problem("E-SC-DESC", message, "RFC 4340 sections 8.1.2, 19.8"))
    return tuple(found)


def block_problem(codes: Collection[int]) -> Problem | None:
    """Return the advice against a request for many codes at once, or None (R-SC-9)."""
    if len(codes) <= BLOCK_OF_CODES:
        return None
    message = f"{len(codes)} service codes are asked for; they go out one at a time or in small blocks"
    return _problem("W-SC-BLOCK", message)


def port_problem(code: int, port: int, is_assigned: bool, port_held: int | None) -> Problem | None:
    """Return why *code* cannot stand at the DCCP port *port*, or None (R-DCCP-1, R-DCCP-3).

    *port_held* is the DCCP port that the code has already.
    """
    if not is_assigned:
        message = f"service code {told(code)} is not assigned; a DCCP port needs one that is"
        return Problem("E-SC-FIRST", message, "RFC 6335 section 10.3.2")
    if port_held is not None and port_held != port:
        message = f"service code {told(code)} has the DCCP port {port_held}; it can have one only"
        return Problem("E-SC-PORT2", message, "RFC 6335 section 10.3.2")
    return None


def overlap_problem(codes: Collection[int], others: Collection[int]) -> Problem | None:
    """Return why entries with *codes* and with *others* cannot share a DCCP port, or None (R-DCCP-6)."""
    both = sorted(set(codes) & set(others))
    if not both:
        return None
    message = f"service code {told(both[0])} stands in another entry of the same DCCP port"
    return Problem("E-SC-OVERLAP", message, "RFC 4340 section 19.9")


def told(code: int) -> str:
    """Return *code* for a message: the number, and its characters where it has some."""
    spelling = printed_form(code)
    return f"{code} (SC:{spelling})" if spelling else str(code)


def _problem(code: str, message: str) -> Problem:
    return Problem(code, message, _FORM)


def _error(code: str, message: str) -> RuleError:
    return RuleError(_problem(code, message))
