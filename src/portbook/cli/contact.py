"""`portbook contact add|verify|change|...`: the parties, their addresses, and what is published of them."""

import argparse
from typing import TYPE_CHECKING

from portbook.cli import acts, verbs
from portbook.cli.acts import EVIDENCE, NOTICE, Part, argument

if TYPE_CHECKING:
    from portbook.register.acts import Act, Done

_CONTACT = argument("contact", metavar="CONTACT", help="the id of the contact")
_ADDRESS = argument("address", metavar="ADDRESS", help="a mail address of the contact")
_ADDRESSES = argument("addresses", metavar="ADDRESS", nargs="+", help="all its mail addresses from then on")


def _add(act: "Act", given: argparse.Namespace) -> "Done":
    from portbook.register.operations import contacts

    return contacts.add(
        act, name=given.name, organization=given.organization, addresses=tuple(given.addresses)
    )


def _verify(act: "Act", given: argparse.Namespace) -> "Done":
    from portbook.register.operations import contacts

    return contacts.verify(act, given.contact, given.address, given.evidence)


def _withhold(act: "Act", given: argparse.Namespace) -> "Done":
    from portbook.register.operations import contacts

    return contacts.withhold(act, given.contact, given.evidence)


def _publish(act: "Act", given: argparse.Namespace) -> "Done":
    from portbook.register.operations import contacts

    return contacts.publish(act, given.contact, given.evidence)


def _change(act: "Act", given: argparse.Namespace) -> "Done":
    from portbook.register.operations import contacts

    return contacts.ask_change(act, given.contact, tuple(given.addresses))


def _confirm(act: "Act", given: argparse.Namespace) -> "Done":
    from portbook.register.operations import contacts

    return contacts.confirm_change(act, given.notice, given.address, given.evidence)


def _stop(act: "Act", given: argparse.Namespace) -> "Done":
    from portbook.register.operations import contacts

    return contacts.stop_change(act, given.notice)


def _enter(act: "Act", given: argparse.Namespace) -> "Done":
    from portbook.register.operations import contacts

    return contacts.enter_change(act, given.notice)


def _rename(act: "Act", given: argparse.Namespace) -> "Done":
    from portbook.register.operations import entries

    return entries.rename_party(
        act, given.contact, given.evidence, name=given.name, organization=given.organization
    )


ACTS = {
    "add": Part(
        "add a contact; the answer has its id",
        (
            argument("--name", metavar="NAME", default="", help="of a person or a role"),
            argument("--organization", metavar="NAME", default="", help="of a company"),
            argument("addresses", metavar="ADDRESS", nargs="*", help="its mail addresses"),
        ),
        _add,
    ),
    "verify": Part("record that an address answered", (_CONTACT, _ADDRESS, EVIDENCE), _verify),
    "change": Part(
        "ask for other addresses; the old and the new ones are told, and it waits",
        (_CONTACT, _ADDRESSES),
        _change,
    ),
    "confirm": Part("record that an old address confirms the change", (NOTICE, _ADDRESS, EVIDENCE), _confirm),
    "stop": Part("stop a change that waits", (NOTICE,), _stop),
    "enter": Part("enter a change, when its days are over", (NOTICE,), _enter),
    "withhold": Part("publish the name alone from now on", (_CONTACT, EVIDENCE), _withhold),
    "publish": Part("publish the contact whole again", (_CONTACT, EVIDENCE), _publish),
    "rename": Part(
        "give the same party its new name",
        (
            _CONTACT,
            EVIDENCE,
            argument("--name", metavar="NAME", help="its new name"),
            argument("--organization", metavar="NAME", help="the new name of its organisation"),
        ),
        _rename,
    ),
}


def arguments(parser: verbs.Parser) -> None:
    """Add the arguments of contact."""
    acts.parts_of(parser, ACTS)


def run(arguments: argparse.Namespace) -> int:
    """Do what the part says."""
    return acts.run(arguments)
