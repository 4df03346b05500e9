"""Files of services with one entry a line: services(5), nmap's, Wireshark's.

A `#` starts a comment in each.  services(5): name, port/transport, aliases (glibc takes "," for "/").
nmap-services: name, port/transport, how often it was found open.  Wireshark: name, port or range with all its
transports, `echo 7/tcp/udp`; it reads no aliases.  A line that is none of these is listed, with the reason.
"""

import re
from collections.abc import Iterator

from portbook.conform.claims import MAX_LINE, MAX_LINES, Gathering, ServicesFile
from portbook.formats.limits import checked_size, too_large

NMAP_NAMELESS = "unknown"  # nmap's name for a port that nothing is known of but how often it is open

_BLANKS = re.compile(r"[ \t\v\f]+")
_PLACE = re.compile(r"([^/,]+)[/,](.+)")
_FREQUENCY = re.compile(r"[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?:/[0-9]+)?", re.ASCII)


def read_services(data: bytes) -> ServicesFile:
    """Return what a services(5) file claims; aliases are names like the first."""
    gathering = Gathering("services", lines=True)
    for where, text, words in _entries(data, gathering):
        if place := _place(where, text, words, gathering):
            gathering.written((words[0], *words[2:]), place[0], place[1:], where, text)
    return gathering.file()


def read_nmap(data: bytes) -> ServicesFile:
    """Return what an nmap-services file claims; "unknown" is no name."""
    gathering = Gathering("nmap", lines=True)
    for where, text, words in _entries(data, gathering):
        place = _place(where, text, words, gathering)
        if place is None:
            continue
        if len(words) != 3 or not _FREQUENCY.fullmatch(words[2]):
            gathering.unread(
                where, text, "a line of nmap-services has a name, port/transport and a frequency"
            )
        else:
            name = "" if words[0] == NMAP_NAMELESS else words[0]
            gathering.written((name,), place[0], place[1:], where, text)
    return gathering.file()


def read_wireshark(data: bytes) -> ServicesFile:
    """Return what a `services` file of Wireshark claims."""
    gathering = Gathering("wireshark", lines=True)
    for where, text, words in _entries(data, gathering):
        if place := _place(where, text, words, gathering):
            transports = [transport or "/" for transport in re.split("[/,]", place[1])]  # "/" is none
            gathering.written(words[:1], place[0], transports, where, text)
            if len(words) > 2:
                gathering.unread(where, text, "Wireshark reads no more than one name of a line")
    return gathering.file()


def bare_lines(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the number, from 1, of each line that is more than a comment, and the line without it.

    Raises `FormatError` E-FILE-SIZE, and E-CONFORM-SIZE for more than `MAX_LINES` lines.
    """
    checked_size(data)
    if data.count(b"\n") + (not data.endswith(b"\n")) > MAX_LINES:
        raise too_large("E-CONFORM-SIZE", "the file has more lines", MAX_LINES, "lines")
    for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        bare = line if len(line) > MAX_LINE else line.partition(b"#")[0]
        if bare.strip(b" \t\v\f\r") and not line.startswith(b"#"):
            yield number, bare.strip(b" \t\v\f\r")


def _entries(data: bytes, gathering: Gathering) -> Iterator[tuple[str, str, list[str]]]:
    """Yield the place, the text and the words of each line that has any; list what is no text."""
    for number, line in bare_lines(data):
        where = f"line {number}"
        if len(line) > MAX_LINE:
            start = line[:40].decode("utf-8", "backslashreplace")
            gathering.unread(where, start, f"the line is longer than {MAX_LINE} bytes")
            continue
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError:
            gathering.unread(where, line.decode("utf-8", "backslashreplace"), "the line is not UTF-8")
            continue
        yield where, text, _BLANKS.split(text)


def _place(where: str, text: str, words: list[str], gathering: Gathering) -> tuple[str, str] | None:
    """The port and the transports in the second word, or None, and then the line is listed."""
    if len(words) > 1 and (match := _PLACE.fullmatch(words[1])):
        return match[1], match[2]
    gathering.unread(where, text, "a line has a name and port/transport")
    return None
