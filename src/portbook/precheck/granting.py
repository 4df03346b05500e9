"""What an approved application is given: the published columns, from the words of the form.

The column of references holds what can be cited (A-16): RFCs, drafts and links that the application names.
Defined TXT keys are printed in the notes (R-TXT-1).
"""

import re
from collections.abc import Iterator

from portbook import service_codes
from portbook.applications import Application, Party
from portbook.errors import RuleError
from portbook.numbers import Transport, parse_transport
from portbook.procedures import Grant, contact_id
from portbook.records import Break, PublishedDate, Reference, RichText, rich

_CITED = re.compile(r"\bRFC ?-?0*([1-9][0-9]*)|\b(draft-[a-z0-9-]+)|(https?://[^\s<>\"]+[^\s<>\".,;)])", re.I)


def grant(
    application: Application,
    ports: tuple[int, ...],
    assignee: str,
    contact: str,
    expires: PublishedDate | None = None,
) -> Grant:
    """Return what *application* is given at *ports*, held by the contacts with these ids."""
    return Grant(
        name=application.service_name,
        transports=_transports(application),
        description=rich(" ".join(application.description.split())),
        assignee=(assignee,),
        contact=(contact,),
        reference=tuple(dict.fromkeys(_references(application))),
        ports=ports,
        codes=tuple(_codes(application)),
        notes=_notes(application),
        expires=expires,
    )


def ids_of(application: Application, taken: tuple[str, ...]) -> tuple[str, str]:
    """Return the contact ids of Assignee and Contact: those that are given, or new ones besides *taken*."""
    assignee = _id(application.assignee, taken)
    if application.contact == application.assignee:
        return assignee, assignee
    return assignee, _id(application.contact, (*taken, assignee))


def _id(party: Party, taken: tuple[str, ...]) -> str:
    return party.id or contact_id(party.name or party.organisation, taken)


def _transports(application: Application) -> tuple[Transport, ...]:
    """The transports; raises `RuleError` for an application that is not in order."""
    return tuple(dict.fromkeys(map(parse_transport, application.transports)))


def _codes(application: Application) -> Iterator[int]:
    for wanted in application.codes:
        try:
            yield service_codes.parse(wanted.code)
        except RuleError:
            continue


def _references(application: Application) -> Iterator[Reference]:
    for rfc, draft, link in _CITED.findall(f"{application.document.name} {application.reference}"):
        if rfc:
            yield Reference("rfc", f"rfc{rfc}")
        elif draft:
            yield Reference("draft", draft)
        else:
            yield Reference("uri", link)


def _notes(application: Application) -> RichText | None:
    lines = [line.strip() for line in application.notes.split("\n") if line.strip()]
    if application.txt_keys is not None:
        keys = (f"{key}={meaning}" if meaning else key for key, meaning in application.txt_keys)
        lines.append(f"Defined TXT keys: {', '.join(keys) or 'None'}")
    parts = [part for line in lines for part in (Break(), line)][1:]
    return rich(*parts) if parts else None
