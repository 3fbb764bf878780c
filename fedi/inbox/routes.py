"""The inboxes: of each person, of the instance actor, and the one that all share (ActivityPub 5.2 and 7.1.3).

This file is an exception: it answers before Quart does. An inbox POST is most of what a server gets, and needs
neither routing, nor cookies, nor forms; measured under hypercorn, Quart costs 0.37 ms of CPU a request here, which is
a third of the whole budget. What is not an inbox POST goes on to Quart.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import msgspec
import structlog

from fedi.activitypub.signatures import RequestHead
from fedi.errors import FediError, NotFound, TooLarge
from fedi.inbox.gate import Gate
from fedi.outbox.requests import head_of
from fedi.services import Services

log = structlog.get_logger()

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Message, Receive, Send], Awaitable[None]]

_SHARED = frozenset({"/inbox", "/actor/inbox"})
_PERSONAL = re.compile(r"/ap/users/([0-9]{1,19})/inbox")


class Inboxes:
    """ASGI in front of ASGI: takes the inbox POSTs, passes on all else."""

    def __init__(self, application: ASGIApp, services: Services, gate: Gate) -> None:
        self._application = application
        self._services = services
        self._gate = gate

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] == "http" and scope["method"] == "POST":
            path = scope["path"]
            personal = _PERSONAL.fullmatch(path)
            if personal or path in _SHARED:
                await self._post(scope, receive, send, int(personal[1]) if personal else None)
                return
        await self._application(scope, receive, send)

    async def _post(self, scope: Message, receive: Receive, send: Send, inbox_of: int | None) -> None:
        try:
            if inbox_of is not None:
                await self._check_owner(inbox_of)
            head = head_of(scope, self._services)
            body = await self._body(head, receive)
            await self._gate.admit(head, body, inbox_of)
        except FediError as error:
            log.info("inbox refused", path=scope["path"], status=error.status, detail=str(error))
            await _answer(send, error.status, error)
        except Exception:
            log.exception("inbox crashed", path=scope["path"])
            await _answer(send, 500, FediError())
        else:
            await _answer(send, 202, None)

    async def _check_owner(self, account_id: int) -> None:
        async with self._services.store.read() as tx:
            account = await tx.people.by_id(account_id)
        if account is None or not account.is_local or not account.is_active:
            raise NotFound(f"no inbox of {account_id}")

    async def _body(self, head: RequestHead, receive: Receive) -> bytes:
        limit = int(self._services.config.server.body_limit)
        length = next((value for name, value in head.headers if name == "content-length"), "0")
        if length.isdigit() and int(length) > limit:
            raise TooLarge(f"a body of {length} bytes")
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise NotFound("the sender hung up")
            body += message.get("body", b"")
            if len(body) > limit:
                raise TooLarge(f"a body of more than {limit} bytes")
            if not message.get("more_body"):
                return bytes(body)


async def _answer(send: Send, status: int, error: FediError | None) -> None:
    body = msgspec.json.encode({"error": error.public}) if error else b""
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    if status in (429, 503):
        headers.append((b"retry-after", b"30"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
