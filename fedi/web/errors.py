"""Errors as pages: what happened and what to do. They need no database: it may be what failed."""

from __future__ import annotations

from quart import Response

from fedi.errors import FediError
from fedi.web import rendering


async def render(error: FediError) -> Response:
    """The page of an error."""
    response = rendering.page(
        "error.html", status=error.status, max_age=0, status_code=error.status, public=error.public
    )
    response.headers["X-Robots-Tag"] = "noindex"
    return response
