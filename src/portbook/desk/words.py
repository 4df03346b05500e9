"""What templates of the desk say in words: days, spans of time."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from django import template

from portbook.findings import Finding
from portbook.web.texts import Piece

register = template.Library()

_RFC = re.compile(r"RFC ([1-9][0-9]{0,4})(?: section ([0-9]+(?:\.[0-9]+)*))?", re.ASCII)
_DAY = 10  # characters of a date
_SPANS = ((86_400, "day"), (3_600, "hour"), (60, "minute"))


@register.filter
def day(instant: str) -> str:
    """Return the day of an instant or date as "3 May 2026"; what is none stays."""
    try:
        found = date.fromisoformat(instant[:10])
    except ValueError:
        return instant
    return f"{found.day} {found:%B %Y}"


@register.filter
def month(text: str) -> str:
    """Return a month, written "2026-05", as "May 2026"."""
    return f"{date.fromisoformat(f'{text}-01'):%B %Y}"


@register.filter
def moment(instant: str) -> str:
    """Return an instant as "3 May 2026, 14:05 UTC"; what is none stays."""
    shown = day(instant)
    return f"{shown}, {instant[11:16]} UTC" if shown != instant and len(instant) > _DAY else shown


@register.filter
def span(seconds: int) -> str:
    """Return seconds as "3 days", in the greatest unit that fits."""
    for unit, word in _SPANS:
        if seconds >= unit:
            number = seconds // unit
            return f"{number} {word}{'' if number == 1 else 's'}"
    return str(timedelta(seconds=seconds).seconds) + " seconds"


@register.filter
def sourced(source: str) -> tuple[Piece, ...]:
    """Return the source of a rule, as "RFC 6335 section 8.1, R-PORT-2", with links to what the RFCs say."""
    found: list[Piece] = []
    end = 0
    for match in _RFC.finditer(source):
        section = f"#section-{match[2]}" if match[2] else ""
        found += [
            Piece(source[end : match.start()]),
            Piece(match[0], f"https://www.rfc-editor.org/rfc/rfc{match[1]}{section}"),
        ]
        end = match.end()
    return tuple(piece for piece in (*found, Piece(source[end:])) if piece.text)


@register.filter
def whole(message: str) -> str:
    """Return the message of a problem as a sentence of its own."""
    begun = message[:1].upper() + message[1:]
    return begun if begun.endswith((".", "?", "!")) else f"{begun}."


@register.filter
def called(member: str, names: Mapping[str, str]) -> str:
    """Return a member as "Tia Tide (tia)", by the *names* that are known; else as the books have them."""
    name = names.get(member, "")
    return f"{name} ({member})" if name and name != member else member


@register.filter
def besides(text: str, findings: Iterable[Finding]) -> str:
    """Return the lines of a message that are not just what *findings* say, which the page lists."""
    listed = {str(each.problem) for each in findings}
    return "\n".join(line for line in text.split("\n") if line not in listed).strip("\n")
