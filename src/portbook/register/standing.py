"""What is held now, asked of the tables inside the transaction that decides: `portbook.standing.Registry`.

An answer is made from the few rows that speak of the port, name or code, by the same functions that answer
for an edition, so the two cannot differ but where the register knows more: why a row is Reserved, and
when it expires.
"""

from collections.abc import Callable, Iterator
from typing import TypeVar

from portbook.edition import Edition, State, alias_target, port_state
from portbook.names import fold
from portbook.numbers import EDGE_PORTS, FIRST_DYNAMIC_PORT, Ports, Transport, checked_port
from portbook.records import Record
from portbook.register import tables
from portbook.register.entries import Held, Reader
from portbook.standing import CodeHeld, NameHeld, Place, name_held, place_of

Asked = TypeVar("Asked", int, str)  # a port, or a folded name

_AT_ONCE = 256  # ports of one question; most ask for the first free one alone


class RegisterRegistry:
    """The answers of the register; `reader` shares equal parts of rows.

    The rules ask for the same few rows again and again: inside one act (*remembers*) each is read once, until
    the act changes a row and says so (`forget`).
    """

    def __init__(self, reader: Reader | None = None, *, remembers: bool = False) -> None:
        self.reader = reader or Reader()
        self._known: dict[int | str, list[Held]] | None = {} if remembers else None
        self._names: dict[str, NameHeld | None] = {}

    def forget(self) -> None:
        """Read anew what is asked from now on: a row changed."""
        self._names.clear()
        if self._known:
            self._known.clear()

    # -- the questions of the rules

    def place(self, port: int, transport: Transport) -> Place:
        """What stands at *port* on *transport*; raises `RuleError` E-PORT-RANGE outside 0-65535."""
        held = self._at(checked_port(port))
        place = place_of(port_state(port, transport, tuple(entry.record for entry in held)))
        own = [
            entry for entry in held if not entry.values["transport"] or entry.values["transport"] == transport
        ]
        if place.state is State.RESERVED and (known := next((e.reason for e in own if e.reason), None)):
            place = place._replace(reason=known)
        if any(entry.expires for entry in own):
            place = place._replace(is_temporary=True)
        return place

    def name(self, name: str) -> NameHeld | None:
        """What stands under *name*, in any case; None when it is free."""
        if self._known is None:
            return self._held(name)
        if name not in self._names:
            self._names[name] = self._held(name)
        return self._names[name]

    def _held(self, name: str) -> NameHeld | None:
        rows = self.named(name)
        if not rows:
            return None
        around = {fold(name): rows}
        for target in self._targets(rows):
            around.setdefault(fold(target), self.named(target))
            for further in self._targets(around[fold(target)]):  # whether the target is itself an alias
                around.setdefault(fold(further), self.named(further))
        service = Edition(records=tuple(row for found in around.values() for row in found)).service(name)
        return name_held(service) if service else None

    def code(self, code: int) -> CodeHeld | None:
        """The row that has the service code."""
        found = self.reader.select("WHERE code = %s ORDER BY position LIMIT 1", [str(code)])
        if not found:
            return None
        row = found[0].record
        return CodeHeld(code, row.ports.low if row.ports else None, row.service_name or "")

    def free(self, ports: Ports) -> Iterator[int]:
        """The ports of *ports* that are Unassigned on all four transports, lowest first."""
        low, high = checked_port(ports.low), checked_port(ports.high)
        for start in range(low, high + 1, _AT_ONCE):
            stretch = range(start, min(start + _AT_ONCE, high + 1))
            claimed = "SELECT DISTINCT port FROM register_portclaim WHERE port BETWEEN %s AND %s"
            taken = {row[0] for row in tables.rows(claimed, [stretch[0], stretch[-1]])}
            spoken_of = self._spoken_of(stretch) if stretch[-1] >= FIRST_DYNAMIC_PORT else set()
            for port in stretch:
                if port in taken or (port >= FIRST_DYNAMIC_PORT and port not in spoken_of):
                    continue
                if (port not in EDGE_PORTS and port < FIRST_DYNAMIC_PORT) or self._is_free(port):
                    yield port

    # -- the rows that procedures ask for

    def at(self, port: int) -> tuple[Record, ...]:
        """Every row that speaks of *port*, in registry order."""
        return tuple(entry.record for entry in self._at(checked_port(port)))

    def named(self, name: str) -> tuple[Record, ...]:
        """Every row with that service name, in any case, in registry order."""
        found = self._once(fold(name), self._under) if name else []
        return tuple(entry.record for entry in found)

    # --

    def _once(self, asked: Asked, read: Callable[[Asked], list[Held]]) -> list[Held]:
        if self._known is None:
            return read(asked)
        if asked not in self._known:
            self._known[asked] = read(asked)
        return self._known[asked]

    def _under(self, name: str) -> list[Held]:
        """The entries with the folded *name*."""
        return self.reader.select("WHERE fold = %s ORDER BY position", [name])

    def _at(self, port: int) -> list[Held]:
        """The entries that speak of *port*."""
        return self._once(port, self._covering)

    def _covering(self, port: int) -> list[Held]:
        """The entries that speak of *port*: two questions, each with an index of its own."""
        alone = self.reader.select("WHERE low = %s AND high = %s", [port, port])
        ranged = self.reader.select("WHERE high > low AND high >= %s AND low <= %s", [port, port])
        return sorted(alone + ranged, key=lambda entry: entry.position)

    def _spoken_of(self, stretch: range) -> set[int]:
        """The ports of *stretch* that a row speaks of: a Dynamic Port without one is never free."""
        found = tables.rows(
            "SELECT low, high FROM register_entry WHERE low <= %s AND high >= %s", [stretch[-1], stretch[0]]
        )
        return {
            port for low, high in found for port in range(max(low, stretch[0]), min(high, stretch[-1]) + 1)
        }

    def _targets(self, rows: tuple[Record, ...]) -> tuple[str, ...]:
        return tuple(filter(None, map(alias_target, rows)))

    def _is_free(self, port: int) -> bool:
        """Whether an edge or a Dynamic Port is free all the same, because rows say so."""
        rows = self.at(port)
        return all(port_state(port, transport, rows).state is State.UNASSIGNED for transport in Transport)
