"""A pre-check as plain data: what `portbook apply check --json` prints, and an API can send, in one shape."""

from collections.abc import Iterable
from typing import Any

from portbook.precheck import PreCheck
from portbook.records import Record, labels
from portbook.review import Leg

Answer = dict[str, Any]


def answer(checked: PreCheck, edition_id: str, policy_name: str) -> Answer:
    """Return *checked*, which asked the edition of that id under that policy, as data."""
    route = checked.route
    return {
        "edition": edition_id,
        "policy": policy_name,
        "in_order": checked.is_in_order,
        "findings": [finding.as_json() for finding in checked.findings],
        "route": {
            "state": route.state.value,
            "procedures": [procedure.value for procedure in route.procedures],
            "teams": [team.name for team in route.teams],
            "advisers": [team.name for team in route.advisers],
            "holders": [
                {"name": holder.name, "assignees": list(holder.assignees)} for holder in route.holders
            ],
            "persons": route.persons,
            "parts": [_part(leg) for leg in route.legs],
        },
        "names_alike": list(checked.alike),
        "precedents": [
            {
                "service_name": hit.name,
                "port": hit.port_number,
                "transports": list(hit.transports),
                "description": str(hit.records[0].description) if hit.records else "",
                "why": hit.why,
            }
            for hit in checked.precedents
        ],
        "neighbours": [{"port": near.port, "names": list(near.names)} for near in checked.neighbours],
        "holdings": rows(checked.holdings),
        "suggestions": [{"port": each.port, "reasons": list(each.reasons)} for each in checked.suggestions],
        "preview": {"rows": rows(checked.preview), "give_way": rows(checked.gives_way)},
    }


def rows(records: Iterable[Record]) -> list[dict[str, Any]]:
    """Return rows as data: the twelve columns, by the names of other answers."""
    return [
        {
            "service_name": row.service_name,
            "port_number": row.port_number,
            "transport": row.transport,
            "description": str(row.description),
            "assignee": list(labels(row.shown_assignee)),
            "contact": list(labels(row.contact)),
            "registration_date": row.registration_date,
            "modification_date": row.modification_date,
            "reference": list(labels(row.reference)),
            "service_code": row.service_code,
            "unauthorized_use_reported": _text(row.unauthorized_use_reported),
            "assignment_notes": _text(row.assignment_notes),
        }
        for row in records
    ]


def _text(text: object) -> str | None:
    return None if text is None else str(text)


def _part(leg: Leg) -> dict[str, Any]:
    return {
        "what": leg.what,
        "lines": list(leg.lines),
        "procedures": [procedure.value for procedure in leg.procedures],
        "teams": [team.name for team in leg.teams],
        "refused": leg.is_refused,
        "rules": leg.rules,
    }
