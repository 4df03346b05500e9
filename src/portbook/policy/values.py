"""The values of a policy, and RFC 6335's own."""

from enum import StrEnum
from typing import NamedTuple

from portbook.names import MAX_LENGTH
from portbook.numbers import FIRST_DYNAMIC_PORT, FIRST_USER_PORT, MAX_PORT, Ports, Transport, checked_port
from portbook.policy.questions import QUESTIONS, Question


class Procedure(StrEnum):
    """The ways to an assignment, from the IETF's own to the lightest (RFC 8126 section 4)."""

    STANDARDS_ACTION = "Standards Action"
    IETF_REVIEW = "IETF Review"
    IESG_APPROVAL = "IESG Approval"
    SPECIFICATION = "Specification Required"
    EXPERT_REVIEW = "Expert Review"
    FIRST_COME = "First Come First Served"
    OPERATOR = "by the operator"  # maintenance and returns (RFC 6335 sections 8.2 and 8.6)


# Only an IETF process has these: the public form leads to none of them (R-REQ-17).
IETF_PROCEDURES = frozenset({Procedure.STANDARDS_ACTION, Procedure.IETF_REVIEW, Procedure.IESG_APPROVAL})


class Act(StrEnum):
    """What may need several persons (D-7)."""

    SYSTEM_PORT = "system port"  # any act on a port that only an IETF process assigns
    REVOKE = "revoke"
    FREE_RESERVED = "free reserved"
    AUTHENTICATION = "change authentication"
    RENAME_PARTY = "rename party"
    SUCCESSION = "succession"
    SEED = "seed"
    BULK = "bulk"  # more rows at once than `Limits.bulk_rows`


class Range(NamedTuple):
    """A range of ports: whether its numbers are assigned, and by which procedures, in the order of advice."""

    name: str
    low: int
    high: int
    is_assignable: bool
    procedures: tuple[Procedure, ...] = ()

    @property
    def ports(self) -> Ports:
        return Ports(self.low, self.high)

    @property
    def is_for_the_ietf(self) -> bool:
        """Whether no procedure but the IETF's leads to a number: so the System Ports of RFC 6335."""
        return self.is_assignable and IETF_PROCEDURES.issuperset(self.procedures)


class Team(NamedTuple):
    """The experts who give one recommendation for some transports (R-REV-10, R-REV-11)."""

    name: str
    transports: tuple[Transport, ...]
    experts: int = 1  # how many of them must agree before the team has spoken


class NameRules(NamedTuple):
    """What a name must be besides RFC 6335 section 5.1; "" asks for nothing."""

    max_length: int = MAX_LENGTH
    prefix: str = ""
    pattern: str = ""  # a regular expression for the whole name, in lower case


class Clocks(NamedTuple):
    """How long each party has, in days unless the name says otherwise."""

    requester: int = 60  # until a ticket without answer closes
    expert: int = 7  # a simple case (R-REV-17: about a week)
    expert_complex: int = 21  # a complex one (R-REV-17: a few weeks)
    expert_silences: int = 3  # how often before the appointing body hears of it
    holder: int = 28  # an Assignee who is asked to confirm
    call: int = 28  # the community call before a revocation (R-REVOKE-4)
    objection: int = 30  # notice before a return takes effect (T-52)
    appeal_months: int = 2  # R-APP-4, calendar months
    early_years: int = 1  # an early allocation (R-EARLY-5)
    early_renewals: int = 1  # without the change controller (R-EARLY-6)


class Persons(NamedTuple):
    """How many different persons an act needs (D-7); one-person registries say so in every Event."""

    system_port: int = 2
    revoke: int = 2
    free_reserved: int = 2
    change_authentication: int = 2
    rename_party: int = 2
    succession: int = 2
    seed: int = 2
    bulk: int = 2

    def needed(self, act: Act) -> int:
        """Return how many persons *act* needs."""
        return int(getattr(self, act.value.replace(" ", "_")))


class Limits(NamedTuple):
    """How much of one kind is no longer usual."""

    open_applications: int = 5  # of one requester (T-45)
    applications_a_day: int = 5
    mass: int = 10  # assignments to one Assignee within `mass_days`: then an expert looks (R-REV-2, A-26)
    mass_days: int = 30
    service_codes: int = 5  # of one request, before an expert is asked (R-SC-8, A-24)
    bulk_rows: int = 20  # changed at once (D-7)
    advised_description: int = 120  # characters (R-FORM-8)
    description: int = 300


class Bodies(NamedTuple):
    """Who decides in the end, and who holds what a document of the IETF stream assigns (R-FORM-6)."""

    operator: str = "IANA"
    change_controller: str = "IESG"
    appeals: tuple[str, ...] = ("IESG", "IAB")  # in this order (R-APP-1)
    document_assignee: str = "IESG"
    document_assignee_email: str = "iesg@ietf.org"
    document_assignee_id: str = "IESG"
    document_contact: str = "IETF Chair"
    document_contact_email: str = "chair@ietf.org"
    document_contact_id: str = "IETF_Chair"


_IETF = (Procedure.IETF_REVIEW, Procedure.IESG_APPROVAL)
RANGES = (
    Range("System Ports", 0, FIRST_USER_PORT - 1, True, _IETF),
    Range("User Ports", FIRST_USER_PORT, FIRST_DYNAMIC_PORT - 1, True, (*_IETF, Procedure.EXPERT_REVIEW)),
    Range("Dynamic Ports", FIRST_DYNAMIC_PORT, MAX_PORT, False),
)
TEAMS = (
    Team("TCP/UDP experts", (Transport.TCP, Transport.UDP)),
    Team("SCTP expert", (Transport.SCTP,)),
    Team("DCCP experts", (Transport.DCCP,)),
)


class Policy(NamedTuple):
    """By which rules a registry is run."""

    name: str = "RFC 6335"
    bodies: Bodies = Bodies()
    names: NameRules = NameRules()
    clocks: Clocks = Clocks()
    persons: Persons = Persons()
    limits: Limits = Limits()
    ranges: tuple[Range, ...] = RANGES
    teams: tuple[Team, ...] = TEAMS
    questions: tuple[Question, ...] = QUESTIONS

    def range_of(self, port: int) -> Range:
        """Return the range that holds *port*; raise `RuleError` E-PORT-RANGE outside 0-65535."""
        checked_port(port)
        return next(each for each in self.ranges if each.low <= port <= each.high)

    def range_named(self, text: str) -> Range | None:
        """Return the range that *text* names ("User Ports", "user"), or None."""
        asked = text.strip().lower()
        for each in self.ranges:
            if asked in (each.name.lower(), each.name.lower().removesuffix(" ports")):
                return each
        return None

    def team_of(self, transport: Transport) -> Team:
        """Return the experts for *transport*."""
        return next(team for team in self.teams if transport in team.transports)


RFC6335 = Policy()
