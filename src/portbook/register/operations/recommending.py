"""Recommending: what experts say of a request, and what follows when their teams have spoken (A16 to A18).

An expert who has an interest steps aside (R-REV-12); a question is relayed without a name (R-REV-20).
"""

from typing import Any

from portbook.register import acts, casework, models, tables
from portbook.register.acts import Act, Done
from portbook.register.limits import MAX_TEXT
from portbook.register.operations import experts
from portbook.register.operations.acting import Doing, perform
from portbook.register.operations.dossiers import Dossier, opened, told
from portbook.register.operations.on_record import RECUSED
from portbook.register.operations.steps import give_back, object_of, onward, refuse
from portbook.review import Ground, Opinion, Verdict, recommendation
from portbook.states import Act as Step
from portbook.states import Actor, ApplicationState, Evidence

_S = ApplicationState
_BY_THE_IETF = (_S.IETF_DOC, _S.IESG)


def recommend(
    act: Act,
    application: int,
    *,
    version: str,
    verdict: Verdict,
    reasons: str,
    grounds: tuple[Ground, ...] = (),
) -> Done:
    """Say as an expert whether *version* should be granted; when all teams spoke, it moves (A16 to A18).

    Raises `Refused` E-REASON-MISSING, E-EXPERT-COI.
    """

    def body(doing: Doing) -> Any:
        dossier = opened(doing, application, version)
        opinion = Opinion(doing.member.name, verdict, reasons, grounds)
        for review in _own_reviews(dossier):
            team = next(team for team in doing.policy.teams if team.name == review.team)
            doing.check(recommendation(team, (opinion,), (opinion.expert,)).findings)
            _put_opinion(dossier, review, verdict.value, reasons, grounds)
        said = experts.said(dossier)
        if dossier.state is _S.EXPERT_REVIEW:
            _settle_review(dossier, said, reasons)
        return dossier.answer(findings=told(said.findings))

    asked = [version, verdict, reasons, [ground.name for ground in grounds]]
    return perform(act, "recommend", object_of(application), asked, body)


def ask(act: Act, application: int, *, version: str, question: str) -> Done:
    """Ask the requester as an expert; the registry relays it without a name (A16, R-REV-20)."""
    return recommend(act, application, version=version, verdict=Verdict.ASK, reasons=question)


def recuse(act: Act, application: int, *, tie: str) -> Done:
    """Step aside from a case as an expert, and say why (R-REV-12)."""

    def body(doing: Doing) -> Any:
        dossier = opened(doing, application)
        for review in _own_reviews(dossier):
            _put_opinion(dossier, review, RECUSED, tie or "not told", ())
        said = experts.said(dossier)
        if dossier.state is _S.EXPERT_REVIEW:
            _settle_review(dossier, said, "")
        return dossier.answer(findings=told(said.findings))

    return perform(act, "recuse", object_of(application), [tie], body)


def _own_reviews(dossier: Dossier) -> list[models.Review]:
    """What was asked of the teams of the member."""
    terms = dossier.matter.terms
    return [review for review in dossier.reviews() if review.team in terms]


def _put_opinion(
    dossier: Dossier, review: models.Review, verdict: str, reasons: str, grounds: tuple[Ground, ...]
) -> None:
    """Keep what the member says; a later word takes the place of an earlier one."""
    acts.check_text("reasons", reasons, MAX_TEXT)
    values = {
        "review_id": review.identity,
        "member": dossier.doing.member.name,
        "verdict": verdict,
        "reasons": reasons,
        "grounds": " ".join(ground.name for ground in grounds),
        "instant": dossier.work.instant,
    }
    where = "WHERE review_id = %s AND member = %s"
    before = tables.load(casework.Opinion, where, [review.identity, values["member"]])
    if before:
        dossier.work.change(casework.Opinion, before[0].identity, tables.values_of(before[0]), values)
    else:
        dossier.work.add(casework.Opinion, values | {"version": 1})


def _settle_review(dossier: Dossier, said: experts.Said, question: str) -> None:
    """Move the application when the teams have spoken; on the way of the IETF they only advise (R-REV-5)."""
    for review in dossier.reviews():
        verdict = next(each.verdict for each in said.teams if each.team.name == review.team)
        before = tables.values_of(review)
        told_now = {"recommendation": verdict.value if verdict else ""}
        dossier.work.change(models.Review, review.identity, before, told_now)
    match said.verdict:
        case Verdict.ASK:
            give_back(dossier, Actor.EXPERTS, Evidence.QUESTION, words=question, letter="question")
        case Verdict.REFUSE:
            words = experts.reasons(dossier, Verdict.REFUSE)
            refuse(dossier, Actor.EXPERTS, Evidence.GROUND, words=words)
        case Verdict.GRANT if dossier.route().state not in _BY_THE_IETF:
            onward(dossier, Step.APPROVE, Actor.EXPERTS, Evidence.RECOMMENDATIONS)
