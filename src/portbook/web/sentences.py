"""The answers in words: what the registry lists for a port or a name, and why (R-LOOK-2, R-LOOK-3).

They say what is listed, never what traffic is.  Text and links for a template to show.
"""

from collections.abc import Iterable, Sequence

from portbook.edition import PortState, Reason, Service, State, Why, row_state
from portbook.names import is_historic
from portbook.numbers import Ports, Transport
from portbook.records import Record
from portbook.web.addresses import Links
from portbook.web.texts import Piece, page_text

REASONS = {
    Reason.DEASSIGNED: "It was assigned once and has been de-assigned.",
    Reason.REVOKED: "It was assigned once and has been revoked.",
    Reason.RELEASED: "An RFC released it.",
    Reason.DEPRECATED: "It was allocated early for a while, and is neither assigned nor free.",
    Reason.SPECIAL: "It is set aside for a special purpose.",
    Reason.EDGE: "It lies at the edge of a range and is held back (RFC 6335 section 6).",
}

FOUND_BY = {  # what a search says of a hit (`search.WHY`), in a sentence
    "name": "its name",
    "beginning of the name": "the beginning of its name",
    "word of the name": "a word of its name",
    "description": "its description",
    "part of the name": "a part of its name",
    "assignee": "its assignee",
    "contact": "its contact",
    "reference": "its references",
    "name spelt nearly so": "its name, which is spelt nearly so",
    "port number": "its port number",
    "port range": "its range of ports",
    "port number; no row speaks of it": "its number alone: no row speaks of it",
}

NEVER = "Ports 49152–65535 are never assigned; any program may use one for a while."

BLOCKS = {State.UNASSIGNED: "unassigned block", State.RESERVED: "reserved block"}


def port_sentence(
    states: Sequence[PortState], links: Links, every: Sequence[PortState] = ()
) -> tuple[Piece, ...]:
    """Return the answer for a port on the transports of *states*, in one sentence.

    Of one transport it says why no row is needed; *every* has the states on all transports.
    """
    port = states[0].port
    if {state.state for state in states} == {State.DYNAMIC}:
        return (Piece(f"{port} is a Dynamic Port: the registry never assigns it."),)
    sentence: list[Piece] = []
    for (state, names), transports in _groups(states).items():
        sentence.append(Piece("; it is " if sentence else f"{port} is "))
        sentence += _clause(state, names, links)
        sentence.append(Piece(_on(transports)))
    if len(states) == 1 and states[0].why is Why.COMPANION:
        sentence += [Piece(f": it is kept for the same service as on {listed(states[0].companions)}")]
        for name in _holding(states[0], every):
            sentence += [Piece(", "), Piece(page_text(name), links.service(name))]
    return (*sentence, Piece("."))


def verdict(state: PortState, states: Sequence[PortState]) -> str:
    """Return why *state* is so without a row of its own, in a few words."""
    match state.why:
        case Why.COMPANION:
            names = listed(map(page_text, _holding(state, states)))
            return f"Companion of {names or listed(state.companions)}: kept for the same service."
        case Why.EDGE:
            return REASONS[Reason.EDGE]
        case Why.DYNAMIC:
            return NEVER
        case _:
            return "No row speaks of it."


def explanation(state: PortState, states: Sequence[PortState]) -> str:
    """Return why *state* is so, in a sentence or two; *states* are those of the port on every transport.

    "" where nothing is to be explained: a row speaks of just this port and transport.
    """
    over = f"{state.port}/{state.transport}"
    match state.why:
        case Why.COMPANION:
            kept = f"so the number is kept for the same service on {state.transport} too"
            none = f"{over} has no row of its own: the registry prints none."
            return f"{none} {_holders(state, states)}, {kept}."
        case Why.EDGE:
            return f"No row speaks of {over}. {REASONS[Reason.EDGE]}"
        case Why.DYNAMIC:
            return NEVER
        case Why.NO_ROW:
            return f"No row speaks of {over}, so it is unassigned."
        case _:
            return _from_row(state, over)


def service_sentence(service: Service, links: Links) -> tuple[Piece, ...]:
    """Return the answer for a service name, in one sentence: its ports, or which name to use instead."""
    name = page_text(service.name)
    if service.is_alias:
        kind = "a historic name" if is_historic(service.name) else "an alias"
        use = Piece(page_text(service.canonical), links.service(service.canonical))
        return (Piece(f"{name} is {kind}. Use "), use, Piece("."))
    ports: dict[Ports, list[str]] = {}
    for record in service.records:
        if record.ports:
            ports.setdefault(record.ports, []).append(
                page_text(record.transport or "no particular transport")
            )
    if not ports:
        over = listed(dict.fromkeys(page_text(r.transport) for r in service.records if r.transport))
        return (Piece(f"{name} is registered without a port{f', over {over}' if over else ''}."),)
    sentence = [Piece(f"{name} is assigned ")]
    for number, (span, transports) in enumerate(ports.items()):
        if number:
            sentence.append(Piece(" and " if number == len(ports) - 1 else ", "))
        sentence += [
            Piece(shown_ports(span), links.ports(span)),
            Piece(f" on {listed(dict.fromkeys(transports))}"),
        ]
    return (*sentence, Piece("."))


def within_sentence(rows: Iterable[Record], links: Links) -> tuple[Piece, ...]:
    """Return which blocks of *rows* a port lies in, with links to them; () where no row is a range."""
    blocks: dict[Ports, str] = {}
    for record in rows:
        if record.ports and record.ports.low < record.ports.high:
            blocks.setdefault(record.ports, BLOCKS.get(row_state(record)[0], "row for"))
    sentence: list[Piece] = []
    for number, (ports, kind) in enumerate(blocks.items()):
        lead = "It lies inside the " if not number else ", and inside the "
        sentence += [Piece(f"{lead}{kind} "), Piece(shown_ports(ports), links.ports(ports))]
    return (*sentence, Piece(".")) if sentence else ()


def found_by(why: str) -> str:
    """Return why a search found something, as a page says it: "its name and its description"."""
    return listed(_found_by(reason) for reason in why.split(", "))


def _found_by(reason: str) -> str:
    if known := FOUND_BY.get(reason):
        return known
    if (alias := reason.removeprefix("alias ")) != reason:
        return f"its alias {alias}"
    if (inside := reason.removeprefix("inside ")) != reason:
        return f"its range {inside.replace('-', '–')}"
    if (asked := reason.removeprefix("part of ")) != reason:
        return f"its port number, inside {asked.replace('-', '–')}"
    return reason


def shown_ports(ports: Ports) -> str:
    """Return a port or a range as a page shows it, with an en dash."""
    return str(ports).replace("-", "–")


def listed(words: Iterable[str]) -> str:
    """Return "a", "a and b", "a, b and c"."""
    *others, last = [*words] or [""]
    return f"{', '.join(others)} and {last}" if others else last


def _groups(states: Sequence[PortState]) -> dict[tuple[State, tuple[str, ...]], list[Transport]]:
    """The transports that have the same state and names, in the order of the first of each."""
    groups: dict[tuple[State, tuple[str, ...]], list[Transport]] = {}
    for state in states:
        groups.setdefault((state.state, state.names), []).append(state.transport)
    return groups


def _clause(state: State, names: tuple[str, ...], links: Links) -> list[Piece]:
    if state is not State.ASSIGNED:
        return [Piece(state.value.lower())]
    if not names:
        return [Piece("assigned, under no service name,")]
    clause = [Piece("assigned to ")]
    for number, name in enumerate(names):
        if number:
            clause.append(Piece(" and " if number == len(names) - 1 else ", "))
        clause.append(Piece(page_text(name), links.service(name)))
    return clause


def _on(transports: Sequence[Transport]) -> str:
    return " on all four transports" if len(transports) == len(Transport) else f" on {listed(transports)}"


def _holders(state: PortState, states: Sequence[PortState]) -> str:
    """ "Port 2376 is assigned to docker-s on tcp"."""
    names = _holding(state, states)
    to = f" to {listed(map(page_text, names))}" if names else ""
    return f"Port {state.port} is assigned{to} on {listed(state.companions)}"


def _holding(state: PortState, states: Sequence[PortState]) -> tuple[str, ...]:
    """The names on the transports whose companion *state* is."""
    held = (name for other in states if other.transport in state.companions for name in other.names)
    return tuple(dict.fromkeys(held))


def _from_row(state: PortState, over: str) -> str:
    found = []
    span = next((r.ports for r in state.records if r.ports and r.ports.low < r.ports.high), None)
    if span:
        found.append(f"{over} is inside the {BLOCKS.get(state.state, 'row for')} {shown_ports(span)}.")
    if state.why is Why.ROW_WITHOUT_TRANSPORT:
        found.append("The row names no transport, so it speaks of each.")
    if state.reason is Reason.COMPANION:
        found.append(f"Its row says Reserved; the port is assigned on {listed(state.companions)}.")
    elif state.reason:
        found.append(REASONS[state.reason])
    if state.remark:
        found.append(f"The row's own words: “{page_text(state.remark)}”.")
    return " ".join(found)
