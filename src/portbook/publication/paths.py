"""Paths inside a publication: relative, with nothing in them that leaves it or cannot be seen (T-39)."""

from urllib.parse import quote

from portbook.errors import Problem, RuleError, shown, visible
from portbook.publication.failures import SOURCE

MAX_PATH = 1_000  # characters
MAX_SEGMENT = 255  # bytes: no file system takes a longer name

MANIFEST = "manifest.json"
SIGNATURE = "manifest.json.sig"
SUMS = "sha256sums"


def checked_path(path: str) -> str:
    """Return *path*.  Raises `RuleError` E-PUBLISH-PATH for what is no plain relative path of a file."""
    if reason := _why_not(path):
        raise RuleError(Problem("E-PUBLISH-PATH", f"path {shown(path, 200)} {reason}", SOURCE))
    return path


def quoted(path: str) -> str:
    """Return *path* as it stands in a URL."""
    return quote(path, safe="/~!$&'()*+,;=:@")


def _why_not(path: str) -> str:
    if len(path) > MAX_PATH:
        return f"has {len(path)} characters; at most {MAX_PATH} are taken"
    if visible(path) != path or "\\" in path:
        return "has a backslash or a character that cannot be seen"
    for segment in path.split("/"):
        if segment in ("", ".", ".."):
            return f"has the part {segment!r}, and would lead elsewhere"
        if len(segment.encode()) > MAX_SEGMENT:
            return f"has a part of more than {MAX_SEGMENT} bytes"
    return ""
