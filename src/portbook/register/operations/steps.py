"""Steps that more than one operation makes: give a request back, refuse it, tell its author where it is."""

from datetime import date

from portbook.register import casework, letters
from portbook.register.operations.dossiers import Dossier
from portbook.review import requester_due
from portbook.states import PUBLIC_WORDS, Actor, Evidence
from portbook.states import Act as Step

# What became of a request, not how far it is: that letter comes whatever its reader does without.
_DECISIONS = frozenset({Step.APPROVE, Step.ABANDON, Step.CHECK_AGAIN})
DECIDED = "decided"


def give_back(
    dossier: Dossier, actor: Actor, *evidence: Evidence, words: str, letter: str = "given back"
) -> None:
    """Give the application back to its author, who reads *words*."""
    due = requester_due(dossier.today, dossier.doing.policy)
    dossier.move(Step.RETURN, actor, *evidence, due=due)
    dossier.say("question", words, casework.REQUESTER)
    dossier.tell_requester(letter, ends=due.isoformat(), words=words)


def refuse(dossier: Dossier, actor: Actor, *evidence: Evidence, words: str) -> None:
    """Refuse the application; its author reads why."""
    dossier.move(Step.REFUSE, actor, *evidence)
    dossier.say("refusal", words, casework.REQUESTER)
    dossier.tell_requester("refused", day=dossier.work.today, words=words)


def onward(dossier: Dossier, step: Step, actor: Actor, *evidence: Evidence, due: date | None = None) -> None:
    """Make a step, and tell the author what comes next."""
    dossier.move(step, actor, *evidence, due=due)
    state = dossier.state
    kind = DECIDED if step in _DECISIONS else ""
    dossier.tell_requester("moved on", kind=kind, word=PUBLIC_WORDS[state], next=letters.NEXT[state])


def if_said(words: str, evidence: Evidence) -> tuple[Evidence, ...]:
    """Return *evidence* if there are words for it."""
    return (evidence,) if words.strip() else ()


def object_of(application: int) -> str:
    """Return what an act on an application is about."""
    return f"application {application}"
