"""Rich text and references as the page shows them: text, links, line breaks, paragraphs.

A reference with something to lead to is a link between square brackets; any other is its label in
brackets, text like any other.  Both the writer and `project` start here, and the reader ends here: so what is
kept is what a page can tell.
"""

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from portbook.formats.iana_html.layout import GO_BASES
from portbook.records import Break, Markup, Paragraph, Part, Reference, RichText, rich

BLANKS = " \t\r\n"
_SAFE_SCHEMES = frozenset(("http", "https", "mailto", "tel", "ftp", "urn"))  # nothing that a click would run
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.ASCII)
_IGNORED = re.compile("[\0-\x20]")  # by browsers, when they look for a scheme
_SERIES = re.compile(r"(?:rfc|bcp|std)[0-9]+", re.ASCII)
_QUEUED = "RFC-"  # a draft in the RFC Editor's queue

Token = str | Break | Reference | Paragraph  # each `Reference` a link, in brackets that stand in the texts


def is_safe(uri: str) -> bool:
    """Whether a page may link to *uri*: to another place, not to a program (T-31)."""
    if uri.startswith(("https:", "http:", "mailto:")):
        return True
    scheme = _SCHEME.match(_IGNORED.sub("", uri).lower())
    return scheme is None or scheme[1] in _SAFE_SCHEMES


def target_of(reference: Reference, go: str) -> str | None:
    """Return what the page links *reference* to; None for one that is shown as text."""
    kind, data, label = reference.type, reference.data, reference.label
    if not data or not label or label.isspace():
        return None
    match kind:
        case "person":
            return f"#{data}"
        case "note":
            return f"#note{data}"
        case "rfc":
            return go + data
        case "draft":
            return go + (f"draft-{data[4:]}" if data.startswith(_QUEUED) else data)
        case "uri":
            return data if is_safe(data) else None
    return None


def reference_of(target: str, label: str) -> Reference:
    """Return the reference that a link to *target* with the text *label* shows."""
    if target == f"#note{label}":
        return Reference("note", label)
    if target == f"#{label}":
        return Reference("person", label)
    go = next((base for base in GO_BASES if target.startswith(base)), None)
    data = target.removeprefix(go) if go else ""
    if _SERIES.fullmatch(data):
        return Reference("rfc", data, None if label == data.upper() else label)
    if data.startswith("draft-"):
        queued = _QUEUED + data.removeprefix("draft-")
        return Reference("draft", queued) if label == queued else _with_text("draft", data, label)
    return _with_text("uri", target, label)


def _with_text(kind: str, data: str, label: str) -> Reference:
    return Reference(kind, data, None if label == data else label)


def tokens_of(parts: Iterable[Part], go: str) -> list[Token]:
    """Return what the page shows for *parts*."""
    tokens: list[Token] = []
    for part in parts:
        match part:
            case Reference():
                tokens += _reference_tokens(part, go)
            case Paragraph():
                inner = [token for token in tokens_of(part.parts, go) if not isinstance(token, Paragraph)]
                tokens.append(Paragraph(rich(*inner).parts))  # type: ignore[arg-type]
            case Markup():
                tokens.append(part.text)
            case _:
                tokens.append(part)
    return without_blanks_between(tokens)


def _reference_tokens(reference: Reference, go: str) -> list[Token]:
    target = target_of(reference, go)
    if target is None:
        return [f"[{reference.label}]"]
    return ["[", reference_of(target, reference.label), "]"]


def without_blanks_between(tokens: list[Token]) -> list[Token]:
    """Return *tokens* without the white space that stands around paragraphs alone, texts joined."""
    if not any(isinstance(token, Paragraph) for token in tokens):
        return list(rich(*tokens).parts)  # type: ignore[arg-type]
    kept: list[Token] = []
    run: list[Token] = []
    for token in [*tokens, None]:
        if token is not None and not isinstance(token, Paragraph):
            run.append(token)
            continue
        if any(not isinstance(t, str) or t.strip(BLANKS) for t in run):
            kept += run
        run = []
        if token is not None:
            kept.append(token)
    return list(rich(*kept).parts)  # type: ignore[arg-type]


def text_of(tokens: Iterable[Part]) -> str:
    """Return all text that *tokens* show."""
    return "".join(map(_plain, tokens))


def _plain(token: Part) -> str:
    match token:
        case str():
            return token
        case Reference():
            return token.label
        case Paragraph():
            return text_of(token.parts)
    return ""


def text_of_tokens(tokens: Iterable[Token]) -> RichText:
    """Return the rich text that *tokens* show: a link's brackets belong to the reference."""
    parts: list[Part] = []
    after_link = False
    for token in tokens:
        if isinstance(token, str) and after_link:
            token = token.removeprefix("]")
        after_link = isinstance(token, Reference)
        if after_link and parts and isinstance(parts[-1], str):
            parts[-1] = parts[-1].removesuffix("[")
        parts.append(
            Paragraph(text_of_tokens(token.parts).parts)  # type: ignore[arg-type]
            if isinstance(token, Paragraph)
            else token
        )
    return rich(*parts)


class Labels(NamedTuple):
    """How labels without a link are read."""

    of: Callable[[str], list[str]]  # the labels that a text lists; that is the columns' business
    reference: Callable[[str], Reference]


def text_of_label(label: str) -> Reference:
    """Return the reference that *label* is where references are listed: not one that has a link."""
    return Reference("text", None, label) if label and not label.isspace() else Reference("text", label)


def person_of_label(label: str) -> Reference:
    """Return the reference that *label* is where people are listed."""
    return Reference("person", label)


def references_of(tokens: Iterable[Token], labels: Labels) -> tuple[Reference, ...]:
    """Return the references that *tokens* list."""
    found: list[Reference] = []
    for part in text_of_tokens(tokens).parts:
        if isinstance(part, Reference):
            found.append(part)
        elif isinstance(part, str):
            found += map(labels.reference, labels.of(part))
    return tuple(found)
