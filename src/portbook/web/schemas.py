"""The fields of the JSON answers, as the OpenAPI description shows them and as every answer is checked.

The values come from `portbook.answers`; a field that one of them lacks is an error here, not a surprise
for a client.  Names stay: programs key on them.  Parameters are described here and read by `questions`:
pydantic's own numbers would take "4_43" and " 443".
"""

from typing import Annotated

from ninja import Field, Schema
from ninja.params.functions import Path, Query
from pydantic import BeforeValidator, WithJsonSchema

from portbook.numbers import MAX_PORT
from portbook.search import DEFAULT_LIMIT
from portbook.search.queries import MAX_QUERY
from portbook.web.paging import MAX_OFFSET, MAX_ROWS, ROWS, offset_of, rows_of
from portbook.web.questions import MAX_HITS, limit_of
from portbook.web.ranges import MAX_JSON

# -- parameters

PortParameter = Annotated[
    str,
    WithJsonSchema({"type": "integer", "minimum": 0, "maximum": MAX_PORT}),
    Path(description="A port in decimal digits, without sign or leading zero."),
]
TransportParameter = Annotated[
    str, Path(description="tcp, udp, sctp or dccp, in any case; udplite is answered as udp (RFC 3828).")
]
FromParameter = Annotated[
    str,
    WithJsonSchema({"type": "integer", "minimum": 0, "maximum": MAX_PORT}),
    Query(..., alias="from", description="The first port of the range."),
]
ToParameter = Annotated[
    str,
    WithJsonSchema({"type": "integer", "minimum": 0, "maximum": MAX_PORT}),
    Query(..., alias="to", description=f"The last port of the range, which has at most {MAX_JSON:,}."),
]
ContactParameter = Annotated[
    str, Path(description="The id of a contact, in any case; a slash in it is written %2F.")
]
EditionParameter = Annotated[
    str, Path(description="The id of an edition, such as 2023-03-13, or a beginning that names one.")
]
LabelParameter = Annotated[
    str,
    Path(description="What is cited: RFC8620, rfc 8620, a draft, another label; a slash is written %2F."),
]
NameParameter = Annotated[
    str, Path(description="A service name or an alias, in any case; a slash in it is written %2F.")
]
QueryParameter = Annotated[
    str,
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": MAX_QUERY}),
    Query("", description="What to search for, never empty: words, a name, 443, 6000-6063, RFC 9110."),
]
LimitParameter = Annotated[
    int,
    BeforeValidator(limit_of),
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": MAX_HITS}),
    Query(DEFAULT_LIMIT, description="How many hits at most."),
]
RowsParameter = Annotated[
    int,
    BeforeValidator(rows_of),
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": MAX_ROWS}),
    Query(ROWS, description="How many rows at most."),
]
OffsetParameter = Annotated[
    int,
    BeforeValidator(offset_of),
    WithJsonSchema({"type": "integer", "minimum": 0, "maximum": MAX_OFFSET}),
    Query(0, description="How many rows to leave out first."),
]


# -- answers


class ResourceAnswer(Schema):
    """An address of the API."""

    href: str = Field(description="A URI template (RFC 6570).")
    description: str


class IndexAnswer(Schema):
    """What the API has."""

    edition: str
    resources: list[ResourceAnswer]
    openapi: str = Field(description="Where the description of it all is.")


class ReferenceAnswer(Schema):
    """A published reference: its type (rfc, draft, uri, person, note, text, ...), its data, its own text."""

    type: str
    data: str | None
    text: str | None


class RecordAnswer(Schema):
    """One row of the registry."""

    service_name: str | None
    port: int | None = Field(description="The first port; null for a name without a port.")
    port_end: int | None = Field(description="The last port; equal to `port` for one port.")
    transport: str | None = Field(description="As published; null when the row names none.")
    state: str = Field(description="Assigned, Reserved or Unassigned: what this row alone says.")
    description: str
    assignee: list[str] = Field(description="Contact ids; where none is written out, those of `contact`.")
    contact: list[str]
    registration_date: str | None = Field(description="YYYY-MM-DD or YYYY-MM, as published.")
    modification_date: str | None
    reference: list[ReferenceAnswer]
    service_code: str | None
    unauthorized_use_reported: str | None
    assignment_notes: str | None
    canonical: str | None = Field(description="The name to use; another one when the row's name is an alias.")
    aliases: list[str]
    edition: str
    href: str


class TransportAnswer(Schema):
    """What the registry says of one port on one transport, and why."""

    transport: str
    state: str = Field(description="Assigned, Reserved, Unassigned or Dynamic.")
    why: str
    reason: str | None = Field(description="Why a Reserved port is so.")
    records: list[RecordAnswer]


class PortHead(Schema):
    """What an answer about a port begins with."""

    port: int
    range: str
    edition: str
    href: str


class PortAnswer(PortHead):
    """What the registry says of a port on each transport."""

    transports: list[TransportAnswer]


class PortTransportAnswer(TransportAnswer, PortHead):
    """What the registry says of a port on one transport."""


class PortsHead(Schema):
    """What an answer about neighbouring ports begins with."""

    port: int
    port_end: int


class RunAnswer(TransportAnswer, PortsHead):
    """Neighbouring ports with the same state on one transport, for the same reason, by the same rows."""


class PortsAnswer(PortsHead):
    """What the registry says of a range of ports: the runs of each transport, one transport after another."""

    edition: str
    runs: list[RunAnswer]


class RowsAnswer(Schema):
    """Rows, as many as were asked for."""

    records: list[RecordAnswer]
    total: int = Field(description="How many rows there are in all.")
    more: bool = Field(description="Whether rows come after these: a higher `offset` brings them.")


class ContactHead(Schema):
    """A contact as published."""

    id: str
    carried: bool = Field(description="Whether the contact table of the edition has it.")
    name: str | None
    organization: str | None
    uris: list[str] = Field(description='As published: IANA writes "&" in place of "@".')
    updated: str | None = Field(description="YYYY-MM-DD or YYYY-MM, as published.")
    edition: str
    href: str


class ContactAnswer(RowsAnswer, ContactHead):
    """A contact as published, and the rows that mention it."""


class CitedHead(Schema):
    """A document that rows cite, in the Reference column or in their texts."""

    label: str
    type: str = Field(description="rfc, rfc-errata, draft, uri, registry, unicode or text.")
    document: str | None = Field(description="Where the document is; null when there is no address.")
    edition: str
    href: str


class CitedAnswer(RowsAnswer, CitedHead):
    """A document that rows cite, in the Reference column or in their texts, and those rows."""


class ServiceHead(Schema):
    """A service name, and where it leads."""

    name: str
    canonical: str = Field(description="The name to use instead, when `is_alias`.")
    is_alias: bool
    aliases: list[str]
    edition: str
    href: str


class ServiceAnswer(RowsAnswer, ServiceHead):
    """The rows that stand under one service name."""


class HitAnswer(Schema):
    """One thing that a search found, and why."""

    kind: str
    name: str | None
    canonical: str | None = Field(description="The name to use; another one when `name` is an alias.")
    port_number: str | None
    transports: list[str]
    why: str
    href: str
    records: list[RecordAnswer]


class SearchAnswer(Schema):
    """What a search found, best first."""

    query: str
    edition: str
    hits: list[HitAnswer]
    more: bool = Field(description="Whether a higher `limit` would bring more hits.")


class EditionAnswer(Schema):
    """A kept edition: where it came from, and what it is."""

    id: str
    date: str | None = Field(description="The date that it was published, YYYY-MM-DD.")
    records: int
    format: str = Field(description="What it was published in: xml, csv, txt, html, json or json2015.")
    format_title: str
    size: int = Field(description="Bytes, as published.")
    sha256: str = Field(description="Of the bytes as published.")
    origin: str = Field(description="embedded, store or file.")
    source: str | None = Field(description="Where it was had from, as noted.")
    added: str | None = Field(description="When it was added, UTC; null when nobody noted it.")
    is_whole: bool = Field(description="Whether the bytes are those of the digest.")
    href: str


class EditionsAnswer(Schema):
    """The editions that can be asked for, the newest first."""

    edition: str = Field(description="The one that answers where none is named.")
    editions: list[EditionAnswer]


class ProblemDocument(Schema):
    """An error (RFC 9457); `code` is stable and listed in docs/errors.md."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    source: str
    suggestions: list[str] = Field([], description="For an unknown name: names like it.")
    id: str = Field("", description="For a fault of ours: its number in the log.")
