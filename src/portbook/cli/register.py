"""`portbook register new|seed|status|...`: a registry of one's own: members, policy, state."""

import argparse
import sys
from typing import TYPE_CHECKING, Any

from portbook.cli import acts, clock, output, register_looks, verbs, waiting
from portbook.cli.acts import DECISION, Part, argument
from portbook.cli.data import chosen_file, input_bytes, reading
from portbook.cli.progress import long_work
from portbook.cli.refusal import FOUND, NOT_FOUND, usage
from portbook.errors import RuleError, shown
from portbook.store import EditionFile, EditionStore

if TYPE_CHECKING:
    from portbook.register.acts import Act, Done

EXAMPLES = 20  # findings that are told in words

_NAME = argument("name", metavar="NAME", help="the name of the member")
_PORT = argument("port", metavar="PORT", type=acts.number)


# -- acts


def _add_member(act: "Act", given: argparse.Namespace) -> "Done":
    from portbook.register.operations import registry

    return registry.add_member(act, given.name, _roles(given.roles), given.party)


def _change_member(act: "Act", given: argparse.Namespace) -> "Done":
    from portbook.register.operations import registry

    roles = None if given.roles is None else _roles(given.roles)
    return registry.change_member(act, given.name, roles=roles, party=given.party, is_active=given.is_active)


def _roles(text: str) -> Any:
    from portbook.register.roles import Role

    names = [name for name in text.split(",") if name]
    if unknown := [name for name in names if name not in Role.__members__.values()]:
        raise usage(f"role {unknown[0]!r} is none of {', '.join(Role)}", "register")
    return [Role(name) for name in names]


def _appoint(act: "Act", given: argparse.Namespace) -> "Done":
    from portbook.register.operations import registry

    begins = given.begins or act.instant[:10]
    return registry.appoint(
        act, given.name, given.team, begins=begins, ends=given.ends, decision=given.decision
    )


def _dismiss(act: "Act", given: argparse.Namespace) -> "Done":
    from portbook.register.operations import registry

    return registry.dismiss(act, given.term, ends=given.ends, decision=given.decision)


def _freeze(act: "Act", given: argparse.Namespace) -> "Done":
    from portbook.register.operations import registry

    return registry.freeze(act)


def _unfreeze(act: "Act", given: argparse.Namespace) -> "Done":
    from portbook.register.operations import registry

    return registry.unfreeze(act)


def _set_policy(act: "Act", given: argparse.Namespace) -> "Done":
    from portbook.register.operations import registry

    text = "" if given.rfc6335 else _policy_text(given.file)
    with reading(given.file or "the policy"):
        return registry.set_policy(act, text)


def _policy_text(name: str | None) -> str:
    if name is None:
        raise usage("register set-policy needs: FILE, or --rfc6335", "register")
    return input_bytes(name).decode("utf-8", "surrogateescape")


def _reserve(act: "Act", given: argparse.Namespace) -> "Done":
    from portbook.register.operations import registry

    return registry.reserve(act, given.port, given.decision)


def _free(act: "Act", given: argparse.Namespace) -> "Done":
    from portbook.register.operations import registry

    return registry.free(act, given.port, given.decision)


def _approve(act: "Act", given: argparse.Namespace) -> "Done":
    from portbook.register.operations import approving

    return approving.approve(act, given.operation, given.digest, application=given.application)


ACTS = {
    "add-member": Part(
        "add a member, with roles and the contact for whom they act",
        (
            _NAME,
            argument("roles", metavar="ROLES", help="applicant, holder, expert, registrar, ... with commas"),
            argument(
                "--party", metavar="CONTACT", default="", help="the id of the contact that they speak for"
            ),
        ),
        _add_member,
    ),
    "change-member": Part(
        "other roles or another contact; or put aside",
        (
            _NAME,
            argument("--roles", metavar="ROLES", help="all their roles from now on, with commas"),
            argument("--party", metavar="CONTACT", help="the id of the contact that they speak for"),
            argument("--off", dest="is_active", action="store_const", const=False, help="they act no more"),
            argument("--on", dest="is_active", action="store_const", const=True, help="they act again"),
        ),
        _change_member,
    ),
    "appoint": Part(
        "record that the IESG made a member an expert of a team",
        (
            _NAME,
            argument("team", metavar="TEAM", help="a team of the policy"),
            argument("--begins", metavar="DAY", default="", help="today, if not said"),
            argument("--ends", metavar="DAY", default="", help="open, if not said"),
            DECISION,
        ),
        _appoint,
    ),
    "dismiss": Part(
        "record that the IESG ended the term of an expert",
        (
            argument("term", metavar="TERM", type=acts.number, help="the number of the term"),
            argument("--ends", metavar="DAY", required=True, help="its last day"),
            DECISION,
        ),
        _dismiss,
    ),
    "freeze": Part("stop every act, but unfreeze", (), _freeze),
    "unfreeze": Part("let acts go on", (), _unfreeze),
    "set-policy": Part(
        "run the register by another policy",
        (
            argument("file", metavar="FILE", nargs="?", help="TOML; - for standard input"),
            argument("--rfc6335", action="store_true", help="that of RFC 6335, as at the beginning"),
        ),
        _set_policy,
    ),
    "reserve": Part(
        "keep a port for a special purpose, as the IESG or the IETF decided", (_PORT, DECISION), _reserve
    ),
    "free": Part("set a Reserved port free, as the IESG decided", (_PORT, DECISION), _free),
    "approve": Part(
        "give a second person's word for an act that needs two, for a day",
        (
            argument("operation", metavar="OPERATION", help="as the refused act is called"),
            argument("digest", metavar="DIGEST", help="as the dry run of the act shows it"),
            argument("--application", metavar="N", type=acts.number, default=0, help="that it is about"),
        ),
        _approve,
    ),
}


def arguments(parser: verbs.Parser) -> None:
    """Add the arguments of register: the parts that look, and the acts."""
    parts = acts.parts_of(parser, {})
    new = acts.plain_part(parts, "new", "make the tables of a register, and its first registrar")
    acts.act_options(new, is_tried=False)
    acts.plain_part(parts, "upgrade", "bring the tables of an older Portbook up to date")
    show = acts.plain_part(parts, "show", "what a register seeded from an edition would hold, and its digest")
    show.add_argument("edition", metavar="EDITION", nargs="?", help="a kept edition; the newest if not said")
    seed = acts.plain_part(parts, "seed", "fill the empty register from an edition; two registrars do it")
    seed.add_argument("edition", metavar="EDITION", nargs="?", help="a kept edition; the newest if not said")
    seed.add_argument("--seen", metavar="DIGEST", required=True, help="what `register show` gave both")
    seed.add_argument("--second", metavar="MEMBER", required=True, help="the other registrar, who saw it too")
    acts.act_options(seed, is_tried=False)
    status = acts.plain_part(parts, "status", "what the register holds, and where its chain of Events stands")
    check = acts.plain_part(parts, "check", "whether all that the register says twice agrees; 1 if not")
    members = acts.plain_part(parts, "members", "who may act, as what, and the terms of experts")
    for part in (show, status):
        acts.form_options(part)
    for part in (check, members):
        part.add_argument("--json", action="store_true", help="one JSON document")
    policy = acts.plain_part(parts, "policy", "the policy that the register is run by, as TOML")
    policy.add_argument("--json", action="store_true", help="one JSON document")
    waiting.add_list(parts, "letters", "letters that wait or were given up: to whom, and why")
    acts.add(parts, ACTS)


def run(arguments: argparse.Namespace) -> int:
    """Do what the part says."""
    if arguments.part in ACTS:
        status = acts.run(arguments)
        if (status, arguments.part) == (FOUND, "add-member"):
            _say_where_letters_go(arguments)
        return status
    return {
        "new": _new,
        "upgrade": _upgrade,
        "show": _show,
        "seed": _seed,
        "status": register_looks.status,
        "check": _check,
        "members": register_looks.members,
        "policy": register_looks.policy,
        "letters": waiting.letters,
    }[arguments.part](arguments)


_GETS_LETTERS = {"applicant", "holder", "expert"}


def _say_where_letters_go(given: argparse.Namespace) -> None:
    """Warn of a member whom no letter would reach."""
    if _GETS_LETTERS.intersection(given.roles.split(",")) and not given.party and "@" not in given.name:
        output.note(
            f"portbook: letters for {shown(given.name)} go to the account of that name at the desk; who has "
            "none there is called by a mail address, or speaks for a contact (--party)"
        )


# -- the beginning


def _new(arguments: argparse.Namespace) -> int:
    name = acts.member_of(arguments)
    if arguments.dry_run:
        raise usage("register new makes tables; there is no dry run of it", "register")
    acts.connect(needs_tables=False)
    from portbook.register import members, upgrading

    with long_work("Making the tables"):
        upgrading.upgrade()
    if _has_members():
        raise usage("this register has members; register add-member adds others", "register")
    act = acts.act_of(arguments)._replace(operation="add member", object=f"member {name}", request=name)
    try:
        done = members.add(act, name, [members.REGISTRAR])
    except RuleError as error:
        return acts.refused(error, is_json=arguments.json)
    acts.tell(done, arguments)
    return FOUND


def _has_members() -> bool:
    from portbook.register import tables

    return bool(tables.rows("SELECT 1 FROM register_member LIMIT 1"))


def _upgrade(arguments: argparse.Namespace) -> int:
    acts.connect(needs_tables=False)
    from portbook.register import upgrading

    with long_work("Upgrading the tables"):
        copy = upgrading.upgrade()
    output.say("the tables are those of this Portbook")
    if copy:
        output.say(f"the register as it was before: {copy}")
    return FOUND


def _show(arguments: argparse.Namespace) -> int:
    acts.set_up()
    from portbook.register import seeding

    with long_work("Reading the edition"):
        seed = seeding.show(_edition(arguments.edition))
    return register_looks.told(seed._asdict(), arguments)


def _seed(arguments: argparse.Namespace) -> int:
    actor = acts.member_of(arguments)
    if arguments.dry_run:
        raise usage("`portbook register show` is the dry run of register seed", "register")
    if arguments.key:
        raise usage("register seed happens once; it takes no --key", "register")
    acts.connect()
    from portbook.register import seeding

    try:
        with long_work("Seeding the register"):
            done = seeding.seed(
                _edition(arguments.edition),
                arguments.seen,
                actor=actor,
                second=arguments.second,
                instant=clock.instant(),
                reason=arguments.reason,
                field=arguments.field or "",
            )
    except RuleError as error:
        return acts.refused(error, is_json=arguments.json)
    acts.tell(done, arguments)
    return FOUND


def _edition(identity: str | None) -> EditionFile:
    return chosen_file(argparse.Namespace(data=None, edition=identity))


# -- looking


def _check(arguments: argparse.Namespace) -> int:
    acts.connect()
    from portbook.register import auditing
    from portbook.register.moments import one_moment

    with long_work("Checking the register"), one_moment():
        problems = auditing.check(EditionStore())
    return tell_problems(problems, arguments, "everything agrees")


def tell_problems(problems: Any, arguments: argparse.Namespace, well: str, **known: Any) -> int:
    """Tell what an audit found, in JSON what is *known* besides; 1 when it found something."""
    if arguments.json:
        told = {"findings": [each.as_json() for each in problems]}
        sys.stdout.write(output.json_text(known | told))
    else:
        for problem in problems[:EXAMPLES]:
            output.say(f"{problem.code}: {problem.message}")
        if len(problems) > EXAMPLES:
            output.say(f"and {len(problems) - EXAMPLES} more; --json has them all")
        output.say(f"wrong: {output.counted(len(problems), 'finding')}" if problems else well)
    return NOT_FOUND if problems else FOUND
