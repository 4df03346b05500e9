"""Counting crowds: the letters that a site, and everybody, may cause in an hour, beside what one network may.

Who has a /48 has 65,536 networks of the size that counts as one; and a letter costs whoever asks nothing
(T-65, T-84).  Only letters count, and those of a site that has had its share do not: so no form that is
refused, and no site by itself, closes the door for others.
"""

import ipaddress

from allauth.account.adapter import get_adapter
from allauth.core import ratelimit
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from portbook.desk.accounts import rates

EVERYBODY = "everybody"

_ACTIONS = {  # by the letter that strangers can cause
    "account/email/email_confirmation_signup": rates.SIGN_UP,
    "account/email/account_already_exists": rates.SIGN_UP,
    "account/email/password_reset_code": rates.RESET,
    "account/email/unknown_account": rates.RESET,
}


def may_cause(request: HttpRequest, letter: str) -> bool:
    """Count a letter of the template *letter*; say whether those who ask for such may have one more."""
    action = _ACTIONS.get(letter)
    if action is None:
        return True
    counts = {rates.of_a_site(action): site_of(request), rates.of_all(action): EVERYBODY}
    return all(ratelimit.consume(request, action=each, key=key) for each, key in counts.items())


def site_of(request: HttpRequest) -> str:
    """Return the site from which a request comes: an address of IPv4, a wide network of IPv6; "" for none."""
    try:
        address = ipaddress.ip_address(get_adapter().get_client_ip(request))
    except (PermissionDenied, ValueError):
        return ""
    if address.version == 4:
        return str(address)
    return str(ipaddress.ip_network(f"{address}/{rates.SITE_PREFIX}", strict=False))
