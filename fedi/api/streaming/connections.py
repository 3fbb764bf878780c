"""Connections that stay open: WebSockets, and server-sent events.

This file is an exception: it answers before Quart does. A Quart WebSocket costs two tasks, a context and a queue;
here a connection that is silent costs some twenty kilobytes, and an event one send.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qsl

import msgspec
import structlog

from fedi.api.entities.here import here
from fedi.api.streaming.hub import Hub
from fedi.api.streaming.listener import Listener, Written
from fedi.api.streaming.streams import Stream, asked
from fedi.api.streaming.telling import Telling
from fedi.errors import BadRequest, FediError, NotFound, Unauthenticated
from fedi.services import Services
from fedi.social import tokens
from fedi.social.throttling import network_of
from fedi.store.members import Session
from fedi.store.signals import came

log = structlog.get_logger()

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Message, Receive, Send], Awaitable[None]]

ROOT = "/api/v1/streaming"
_PATHS = {
    "/user": "user",
    "/user/notification": "user:notification",
    "/public": "public",
    "/public/local": "public:local",
    "/public/remote": "public:remote",
    "/direct": "direct",
    "/hashtag": "hashtag",
    "/hashtag/local": "hashtag:local",
    "/list": "list",
}
_THUMP_SECONDS = 15.0
_LONGEST_MESSAGE = 4_096
_MOST_STREAMS = 64
_ALLOWED = [(b"access-control-allow-origin", b"*")]
_TRUE = frozenset({"1", "true", "on", "yes"})


class Streaming:
    """ASGI in front of ASGI: takes what streams, passes on all else."""

    def __init__(self, application: ASGIApp, services: Services, hub: Hub) -> None:
        self._application = application
        self._services = services
        self._hub = hub

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """One request."""
        path = scope.get("path", "")
        if not path.startswith(ROOT) or path == f"{ROOT}/health":
            await self._application(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        elif scope["type"] == "http" and scope["method"] == "GET":
            await self._events(scope, receive, send)
        else:
            await self._application(scope, receive, send)

    async def _listener(self, scope: Message, send: Send, write: Written) -> Listener:
        """Who asks. Raises Unauthenticated: there is no stream for nobody."""
        if self._services.closes_networks:
            await self._services.check_network(_network(scope, self._services))
        token = _token(scope)
        if token is None:
            raise Unauthenticated(public="Missing access token")
        session = await tokens.authenticate(self._services, token)
        if not isinstance(session, Session):
            raise Unauthenticated(public="The access token is invalid")
        tokens.check_login(session)
        await tokens.used(self._services, session)
        host = _header(scope, b"host") or ""
        return Listener(session, here(await self._services.domain_of(host)), send, write)

    async def _events(self, scope: Message, receive: Receive, send: Send) -> None:
        """Server-sent events (HTML 9.2)."""
        try:
            listener = await self._listener(scope, send, _event)
            stream = _stream_of_path(scope, listener.session)
            await self._hub.check(listener, stream)
        except FediError as error:
            await _refuse(send, error)
            return
        headers = [
            (b"content-type", b"text/event-stream"),
            (b"cache-control", b"private, no-store"),
            (b"x-accel-buffering", b"no"),
            *_ALLOWED,
        ]
        gone = asyncio.create_task(_hung_up(receive, listener))
        try:
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send(_body(b":)\n"))
            await self._hub.subscribe(listener, stream)
            while not await came(listener.closed, _THUMP_SECONDS):
                listener.put(_body(b":thump\n"))
        finally:
            self._hub.leave(listener)
            gone.cancel()
        await send({"type": "http.response.body", "body": b""})

    async def _socket(self, scope: Message, receive: Receive, send: Send) -> None:
        """A WebSocket: one connection, as many streams as the app likes."""
        await receive()  # websocket.connect
        try:
            listener = await self._listener(scope, send, _frame)
            params = _query(scope)
            stream = asked(params, listener.session) if "stream" in params else None
            if stream is not None:
                await self._hub.check(listener, stream)
        except FediError as error:
            await _refuse_socket(scope, send, error)
            return
        ending = asyncio.create_task(_end(listener, send))
        try:
            await send({"type": "websocket.accept", "subprotocol": _subprotocol(scope)})
            if stream is not None:
                await self._hub.subscribe(listener, stream)
            while (message := await receive())["type"] != "websocket.disconnect":
                await self._obey(listener, message)
        finally:
            ending.cancel()
            self._hub.leave(listener)

    async def _obey(self, listener: Listener, message: Message) -> None:
        try:
            asked_for = _order(message)
            stream = asked(asked_for, listener.session)
            if asked_for.get("type") == "unsubscribe":
                self._hub.unsubscribe(listener, stream)
            elif asked_for.get("type") == "subscribe":
                if len(listener.streams) >= _MOST_STREAMS:
                    raise BadRequest(public="There are too many streams on this connection")
                await self._hub.check(listener, stream)
                await self._hub.subscribe(listener, stream)
            else:
                raise BadRequest(public="Unknown message type")
        except FediError as error:
            text = msgspec.json.encode({"error": error.public, "status": error.status}).decode()
            listener.put({"type": "websocket.send", "text": text})


def _frame(telling: Telling, stream: Stream) -> dict[str, Any]:
    return {"type": "websocket.send", "text": telling.frame(stream)}


def _event(telling: Telling, _: Stream) -> dict[str, Any]:
    return _body(telling.line())


def _body(data: bytes) -> dict[str, Any]:
    return {"type": "http.response.body", "body": data, "more_body": True}


async def _end(listener: Listener, send: Send) -> None:
    """Close the WebSocket when the listener is closed; the app is told that the server goes away."""
    await listener.closed.wait()
    await send({"type": "websocket.close", "code": 1001})


async def _hung_up(receive: Receive, listener: Listener) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    listener.close()


def _order(message: Message) -> dict[str, str]:
    """What an app says on a WebSocket: an object of texts. Raises BadRequest for anything else."""
    text = message.get("text") or message.get("bytes") or ""
    if len(text) > _LONGEST_MESSAGE:
        raise BadRequest(public="The message is too long")
    try:
        found = msgspec.json.decode(text, type=dict[str, str | int | None])
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise BadRequest(public="The message is not valid") from None
    return {name: str(value) for name, value in found.items() if value is not None}


def _stream_of_path(scope: Message, session: Session) -> Stream:
    name = _PATHS.get(scope["path"].removeprefix(ROOT).rstrip("/"))
    if name is None:
        raise NotFound
    params = _query(scope)
    if name.startswith("public") and params.get("only_media", "").lower() in _TRUE:
        name += ":media"
    return asked({**params, "stream": name}, session)


def _query(scope: Message) -> dict[str, str]:
    try:
        return dict(parse_qsl(scope["query_string"].decode("ascii", "replace"), max_num_fields=50))
    except ValueError:
        raise BadRequest(public="There are too many parameters.") from None


def _header(scope: Message, name: bytes) -> str | None:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key.lower() == name), None)


def _network(scope: Message, services: Services) -> str:
    address = (scope.get("client") or ("",))[0] or ""
    forwarded = _header(scope, b"x-forwarded-for") or ""
    return network_of(address, forwarded, services.config.server.trusted_proxies)


def _token(scope: Message) -> str | None:
    """The token, where apps put it: a header, the query, or (browsers cannot set headers) the subprotocol."""
    header = _header(scope, b"authorization")
    if header is not None:
        scheme, _, token = header.partition(" ")
        return token.strip() if scheme.lower() == "bearer" else None
    return _query(scope).get("access_token") or _subprotocol(scope)


def _subprotocol(scope: Message) -> str | None:
    offered = scope.get("subprotocols") or []
    return str(offered[0]) if offered else None


async def _refuse(send: Send, error: FediError) -> None:
    body = msgspec.json.encode({"error": error.public})
    headers = [(b"content-type", b"application/json; charset=utf-8"), *_ALLOWED]
    await send({"type": "http.response.start", "status": error.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _refuse_socket(scope: Message, send: Send, error: FediError) -> None:
    """Answer the handshake with the error, where the engine can; else close, which engines make a 403."""
    log.info("stream refused", status=error.status, detail=str(error))
    if "websocket.http.response" not in (scope.get("extensions") or {}):
        await send({"type": "websocket.close", "code": 1008})
        return
    body = msgspec.json.encode({"error": error.public})
    headers = [
        (b"content-type", b"application/json; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
    ]
    await send({"type": "websocket.http.response.start", "status": error.status, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": body})
