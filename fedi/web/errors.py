"""Errors as pages: what happened and what to do."""

from __future__ import annotations

from html import escape

from quart import Response

from fedi.errors import FediError


async def render(error: FediError) -> Response:
    """The page of an error."""
    return Response(
        f"<!doctype html><title>{escape(error.public)}</title><h1>{escape(error.public)}</h1>", error.status
    )
