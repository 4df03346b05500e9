"""Templates: an application to fill in, with remarks that teach: what is asked, why, and a good answer.

TOML that `read` takes as it stands: what is not filled in yet is empty or a remark, and the check says so.
"""

from collections.abc import Iterator

from portbook.applications.application import FIELDS, NEW, WITH_PORTS, Kind
from portbook.policy import RFC6335, Asked, Policy, Question

_TITLES = {
    Kind.NAME: "A service name alone, for what DNS or configuration finds. First come, first served.",
    Kind.PORT: "A port for a new service. Experts look at it, so the answers decide.",
    Kind.TRANSPORT: "Another transport for a service that is assigned.",
    Kind.SHARE: "A new name on a port that is assigned; its Assignee and experts must agree.",
    Kind.CODE: "DCCP service codes.",
    Kind.EARLY: "A port for a working group's draft, for one year (RFC 7120).",
    Kind.CHANGE: "Other data for what you hold: fill in only what is to change.",
    Kind.RETURN: "Ports that you give back. They become Reserved; the name stays yours.",
    Kind.REUSE: "A port that you hold, for another application of yours.",
    Kind.SUCCESSION: "One party releases a service and another takes it over, together.",
}

# One block for each field, in the order of a TOML file: single values first.  What has no empty value, such
# as yes or no, is a remark until somebody fills it in.
_BLOCKS = {
    "requester": """\
# Your id in the registry's table of contacts; empty if you are new there.
requester = ""
""",
    "channel": """\
# "form"; "document" for an Internet-Draft or RFC; "IESG Approval".
channel = "form"
""",
    "service_name": """\
# 1 to 15 letters, digits and hyphens. Short and telling, without "port", "service", "protocol"
# or a version.
# Good: ferry-read
# Not:  my-service-v2
service_name = ""
""",
    "transports": """\
# Those you use today: "tcp", "udp", "sctp", "dccp". QUIC asks for "udp".
transports = []
""",
    "description": """\
# A few words on what it is, without acronyms.
# Good: Remote reading of tide gauges
description = ""
""",
    "reference": """\
# A document that describes the protocol, with the section; or some words on it, and "proprietary".
reference = ""
""",
    "unauthorized_uses": """\
# Known use of the number by others; may stay empty.
unauthorized_uses = ""
""",
    "notes": """\
# Notes for the published row; may stay empty.
notes = ""
""",
    "development": """\
# How far the development is: idea, design, prototype, tested or deployed.
# development = "prototype"
""",
    "txt_keys": """\
# DNS-SD: the TXT keys that the service defines; an empty list means none.
# txt_keys = [{ key = "path", meaning = "where the readings are" }]
""",
    "ports": """\
# A number, or the range to choose from; of several ports each says why.
[[ports]]
# number = 4242
# range = "User Ports"
why = ""
""",
    "codes": """\
# For DCCP: the service code.
# [[codes]]
# code = "SC:tide"
# description = "Tide gauges"
# specification = ""
""",
    "document": """\
# The document that asks, if one does.
[document]
# name = "draft-ietf-example-00"
# stream = "IETF"
# is_standards_track = true
""",
    "assignee": """\
# Who will hold it: an organisation, a company or a person. Who is published already gives the id alone.
[assignee]
name = ""
email = ""
organisation = ""
# id = ""
""",
    "contact": """\
# A person who answers questions; an address that will last, such as a role's.
[contact]
name = ""
email = ""
organisation = ""
# id = ""
""",
    "casts": """\
# IP broadcast, multicast, anycast: answer each, and what for.
[casts]
# broadcast = false
# multicast = false
# anycast = false
purpose = ""
""",
    "related": """\
# An assigned service that yours has to do with, and how:
# same, extension, copy, version, variant, secure, other.
[related]
# name = ""
# how = "other"
""",
    "declares": """\
# Yes or no; take the mark away where you know it.
[declares]
# only_discovery = false        # it only finds hosts or services
# reacts_to_congestion = true
# uses_every_transport = true   # today
# is_same_on_transports = true
# needs_fixed_port = true
# is_local = false              # between processes of one machine
# is_client = false
# is_web_page = false           # browsers are the clients
# is_in_use = false             # the number, already
# has_secure_pair = false       # one port with security and one without
""",
    "early": """\
# What the working group has done.
[early]
# draft_is_stable = true
# describes_use = true
# has_interest = true
# has_consensus = true
# chairs_agree = true
# area_director_agrees = true
""",
    "maintenance": """\
# What is to happen, why, and what shows it.
[maintenance]
reason = ""
evidence = ""
# new_name = ""
# old_name = ""
# released_by = ""
# is_same_party = true
# hides_contact = true
""",
}


def new(kind: Kind, policy: Policy = RFC6335) -> str:
    """Return a TOML template for an application of *kind*, with the questions of *policy*."""
    head = f"# {_TITLES[kind]}\n# Fill in what follows; then: portbook apply check FILE\n"
    head += f'\nkind = "{kind.value}"\n'
    blocks = [head, *(block for field, block in _BLOCKS.items() if field in FIELDS[kind])]
    if questions := [_question(question) for question in _asked(kind, policy)]:
        blocks += ["# Answers in your own words; each is read by itself.\n[answers]\n", *questions]
    return "\n".join(blocks)


def _asked(kind: Kind, policy: Policy) -> Iterator[Question]:
    """The questions in words that may apply to *kind*."""
    with_port = kind in WITH_PORTS or kind is Kind.TRANSPORT
    for question in policy.questions:
        applies = with_port or question.asked in (Asked.ALL, Asked.RESERVED)
        if kind in NEW and applies and question.field.startswith("answers."):
            yield question


def _question(question: Question) -> str:
    """The block of one question."""
    said = [("", f"{question.id} ({question.asked.value}): {question.words}")]
    said += [("Source: ", question.source), ("Good: ", question.good), ("Not:  ", question.bad)]
    remarks = [f"# {title}{text}".replace("\n", "\n# ") for title, text in said if text]
    return "\n".join([*remarks, f'{question.field.partition(".")[2]} = ""\n'])
