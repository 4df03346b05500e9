"""What stands before the tables of the plain text and after them, both ways (docs/formats.md).

Experts and notes are preformatted: each line has one blank before it, and a line that would look like a
heading, which has three, gets one more.  Footnotes have seven before all but their first lines.  So no text
can stand where only a heading can.
"""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple, NoReturn

from portbook.errors import FormatError, Problem, shown
from portbook.formats.iana_txt.cells import one_line
from portbook.formats.iana_txt.layout import (
    AUTHORITY,
    FOOTNOTE_HEADINGS,
    FORMATS,
    LICENSING,
    MARGIN,
    PEOPLE_HEADINGS,
    Layout,
    centred,
)
from portbook.formats.limits import checked_field
from portbook.records import Break, Footnote, Markup, Note, Paragraph, Part, Reference, RichText

UPDATED, EXPERTS, REFERENCE, NOTE = "Last Updated", "Expert(s)", "Reference", "Note"
AVAILABLE = MARGIN + "Available Formats"
_SOURCE = "docs/formats.md"
_HEADING = re.compile(r" {3}[^ \[]")  # a reference stands so far in too
_FOOTNOTE = re.compile(r" {3}\[([^\]]*)\] ?(.*)")
_HANGING = 7 * " "


class Head(NamedTuple):
    """The head as it is shown: texts without the white space that is not."""

    title: str | None
    updated: str | None
    experts: RichText | None
    reference: str  # labels in brackets
    notes: tuple[Note, ...] | None


class Ends(NamedTuple):
    """Where the parts lie: numbers of lines, from 0."""

    table: int  # the first line of the records
    people: int  # the heading of the contacts
    footnotes: int  # the line after the contacts


# -- to lines


def head_lines(head: Head, layout: Layout) -> list[str]:
    """Return the lines before the table of records."""
    lines = [AUTHORITY, ""] if layout.with_authority else []
    lines += [centred(head.title or "").rstrip(" "), ""]
    lines += [MARGIN + UPDATED, (layout.indent + (head.updated or "")).rstrip(" "), ""]
    lines += [MARGIN + EXPERTS, "", *preformatted(head.experts, keep_ends=True), ""]
    lines += [MARGIN + REFERENCE, (layout.indent + head.reference).rstrip(" "), ""]
    for note in head.notes or ():
        lines += [MARGIN + _title(note), "", *preformatted(note.text), ""]
    return [*lines, AVAILABLE, *(layout.indent + name for name in FORMATS), ""]


def _title(note: Note) -> str:
    title = one_line(note.title or "")
    return NOTE if not title or title.startswith("[") else title


def preformatted(text: RichText | None, *, keep_ends: bool = False) -> list[str]:
    """Return the lines of *text*; unless *keep_ends*, one empty line at each end is dropped."""
    if text is None:
        return []
    lines = [line.rstrip(" \t") for line in _plain(text.parts).split("\n")]
    lines = [f" {line}" if _HEADING.match(f" {line}") else line for line in lines]
    if (not keep_ends or len(lines) == 1) and not lines[0]:
        del lines[0]
    if not keep_ends and lines and not lines[-1]:
        del lines[-1]
    return [f" {line}" if line else "" for line in lines]


def footnote_lines(footnotes: Sequence[Footnote]) -> list[str]:
    """Return the heading and the lines of the footnotes, if there are any."""
    if not footnotes:
        return []
    lines = [centred(FOOTNOTE_HEADINGS[len(footnotes) > 1]), ""]
    for footnote in footnotes:
        first, *others = [
            line.strip(" \t") for line in _plain(footnote.text.parts).strip(" \t\n\r").split("\n")
        ]
        lines.append(f"{MARGIN}[{one_line(footnote.anchor)}] {first}".rstrip(" "))
        lines += [_HANGING + line if line else "" for line in others]
    return lines


def _plain(parts: Iterable[Part]) -> str:
    """Preformatted text: a line feed for each break."""
    text = "".join(map(_shown, parts))
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _shown(part: Part) -> str:
    match part:
        case str():
            return part
        case Break():
            return "\n"
        case Reference():
            return f"[{part.label}]"
        case Paragraph():
            return "".join(map(_shown, part.parts))
        case Markup():
            return part.text


# -- from lines


def read_head(lines: Sequence[str]) -> tuple[Head, int]:
    """Return the head, and the number of the line that the table of records begins at.

    Raises `FormatError` E-TXT-HEAD with the line where something else stands than IANA has there.
    """
    at = 2 if lines[:2] == [AUTHORITY, ""] else 0
    title = checked_field(lines[at].strip(" ") if at < len(lines) else "", "the title")
    at = _expect(lines, at + 1, "", MARGIN + UPDATED)
    updated, at = _item(lines, at)
    at = _expect(lines, at, MARGIN + EXPERTS, "")
    experts, at = _block(lines, at)
    at = _expect(lines, at, MARGIN + REFERENCE)
    reference, at = _item(lines, at)
    notes = []
    while not (lines[at : at + 1] == [AVAILABLE] and lines[at + 1 : at + 2] != [""]):
        if at >= len(lines) or not _HEADING.match(lines[at]):
            _refuse(lines, at, "is no heading of a note")
        heading = checked_field(lines[at].strip(" "), "the title of a note")
        block, at = _block(lines, _expect(lines, at + 1, ""))
        notes.append(Note(text_of_lines(block), None if heading == NOTE else heading))
    at = _formats(lines, at)
    head = Head(title or None, updated or None, _experts(experts), reference, tuple(notes) or None)
    return head, at


def ends(lines: Sequence[str], table: int) -> Ends:
    """Return where the parts after the head lie: nothing but the last heading can look like one.

    Raises `FormatError` E-TXT-END when there is no table of contacts, so the file may be cut off.
    """
    headings = {centred(heading) for heading in PEOPLE_HEADINGS}
    people = next(
        (
            i
            for i in range(len(lines) - 2, table, -1)
            if lines[i] in headings and not lines[i - 1] and not lines[i + 1]
        ),
        None,
    )
    if people is None:
        message = f"the file ends at line {len(lines)} without the table of contacts; it may be cut off"
        raise FormatError(Problem("E-TXT-END", message, _SOURCE), len(lines), 1)
    after = next((i for i in range(people + 2, len(lines)) if not lines[i]), len(lines))
    return Ends(table, people, after)


def read_footnotes(lines: Sequence[str], first: int) -> tuple[Footnote, ...] | None:
    """Return the footnotes that stand from line *first* to the end; raise `FormatError` E-TXT-FOOTNOTE."""
    last = len(lines)
    if last - first >= 2 and lines[-2:] == ["", LICENSING]:
        last -= 2
    if first >= last:
        return None
    headings = {centred(heading) for heading in FOOTNOTE_HEADINGS}
    if last - first < 4 or lines[first + 1] not in headings or lines[first + 2]:
        _refuse(
            lines, min(first + 1, len(lines) - 1), "is not the heading of the footnotes", "E-TXT-FOOTNOTE"
        )
    found: list[tuple[str, list[str]]] = []
    for at in range(first + 3, last):
        line = lines[at]
        if match := _FOOTNOTE.fullmatch(line):
            found.append((match[1], [match[2]]))
        elif found and (not line or line.startswith(_HANGING)):
            found[-1][1].append(line.strip(" "))
        else:
            _refuse(lines, at, "is no line of a footnote", "E-TXT-FOOTNOTE")
    return tuple(
        Footnote(
            checked_field(anchor.strip(" "), "an anchor"), _text("\n".join(text).strip(" \t\n"), "a footnote")
        )
        for anchor, text in found
    )


def text_of_lines(lines: Sequence[str]) -> RichText:
    """Return the text of which a note shows *lines*: where an empty line is left, one more was dropped."""
    shown_lines = [line.removeprefix(" ") for line in lines]
    if not shown_lines:
        return RichText()
    before = "\n" if not shown_lines[0] else ""
    after = "\n" if not shown_lines[-1] else ""
    return _text(before + "\n".join(shown_lines) + after, "a note")


def _experts(lines: Sequence[str]) -> RichText | None:
    return _text("\n".join(line.removeprefix(" ") for line in lines), "the experts") if lines else None


def _text(text: str, where: str) -> RichText:
    return RichText((checked_field(text, where),)) if text else RichText()


def _item(lines: Sequence[str], at: int) -> tuple[str, int]:
    """One line under a heading, and the place after the empty line that follows."""
    item = checked_field(lines[at].strip(" ") if at < len(lines) else "", "an item of the head")
    return item, _expect(lines, at + 1, "")


def _block(lines: Sequence[str], at: int) -> tuple[list[str], int]:
    """Preformatted lines up to the empty one before the next heading, and the heading's place."""
    end = at
    while end < len(lines) and not _HEADING.match(lines[end]):
        if lines[end] and lines[end][0] != " ":
            _refuse(lines, end, "is no line of a note")
        end += 1
    _expect(lines, end - 1, "")
    return list(lines[at : end - 1]), end


def _formats(lines: Sequence[str], at: int) -> int:
    """The place after the list of formats, whatever these are."""
    while at < len(lines) and lines[at]:
        at += 1
    return _expect(lines, at, "")


def _expect(lines: Sequence[str], at: int, *expected: str) -> int:
    for i, line in enumerate(expected, at):
        if i >= len(lines) or lines[i] != line:
            _refuse(lines, i, f"is not {shown(line.strip(' '))}" if line else "is not empty")
    return at + len(expected)


def _refuse(lines: Sequence[str], at: int, what: str, code: str = "E-TXT-HEAD") -> NoReturn:
    at = min(at, len(lines))
    found = shown(lines[at].strip(" ")) if at < len(lines) else "after the last"
    raise FormatError(Problem(code, f"line {at + 1}, {found}, {what}", _SOURCE), at + 1, 1)
