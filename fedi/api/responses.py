"""Answers of the API: entities as JSON."""

from __future__ import annotations

from typing import Any

import msgspec
from quart import Response

_encode = msgspec.json.Encoder().encode
JSON = "application/json; charset=utf-8"


def answer(entity: Any, *, link: str | None = None, status: int = 200) -> Response:
    """An entity, or a list of them; `link` is the Link header that leads to further pages."""
    response = Response(_encode(entity), status=status, content_type=JSON)
    if link:
        response.headers["Link"] = link
    return response


def nothing() -> Response:
    """An answer that says only that it was done."""
    return answer({})
