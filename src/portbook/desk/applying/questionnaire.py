"""The questions of an application's form: what is asked, why, and what a good answer is like.

Fields are those of `portbook.applications`; which of them a kind has, its table says, and whose questions
apply to a case, its rules.  What a policy asks in words stands here in the policy's own.  Knows no pages.
"""

from collections.abc import Iterator
from dataclasses import replace

from portbook.applications import FIELDS, Channel, Development, How, Kind, Stream
from portbook.applications.case import Case
from portbook.applications.form import asked_of
from portbook.desk.applying.fields import Field, Input, Question, party, prose, yes_no
from portbook.policy import QUESTIONS as STANDARD
from portbook.policy import Asked, Policy
from portbook.policy import Question as Posed

MAINTENANCE = "maintenance"

_ASKED = "RFC 6335 section 8.1.1"

QUESTIONS = (
    Question(
        "requester",
        "Who asks?",
        "Your own id in the registry's table of contacts. The desk fills it in; nobody can ask as "
        "somebody else.",
        "Ada_Example, or nothing for somebody who is new.",
        (Field("requester", "Contact id"),),
        source="R-FORM-1",
    ),
    Question(
        "name",
        "What is the service called?",
        "1 to 15 letters, digits and hyphens, with one letter at least. Short and telling; without port, "
        "service, "
        "protocol or a version in it. Capital and small letters count as the same.",
        "ferry-read",
        (Field("service_name", "Service name"),),
        "my-service-v2",
        "RFC 6335 section 5.1",
    ),
    Question(
        "transports",
        "Over which transports does it run today?",
        "Ask for what you use now; another one can be added later. QUIC runs over UDP.",
        "tcp, for a service that is spoken over TCP alone.",
        (
            Field(
                "transports",
                "Transports",
                Input.SEVERAL,
                (("tcp", "TCP"), ("udp", "UDP"), ("sctp", "SCTP"), ("dccp", "DCCP")),
            ),
        ),
        "All four, in case they are needed one day.",
        "RFC 6335 sections 7.2, 8.1.1",
    ),
    Question(
        "ports",
        "Which port?",
        "A number that you would like, or the range to choose from: then the registry chooses. One port "
        "is enough "
        "for nearly every service; of several, say for each why it is needed.",
        "Range: User Ports",
        (
            Field("ports.*.number", "Number"),
            Field(
                "ports.*.range",
                "Range to choose from, in place of a number",
                Input.CHOICE,
                (("", "None"),),  # and those of the policy
            ),
            prose("ports.*.why", "Why this one, where you ask for several"),
        ),
        "8080, because it is easy to remember.",
        "RFC 6335 sections 6, 8.1.1; RFC 7605 section 7.3",
        rows="ports",
    ),
    Question(
        "related",
        "Is there an assigned service that it has to do with?",
        "A newer version, a variant or a secured form shares the port of what is there. Name it, and say "
        "how the "
        "two belong together; leave it open if there is none.",
        "ferry, as its extension: the first message says which of the two is spoken.",
        (
            Field("related.name", "Name of the assigned service"),
            Field(
                "related.how",
                "How they belong together",
                Input.CHOICE,
                (
                    ("", "Not at all"),
                    (How.SAME, "Another name for it"),
                    (How.EXTENSION, "An extension, told apart inside the connection"),
                    (How.COPY, "Its clients can use the new one as they are"),
                    (How.VERSION, "A new version"),
                    (How.VARIANT, "Another class of performance, replica or payload"),
                    (How.SECURE, "The same, secured"),
                    (How.OTHER, "Something else"),
                ),
            ),
        ),
        "",
        "RFC 7605 sections 7.1, 7.5",
    ),
    Question(
        "description",
        "What is it, in a few words?",
        "The registry prints this beside the name. Write acronyms out, and leave praise away.",
        "Remote reading of tide gauges",
        (prose("description", "Description"),),
        "TGR Enterprise, the leading solution",
        _ASKED,
    ),
    Question(
        "reference",
        "Where is the protocol described?",
        "A document, with the section; or some words on the protocol, and that it is proprietary. The "
        "registry prints what can be cited: RFCs, drafts, links. Your own words are for those who judge it.",
        "Proprietary; the gauge sends one reading a minute, each of 40 octets.",
        (prose("reference", "Reference"),),
        "See our web site.",
        _ASKED,
    ),
    Question(
        "document",
        "Does a document ask for it?",
        "Most requests come by this form. An Internet-Draft or RFC asks in its section of IANA "
        "considerations; a "
        "few come by a decision of the IESG.",
        "This form; no document.",
        (
            Field(
                "channel",
                "It comes by",
                Input.CHOICE,
                (
                    ("", "This form"),
                    (Channel.DOCUMENT, "A document"),
                    (Channel.IESG, "A decision of the IESG"),
                ),
            ),
            Field("document.name", "Name of the document"),
            Field(
                "document.stream",
                "Its stream",
                Input.CHOICE,
                (("", "None"), *((each.value, each.value) for each in Stream if each)),
            ),
            yes_no("document.is_standards_track", "It is on the standards track, or a Best Current Practice"),
        ),
        "",
        "RFC 6335 section 8.1.2",
    ),
    Question(
        "assignee",
        "Who will hold it?",
        "The Assignee: an organisation, a company or a person, who speaks for the entry from now on. For a "
        "document of the IETF that is the IESG.",
        "Tide Works, registry@tide.example",
        party("assignee"),
        "A project without anybody who answers.",
        _ASKED,
    ),
    Question(
        "contact",
        "Who answers questions?",
        "The Contact: a person, or a role that will still be there in ten years. Name and address are "
        "published.",
        "Tia Dale, ports@tide.example",
        party("contact"),
        "A private address that lapses with a job.",
        _ASKED,
    ),
    Question(
        "casts",
        "Does it use IP broadcast, multicast or anycast?",
        "Answer each; where one is yes, say what for.",
        "Multicast only: a node asks once at start, on one group, who serves it.",
        (
            yes_no("casts.broadcast", "Broadcast"),
            yes_no("casts.multicast", "Multicast"),
            yes_no("casts.anycast", "Anycast"),
            prose("casts.purpose", "What for, where one is yes"),
        ),
        "Maybe later.",
        _ASKED,
    ),
    Question(
        "discovery",
        "UDP: is it only for finding hosts or services?",
        "What only finds others sends little. Everything else must react to congestion.",
        "No",
        (yes_no("declares.only_discovery", "It only finds hosts or services"),),
        "",
        "RFC 7605 section 7.6",
        Asked.UDP,
    ),
    Question(
        "facts",
        "What is it like?",
        "Answer what you know. Nothing here refuses by itself: it saves a question later.",
        "The clients need a fixed port: yes, they call in before anybody could configure them.",
        (
            yes_no("declares.needs_fixed_port", "Clients need a port that is fixed"),
            yes_no("declares.is_in_use", "The number is used outside the laboratory already"),
            yes_no("declares.uses_every_transport", "Every transport asked for is used today"),
            yes_no("declares.is_same_on_transports", "It is the same service on each transport"),
            yes_no("declares.reacts_to_congestion", "It reacts to congestion"),
            yes_no("declares.is_local", "It stays within one machine"),
            yes_no("declares.is_client", "The port is the client's own"),
            yes_no("declares.is_web_page", "Ordinary browsers are the clients"),
            yes_no("declares.has_secure_pair", "One port with security and one without are asked for"),
        ),
        "",
        "RFC 7605 sections 7.1 to 7.7",
        Asked.PORT,
    ),
    Question(
        "development",
        "How far is the development?",
        "The best time to ask is when the design hardly changes any more, before it is widely used.",
        "Prototype",
        (
            Field(
                "development",
                "State of the development",
                Input.CHOICE,
                (("", "Not said"), *((each.value, each.value.capitalize()) for each in Development)),
            ),
        ),
        "Idea",
        "RFC 7605 section 7.7",
        Asked.PORT,
    ),
    Question(
        "txt",
        "DNS-SD: which TXT keys does it define?",
        "For services that are found by DNS-SD. A key with what it means, a line each; or say that there "
        "are none.",
        "path: where the readings are",
        (
            Field("txt_keys.*.key", "Key"),
            Field("txt_keys.*.meaning", "What it means"),
            Field("txt_keys", "It defines none", Input.MARK, (("none", "It defines none"),)),
        ),
        "",
        "RFC 6763 section 6",
        rows="txt_keys",
    ),
    Question(
        "codes",
        "DCCP: which service codes?",
        "Only for DCCP: four characters or a number, and what is served under it.",
        "SC:tide, Tide gauges",
        (
            Field("codes.*.code", "Code"),
            Field("codes.*.description", "Description"),
            Field("codes.*.specification", "Where it is described"),
        ),
        "",
        "RFC 4340 section 8.1.2; RFC 5595",
        rows="codes",
        transport="dccp",
    ),
    Question(
        "early",
        "What has the working group done?",
        "An early allocation lasts for one year, and needs all of this.",
        "Yes to each.",
        (
            yes_no("early.draft_is_stable", "The draft is stable"),
            yes_no("early.describes_use", "It describes format and meaning of what travels"),
            yes_no(
                "early.has_interest", "There is interest in early implementations, or collisions threaten"
            ),
            yes_no("early.has_consensus", "The working group agrees"),
            yes_no("early.chairs_agree", "Its chairs agree"),
            yes_no("early.area_director_agrees", "The area director agrees"),
        ),
        "",
        "RFC 7120 section 2",
    ),
    Question(
        "maintenance",
        "What is to happen, and why?",
        "Say it in words that somebody understands who was not there; what shows it helps.",
        "The company was renamed in law on 3 May; the public record of companies shows it.",
        (
            Field("maintenance.old_name", "The service that gives its port up", kinds=(Kind.REUSE,)),
            Field(
                "maintenance.released_by",
                "Contact id of the party that releases it",
                kinds=(Kind.SUCCESSION,),
            ),
            Field("maintenance.new_name", "New service name, if it changes", kinds=(Kind.CHANGE,)),
            yes_no(
                "maintenance.is_same_party", "The Assignee is still the same, under a new name", Kind.CHANGE
            ),
            yes_no("maintenance.hides_contact", "The contact data are not to be published", Kind.CHANGE),
            prose("maintenance.reason", "Why"),
            prose("maintenance.evidence", "What shows it"),
        ),
        "As discussed.",
        "RFC 6335 sections 8.2 to 8.6",
    ),
    Question(
        "unauthorized",
        "Do others use the number already?",
        "Use without an assignment, as far as you know. It may stay empty.",
        "Some releases of an invented game use it on the local network.",
        (prose("unauthorized_uses", "Known use by others"),),
        "",
        _ASKED,
    ),
    Question(
        "notes",
        "Is there anything to print beside the entry?",
        "A note for everybody who reads the registry. It may stay empty.",
        "The service is spoken over TLS only.",
        (prose("notes", "Notes"),),
        "",
        _ASKED,
    ),
)


def posed(policy: Policy) -> Iterator[Question]:
    """Return what *policy* asks in words."""
    for each in policy.questions:
        if each.field.startswith("answers."):
            yield _of_policy(each, policy)


def _of_policy(each: Posed, policy: Policy) -> Question:
    name = each.field.partition(".")[2]
    return Question(
        f"answers-{name}",
        each.words,
        "In your own words. Say it here, even where a document says it too: a mere citation is sent back.",
        each.good or "A few sentences, with numbers where there are any.",
        (prose(each.field, "Your answer"),),
        each.bad,
        each.source or policy.name,
        each.asked,
    )


def all_of(policy: Policy) -> tuple[Question, ...]:
    """Return every question there is, in the order of the form."""
    at = next(place for place, each in enumerate(QUESTIONS) if each.slug == "txt")
    return (*QUESTIONS[:at], *posed(policy), *QUESTIONS[at:])


def of_kind(kind: Kind, policy: Policy, filled: frozenset[str] = frozenset()) -> tuple[Question, ...]:
    """Return the questions of *kind*, with its fields alone; what is *filled* is shown, whatever the kind."""
    found = []
    for question in all_of(policy):
        own = (field for field in question.fields if _has(kind, field) or field.path in filled)
        fields = tuple(_with_ranges(field, policy) for field in own)
        is_own = question.slug == "requester"
        if any(field.path in filled for field in fields) or (fields and not is_own):
            found.append(question._replace(fields=fields))
    return tuple(found)


def _has(kind: Kind, field: Field) -> bool:
    return field.group in FIELDS[kind] and (field.group != MAINTENANCE or kind in field.kinds)


def _with_ranges(field: Field, policy: Policy) -> Field:
    if field.path != "ports.*.range":
        return field
    ranges = (
        (each.name, f"{each.name}, {each.low} to {each.high}") for each in policy.ranges if each.is_assignable
    )
    return field._replace(choices=(*field.choices, *ranges))


def conditions(case: Case) -> frozenset[Asked]:
    """Return of whom the questions are that apply to *case*."""
    asked = replace(case, policy=case.policy._replace(questions=STANDARD))
    found = {question.asked for question in asked_of(asked)}
    return frozenset(found | ({Asked.PORTS} if case.wants_ports and len(case.ports) > 1 else set()))
