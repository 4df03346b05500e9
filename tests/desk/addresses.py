"""The addresses of the desk, and who may enter each: read from the site itself, and from a table by hand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from django.urls import URLPattern, URLResolver

from vectors import vectors

CONVERTER = re.compile(r"<(?:\w+:)?(\w+)>")
PEOPLE = ("tia", "gus", "eve", "ada", "aud", "max")  # the columns of the table, after nobody


def routes() -> tuple[str, ...]:
    """Every address that the desk adds to the public ones, as it is written where it is named."""
    from portbook.desk import urls  # it needs the settings of the desk
    from portbook.web import urls as public

    own = [each for each in urls.urlpatterns if each not in public.urlpatterns]
    return tuple(sorted(_routes(own, "")))


def _routes(patterns: Iterable[URLPattern | URLResolver], before: str) -> Iterator[str]:
    for each in patterns:
        here = f"{before}{each.pattern}"
        if isinstance(each, URLResolver):
            yield from _routes(each.url_patterns, here)
        else:
            yield here


def table() -> dict[str, dict[str, str]]:
    """The addresses of `desk-addresses.tsv`: what each person of `PEOPLE` and nobody ("") is answered."""
    return {row[0]: dict(zip(("", *PEOPLE), row[1:], strict=True)) for row in vectors("desk-addresses.tsv")}


# -- an example of each

KINDS = {  # what a number stands for, by what is before it
    "apply/": "draft",
    "applications/": "application",
    "cases/": "case",
    "events/": "event",
    "pending/": "pending",
    "takeovers/": "takeover",
    "tokens/": "token",
}
VALUES = {
    "contact_id": "Gus",
    "kind": "verify",
    "pk": "1",
    "secret": 43 * "x",
    "slug": "withdraw",
    "token": 43 * "x",
    "what": "ferry",
}


def example(route: str, numbers: Mapping[str, str]) -> str:
    """A path of that address, about what `busy.fill` began."""

    def value(match: re.Match[str]) -> str:
        if match[1] in VALUES:
            return VALUES[match[1]]
        return next(
            numbers[kind] for before, kind in KINDS.items() if route[: match.start()].endswith(before)
        )

    return "/" + CONVERTER.sub(value, route)
