"""Headers that every answer of the API carries: who may read it from a browser, and how many more there may be."""

from __future__ import annotations

from quart import Quart, Response, g, request

from fedi.api import limits
from fedi.social.throttling import EXTENSION as THROTTLES
from fedi.social.throttling import Throttles

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
    app.extensions[limits.EXTENSION] = limits.Limits()
    app.extensions.setdefault(THROTTLES, Throttles())
    app.after_request(_add)


async def _add(response: Response) -> Response:
    # /oauth/authorize is a page: no other page's script has any business there.
    if not request.path.startswith(("/api/", "/oauth/")) or request.path.startswith("/oauth/authorize"):
        return response
    headers = response.headers
    headers.update(_CORS)
    if request.method == "OPTIONS":
        headers.update(_PREFLIGHT)
    told = g.get("told")
    if told is not None:
        headers.update(limits.headers(told))
        headers.setdefault("Cache-Control", "private, no-store")
    return response
