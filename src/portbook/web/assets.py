"""The site's own files (stylesheet, scripts, icon): read once, served by any WSGI server, named by digest.

A name with a digest never changes its content, so it may be kept for ever.  A name with another digest is
that of an earlier version, asked for by a page that somebody has kept: it gets the file as it is now.
"""

import re
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from portbook.web import problems

HTMX = "htmx-2.min.js"  # from the wheel of django-htmx
TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
FOR_EVER = "public, max-age=31536000, immutable"

_NAMED = re.compile(r"([a-z0-9-]+(?:\.min)?)\.[0-9a-f]{16}(\.[a-z]+)", re.ASCII)


class Asset(NamedTuple):
    """A file of the site, with the name it is served under."""

    name: str  # "portbook.0123456789abcdef.css"
    content: bytes
    media_type: str


@cache
def table() -> dict[str, Asset]:
    """Return the files by the names they have in the folder."""
    folders = map(Path, settings.PORTBOOK_ASSETS)
    contents = {path.name: path.read_bytes() for folder in folders for path in sorted(folder.iterdir())}
    contents[HTMX] = files("django_htmx").joinpath("static", "django_htmx", HTMX).read_bytes()
    assets = {}
    for name, content in contents.items():
        path = Path(name)
        digest = sha256(content).hexdigest()[:16]
        assets[name] = Asset(f"{path.stem}.{digest}{path.suffix}", content, TYPES[path.suffix])
    return assets


@cache
def addresses() -> dict[str, str]:
    """Return the addresses of the files, by their kind: "style", "htmx", "script", "icon"; others by name."""
    kinds = {"style": "portbook.css", "htmx": HTMX, "script": "portbook.js", "icon": "favicon.svg"}
    named = {Path(name).stem.replace("-", "_"): name for name in table()}
    return {kind: f"/static/{table()[name].name}" for kind, name in (named | kinds).items()}


def serve(request: HttpRequest, name: str) -> HttpResponse:
    """Answer with the file that is, or once was, served under *name*."""
    match = _NAMED.fullmatch(name)
    asset = table().get(match[1] + match[2]) if match else None
    if asset is None:
        raise problems.no_such_address(request)
    response = HttpResponse(asset.content, content_type=asset.media_type)
    if asset.name == name:
        response["Cache-Control"] = FOR_EVER
    return response


def favicon(request: HttpRequest) -> HttpResponse:
    """Answer at /favicon.ico, where a browser looks that shows JSON and knows no icon."""
    asset = table()["favicon.svg"]
    return HttpResponse(asset.content, content_type=asset.media_type)
