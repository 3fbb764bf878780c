"""Errors as the Mastodon API writes them: `{"error": "a sentence"}`."""

from __future__ import annotations

import msgspec
from quart import Response

from fedi.errors import FediError, TooManyRequests, Unauthenticated, Unavailable


def render(error: FediError) -> Response:
    """The response for an error: its public sentence, and what the status asks for besides."""
    response = Response(
        msgspec.json.encode({"error": error.public}),
        status=error.status,
        content_type="application/json; charset=utf-8",
    )
    if isinstance(error, Unauthenticated):
        # RFC 6750 section 3.
        response.headers["WWW-Authenticate"] = 'Bearer realm="fedi", error="invalid_token"'
    if isinstance(error, Unavailable | TooManyRequests):
        response.headers["Retry-After"] = "30"
    return response
