"""Applications: from the draft to the entry, the refusal or the appeal (lines A1 to A29; R-REV, R-APP)."""

from enum import StrEnum
from itertools import chain

from portbook.states.machine import Table, line
from portbook.states.words import Act, Actor, Evidence


class ApplicationState(StrEnum):
    """Where an application stands; IANA's own names for applicants are `PUBLIC_WORDS`."""

    DRAFT = "draft"
    NEW = "new"
    VALIDATING = "validating"
    WITH_REQUESTER = "with the requester"
    CONFIRMING = "waiting for the holder"
    EXPERT_REVIEW = "expert review"
    INTERNAL_REVIEW = "internal review"
    IESG = "with the IESG"
    IETF_DOC = "waiting for the document"
    ASSIGNABLE = "assignable"
    ASSIGNED = "assigned"
    MODIFIABLE = "modifiable"
    MODIFIED = "modified"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    APPEALED = "under appeal"


_S = ApplicationState

# What the requester reads (R-REV-26: IANA's ticket states, and Portbook's words where IANA has none).
PUBLIC_WORDS = {
    _S.DRAFT: "Draft",
    _S.NEW: "New",
    _S.VALIDATING: "Validating Request",
    _S.WITH_REQUESTER: "With Requester",
    _S.CONFIRMING: "Validating Request",
    _S.EXPERT_REVIEW: "Expert Review",
    _S.INTERNAL_REVIEW: "Internal Expert Review",
    _S.IESG: "IESG Escalation",
    _S.IETF_DOC: "Waiting for the Document",
    _S.ASSIGNABLE: "Assignable",
    _S.ASSIGNED: "Assigned",
    _S.MODIFIABLE: "Modifiable",
    _S.MODIFIED: "Modified",
    _S.REFUSED: "Refused",
    _S.WITHDRAWN: "Withdrawn",
    _S.APPEALED: "Under Appeal",
}

_OPEN = (
    _S.DRAFT, _S.NEW, _S.VALIDATING, _S.CONFIRMING, _S.EXPERT_REVIEW, _S.INTERNAL_REVIEW, _S.IESG,
    _S.IETF_DOC, _S.ASSIGNABLE, _S.MODIFIABLE,
)  # fmt: skip
_EXPERTS_SEE = "RFC 6335 sections 7.2, 8.1, 8.1.1, 8.3, 8.5, 10.3"
_EXPERTS_ANSWER = "RFC 8126 section 5.3"
_APPEALS = "RFC 8126 section 10"
_TICKET = "IANA's ticket states"
_IESG_IAB = (Actor.IESG, Actor.IAB)

_LINES = (
    line("A1", _S.DRAFT, Act.SUBMIT, Actor.REQUESTER, (), _S.NEW, "IANA's application form"),
    line("A2", _S.NEW, Act.OPEN, Actor.IANA, (), _S.VALIDATING, _TICKET),
    line(
        "A3", _S.VALIDATING, Act.RETURN, Actor.IANA, Evidence.FAULT_TO_MEND, _S.WITH_REQUESTER,
        "RFC 6335 section 8.1.1",
    ),
    line("A4", _S.WITH_REQUESTER, Act.ANSWER, Actor.REQUESTER, Evidence.ANSWER, _S.VALIDATING, _TICKET),
    line("A5", _S.WITH_REQUESTER, Act.WITHDRAW, Actor.REQUESTER, (), _S.WITHDRAWN, "docs/states.md"),
    line(
        "A5", _S.WITH_REQUESTER, Act.LAPSE, Actor.TIMER, Evidence.TIME_IS_UP, _S.WITHDRAWN, "docs/states.md"
    ),
    line(
        "A6", _S.VALIDATING, Act.REFUSE, Actor.IANA, Evidence.FAULT_TO_REFUSE, _S.REFUSED,
        "RFC 6335 sections 5, 5.1, 8.1.1, 8.1.2",
    ),
    line(
        "A7", _S.VALIDATING, Act.APPROVE, Actor.IANA, Evidence.COMPLETE, _S.ASSIGNABLE,
        "RFC 6335 section 8.1.1; RFC 8126 section 4.4",
    ),
    line(
        "A8", _S.VALIDATING, Act.ASK_EXPERTS, Actor.IANA, Evidence.EXPERT_PATH, _S.EXPERT_REVIEW, _EXPERTS_SEE
    ),
    line(
        "A9", _S.VALIDATING, Act.ASK_HOLDER, Actor.IANA, Evidence.HOLDER_CONCERNED, _S.CONFIRMING,
        "RFC 6335 section 8.1.1",
    ),
    line(
        "A10", _S.CONFIRMING, Act.CONSENT, Actor.ASSIGNEE, Evidence.CONSENT, _S.EXPERT_REVIEW,
        "RFC 6335 section 8.1.1",
    ),
    line(
        "A11", _S.CONFIRMING, Act.REFUSE, (Actor.ASSIGNEE, Actor.IANA), Evidence.NO_CONSENT, _S.REFUSED,
        "RFC 6335 section 8.1.1",
    ),
    line(
        "A12", _S.VALIDATING, Act.AWAIT_DOCUMENT, Actor.IANA, Evidence.IETF_PATH, _S.IETF_DOC,
        "RFC 6335 section 8.1.2",
    ),
    line(
        "A13", _S.VALIDATING, Act.ASK_IESG, Actor.IANA, Evidence.IESG_PATH, _S.IESG,
        "RFC 6335 sections 8.1, 8.1.2; RFC 8126 sections 3.3, 4.10",
    ),
    line("A14", _S.VALIDATING, Act.CONSULT, Actor.IANA, Evidence.QUESTION, _S.INTERNAL_REVIEW, _TICKET),
    line("A15", _S.INTERNAL_REVIEW, Act.ADVISE, Actor.IANA, Evidence.ANSWER, _S.VALIDATING, _TICKET),
    line(
        "A16", _S.EXPERT_REVIEW, Act.RETURN, Actor.EXPERTS, Evidence.QUESTION, _S.WITH_REQUESTER,
        _EXPERTS_ANSWER,
    ),
    line(
        "A17", _S.EXPERT_REVIEW, Act.APPROVE, Actor.EXPERTS, Evidence.RECOMMENDATIONS, _S.ASSIGNABLE,
        "RFC 8126 section 5.2",
    ),
    line(
        "A18", _S.EXPERT_REVIEW, Act.REFUSE, Actor.EXPERTS, Evidence.GROUND, _S.REFUSED, _EXPERTS_ANSWER
    ),
    line(
        "A19", _S.EXPERT_REVIEW, Act.ASK_IESG, Actor.IANA, Evidence.EXPERT_FAILURE, _S.IESG,
        "RFC 8126 sections 5.2, 5.3",
    ),
    line(
        "A20", _S.IETF_DOC, Act.APPROVE, Actor.IESG, Evidence.DOCUMENT_APPROVED, _S.ASSIGNABLE,
        "RFC 8126 section 4.8; RFC 7120 section 3.1",
    ),
    line(
        "A21", _S.IETF_DOC, Act.ABANDON, Actor.AUTHORS, Evidence.DOCUMENT_DROPPED, _S.WITHDRAWN,
        "RFC 7120 section 3.3",
    ),
    line("A22", _S.IESG, Act.APPROVE, Actor.IESG, Evidence.DECISION, _S.ASSIGNABLE, "RFC 8126 section 4.10"),
    line("A22", _S.IESG, Act.REFUSE, Actor.IESG, Evidence.DECISION, _S.REFUSED, "RFC 8126 section 4.10"),
    line("A23", _S.ASSIGNABLE, Act.ENTER, Actor.IANA, Evidence.ROWS, _S.ASSIGNED, "RFC 6335 section 8.1"),
    line(
        "A24", _S.ASSIGNABLE, Act.CHECK_AGAIN, Actor.IANA, Evidence.TAKEN_MEANWHILE, _S.VALIDATING,
        "docs/states.md",
    ),
    line(
        "A25", _S.VALIDATING, Act.APPROVE_CHANGE, Actor.IANA, Evidence.AUTHORISED, _S.MODIFIABLE,
        "RFC 6335 section 8.6",
    ),
    line("A26", _S.MODIFIABLE, Act.ENTER_CHANGE, Actor.IANA, Evidence.ROWS, _S.MODIFIED, _TICKET),
    line(
        "A27", (_S.REFUSED, _S.ASSIGNED, _S.MODIFIED), Act.APPEAL, Actor.CONCERNED, Evidence.APPEAL,
        _S.APPEALED, "RFC 2026 section 6.5.4",
    ),
    line("A28", _S.APPEALED, Act.REOPEN, _IESG_IAB, Evidence.DECISION, _S.VALIDATING, _APPEALS),
    line(
        "A28", _S.APPEALED, Act.UPHOLD_REFUSAL, _IESG_IAB, Evidence.DECISION, _S.REFUSED, _APPEALS
    ),
    line(
        "A28", _S.APPEALED, Act.UPHOLD_ASSIGNMENT, _IESG_IAB, Evidence.DECISION, _S.ASSIGNED,
        _APPEALS,
    ),
    line(
        "A28", _S.APPEALED, Act.UPHOLD_CHANGE, _IESG_IAB, Evidence.DECISION, _S.MODIFIED, _APPEALS
    ),
    line("A29", _OPEN, Act.WITHDRAW, Actor.REQUESTER, (), _S.WITHDRAWN, "docs/states.md"),
)  # fmt: skip

APPLICATION: Table[ApplicationState] = Table(
    "an application", "Applications", tuple(_S), _S.DRAFT, tuple(chain.from_iterable(_LINES))
)
