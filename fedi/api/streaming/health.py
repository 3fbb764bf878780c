"""GET /api/v1/streaming/health."""

from __future__ import annotations

from quart import Blueprint, Response

routes = Blueprint("api_streaming_health", __name__)


@routes.get("/api/v1/streaming/health")
async def health() -> Response:
    """Streams are told by the process that answers this."""
    return Response("OK", content_type="text/plain; charset=utf-8")
