"""Rules of the form, R-FORM-1 to 20, R-TXT, R-REQ-9: parties, description, reference, questions."""

import re
from collections.abc import Callable, Iterator

from portbook.applications.application import FIELDS, NEW, Application, Declared, Kind, Party
from portbook.applications.case import Case, advised, returned
from portbook.discovery import txt_advice, txt_key_problems
from portbook.errors import shown
from portbook.findings import Action, Finding
from portbook.numbers import Transport
from portbook.policy import Asked, Question

_ASKED = "RFC 6335 section 8.1.1"
_EMAIL = re.compile(r"[^\s@<>()\[\],;:\\\"]{1,64}@[^\s@<>()\[\],;:\\\"]{1,190}\.[^\s@<>()\[\],;:\\\".]{2,63}")
_PROPRIETARY = re.compile(r"\b(?:proprietary|not public|internal|confidential|unpublished)\b")
_DOCUMENT = re.compile(
    r"\b(?:rfc ?-?[0-9]+|draft-[a-z0-9-]+|(?:iso|iec|itu|ieee|en|din|etsi|3gpp)\b[ -/.a-z]*[0-9])"
)
_LINK = re.compile(r"\b[a-z][a-z0-9+.-]*://\S+|\bwww\.\S+")
_CITATION = re.compile(rf"{_LINK.pattern}|\brfc ?-?[0-9]+|\bdraft-[a-z0-9-]+")
_AROUND_CITATIONS = frozenset(
    {"see", "section", "sections", "in", "the", "at", "of", "and", "also", "as", "by"}
)
_PRECEDENT = re.compile(
    r"\b(?:others? do|everybody|everyone|as usual|common practice|precedent|like (?:https?|imaps?|ldaps?))\b"
)
_FEW_WORDS = 4  # what is left of an answer without its citations, below which it is a citation alone
_SHORT_ARGUMENT = 12  # words up to which a hint at others is the whole argument

# Acronyms that the RFC Editor's list marks as known to every reader, and the registry's own words.
_KNOWN_ACRONYMS = frozenset(
    re.findall(
        "[A-Z]+",
        "API ASCII CPU DCCP DHCP DNS FTP HTML HTTP HTTPS IANA ID IETF IMAP IP ISO IT JSON LAN LDAP MAC MIME "
        "NAT NFS NTP PC PDF POP RADIUS RFC RPC SCTP SIP SMTP SNMP SQL SSH SSL TCP TFTP TLS UDP URI URL USB "
        "UTF VPN WAN XML",
    )
)


# -- fields


def fields_of_kind(case: Case) -> Iterator[Finding]:
    """An application has the fields of its kind and no other."""
    application = case.application
    for field, default in application._field_defaults.items():
        if field not in FIELDS[application.kind] and getattr(application, field) != default:
            message = f"{shown(field)} has no place in a request for {application.kind.value!r}"
            yield returned(field, "E-APPLY-FIELD", message, "docs/applications.md")


def parties(case: Case) -> Iterator[Finding]:
    """Assignee and Contact: name and e-mail address, or as published already (R-FORM-2, R-FORM-3)."""
    application = case.application
    if application.kind in NEW or application.kind in (Kind.CODE, Kind.SUCCESSION):
        if lack := _lack(application.assignee):
            message = f"the Assignee, an organisation, company or person, {lack}"
            yield returned("assignee", "E-FIELD-ASSIGNEE", message, _ASKED)
        if lack := _lack(application.contact):
            message = f"the Contact, a person, {lack}"
            yield returned("contact", "E-FIELD-CONTACT", message, _ASKED)
    elif application.contact != Party() and (lack := _lack(application.contact)):
        yield returned("contact", "E-FIELD-CONTACT", f"the new Contact {lack}", _ASKED)


def _lack(party: Party) -> str | None:
    if party.id:
        return None
    if not (party.name or party.organisation).strip():
        return "has no name"
    if not party.email:
        return "has no e-mail address"
    return None if _EMAIL.fullmatch(party.email) else f"has {shown(party.email)}, which is no e-mail address"


def ietf_parties(case: Case) -> Iterator[Finding]:
    """What a document of the IETF stream assigns is held by the IESG (R-FORM-6)."""
    if not case.is_ietf_document or case.application.kind not in NEW:
        return
    bodies = case.policy.bodies
    wanted = (
        ("assignee", bodies.document_assignee, bodies.document_assignee_email, bodies.document_assignee_id),
        ("contact", bodies.document_contact, bodies.document_contact_email, bodies.document_contact_id),
    )
    for field, name, email, party_id in wanted:
        party: Party = getattr(case.application, field)
        if party.id != party_id and party.email.lower() != email:
            message = f"for a document of the IETF stream the {field} is {name} <{email}>"
            yield returned(field, "E-FIELD-IETF-PARTY", message, _ASKED)


def description(case: Case) -> Iterator[Finding]:
    """A description: there, short, without unknown acronyms (R-FORM-7, R-FORM-8)."""
    text = case.application.description
    limits = case.policy.limits
    if case.application.kind in NEW and not text.strip():
        yield returned("description", "E-FIELD-DESCRIPTION", "the description is missing", _ASKED)
    if len(text) > limits.description:
        message = f"the description has {len(text)} characters; {limits.description} are allowed"
        yield returned("description", "E-DESC-LONG", message, _ASKED)
    elif len(text) > limits.advised_description:
        message = (
            f"the description has {len(text)} characters; at most {limits.advised_description} are advised"
        )
        yield advised("description", "W-DESC-LONG", message, _ASKED)
    unknown = [word for word in re.findall(r"\b[A-Z][A-Z0-9]+s?\b", text) if not _is_told(word, text)]
    if unknown:
        message = f"not every reader knows {shown(unknown[0])}: write it out"
        yield advised("description", "W-DESC-ACRONYM", message, _ASKED)


def _is_told(word: str, text: str) -> bool:
    """Whether an acronym is known to all, or stands in brackets behind its words."""
    acronym = word.removesuffix("s")
    return bool({acronym, word} & _KNOWN_ACRONYMS) or f"({word})" in text


def reference(case: Case) -> Iterator[Finding]:
    """A reference (R-FORM-9, A-16); "proprietary" will do but for System Ports (R-FORM-11, R-FORM-12)."""
    text = case.application.reference.lower()
    if case.application.kind not in NEW:
        return
    if not text.strip():
        message = (
            "the reference is missing: a document, an address, some words on the protocol, or 'proprietary'"
        )
        yield returned("reference", "E-FIELD-REFERENCE", message, _ASKED)
    elif case.in_ietf_range and (_PROPRIETARY.search(text) or not _DOCUMENT.search(text + _document(case))):
        message = f"{shown(text)} is no stable specification, which a System Port needs"
        yield returned("reference", "E-REF-UNSTABLE", message, _ASKED)


def _document(case: Case) -> str:
    return f" {case.application.document.name.lower()}"


def stands_alone(case: Case) -> Iterator[Finding]:
    """An application for a port is more than a citation (R-FORM-15, A-36)."""
    if not case.wants_ports:
        return
    text = case.application.reference.lower().strip()
    if _LINK.fullmatch(text) and not _DOCUMENT.search(text):
        message = f"the reference is only a link, {shown(text)}: say what it describes"
        yield returned("reference", "E-REF-ONLY", message, "RFC 7605 section 7.7")
    for to, words in case.application.answers:
        if _CITATION.search(words.lower()) and _only_cites(words.lower()):
            message = f"{shown(words)} only cites; the application is read by itself"
            yield returned(f"answers.{to}", "E-REF-ONLY", message, "RFC 7605 section 7.7")


def _only_cites(words: str) -> bool:
    left = re.findall(r"[^\W\d_]+", _CITATION.sub(" ", words))
    return len([word for word in left if word not in _AROUND_CITATIONS]) < _FEW_WORDS


# -- questions


def questions(case: Case) -> Iterator[Finding]:
    """Every question of the form that applies is answered (R-FORM-13, 14, 19, 20, R-REQ-9)."""
    if case.application.kind not in NEW:
        return
    for question in case.policy.questions:
        if _APPLIES[question.asked](case) and question.code != "E-FIELD-CAST":
            yield from _answered(case, question)


def _answered(case: Case, question: Question) -> Iterator[Finding]:
    if case.is_all_dynamic and question.code == "E-JUST-DYNAMIC":
        return
    words = answer_to(case.application, question)
    if words is None or (question.asked is Asked.PAIR and _only_precedent(words)):
        message = f"not answered: {question.words}"
        if words:
            message = f"what others do is no argument, {shown(words)}: {question.words}"
        yield returned(question.field, question.code, message, question.source or case.policy.name)


def answer_to(application: Application, question: Question) -> str | None:
    """Return the answer to *question* as text, or None while it is blank."""
    group, _, name = question.field.partition(".")
    if group == "answers":
        return application.answer(name).strip() or None
    if group == "declares" and name in Declared._fields:
        said = getattr(application.declares, name)
        return None if said is None else "yes" if said else "no"
    value = getattr(application, group, None)
    return str(value) if value else None


def _only_precedent(words: str) -> bool:
    return bool(_PRECEDENT.search(words.lower())) and len(words.split()) <= _SHORT_ARGUMENT


_APPLIES: dict[Asked, Callable[[Case], bool]] = {
    Asked.ALL: lambda case: True,
    Asked.PORT: lambda case: case.wants_ports,
    Asked.UDP: lambda case: case.wants_ports and Transport.UDP in case.transports,
    Asked.TRANSPORTS: lambda case: case.wants_ports and len(case.transports) > 1,
    Asked.PORTS: lambda case: case.wants_ports and len(case.ports) > 1,
    Asked.IETF: lambda case: case.in_ietf_range,
    Asked.RESERVED: lambda case: case.asks_for_reserved,
    Asked.PAIR: lambda case: case.wants_ports and bool(case.application.declares.has_secure_pair),
}


def asked_of(case: Case) -> tuple[Question, ...]:
    """Return the questions of the form that apply to the application."""
    return tuple(question for question in case.policy.questions if _APPLIES[question.asked](case))


def casts(case: Case) -> Iterator[Finding]:
    """Broadcast, multicast and anycast: three answers, and what for (R-FORM-10)."""
    given = case.application.casts
    if case.application.kind not in NEW:
        return
    for name in ("broadcast", "multicast", "anycast"):
        if getattr(given, name) is None:
            message = f"not answered: does the service use IP {name}?"
            yield returned(f"casts.{name}", "E-FIELD-CAST", message, _ASKED)
    if any((given.broadcast, given.multicast, given.anycast)) and not given.purpose.strip():
        message = "not answered: what the service uses broadcast, multicast or anycast for"
        yield returned("casts.purpose", "E-FIELD-CAST", message, _ASKED)


def txt_keys(case: Case) -> Iterator[Finding]:
    """Defined TXT keys are proper ones (R-TXT-3 to 8), and asked of a name alone (R-TXT-1)."""
    keys = case.application.txt_keys
    if keys is None:
        if case.application.kind is Kind.NAME:
            message = "not answered: which TXT keys the service defines; an empty list means none"
            yield advised("txt_keys", "W-TXT-BLANK", message, "IANA's form")
        return
    told = 0
    for place in range(len(keys)):
        problems = txt_key_problems(keys[: place + 1])
        for problem in problems[told:]:
            yield Finding(_TXT_ACTIONS.get(problem.code, Action.WARN), f"txt_keys[{place}].key", problem)
        told = len(problems)
        for problem in txt_advice(keys[place : place + 1]):
            yield Finding(Action.WARN, f"txt_keys[{place}].key", problem)


_TXT_ACTIONS = {
    "E-TXT-EMPTY": Action.REJECT,
    "E-TXT-CHAR": Action.REJECT,
    "E-TXT-DUP": Action.RETURN,
}
