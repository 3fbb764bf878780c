"""ActivityPub documents as they arrive: their content type, their shape, and whether they are who they say.

Sources: ActivityPub section 3.2 (content types), PROTOCOL section 8.1 (origin).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

import orjson

from fedi.errors import RemoteGone, RemoteInvalid
from fedi.net.values import Answer

AS_CONTEXT = "https://www.w3.org/ns/activitystreams"
ACTIVITY_JSON = "application/activity+json"
LD_JSON = "application/ld+json"
ACCEPT = f'{ACTIVITY_JSON}, {LD_JSON}; profile="{AS_CONTEXT}"'
MAX_DEPTH = 64
# One parameter (RFC 9110 section 5.6.6), with a quoted or a bare value; possessive, so that it stays linear.
_PARAMETER = re.compile(r';[ \t]*+(?:([\w!#$&^.+-]++)=(?:"([^"\\]*+)"|([^\s;"]++)))?+[ \t]*+')


def essence(content_type: str) -> str:
    """The media type without its parameters, in lower case."""
    return content_type.partition(";")[0].strip().lower()


def is_activitypub(content_type: str) -> bool:
    """Exactly the two types, with any parameters; ld+json only with the ActivityStreams profile."""
    kind, separator, rest = content_type.partition(";")
    kind = kind.strip().lower()
    parameters = _parameters(separator + rest.rstrip())
    if parameters is None:
        return False
    return kind == ACTIVITY_JSON or (kind == LD_JSON and AS_CONTEXT in parameters.get("profile", "").split())


def _parameters(text: str) -> dict[str, str] | None:
    found: dict[str, str] = {}
    position = 0
    while position < len(text):
        match = _PARAMETER.match(text, position)
        if match is None:
            return None
        name, quoted, bare = match.groups()
        if name:
            found.setdefault(name.lower(), quoted if bare is None else bare)
        position = match.end()
    return found


def check_type(answer: Answer, content_types: Collection[str]) -> None:
    """Raise RemoteInvalid unless the answer is one of the media types (without parameters)."""
    given = answer.headers.get("content-type", "")
    if essence(given) not in content_types:
        raise RemoteInvalid(f"{answer.url} has content type {given[:100]!r}")


def read(answer: Answer) -> dict[str, Any]:
    """The JSON object of an answer, with a string `id`. Raises RemoteInvalid; RemoteGone for a Tombstone."""
    given = answer.headers.get("content-type", "")
    if not is_activitypub(given):
        raise RemoteInvalid(f"{answer.url} has content type {given[:100]!r}, which is not ActivityPub")
    try:
        data = orjson.loads(answer.body)
    except orjson.JSONDecodeError as error:
        raise RemoteInvalid(f"{answer.url} is not JSON: {error}") from None
    if not isinstance(data, dict) or not isinstance(data.get("id"), str):
        raise RemoteInvalid(f"{answer.url} is not an object with an id")
    if _is_deep(answer.body, data):
        raise RemoteInvalid(f"{answer.url} is nested more than {MAX_DEPTH} levels deep")
    return data


def check_alive(data: dict[str, Any]) -> None:
    """Raise RemoteGone for a Tombstone (ActivityPub section 6.4 lets a server answer with one)."""
    if data.get("type") == "Tombstone":
        raise RemoteGone(f"{data['id']} is a Tombstone")


def _is_deep(body: bytes, data: object) -> bool:
    # Fewer brackets than levels: nearly every document, without looking inside.
    if body.count(b"{") + body.count(b"[") <= MAX_DEPTH:
        return False
    level = [data]
    for _ in range(MAX_DEPTH):
        level = [inner for outer in level for inner in _parts(outer)]
        if not level:
            return False
    return True


def _parts(value: object) -> list[Any]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [part for part in inner if isinstance(part, dict | list)]
