"""GETs of our documents: who asks, what for, and the answer with its headers."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, cast

from quart import Response, current_app, request

from fedi.activitypub import codec, signatures
from fedi.activitypub.signatures import Claim, RequestHead
from fedi.activitypub.uris import host_of
from fedi.errors import BadSignature, NotAllowed
from fedi.model.people import Account
from fedi.outbox.documents import Answer
from fedi.outbox.negotiation import prefers_activity
from fedi.services import Services

CONTENT_TYPE = "application/activity+json; charset=utf-8"
# A signature may have decided what is in the answer (GHSA-ccpr-m53r-mfwr).
_VARY = "Accept, Signature, Signature-Input"
_PUBLIC, _PRIVATE = "public, max-age=180", "private, no-store"


def services() -> Services:
    """What the application was given."""
    found: Services = current_app.extensions["fedi"]
    return found


def request_head() -> RequestHead:
    """The request as its signature saw it: raw target, raw headers, and our scheme outside of any proxy."""
    return head_of(cast(Mapping[str, Any], request.scope), services())


def head_of(scope: Mapping[str, Any], given: Services) -> RequestHead:
    """The same for an ASGI scope that no framework has touched."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    query: bytes = scope["query_string"]
    target = raw.partition(b"?")[0] + (b"?" + query if query else b"")
    headers = tuple(
        (name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in scope["headers"]
    )
    host = next((value for name, value in headers if name == "host"), "")
    return RequestHead(scope["method"], given.scheme_of(host), host, target.decode("latin-1"), headers)


def wants_document(*, otherwise: bool) -> bool:
    """Whether the request prefers ActivityPub to HTML; `otherwise`: what it gets that has no preference."""
    return prefers_activity(request.headers.get("accept", ""), otherwise=otherwise)


async def claimed() -> Claim | None:
    """Who claims to have signed the request, not proven: enough to refuse, never to grant.

    Raises NotAllowed for a server that is blocked here, and in secure mode BadSignature where nothing is proven.
    """
    at = services()
    claim = _claim()
    if claim is not None and await at.severity(host_of(claim.key_id)) == "suspend":
        raise NotAllowed(f"{claim.key_id} is of a blocked server")
    if at.config.federation.secure_mode:
        await _proven(claim)
    return claim


async def signer() -> Account | None:
    """Who signed the request, proven; None when it is not signed. Raises BadSignature, NotAllowed, Unavailable."""
    claim = await claimed()
    return await _proven(claim) if claim is not None else None


async def _proven(claim: Claim | None) -> Account:
    if claim is None:
        raise BadSignature("secure mode, and the request is not signed")
    return (await services().signers.of(request_head(), b"", claim)).account


def _claim() -> Claim | None:
    headers = request.headers
    if "signature" not in headers and "signature-input" not in headers:
        return None
    return signatures.claim(request_head())


def answer(found: Answer) -> Response:
    """The response with a document; 304 where the asker has it already."""
    body = found.document if isinstance(found.document, bytes) else codec.dumps(found.document)
    response = Response(body, status=found.status, content_type=CONTENT_TYPE)
    headers = response.headers
    headers["Vary"] = _VARY
    is_public = found.public and (found.always or not services().config.federation.secure_mode)
    headers["Cache-Control"] = _PUBLIC if is_public else _PRIVATE
    if found.status == 200:
        # No Last-Modified beside it: counts change without the post's own time.
        headers["ETag"] = tag = f'"{blake2b(body, digest_size=12).hexdigest()}"'
        if tag in request.headers.get("if-none-match", ""):
            response.status_code = 304
            response.set_data(b"")
    return response
