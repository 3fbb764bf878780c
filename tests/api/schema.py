"""Answers against the published schema of the Mastodon API: the part of JSON Schema that it is written in."""

from __future__ import annotations

import functools
import json
import re
from pathlib import Path
from typing import Any

import pytest

PATH = Path(__file__).parents[2] / "../shared/mastodon-openapi.json"
_TYPES = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "array": list,
    "object": dict,
    "null": type(None),
}
_MATCHED = re.compile(r"\.filtered\[\d+\]\.filter$")
# Documented as a list, published as one of its entries.
_LISTS = frozenset({"GET /api/v1/filters"})
_FORMATS = {
    "date-time": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"),
    "date": re.compile(r"\d{4}-\d\d-\d\d"),
    "uri": re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:\S+"),
}


@functools.cache
def document() -> dict[str, Any]:
    """The schema; the test is skipped where it is not at hand."""
    if not PATH.exists():
        pytest.skip("there is no ../shared/mastodon-openapi.json, the published schema of the API")
    found: dict[str, Any] = json.loads(PATH.read_text(encoding="utf-8"))
    return found


def errors(value: Any, schema: dict[str, Any], at: str = "") -> list[str]:
    """Everything in which `value` differs from `schema`."""
    if "$ref" in schema:
        target: Any = document()
        for step in schema["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        return errors(value, target, at)
    if options := schema.get("oneOf") or schema.get("anyOf"):
        tried = [errors(value, option, at) for option in options]
        return [] if any(not found for found in tried) else min(tried, key=len)
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(_is(value, kind) for kind in kinds):
        return [f"{at}: {value!r} is not {kinds}"]
    found = []
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{at}: {value!r} is not one of {schema['enum']}")
    if isinstance(value, str) and value and (form := _FORMATS.get(schema.get("format", ""))):
        found += [] if form.fullmatch(value) else [f"{at}: {value!r} is no {schema['format']}"]
    if isinstance(value, list):
        for index, one in enumerate(value):
            found += errors(one, schema.get("items", {}), f"{at}[{index}]")
    if isinstance(value, dict):
        found += _of_object(value, schema, at)
    return found


def _of_object(value: dict[str, Any], schema: dict[str, Any], at: str) -> list[str]:
    properties = schema.get("properties", {})
    found = [f"{at}.{name} is missing" for name in schema.get("required", []) if name not in value]
    # Apps decode strictly: a key that may be null is there all the same (what a file has of its own apart).
    # And a filter that a status matches says nothing of what else it looks for, as its documentation has it.
    if ".meta" not in at and not _MATCHED.search(at):
        absent = [name for name in properties if name not in value and _is_nullable(properties[name])]
        found += [f"{at}.{name} is absent" for name in absent]
    for name, part in properties.items():
        if name in value:
            found += errors(value[name], part, f"{at}.{name}")
    return found


def _is_nullable(schema: dict[str, Any]) -> bool:
    kinds = schema.get("type", [])
    return (
        "null" in kinds if kinds else any(option.get("type") == "null" for option in schema.get("oneOf", []))
    )


def _is(value: Any, kind: str) -> bool:
    if isinstance(value, bool) and kind != "boolean":
        return False
    return isinstance(value, _TYPES[kind])  # type: ignore[arg-type]


@functools.cache
def _templates() -> tuple[tuple[re.Pattern[str], str], ...]:
    """The paths of the schema as patterns, those without variables first: /accounts/lookup before /accounts/{id}."""
    paths = sorted(document()["paths"], key=lambda path: (path.count("{"), path)) if PATH.exists() else []
    return tuple((pattern_of(path), path) for path in paths)


def pattern_of(template: str) -> re.Pattern[str]:
    """What addresses a path with {variables} stands for."""
    return re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(template)))


def operation_of(method: str, path: str) -> str | None:
    """The operation of the schema that a request asks for: "GET /api/v1/accounts/{id}"."""
    for pattern, template in _templates():
        if pattern.fullmatch(path) and method.lower() in document()["paths"][template]:
            return f"{method} {template}"
    return None


def check_reply(value: Any, operation: str, status: int) -> None:
    """Fail unless `value` is what the operation answers with that status, as far as the schema says."""
    method, _, path = operation.partition(" ")
    responses = document()["paths"][path][method.lower()]["responses"]
    content = responses.get(str(status), {}).get("content", {}).get("application/json")
    if content is not None:
        shape = content["schema"]
        found = errors(value, {"type": "array", "items": shape} if operation in _LISTS else shape, operation)
        assert not found, "\n".join(found[:20])


def check(value: Any, name: str) -> None:
    """Fail unless `value` is the entity `name`."""
    found = errors(value, {"$ref": f"#/components/schemas/{name}"}, name)
    assert not found, "\n".join(found[:20])


def check_answer(value: Any, method: str, path: str) -> None:
    """Fail unless `value` is what the operation answers."""
    operation = document()["paths"][path][method.lower()]
    content = operation["responses"]["200"]["content"]["application/json"]
    found = errors(value, content["schema"], path)
    assert not found, "\n".join(found[:20])
