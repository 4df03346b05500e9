"""Whether a value fits a schema, as far as descriptions of the desk use JSON Schema; the rest is an error."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

KNOWN = {
    "$ref", "additionalProperties", "anyOf", "description", "enum", "items", "maxLength", "maximum",
    "minimum", "properties", "required", "type",
}  # fmt: skip
TYPES: dict[str, Any] = {
    "array": list,
    "boolean": bool,
    "integer": int,
    "null": type(None),
    "object": dict,
    "string": str,
}


def faults(value: Any, schema: dict[str, Any], document: dict[str, Any], at: str = "$") -> Iterator[str]:
    """What does not fit, each with its place."""
    assert {*schema} <= KNOWN, (at, {*schema} - KNOWN)
    if "$ref" in schema:
        name = schema["$ref"].removeprefix("#/components/schemas/")
        yield from faults(value, document["components"]["schemas"][name], document, at)
    if "anyOf" in schema and all([*faults(value, each, document, at)] for each in schema["anyOf"]):
        yield f"{at} fits none"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{at} is {value!r}"
    if not _is_of(value, schema.get("type")):
        yield f"{at} is no {schema['type']}: {value!r}"
        return
    yield from _parts(value, schema, document, at)


def _is_of(value: Any, named: str | list[str] | None) -> bool:
    if named is None:
        return True
    kinds = [named] if isinstance(named, str) else named
    return any(isinstance(value, TYPES[kind]) and (kind == "boolean" or value is not True) for kind in kinds)


def _parts(value: Any, schema: dict[str, Any], document: dict[str, Any], at: str) -> Iterator[str]:
    if isinstance(value, list):
        for place, each in enumerate(value):
            yield from faults(each, schema.get("items", {}), document, f"{at}[{place}]")
    if isinstance(value, str) and len(value) > schema.get("maxLength", len(value)):
        yield f"{at} is too long"
    if isinstance(value, dict):
        yield from (f"{at} lacks {name}" for name in schema.get("required", ()) if name not in value)
        known, more = schema.get("properties", {}), schema.get("additionalProperties", {})
        for name, each in value.items():
            if name not in known and more is False:
                yield f"{at} has {name}"
            else:
                yield from faults(each, known.get(name, more), document, f"{at}.{name}")
