"""Discovery: service labels for DNS, and what notes and reports say, as data where they parse.

Rules R-SD-1 to R-SD-12, R-TXT-1 to R-TXT-12 and R-UNAUTH-2, from RFC 6335 section 5.2 and RFC 6763 sections
4.1.2, 6 to 8 and 16.  IANA publishes TXT keys and unauthorized use as prose: what is not
plainly a list gives None and never a guess, and the raw text stays in the record.  Knows no edition.
"""

import re
from typing import NamedTuple, Protocol

from portbook.errors import Problem, RuleError, shown
from portbook.names import fold, service_name_problem
from portbook.numbers import Ports, Transport, published_ports

ADVISED_KEY_LENGTH = 9  # characters that a TXT key should not exceed; RFC 6763 section 6.4
MAX_SUBTYPE = 63  # octets; RFC 6763 section 7.2
ADVISED_TXT_SIZE = 1300  # octets of all strings together; RFC 6763 section 6.2
MAX_KEY_WORDS = 3  # a longer item of a list is prose; the longest real key is "RMC Client Version"

_KEYS = "RFC 6763 section 6.4"
_LABEL = re.compile(r"_([^._\s][^.\s]*)\._(tcp|udp|sctp|dccp)(?:\.local)?\.?", re.ASCII | re.IGNORECASE)


class ServiceLabel(NamedTuple):
    """The two labels before the domain: "_http" and "_tcp"."""

    name: str
    transport: Transport

    def __str__(self) -> str:
        return f"_{self.name}._{self.transport}"


def service_label(name: str, transport: Transport) -> ServiceLabel:
    """Return the label of DNS-based service discovery: `_tcp` for TCP, `_udp` for every other (R-SD-5)."""
    return srv_label(name, Transport.TCP if transport is Transport.TCP else Transport.UDP)


def srv_label(name: str, transport: Transport) -> ServiceLabel:
    """Return the label of a plain SRV record, where `_sctp` and `_dccp` have a place too (R-SD-1, R-SD-6).

    Raises `RuleError` E-SRV for a name that is not well formed: a historic alias is not for discovery.
    """
    if problem := service_name_problem(name):
        message = f"{shown(name)} makes no service label: {problem.message}"
        raise RuleError(Problem("E-SRV", message, "RFC 6335 section 5.2"))
    return ServiceLabel(name, transport)


def parse_service_label(text: str) -> ServiceLabel | None:
    """Return name and transport of "_http._tcp", in any case (R-SD-4), or None when *text* is no such label.

    ".local" and the dot of the root may follow.  The name is not looked at: who asks, asks an edition.
    """
    match = _LABEL.fullmatch(text)
    return ServiceLabel(match[1], Transport(match[2].lower())) if match else None


def discovery_label_problem(label: ServiceLabel, canonical: str) -> Problem | None:
    """Return why *label* cannot announce a service by DNS-SD, or None; *canonical* is the name to use.

    An alias is not for discovery (R-SD-3, R-LEG-6), and `_sctp` and `_dccp` stand in plain SRV records only:
    there the second label is `_udp` for all but TCP (R-SD-5).
    """
    right = service_label(canonical, label.transport)
    if fold(label.name) != fold(canonical):
        message = f"{shown(label.name)} is an alias; the service type is {shown(str(right))}"
        return Problem("E-SRV", message, "RFC 6335 section 5; RFC 2782")
    if label.transport is not right.transport:
        message = (
            f"{shown(str(label))} is no service type; the one over {label.transport} is {shown(str(right))}"
        )
        return Problem("E-SD-LABEL", message, "RFC 6763 section 7")
    return None


# -- subtypes and the flagship


_SUBTYPES = re.compile(r"(?:known )?subtypes?:\s*(.*)", re.IGNORECASE)
_FLAGSHIP = re.compile(r"flagship(?: protocol)?(?: is|:)\s+\W?([A-Za-z0-9-]+)", re.IGNORECASE)


def subtype_problem(subtype: str) -> Problem | None:
    """Return why *subtype* cannot stand before `_sub`, or None (R-SD-10).

    Any octets will do, 1 to 63 of them in UTF-8, an underscore or none in front.
    """
    length = len(subtype.encode("utf-8", "surrogatepass"))
    if 1 <= length <= MAX_SUBTYPE:
        return None
    message = f"subtype {shown(subtype)} has {length} octets, not 1 to {MAX_SUBTYPE}"
    return Problem("E-SUBTYPE", message, "RFC 6763 section 7.2")


def subtypes(row: "Row") -> tuple[str, ...]:
    """Return the subtypes that the notes of *row* list; each service has its own (R-SD-9)."""
    for line in row.assignment_notes.unwrapped if row.assignment_notes else ():
        if match := _SUBTYPES.search(line):
            found = (item.strip(" .") for item in re.split(r"[,;]", match[1]))
            return tuple(item for item in found if item and item.lower() != "none")
    return ()


def flagship(row: "Row") -> str | None:
    """Return the service that the notes of *row* name as the flagship of its family, or None (R-SD-11)."""
    for line in row.assignment_notes.unwrapped if row.assignment_notes else ():
        if match := _FLAGSHIP.search(line):
            return match[1]
    return None


def flagship_note(name: str) -> str:
    """Return the line of the notes that makes the service *name* the flagship (R-SD-11)."""
    return f"Flagship protocol: {name}"


def flagship_problem(name: str, is_registered: bool) -> Problem | None:
    """Return the advice against a flagship that no row names, or None (R-SD-12)."""
    if is_registered:
        return None
    message = f"the flagship {shown(name)} is no registered service"
    return Problem("W-FLAGSHIP", message, "RFC 6763 sections 8, 16")


# -- TXT keys


class TxtKey(NamedTuple):
    """One defined TXT key, and what the note says of it ("<username>", "string"; often nothing)."""

    key: str
    meaning: str = ""


class Text(Protocol):
    """Published text: `records.RichText`, which this layer does not know."""

    @property
    def unwrapped(self) -> tuple[str, ...]: ...


class Row(Protocol):
    """A published row: `records.Record`."""

    @property
    def assignment_notes(self) -> Text | None: ...
    @property
    def unauthorized_use_reported(self) -> Text | None: ...


_STATED = re.compile(r"Defined TXT keys:\s*", re.IGNORECASE)
_NONE = re.compile(r"(?:none\b(?!.*=)|there is no txt keys? )", re.IGNORECASE | re.DOTALL)
_ELSEWHERE = re.compile(r"\bproprietary\b|\btbd\b|://|\bwww\.|^see\b|\bsee:|^contact\b|\.\.\.", re.IGNORECASE)
_ASIDE = re.compile(r"<[^<>]*>|\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\}|\"[^\"]*\"")
_EXAMPLE = re.compile(r"[,;]?\s*\b(?:e\.?g\b\.?|examples?:|notes?:|normally:).*", re.IGNORECASE | re.DOTALL)
_KEY = r"[^\s=<>(){}\[\]\"',:;\0]++"
_ASSIGNED = re.compile(rf"(?:^|(?<=[\s,;]))({_KEY})\s?=")
_ITEM = re.compile(  # a key of up to three words, then "=value", "(remark)", ": what it means" or nothing
    rf"\s*({_KEY}(?: {_KEY}){{0,{MAX_KEY_WORDS - 1}}}?)\s*(?:=(?:(?!\s{_KEY}=).)*|\0+[\s.)]*|:\s.*|[\s.]*)"
)


def txt_keys(row: Row) -> tuple[TxtKey, ...] | None:
    """Return the TXT keys that the notes of *row* define, () for "None", or None.

    None: nothing is stated, or what is stated is no plain list (prose, a URL, "Proprietary", "TBD").  Of the
    1,023 notes of 2026-08-17 that state keys, 562 say that there are none and 323 are lists; the other 138
    say "Proprietary" (62), give an address, are prose, or say nothing (1).
    """
    stated = stated_txt_keys(row)
    if not stated:
        return None
    if _NONE.match(stated):
        return ()
    hidden = _hidden(stated)
    if _ELSEWHERE.search(hidden):
        return None
    if aside := _EXAMPLE.search(hidden):
        stated, hidden = stated[: aside.start()], hidden[: aside.start()]
    items = _list_items(stated, hidden) or _assigned_items(stated, hidden)
    return items or None


def stated_txt_keys(row: Row) -> str | None:
    """Return the text after "Defined TXT keys:", lines parted by a line feed, or None (R-TXT-1).

    When keys stand on that line, what follows on other lines is another remark.
    """
    if row.assignment_notes is None:
        return None
    lines = row.assignment_notes.unwrapped
    for place, line in enumerate(lines):
        if match := _STATED.search(line):
            rest = line[match.end() :].strip()
            return rest or "\n".join(filter(None, lines[place + 1 :]))
    return None


def txt_key_problem(key: str) -> Problem | None:
    """Return why *key* cannot be a TXT key, or None (R-TXT-3, R-TXT-4)."""
    if not key:
        return Problem("E-TXT-EMPTY", "a TXT key is empty", _KEYS)
    if strange := re.search(r"[^\x20-\x7e]|=", key):
        message = f"TXT key {shown(key)} has {strange[0]!r}, which is not printable ASCII other than '='"
        return Problem("E-TXT-CHAR", message, _KEYS)
    return None


def txt_key_problems(keys: tuple[TxtKey, ...]) -> tuple[Problem, ...]:
    """Return all that RFC 6763 has against *keys*, advice (W-) included (R-TXT-3 to R-TXT-7)."""
    found: list[Problem] = []
    seen: set[str] = set()
    for key, _ in keys:
        if problem := txt_key_problem(key):
            found.append(problem)
        if len(key) > ADVISED_KEY_LENGTH:
            message = (
                f"TXT key {shown(key)} has {len(key)} characters; at most {ADVISED_KEY_LENGTH} are advised"
            )
            found.append(Problem("W-TXT-LONG", message, _KEYS))
        if " " in key:
            found.append(Problem("W-TXT-SPACE", f"TXT key {shown(key)} has a blank, which counts", _KEYS))
        if fold(key) in seen:
            message = f"TXT key {shown(key)} stands twice; case does not count"
            found.append(Problem("E-TXT-DUP", message, _KEYS))
        seen.add(fold(key))
    return tuple(found)


_HOST_OR_PORT = re.compile(r"(?:^|[._-])(?:host(?:name)?|port|address|addr|ip)(?:$|[._-])", re.IGNORECASE)


def txt_advice(keys: tuple[TxtKey, ...], octets: int = 0) -> tuple[Problem, ...]:
    """Return what RFC 6763 advises against, for people to judge: it takes an eye to see what a key means.

    Host name and port have their own place, the SRV record (R-TXT-8); `txtvers` is best the first key
    (R-TXT-9); *octets*, the size of all strings, is best small (R-TXT-11).
    """
    found = []
    for key, _ in keys:
        if _HOST_OR_PORT.search(key):
            message = f"TXT key {shown(key)} looks like a host name or port, which the SRV record gives"
            found.append(Problem("W-TXT-HOSTPORT", message, "RFC 6763 section 6.3"))
    places = [place for place, (key, _) in enumerate(keys) if fold(key) == "txtvers"]
    if places and places[0] != 0:
        message = "'txtvers' is not the first TXT key"
        found.append(Problem("W-TXT-VERSION", message, "RFC 6763 section 6.7"))
    if octets > ADVISED_TXT_SIZE:
        message = f"the TXT strings have {octets} octets; more than {ADVISED_TXT_SIZE} is not recommended"
        found.append(Problem("W-TXT-SIZE", message, "RFC 6763 section 6.2"))
    return tuple(found)


def _hidden(text: str) -> str:
    """*text* with all that stands in brackets or quotes blotted out, every character in its place."""
    return _ASIDE.sub(lambda aside: "\0" * len(aside[0]), text)


def _list_items(text: str, hidden: str) -> tuple[TxtKey, ...]:
    """The items of a list by lines, commas, semicolons or hyphens; () if one of them is no key."""
    edges = [0, *(edge for part in _parting(hidden).finditer(hidden) for edge in part.span()), len(hidden)]
    spans = [(start, end) for start, end in zip(edges[::2], edges[1::2], strict=True)]
    items = [(start, end) for start, end in spans if hidden[start:end].strip(" .")]
    found = []
    for start, end in items:
        match = _ITEM.fullmatch(hidden, start, end)
        key = match[1].strip(" .") if match else ""
        if not match or not key or (len(items) == 1 and " " in key):
            return ()
        found.append(TxtKey(key, text[match.end(1) : end].strip(" =:")))
    return tuple(found)


def _parting(hidden: str) -> re.Pattern[str]:
    """What stands between the items of the list: "txtvers uuid" are two (RFC 6763 section 6.7)."""
    if "\n" in hidden:
        return re.compile(r"\n")
    if hidden.startswith("- "):
        return re.compile(r"(?:^|\s)-\s")
    blanks = hidden.startswith("txtvers ") and not re.search(r"[=,;\0]| and ", hidden)
    return re.compile(r"\s+" if blanks else r"[,;]")


def _assigned_items(text: str, hidden: str) -> tuple[TxtKey, ...]:
    """The keys of "u=<username> p=<password>"; () unless the text begins with one."""
    places = list(_ASSIGNED.finditer(hidden))
    if not places or places[0].start() != 0:
        return ()
    ends = [place.start() for place in places[1:]] + [len(text)]
    return tuple(
        TxtKey(place[1], text[place.end() : end].strip(" =,;("))
        for place, end in zip(places, ends, strict=True)
    )


# -- unauthorized use

_NUMBER = r"[0-9]{1,5}(?:-[0-9]{1,5})?"
_REPORTED = re.compile(
    rf"(?:\bports?:?|\buses? on)\s+({_NUMBER}(?:\s*(?:,|&|\band\b)\s*{_NUMBER})*)(?![0-9-])",
    re.ASCII | re.IGNORECASE,
)


def unauthorized_ports(row: Row) -> tuple[Ports, ...]:
    """Return the ports that the report of unauthorized use in *row* names, in its order (R-UNAUTH-2).

    On a row for 41798-42507 the report names 42000: that port is meant.  () when nothing is reported or
    the report names none ("yes"): 7 of the 112 reports of 2026-08-17 name none.
    """
    if row.unauthorized_use_reported is None:
        return ()
    text = " ".join(row.unauthorized_use_reported.unwrapped)
    numbers = [number for named in _REPORTED.findall(text) for number in re.findall(_NUMBER, named)]
    return tuple(dict.fromkeys(ports for ports in map(published_ports, numbers) if ports))
