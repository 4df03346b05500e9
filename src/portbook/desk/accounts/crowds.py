"""Counting crowds: what many networks together ask of the door, beside what one may (T-65, T-84).

Who has a /48 has 65,536 networks of the size that counts as one; and a letter costs whoever asks nothing.
"""

import ipaddress
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.core import ratelimit
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from portbook.desk.accounts import rates

EVERYBODY = "everybody"

View = Callable[..., HttpResponse]


def counted(action: str, view: View) -> View:
    """Let *view* answer forms while neither the wide network they come from nor everybody sent too many."""

    @wraps(view)
    def entered(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponse:
        keys = {rates.of_a_site(action): wide_network(request), rates.of_all(action): EVERYBODY}
        for counting, key in keys.items():
            if key and not ratelimit.consume(request, action=counting, key=key):
                refused: HttpResponse = ratelimit.respond_429(request)
                return refused
        return view(request, *arguments, **named)

    return entered


def wide_network(request: HttpRequest) -> str:
    """Return the network of a site from which a request comes; "" for IPv4, which has none of one size."""
    try:
        address = ipaddress.ip_address(get_adapter().get_client_ip(request))
    except (PermissionDenied, ValueError):
        return ""
    if address.version == 4:
        return ""
    return str(ipaddress.ip_network(f"{address}/{rates.SITE_PREFIX}", strict=False))
