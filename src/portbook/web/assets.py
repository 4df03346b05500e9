"""The site's own files (stylesheet, icon): read once, served by any WSGI server, named by their digest.

A name with a digest never changes its content, so it may be kept for ever.
"""

from functools import cache
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse

from portbook.web import problems

FOLDER = Path(__file__).resolve().parent / "static"
TYPES = {".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
FOR_EVER = "public, max-age=31536000, immutable"


class Asset(NamedTuple):
    """A file of the site, with the name it is served under."""

    name: str  # "portbook.0123456789ab.css"
    content: bytes
    media_type: str
    digest: str


@cache
def table() -> dict[str, Asset]:
    """Return the files by the names they have in the folder."""
    assets = {}
    for path in sorted(FOLDER.iterdir()):
        content = path.read_bytes()
        digest = sha256(content).hexdigest()[:16]
        name = f"{path.stem}.{digest}{path.suffix}"
        assets[path.name] = Asset(name, content, TYPES[path.suffix], digest)
    return assets


def address(name: str) -> str:
    return f"/static/{table()[name].name}"


def serve(request: HttpRequest, name: str) -> HttpResponse:
    """Answer with the file that is served under *name*."""
    for asset in table().values():
        if asset.name == name:
            response = HttpResponse(asset.content, content_type=asset.media_type)
            response["Cache-Control"] = FOR_EVER
            response["ETag"] = f'"{asset.digest}"'
            return response
    raise problems.no_such_address(request)


def favicon(request: HttpRequest) -> HttpResponse:
    """Answer at /favicon.ico, where a browser looks that shows JSON and knows no icon."""
    asset = table()["favicon.svg"]
    return HttpResponse(asset.content, content_type=asset.media_type, status=HTTPStatus.OK)
