"""An answer with validators of its own: packed or as it is, whole or a range of it (RFC 9110 section 14).

The entity tag is made of the SHA-256 of the bytes that are sent, so the packed bytes have another one.  A
range is always of the bytes as they are: nobody then joins packed bytes to others.
"""

import re
from functools import cached_property
from hashlib import sha256
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from portbook.errors import Problem, shown
from portbook.web import codings, conditions, problems

_DIGITS = 18  # of a number in a Range; what is longer is beyond every end
_RANGE = re.compile(r"([0-9]*)-([0-9]*)", re.ASCII)


class Content:
    """Bytes to send, with their digests; packed once, when somebody asks for that."""

    def __init__(self, data: bytes, media_type: str) -> None:
        self.data = data
        self.media_type = media_type
        self.digest = sha256(data).hexdigest()

    @cached_property
    def packed(self) -> "Content":
        """The bytes packed by gzip; the same for the same bytes, for it holds no time."""
        return Content(codings.packed(self.data), self.media_type)

    @property
    def is_packable(self) -> bool:
        return codings.is_packable(self.data)


def send(
    request: HttpRequest, content: Content, headers: dict[str, str], *, ranges: bool = False
) -> HttpResponse:
    """Return the answer to *request*: *content* with *headers*, or 206, 304, 412 or 416 as it asks.

    *ranges*: whether parts of it may be asked for, as of a file.
    """
    wanted = request.headers.get("Range", "") if ranges and _is_get(request) else ""
    asked = _single(wanted) and _holds(request.headers.get("If-Range"), content)
    packs = (
        content.is_packable and not asked and codings.takes_gzip(request.headers.get("Accept-Encoding", ""))
    )
    response = _whole(content.packed if packs else content, headers)
    if packs:
        response["Content-Encoding"] = "gzip"
    if content.is_packable:
        patch_vary_headers(response, ["Accept-Encoding"])
    if ranges:
        response["Accept-Ranges"] = "bytes"
    response = conditions.checked(request, response)
    if asked and response.status_code == HTTPStatus.OK:
        return _part(request, response, wanted)
    return response


def _whole(content: Content, headers: dict[str, str]) -> HttpResponse:
    response = HttpResponse(content.data, content_type=content.media_type, headers=headers)
    response["ETag"] = f'"{content.digest}"'
    return response


def _is_get(request: HttpRequest) -> bool:
    """Whether the client said GET: a range of HEAD is none (RFC 9110 section 14.2)."""
    return request.META.get("REQUEST_METHOD") == "GET"


def _holds(condition: str | None, content: Content) -> bool:
    """Whether If-Range lets a part be sent: only a strong tag of these bytes does, no date."""
    return condition is None or condition.strip(" \t") == f'"{content.digest}"'


def _single(header: str) -> tuple[str, str] | None:
    """First and last of the one range that *header* asks; None when it asks several, or cannot be read."""
    unit, _, rest = header.partition("=")
    asked = [text for part in rest.split(",") if (text := part.strip(" \t"))]
    match = _RANGE.fullmatch(asked[0]) if unit.strip(" \t").lower() == "bytes" and len(asked) == 1 else None
    if not match or match[1] == match[2] == "":
        return None
    if match[1] and match[2] and _number(match[1]) > _number(match[2]):
        return None  # runs downwards: not a range at all, section 14.1.1
    return match[1], match[2]


def _number(digits: str) -> int:
    digits = digits.lstrip("0") or "0"
    return int(digits) if len(digits) <= _DIGITS else 10**_DIGITS


def _part(request: HttpRequest, response: HttpResponse, header: str) -> HttpResponse:
    """The part of *response* that *header* asks, or 416 when it lies behind the end."""
    first, last = _single(header) or ("", "")
    size = len(response.content)
    start = _number(first) if first else max(size - _number(last), 0)
    end = min(_number(last), size - 1) if first and last else size - 1
    if start > end:
        message = f"range {shown(header)} holds none of the {size:,} bytes"
        problem = Problem("E-WEB-RANGE", message, "RFC 9110 section 14.1.2")
        status = HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
        refused = problems.answer(request, problems.RequestError(status, problem))
        refused["Content-Range"] = f"bytes */{size}"
        return refused
    response.status_code = HTTPStatus.PARTIAL_CONTENT
    response["Content-Range"] = f"bytes {start}-{end}/{size}"
    response.content = response.content[start : end + 1]
    return response
