"""`portbook maintain amend|correct|mark|report|...`: what changes in the entries that stand."""

import argparse
from typing import TYPE_CHECKING, Any

from portbook.cli import acts, verbs
from portbook.cli.acts import DECISION, EVIDENCE, FOR_APPLICATION, Part, argument, text_of
from portbook.cli.refusal import usage
from portbook.cli.targets import ASKED_BY, EXPERT, SERVICE, TARGET, target_of
from portbook.records import Reference, rich

if TYPE_CHECKING:
    from portbook.procedures import Amendment
    from portbook.register.acts import Act, Done

_NEW_VALUES = (
    argument("--description", metavar="TEXT", help="the new description"),
    argument("--contact", metavar="CONTACT", action="append", help="the id of the new Contact; repeatable"),
    argument("--reference", metavar="RFC", action="append", help="the references from now on; repeatable"),
    argument("--notes", metavar="TEXT", help="the assignment notes from now on"),
)


def _amend(act: "Act", given: argparse.Namespace) -> "Done":
    from portbook.procedures import Wish
    from portbook.register.operations import entries

    wish = Wish(given.asked_by, _amendment(given))
    return entries.amend(
        act, target_of(given), wish, decision=given.decision, application=given.for_application
    )


def _correct(act: "Act", given: argparse.Namespace) -> "Done":
    from portbook.register.operations import entries

    return entries.correct(act, target_of(given), _amendment(given), given.evidence)


def _amendment(given: argparse.Namespace) -> "Amendment":
    from portbook.procedures import Amendment
    from portbook.register.operations.acting import references

    if all(each is None for each in (given.description, given.contact, given.reference, given.notes)):
        raise usage("nothing is to be changed: --description, --contact, --reference, --notes", "maintain")
    return Amendment(
        description=None if given.description is None else rich(text_of(given.description)),
        contact=None if given.contact is None else tuple(given.contact),
        reference=None if given.reference is None else references(given.reference),
        notes=None if given.notes is None else rich(text_of(given.notes)),
    )


def _mark(act: "Act", given: argparse.Namespace) -> "Done":
    from portbook.register.operations import entries

    return entries.mark(act, target_of(given), given.word, given.decision)


def _report(act: "Act", given: argparse.Namespace) -> "Done":
    from portbook.register.operations import entries

    return entries.report_use(act, given.port, rich(text_of(given.words)), given.by)


def _move_reference(act: "Act", given: argparse.Namespace) -> "Done":
    from portbook.register.operations import entries

    return entries.move_reference(act, _reference(given.old), _reference(given.new), tuple(given.services))


def _reference(name: str) -> Reference:
    from portbook.register.operations.acting import references

    return references([name])[0]


def _rename(act: "Act", given: argparse.Namespace) -> "Done":
    from portbook.register.operations import entries

    return entries.rename_service(
        act,
        given.service,
        given.new,
        asked_by=given.asked_by,
        accepted=given.accepted,
        expert=given.expert,
        application=given.for_application,
    )


def _reuse(act: "Act", given: argparse.Namespace) -> "Done":
    from portbook.procedures import Grant
    from portbook.register.operations import returning
    from portbook.register.operations.acting import references

    target = target_of(given)
    if target.port is None or not target.transports:
        raise usage("reuse moves one port: --port and -t say which", "maintain")
    grant = Grant(
        given.new,
        target.transports,
        rich(given.description),
        (given.assignee,),
        tuple(given.contact or [given.assignee]),
        references(given.reference or []),
        (target.port,),
    )
    return returning.reuse(
        act,
        target,
        grant,
        asked_by=given.asked_by,
        expert=given.expert,
        decision=given.decision,
        application=given.for_application,
    )


def _succeed(act: "Act", given: argparse.Namespace) -> "Done":
    from portbook.procedures import Succession
    from portbook.procedures.passing import Ground
    from portbook.register.operations import succession

    pair = Succession(
        given.service,
        given.released_by,
        given.applied_by,
        tuple(given.contact or [given.applied_by]),
        Ground(given.ground),
        act.reason,
    )
    return succession.succeed(
        act,
        pair,
        release=given.release,
        request=given.request,
        expert=given.expert,
        application=given.for_application,
    )


# -- early allocations


def _early(act: "Act", given: argparse.Namespace) -> "Done":
    from portbook.register.operations import early

    match given.step:
        case "renew":
            return early.renew(
                act,
                given.service,
                chairs=given.chairs,
                decision=given.decision,
                is_before_iesg=given.before_iesg,
            )
        case "complete":
            return early.complete(act, given.service, given.document)
        case "tell":
            return early.tell_expiry(act, given.service)
        case _:
            return early.deprecate(act, given.service, chairs=given.chairs, is_before_iesg=given.before_iesg)


def _free_early(act: "Act", given: argparse.Namespace) -> "Done":
    from portbook.register.operations import early

    return early.free(act, given.port, chairs=given.chairs)


_APPLICATION: Any = FOR_APPLICATION._replace(options={**FOR_APPLICATION.options, "dest": "for_application"})
_CHAIRS = argument("--chairs", metavar="TEXT", default="", help="where the word of the chairs is on record")

ACTS = {
    "amend": Part(
        "amend descriptions, contacts, references, notes, as a holder or for one",
        (*TARGET, *_NEW_VALUES, ASKED_BY, DECISION, _APPLICATION),
        _amend,
    ),
    "correct": Part("correct what the registry got wrong", (*TARGET, *_NEW_VALUES, EVIDENCE), _correct),
    "mark": Part(
        "mark an entry as out of use; nothing is taken away",
        (*TARGET, argument("--word", choices=("obsolete", "deprecated"), required=True), DECISION),
        _mark,
    ),
    "report": Part(
        "put a report of unauthorized use on the row of a port",
        (
            argument("port", metavar="PORT", type=acts.number),
            argument("words", metavar="TEXT", help="what stands in the row; - for standard input"),
            argument("--by", metavar="NAME", default="", help="who reported it; the Event alone keeps it"),
        ),
        _report,
    ),
    "reference": Part(
        "let entries that cite a document cite its successor",
        (
            argument("old", metavar="OLD", help="such as rfc2818"),
            argument("new", metavar="NEW", help="such as rfc9110"),
            argument("services", metavar="NAME", nargs="*", help="of these services; of all if none is said"),
        ),
        _move_reference,
    ),
    "rename": Part(
        "give a service another name; the old one stays as its alias",
        (
            SERVICE,
            argument("new", metavar="NEW", help="its new name"),
            ASKED_BY,
            argument("--accepted", metavar="TEXT", default="", help="where the Assignee accepts the effects"),
            EXPERT,
            _APPLICATION,
        ),
        _rename,
    ),
    "reuse": Part(
        "move a port to another service of the same Assignee",
        (
            *TARGET,
            argument("--to", dest="new", metavar="NAME", required=True, help="the other service"),
            argument("--description", metavar="TEXT", required=True),
            argument("--assignee", metavar="CONTACT", required=True),
            argument("--contact", metavar="CONTACT", action="append", help="the Assignee, if not said"),
            argument("--reference", metavar="RFC", action="append"),
            ASKED_BY,
            EXPERT,
            DECISION,
            _APPLICATION,
        ),
        _reuse,
    ),
    "succeed": Part(
        "pass a service on to another party; two persons see to it",
        (
            SERVICE,
            argument("--released-by", metavar="CONTACT", default="", help="who releases it"),
            argument("--applied-by", metavar="CONTACT", required=True, help="who applies for it"),
            argument("--contact", metavar="CONTACT", action="append", help="who applies, if not said"),
            argument("--ground", choices=("technical", "operational", "managerial", "sale"), required=True),
            argument("--release", metavar="TEXT", default="", help="where the release is on record"),
            argument("--request", metavar="TEXT", default="", help="where the request is on record"),
            EXPERT,
            _APPLICATION,
        ),
        _succeed,
    ),
    "early": Part(
        "an early allocation: renew, complete, tell of its end, deprecate",
        (
            argument("step", choices=("renew", "complete", "tell", "deprecate")),
            SERVICE,
            _CHAIRS,
            DECISION,
            argument("--before-iesg", action="store_true", help="the document is before the IESG"),
            argument("--document", metavar="RFC", default="", help="that completes it"),
        ),
        _early,
    ),
    "free-early": Part(
        "free the port of an early allocation that was deprecated",
        (argument("port", metavar="PORT", type=acts.number), _CHAIRS),
        _free_early,
    ),
}


def arguments(parser: verbs.Parser) -> None:
    """Add the arguments of maintain."""
    acts.parts_of(parser, ACTS)


def run(arguments: argparse.Namespace) -> int:
    """Do what the part says."""
    return acts.run(arguments)
