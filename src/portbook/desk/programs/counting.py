"""Counting what somebody asks in a minute, for all processes and nodes together (T-84).

One statement a count, so that two at once are two.  Counts of other minutes go when a new one begins.
"""

import ipaddress

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from portbook.desk.accounts.rates import IPV6_PREFIX
from portbook.register import tables
from portbook.web import clock

UNKNOWN = "unknown"  # the address of a client that no proxy named

_MINUTE = len("YYYY-MM-DDTHH:MM")
_COUNT = (
    "INSERT INTO desk_count (key, minute, number) VALUES (%s, %s, 1) ON CONFLICT (key) DO UPDATE SET "
    "number = CASE WHEN desk_count.minute = excluded.minute THEN desk_count.number + 1 ELSE 1 END, "
    "minute = excluded.minute RETURNING number"
)


def count(key: str) -> int:
    """Count *key* once more; return how often it was in this minute."""
    minute = clock.instant()[:_MINUTE]
    number = int(tables.rows(_COUNT, [key, minute])[0][0])
    if number == 1:
        tables.rows("DELETE FROM desk_count WHERE minute < %s RETURNING id", [minute])
    return number


def seconds_left() -> int:
    """Return in how many seconds the next minute begins."""
    return 60 - int(clock.instant()[_MINUTE + 1 : _MINUTE + 3])


def address_of(request: HttpRequest) -> str:
    """Return from where a request comes: of IPv6 the network that a household has, not each address of it."""
    try:
        text = get_adapter().get_client_ip(request)
        address = ipaddress.ip_address(text)
    except (PermissionDenied, ValueError):
        return UNKNOWN
    if address.version == 4:
        return str(address)
    return str(ipaddress.ip_network(f"{address}/{IPV6_PREFIX}", strict=False).network_address)
