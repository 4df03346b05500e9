"""What the form asks besides the fields of RFC 6335 section 8.1.1, of whom, and what a good answer is like.

The questions are those of IANA's form as applicants published it (R-FORM-20), in our words; the reasons are
RFC 6335's and RFC 7605's.  Numbers are the form's.  An organisation may ask others besides.
"""

from enum import StrEnum
from typing import NamedTuple

from portbook.trees import Prose


class Asked(StrEnum):
    """Whom a question is for."""

    ALL = "all"  # every new assignment
    PORT = "port"  # who asks for a port
    UDP = "udp"  # ... on UDP
    TRANSPORTS = "several transports"
    PORTS = "several ports"
    IETF = "IETF range"  # a port that only an IETF process assigns: a System Port
    RESERVED = "reserved value"
    PAIR = "secure pair"  # a port without security beside one with it


class Question(NamedTuple):
    """One question; `field` is where the answer stands in an application, `code` what a blank one is."""

    id: str
    field: str
    words: Prose
    asked: Asked
    code: str = "E-FORM-OWN"  # of an organisation's own question
    good: Prose = ""
    bad: Prose = ""
    source: str = ""


_FORM = "IANA's form; RFC 6335 section 8.1.1"

QUESTIONS = (
    Question(
        "Q1",
        "casts",
        "Does the service use IP broadcast, multicast or anycast? Each yes or no; if yes, what for?",
        Asked.ALL,
        "E-FIELD-CAST",
        "Multicast only: a node asks once at start, on one group, who serves it.",
        "Maybe later.",
        "RFC 6335 section 8.1.1",
    ),
    Question(
        "Q2",
        "answers.congestion",
        "UDP: how is the traffic limited, and how does it react to congestion?",
        Asked.UDP,
        "E-FORM-Q2",
        "One request of 200 octets in flight; after a loss the wait doubles, up to a minute.",
        "UDP is faster for us.",
        f"{_FORM}; RFC 7605 section 7.6",
    ),
    Question(
        "Q3",
        "declares.only_discovery",
        "UDP: is it only for finding hosts or services?",
        Asked.UDP,
        "E-FORM-Q3",
        "yes",
        "",
        f"{_FORM}; RFC 7605 section 7.6",
    ),
    Question(
        "Q4",
        "answers.versions",
        "How do the two ends tell each other which version they speak?",
        Asked.PORT,
        "E-FORM-Q4",
        "The first octet of each message is the version; an older server answers with its own.",
        "Version 2 will ask for another port.",
        f"{_FORM}; RFC 7605 section 7.5",
    ),
    Question(
        "Q5",
        "answers.differences",
        "Several transports: how does the service differ from one to the other?",
        Asked.TRANSPORTS,
        "E-FORM-Q5",
        "The same messages; on TCP each has its length in front.",
        "Control on TCP, alarms on UDP.",
        f"{_FORM}; RFC 7605 section 7.6",
    ),
    Question(
        "Q6",
        "answers.security",
        "How is the service secured?",
        Asked.PORT,
        "E-FORM-Q6",
        "TLS 1.3 from the first octet; there is no way to speak without it.",
        "It runs in trusted networks.",
        f"{_FORM}; RFC 7605 section 7.4",
    ),
    Question(
        "Q7",
        "answers.why_not_dynamic",
        "Why will neither a Dynamic Port nor a port that is assigned already do?",
        Asked.PORT,
        "E-JUST-DYNAMIC",
        "Meters in the field call in before anybody could configure them, through firewalls of others.",
        "We would like a number of our own.",
        "RFC 6335 sections 8.1.1, 8.1.2",
    ),
    Question(
        "Q8",
        "development",
        "How far is the development?",
        Asked.PORT,
        "E-FORM-Q8",
        "prototype",
        "idea",
        f"{_FORM}; RFC 7605 section 7.7",
    ),
    Question(
        "Q9",
        "answers.distinction",
        "What else tells the service from those that have a port already?",
        Asked.PORT,
        "E-FORM-Q9",
        "It reads meters as ferry-read does, but the meter opens the connection, and sleeps in between.",
        "It is better.",
        f"{_FORM}; RFC 7605 section 7.1",
    ),
    Question(
        "Q10",
        "answers.why_not_user",
        "Why will a User Port not do?",
        Asked.IETF,
        "E-JUST-USER",
        "The client must know that only the operator of the host could open the port.",
        "A low number looks more serious.",
        "RFC 6335 sections 8.1.1, 8.1.2; RFC 7605 section 7.3",
    ),
    Question(
        "Q11",
        "answers.why_reserved",
        "Why is a Reserved name or number right for the service?",
        Asked.RESERVED,
        "E-RESV-STATEMENT",
        "The document takes up the service to which the number belonged before it was returned.",
        "It is easy to remember.",
        "RFC 6335 section 8.1",
    ),
    Question(
        "Q12",
        "answers.secure_pair",
        "A port with security and one without: why is each useful, and why is the second safe?",
        Asked.PAIR,
        "E-JUST-MISSING",
        "Deployed clients cannot change over in the connection; the plain port only sends them to the other.",
        "Others do it too.",
        "RFC 6335 sections 7.2, 9; RFC 7605 section 7.4",
    ),
)
