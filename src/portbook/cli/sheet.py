"""The facts of an answer for people, taken from any edition; the look and the words are `plain`'s.

`plain` makes the same blocks from the compiled table (a test compares what is written, to the byte).
"""

from portbook import answers
from portbook.blocks import runs_of
from portbook.cli import plain
from portbook.cli.keys import Key
from portbook.edition import Edition, PortState, Service, row_state
from portbook.names import is_historic
from portbook.numbers import Ports, Transport
from portbook.records import Record, labels


def block_of(key: Key, edition: Edition) -> plain.Block | None:
    """Return the answer to *key*; None for an unknown service."""
    if isinstance(key.subject, Ports):
        found = [line for each in key.transports for line in _lines_at(key.subject, each, edition)]
        return plain.port_block(*key.subject, found)
    service = edition.service(key.subject)
    if service is None:
        return None
    lines = [
        _line(record, str(record.ports or ""), record.transport or "", row_state(record)[0].lower())
        for record in answers.rows_on(service.records, key.transports)
    ]
    return plain.name_block(service.name, lines, _alias(service))


def why_of(state: PortState) -> str:
    """Return why *state* is so, in the words of every answer for people."""
    reason = state.reason.value if state.reason else ""
    return plain.why_text((state.state, state.why.value, reason, ", ".join(state.companions), ""))


def _lines_at(asked: Ports, transport: Transport, edition: Edition) -> list[tuple[int, plain.Line]]:
    """The lines for *asked* on one transport, each with its first port."""
    lines = []
    for ports, state in runs_of(edition, asked, transport):
        shown, why, what = str(ports), why_of(state), state.state.lower()
        for record in state.records:
            own = "" if record.ports == ports else str(record.ports or "")
            service = edition.service(record.service_name) if record.service_name else None
            remark = plain.alias_remark(service.name, _alias(service)) if service else ""
            lines.append((ports.low, _line(record, shown, transport, what, why, own, remark)))
        if not state.records:
            lines.append((ports.low, (shown, transport, what, "", "", "", why)))
    return lines


def _alias(service: Service) -> tuple[str, bool] | None:
    return (service.canonical, is_historic(service.name)) if service.is_alias else None


def _line(record: Record, ports: str, transport: str, state: str, *why: str) -> plain.Line:
    references = "".join(f"[{label}]" for label in labels(record.reference))
    said = plain.reasons(str(record.unauthorized_use_reported or ""), *why)
    return ports, transport, state, record.service_name or "", str(record.description), references, said
