"""Application: what somebody asks of the registry, as a frozen value.

The fields are those of RFC 6335 section 8.1.1 and of IANA's form (R-FORM-1 to R-FORM-22).  Texts are as the
applicant wrote them: a transport "quic" or a port "0080" stands here as it came, so that every rule can say
what is wrong with it.  Which fields a kind has, `FIELDS` says.  Knows no rules, no registry and no clock.
"""

from enum import StrEnum
from typing import NamedTuple

from portbook.discovery import TxtKey
from portbook.trees import Answers, Line, Number, Prose


class Kind(StrEnum):
    """What is asked for."""

    NAME = "name"  # a service name alone
    PORT = "port"  # a new service with a port, or a port for one's own name
    TRANSPORT = "transport"  # another transport of a service that is assigned
    SHARE = "share"  # a new name on a port that is assigned to another
    CODE = "code"  # DCCP service codes alone
    EARLY = "early"  # a port before the document of a working group is approved
    CHANGE = "change"  # other data for what one holds
    RETURN = "return"  # ports given back
    REUSE = "reuse"  # a port that one holds, for another application
    SUCCESSION = "succession"  # one party releases and another applies, together


class Channel(StrEnum):
    """How a request comes."""

    FORM = "form"
    DOCUMENT = "document"  # the IANA considerations of a document
    IESG = "IESG Approval"  # a decision of the IESG


class Stream(StrEnum):
    """The stream of a document (RFC 8729; RFC 6335 cites RFC 4844)."""

    NONE = ""
    IETF = "IETF"
    IAB = "IAB"
    IRTF = "IRTF"
    INDEPENDENT = "Independent"
    EDITORIAL = "Editorial"


class Development(StrEnum):
    """How far the development is."""

    IDEA = "idea"
    DESIGN = "design"
    PROTOTYPE = "prototype"
    TESTED = "tested"
    DEPLOYED = "deployed"


class How(StrEnum):
    """In which way a service is related to one that is assigned."""

    SAME = "same"  # another name for it
    EXTENSION = "extension"  # told apart inside the connection (R-REQ-21)
    COPY = "copy"  # its unmodified clients can use the new one (R-REQ-12)
    VERSION = "version"  # a new version of it (R-REQ-11)
    VARIANT = "variant"  # a class of performance, a replica, a type of payload (R-REQ-14)
    SECURE = "secure"  # it, with security (R-REQ-10)
    OTHER = "other"


class Party(NamedTuple):
    """A person or organisation: as published already, by `id`, or with name and address."""

    name: Line = ""
    email: Line = ""
    organisation: Line = ""
    id: Line = ""  # of the registry's table of contacts


class Document(NamedTuple):
    """The document that asks."""

    name: Line = ""
    stream: Stream = Stream.NONE
    is_standards_track: bool = False  # a BCP too


class WantedPort(NamedTuple):
    """One port: a number, or the range to choose from; `why` is its own justification (R-REQ-7)."""

    number: Number = ""
    range: Line = ""
    why: Prose = ""


class WantedCode(NamedTuple):
    """One DCCP service code: "1717858426", "SC:fdpz", "SC=x6664707A"."""

    code: Number = ""
    description: Line = ""
    specification: Line = ""


class Casts(NamedTuple):
    """Three answers of RFC 6335 section 8.1.1, None while unanswered, and what for (R-FORM-10)."""

    broadcast: bool | None = None
    multicast: bool | None = None
    anycast: bool | None = None
    purpose: Prose = ""


class Related(NamedTuple):
    """The assigned service that the new one has to do with."""

    name: Line = ""
    how: How | None = None


class Declared(NamedTuple):
    """What the applicant states by yes or no; None where nothing is said."""

    only_discovery: bool | None = None  # only finds hosts or services
    reacts_to_congestion: bool | None = None
    uses_every_transport: bool | None = None  # that is asked for, today
    is_same_on_transports: bool | None = None  # one service, but for what each transport needs
    needs_fixed_port: bool | None = None
    is_local: bool | None = None  # between processes of one machine
    is_client: bool | None = None  # the port is the client's own
    is_web_page: bool | None = None  # ordinary browsers are the clients
    is_in_use: bool | None = None  # the number is used outside the laboratory already
    has_secure_pair: bool | None = None  # asks for a port with security and one without


class EarlyCase(NamedTuple):
    """What a working group must have done before an early allocation (RFC 7120, which replaces RFC 4020)."""

    draft_is_stable: bool | None = None
    describes_use: bool | None = None  # format and meaning of what travels
    has_interest: bool | None = None  # or collisions threaten
    has_consensus: bool | None = None
    chairs_agree: bool | None = None
    area_director_agrees: bool | None = None


class Maintenance(NamedTuple):
    """What a change, a return, a reuse or a succession says besides."""

    new_name: Line = ""  # change of the service name
    old_name: Line = ""  # reuse: the service that gives its port up
    reason: Prose = ""
    evidence: Prose = ""  # that use has ended; that a name was changed in law
    released_by: Line = ""  # succession: the contact id of who releases
    is_same_party: bool | None = None  # a new name of the same Assignee (R-XFER-6)
    hides_contact: bool | None = None  # contact data are not to be published (R-MAINT-10)


class Application(NamedTuple):
    """A request.  For a change, the fields that are filled in are the new values."""

    kind: Kind
    requester: Line = ""  # the contact id of who asks; "" for somebody new
    channel: Channel = Channel.FORM
    service_name: Line = ""
    transports: tuple[Line, ...] = ()
    description: Prose = ""
    reference: Prose = ""
    unauthorized_uses: Prose = ""
    notes: Prose = ""
    development: Development | None = None
    document: Document = Document()
    assignee: Party = Party()
    contact: Party = Party()
    ports: tuple[WantedPort, ...] = ()
    codes: tuple[WantedCode, ...] = ()
    casts: Casts = Casts()
    txt_keys: tuple[TxtKey, ...] | None = None
    related: Related = Related()
    declares: Declared = Declared()
    answers: Answers = ()  # by the last part of the question's field
    early: EarlyCase = EarlyCase()
    maintenance: Maintenance = Maintenance()

    def answer(self, to: str) -> str:
        """Return the words of the answer *to* a question, "" when there are none."""
        return dict(self.answers).get(to, "")


NEW_NAMES = frozenset({Kind.NAME, Kind.PORT, Kind.SHARE, Kind.EARLY, Kind.REUSE})
WITH_PORTS = frozenset({Kind.PORT, Kind.SHARE, Kind.EARLY, Kind.REUSE})  # a port is a part of the request
NEW = NEW_NAMES | {Kind.TRANSPORT}  # assign something, so all questions are asked

_WHO = ("kind", "requester", "channel", "document")
_PARTIES = ("assignee", "contact", "description", "reference", "notes", "unauthorized_uses")
_NAME = (*_WHO, *_PARTIES, "service_name", "transports", "codes", "casts", "txt_keys", "related", "declares")
_PORT = (*_NAME, "answers", "ports", "development")

# The fields that each kind has.
FIELDS: dict[Kind, tuple[str, ...]] = {
    Kind.NAME: (*_NAME, "answers"),
    Kind.PORT: _PORT,
    Kind.TRANSPORT: _PORT,
    Kind.SHARE: _PORT,
    Kind.EARLY: (*_PORT, "early"),
    Kind.REUSE: (*_PORT, "maintenance"),
    Kind.CODE: (*_WHO, "assignee", "contact", "codes", "notes", "reference"),
    Kind.CHANGE: (*_WHO, *_PARTIES, "service_name", "txt_keys", "maintenance"),
    Kind.RETURN: (*_WHO, "service_name", "transports", "ports", "notes", "maintenance"),
    Kind.SUCCESSION: (*_WHO, *_PARTIES, "service_name", "maintenance"),
}
