"""Schemas of JSON for the description of the register's API: of fields, of named tuples, of answers.

A field takes what `api` reads from a body.  An answer of reading is a named tuple, described by its fields.
"""

from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from django import forms

from portbook.register.events import EventValue
from portbook.register.reading.ledger import Line
from portbook.register.reading.lists import Listed
from portbook.register.reading.statuses import Waiting, Word

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "integer", "minimum": 0}

_SIMPLE: dict[Any, Schema] = {
    str: TEXT,
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    NoneType: {"type": "null"},
}


# -- what is sent


def field_schema(field: forms.Field) -> Schema:
    """Return what a field takes in a body."""
    told = " ".join(filter(None, (str(field.label or ""), str(field.help_text))))
    about = {"description": told} if told else {}
    if isinstance(field, forms.MultipleChoiceField):
        return {"type": "array", "items": {"enum": _choices(field)}, **about}
    if isinstance(field, forms.ChoiceField):
        return {"enum": [*({""} if not field.required else ()), *_choices(field)], **about}
    if isinstance(field, forms.BooleanField):
        return {"type": "boolean", **about}
    if isinstance(field, forms.IntegerField):
        limits = {"minimum": field.min_value, "maximum": field.max_value}
        return {"type": ["integer", "string"], **{k: v for k, v in limits.items() if v is not None}, **about}
    longest = getattr(field, "max_length", None)
    return {"type": "string", **({"maxLength": longest} if longest else {}), **about}


def _choices(field: forms.ChoiceField) -> list[str]:
    return [str(value) for value, _ in field.choices if str(value)]  # type: ignore[union-attr, misc]


# -- what is answered


def schema_of(kind: Any) -> Schema:
    """Return the schema of a type of Python as JSON has it: named tuples are objects."""
    if kind in _SIMPLE:
        return _SIMPLE[kind]
    if hasattr(kind, "_fields"):
        properties = {name: schema_of(hint) for name, hint in get_type_hints(kind).items()}
        return object_of(properties)
    origin, parts = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return {"anyOf": [schema_of(part) for part in parts]}
    if origin in (tuple, list):
        return {"type": "array", "items": schema_of(parts[0])}
    return {"type": "object"} if (origin or kind) is dict else {}


def object_of(properties: Schema) -> Schema:
    """Return the schema of an object that has all of *properties*, and nothing else."""
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "required": [*properties],
    }


def list_of(items: Schema) -> Schema:
    """Return the schema of a list."""
    return {"type": "array", "items": items}


_PROBLEM = object_of({"code": TEXT, "message": TEXT, "source": TEXT})
_CELL = object_of({"name": TEXT, "before": schema_of(str | None), "after": schema_of(str | None)})
SCHEMAS: Schema = {
    "Done": object_of({"answer": {"type": "object"}, "event": NUMBER, "repeated": {"type": "boolean"}}),
    "Shown": object_of(
        {
            "answer": {"type": "object", "description": "With the digest, and how many persons it needs."},
            "changes": list_of(
                object_of(
                    {
                        "table": TEXT,
                        "identity": NUMBER,
                        "change": {"enum": ["new", "changed", "gone"]},
                        "cells": list_of(_CELL),
                    }
                )
            ),
            "files": list_of(TEXT),
        }
    ),
    "Refusal": object_of(
        {
            **dict.fromkeys(("type", "title", "detail", "code", "source"), TEXT),
            "status": NUMBER,
            "problems": list_of({**_PROBLEM, "additionalProperties": TEXT}),
        }
    ),
    "Waiting": schema_of(Waiting),
    "Listed": schema_of(Listed),
    "Line": {
        **schema_of(Line),
        "properties": {**schema_of(Line)["properties"], "persons": {"type": "object"}},
    },
    "Event": schema_of(EventValue),
    "Application": object_of(
        {
            **schema_of(Waiting)["properties"],
            **dict.fromkeys(("state", "version", "next"), TEXT),
            "findings": list_of(
                object_of({**_PROBLEM["properties"], "action": TEXT, "field": TEXT}),
            ),
            "conversation": list_of(schema_of(Word)),
            "clocks": {"type": "object", "additionalProperties": {"type": "integer"}},
            "gross": {"type": "integer"},
        }
    ),
    "Unpublished": object_of(
        {"events": NUMBER, "after_event": NUMBER, "new": NUMBER, "changed": NUMBER, "gone": NUMBER}
    ),
    "Published": object_of({"number": NUMBER, "edition": TEXT, "sha256": TEXT}),
}
