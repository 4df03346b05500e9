"""Where a file of services is at odds with itself: said twice, or two things of which one cannot be right.

What the registry itself lists is no contradiction: 226 of its places have several names, 34 of its names
several ports.
"""

from collections.abc import Iterable, Iterator

from portbook.conform.claims import Claim
from portbook.conform.findings import Finding
from portbook.conform.registered import ANY, Registered
from portbook.names import fold
from portbook.numbers import Ports


def duplicates(claims: Iterable[Claim]) -> Iterator[Finding]:
    """Yield one finding for each claim of which a port was claimed before, by the same name and transport.

    Case counts here: `Clearcase clearcase` on one line serves readers that mind it, as glibc does.
    """
    seen: dict[tuple[int, str, str], tuple[int, str]] = {}
    for number, claim in enumerate(claims):
        transport, name = claim.transport or ANY, claim.name
        again = ""
        for port in range(claim.ports.low, claim.ports.high + 1):
            first, where = seen.setdefault((port, transport, name), (number, claim.where))
            if first != number and not again:
                again = where
        if again:
            why = f"first at {again}"
            yield Finding("duplicate", claim.name, str(claim.ports), transport, why, (), claim.where)


def contradictions(claims: Iterable[Claim], registered: Registered) -> Iterator[Finding]:
    """Yield a finding for each place and each name of which two pieces of the file say different things."""
    places: dict[tuple[int, str], list[Claim]] = {}
    names: dict[tuple[str, str], list[Claim]] = {}
    for claim in claims:
        transport = claim.transport or ANY
        names.setdefault((fold(claim.name), transport), []).append(claim)
        for port in range(claim.ports.low, claim.ports.high + 1):
            places.setdefault((port, transport), []).append(claim)
    yield from _places(places, registered)
    yield from _names(names, registered)


def _places(places: dict[tuple[int, str], list[Claim]], registered: Registered) -> Iterator[Finding]:
    """Places that two lines give two services, not both of them registered there."""
    for (port, transport), claims in places.items():
        wrong = next((c for c in claims if not _is_registered(c, port, registered)), None)
        if wrong and (both := _two_at_odds(claims, wrong, registered)):
            one, other = both
            why = f"{other.name} at {other.where}"
            yield Finding("contradiction", one.name, str(port), transport, why, (), one.where)


def _two_at_odds(claims: list[Claim], wrong: Claim, registered: Registered) -> tuple[Claim, Claim] | None:
    """A claim whose service is not registered here, and one of another line with another service, or None.

    If *wrong* has no such other, all other lines have its service; they are at odds with what else its line
    says.  Two passes at most: a place may have 300,000 claims.
    """
    service = registered.service(wrong.name)
    away = [claim for claim in claims if claim.where != wrong.where]
    for claim in away:
        if registered.service(claim.name) != service:
            return wrong, claim
    for claim in claims if away else ():
        if registered.service(claim.name) != service:
            return away[0], claim
    return None


def _names(names: dict[tuple[str, str], list[Claim]], registered: Registered) -> Iterator[Finding]:
    """Names that stand at two places of one transport, not both of them registered."""
    for (_, transport), claims in names.items():
        first: dict[Ports, Claim] = {}
        for claim in claims:
            first.setdefault(claim.ports, claim)
        wrong = next((c for c in first.values() if not _is_registered(c, c.ports.low, registered)), None)
        if wrong and len(first) > 1:
            other = next(claim for ports, claim in first.items() if ports != wrong.ports)
            why = f"also at port {other.ports}, {other.where}"
            yield Finding("contradiction", wrong.name, str(wrong.ports), transport, why, (), wrong.where)


def _is_registered(claim: Claim, port: int, registered: Registered) -> bool:
    pair = registered.placed(port, claim.transport or ANY, registered.service(claim.name))
    return pair in registered.pairs
