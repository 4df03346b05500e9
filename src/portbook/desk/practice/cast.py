"""The invented people of a practice: who they are, what they do, and where they have their mail."""

from typing import NamedTuple


class Someone(NamedTuple):
    """One of the invented people."""

    member: str
    name: str
    email: str
    roles: str
    does: str  # in a sentence


# Mail as in life: who applies and holds at organisations of their own, experts at others (T-57).
PEOPLE = (
    Someone("tia", "Tia Dale", "tia@tide.example", "applicant", "applies for names and ports"),
    Someone(
        "gus",
        "Gus Ferry",
        "gus@ferry.example",
        "applicant",
        "holds the service harbour-light, and applies too",
    ),
    Someone(
        "eve",
        "Eve Expert",
        "eve@protocols.example",
        "expert",
        "a designated expert for TCP and UDP: judges applications",
    ),
    Someone("eli", "Eli Expert", "eli@networks.example", "expert", "the second expert for TCP and UDP"),
    Someone(
        "ada",
        "Ada Registrar",
        "ada@registry.example",
        "registrar",
        "a registrar: validates, assigns, publishes",
    ),
    Someone(
        "bob",
        "Bob Registrar",
        "bob@registry.example",
        "registrar",
        "the second registrar: gives the second word",
    ),
    Someone("aud", "Aud Auditor", "aud@audits.example", "auditor", "reads the books"),
    Someone("max", "Max Admin", "max@registry.example", "administrator", "adds people, changes the policy"),
)
