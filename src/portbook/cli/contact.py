"""`portbook contact add|verify|change|show|...`: the parties, their addresses, what is published."""

import argparse
from typing import TYPE_CHECKING

from portbook.cli import acts, output, verbs, waiting
from portbook.cli.acts import EVIDENCE, NOTICE, Part, argument
from portbook.cli.refusal import FOUND, NOT_FOUND
from portbook.errors import shown

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
    parts = acts.parts_of(parser, ACTS)
    waiting.add_list(parts, "list", "the changes of addresses that wait, with their days")
    shows = waiting.add_list(parts, "show", "a contact as the register has it: names, addresses, members")
    shows.add_argument(*_CONTACT.names, **_CONTACT.options)


def run(arguments: argparse.Namespace) -> int:
    """Do what the part says."""
    looking = {"list": waiting.changes, "show": _show}
    return looking.get(arguments.part, acts.run)(arguments)


def _show(arguments: argparse.Namespace) -> int:
    acts.connect()
    from portbook.register import tables
    from portbook.register.entries import Reader
    from portbook.register.models import Contact, Member
    from portbook.register.operations.acting import mail_address

    found = tables.load(Contact, "WHERE contact_id = %s", [arguments.contact])
    if not found:
        output.note(f"portbook: the register has no contact {shown(arguments.contact)}")
        return NOT_FOUND
    contact = Reader().contact(found[0].row, found[0].layout)
    members = tables.load(Member, "WHERE party = %s ORDER BY name", [arguments.contact])
    told = {
        "contact": contact.id,
        "name": contact.name or "",
        "organization": contact.organization or "",
        "addresses": [mail_address(uri) or uri for uri in contact.uris],
        "updated": str(contact.updated or ""),
        "is_withheld": found[0].is_withheld,
        "members": [member.name for member in members],
    }
    acts.tell_facts(told, is_json=arguments.json)
    return FOUND
