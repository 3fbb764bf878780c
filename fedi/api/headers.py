"""Headers that every answer of the API carries: who may read it from a browser, and how many more there may be."""

from __future__ import annotations

from quart import Quart, Response, g, request

from fedi.api.limits import EXTENSION, Limits

_CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": (
        "Link, X-RateLimit-Reset, X-RateLimit-Limit, X-RateLimit-Remaining, X-Request-Id, Idempotency-Key"
    ),
}
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key",
    "Access-Control-Max-Age": "7200",
}


def mount(app: Quart) -> None:
    """Add them to whatever the API answers, errors included."""
    app.extensions[EXTENSION] = Limits()
    app.after_request(_add)


async def _add(response: Response) -> Response:
    if not request.path.startswith(("/api/", "/oauth/")):
        return response
    headers = response.headers
    headers.update(_CORS)
    if request.method == "OPTIONS":
        headers.update(_PREFLIGHT)
    told = g.get("told")
    if told is not None:
        headers.update(told.headers())
        headers.setdefault("Cache-Control", "private, no-store")
    return response
