"""Files: those that people here uploaded. Never a page, whatever is in them."""

from __future__ import annotations

from urllib.parse import urlsplit

from quart import Blueprint, Response, request

from fedi.errors import NotFound
from fedi.media.kinds import type_of
from fedi.media.storage import NAME
from fedi.model import proxied
from fedi.web.ranges import part_of
from fedi.web.rendering import services

media = Blueprint("media", __name__, url_prefix="/media")

_FOR_A_WEEK = "public, max-age=604800"
FOR_GOOD = "public, max-age=31536000, immutable"
_SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Access-Control-Allow-Origin": "*",
    "Referrer-Policy": "no-referrer",
    "Accept-Ranges": "bytes",
}


@media.get("/files/<path:name>")
async def file(name: str) -> Response:
    """An upload. Its name is its key: it never changes, and nobody can guess it."""
    if not NAME.fullmatch(name) or name.startswith("copies/"):
        raise NotFound(f"no file is named {name[:100]}")
    return await send(name, type_of(name), FOR_GOOD)


@media.get("/proxy/<signature>/<packed>")
async def copy(signature: str, packed: str) -> Response:
    """A file of another server, at an address that we made: fetched when somebody first looks."""
    at = services()
    domain = await at.domain_of(request.host)
    opened = proxied.opened(domain.media_key, signature, packed)
    if opened is None:
        raise NotFound("an address of the proxy that was not made here")
    url, profile = opened
    rule = await at.rule(urlsplit(url).netloc)
    if rule.severity == "suspend" or rule.reject_media:
        raise NotFound(f"media of {url} is not wanted here")
    found = await at.media.copies.find(url, profile=profile)
    try:
        return await send(found.name or "", found.media_type or "", _FOR_A_WEEK)
    except NotFound:
        await at.media.copies.lost(found)
        raise


async def send(name: str, media_type: str, caching: str) -> Response:
    """A file of the storage, or the part that was asked for. Raises NotFound."""
    tag = f'"{name.rpartition("/")[2].partition(".")[0]}"'
    headers = {**_SAFE, "Cache-Control": caching, "ETag": tag}
    if tag in request.headers.get("If-None-Match", ""):
        return Response(b"", status=304, headers=headers, content_type=media_type)
    storage = services().media.storage
    if request.method == "HEAD":
        response = Response(b"", headers=headers, content_type=media_type)
        response.content_length = await storage.size(name)
        return response
    wanted = request.headers.get("Range", "")
    part = None
    if wanted and request.headers.get("If-Range", tag) == tag:
        size = await storage.size(name)
        try:
            part = part_of(wanted, size)
        except ValueError:
            return Response(b"", status=416, headers={**headers, "Content-Range": f"bytes */{size}"})
    if part is None:
        found = await storage.open(name)
        return _answer(found.chunks, found.size, headers, media_type)
    found = await storage.open(name, part.start, part.end)
    headers["Content-Range"] = f"bytes {part.start}-{part.end - 1}/{size}"
    return _answer(found.chunks, part.end - part.start, headers, media_type, status=206)


def _answer(
    chunks: object, length: int, headers: dict[str, str], media_type: str, *, status: int = 200
) -> Response:
    response = Response(chunks, status=status, headers=headers, content_type=media_type)  # type: ignore[arg-type]
    response.content_length = length
    response.timeout = None  # a film may be watched for longer than any answer may take
    return response
