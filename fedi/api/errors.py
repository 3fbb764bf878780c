"""Errors as the Mastodon API writes them: `{"error": "a sentence"}`."""

from __future__ import annotations

from typing import Any

import msgspec
from quart import Response

from fedi.errors import FediError, Invalid, OAuthRefused, TooManyRequests, Unauthenticated, Unavailable


def render(error: FediError) -> Response:
    """The response for an error: its public sentence, and what the status asks for besides."""
    body: dict[str, Any] = {"error": error.public}
    if isinstance(error, OAuthRefused):
        body = {"error": error.code, "error_description": error.public}
    elif isinstance(error, Invalid):
        body["details"] = error.details
    response = Response(
        msgspec.json.encode(body),
        status=error.status,
        content_type="application/json; charset=utf-8",
    )
    if isinstance(error, Unauthenticated):
        # RFC 6750 section 3.
        response.headers["WWW-Authenticate"] = 'Bearer realm="fedi", error="invalid_token"'
    if isinstance(error, OAuthRefused):
        response.headers["Cache-Control"] = "no-store"
        if error.status == 401:
            response.headers["WWW-Authenticate"] = f'Basic realm="fedi", error="{error.code}"'
    if isinstance(error, Unavailable | TooManyRequests):
        response.headers["Retry-After"] = "30"
    return response
