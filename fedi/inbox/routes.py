"""The inboxes: of each person, of the instance actor, and the one that all share."""

from __future__ import annotations

from quart import Blueprint, Response, current_app, request

from fedi.activitypub.signatures import RequestHead
from fedi.errors import NotFound
from fedi.inbox.gate import Gate
from fedi.services import Services

inbox = Blueprint("inbox", __name__)


@inbox.post("/inbox")
@inbox.post("/actor/inbox")
async def shared() -> Response:
    """The shared inbox (ActivityPub section 7.1.3), and that of the instance actor."""
    return await _admit(None)


@inbox.post("/ap/users/<int:account_id>/inbox")
async def personal(account_id: int) -> Response:
    """A person's inbox (ActivityPub section 5.2)."""
    services: Services = current_app.extensions["fedi"]
    async with services.store.read() as tx:
        account = await tx.people.by_id(account_id)
    if account is None or not account.is_local or not account.is_active:
        raise NotFound(f"no inbox of {account_id}")
    return await _admit(account_id)


async def _admit(inbox_of: int | None) -> Response:
    gate: Gate = current_app.extensions["fedi_gate"]
    await gate.admit(request_head(), await request.get_data(cache=False, as_text=False), inbox_of)
    return Response("", status=202, content_type="text/plain")


def request_head() -> RequestHead:
    """The request as its signature saw it: raw target, raw headers."""
    scope = request.scope
    query = scope["query_string"]
    target = scope.get("raw_path", b"").decode("latin-1") or request.path
    target = target.partition("?")[0] + (f"?{query.decode('latin-1')}" if query else "")
    headers = tuple(
        (name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in scope["headers"]
    )
    return RequestHead(request.method, request.scheme, request.host, target, headers)
