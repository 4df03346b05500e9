"""Links of letters: they begin with the address that the operator names, not with the request's (T-79).

Where none is named, a link begins with the host of the request, one of those that the site answers to.
"""

from django.http import HttpRequest

from portbook.register import pages


def absolute(request: HttpRequest, path: str) -> str:
    """Return *path* of this site as a letter has it."""
    return f"{pages.site() or f'{request.scheme}://{request.get_host()}'}{path}"
