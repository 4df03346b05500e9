"""What every page has around it: the header with the search and the edition's date, the footer."""

from collections.abc import Mapping

from django.http import HttpResponse
from django.template.loader import render_to_string

from portbook.search.queries import MAX_QUERY
from portbook.web import assets
from portbook.web.editions import served


def page(
    template: str, context: Mapping[str, object], *, status: int = 200, with_edition: bool = True
) -> HttpResponse:
    """Return the page made of *template*; without the edition where that itself may be at fault."""
    around = {
        "served": served() if with_edition else None,
        "stylesheet": assets.address("portbook.css"),
        "icon": assets.address("favicon.svg"),
        "longest_query": MAX_QUERY,
    }
    return HttpResponse(render_to_string(f"web/{template}", {**around, **context}), status=status)
