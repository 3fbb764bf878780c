"""The ASGI lifespan protocol, driven by us and not by the HTTP server.

So that it means the same under every engine: what start-up raises stops the program with its own sentence
(one server would go on without the application's start-up having run), and shutdown follows the last request.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from typing import Any

import structlog

from fedi.errors import FediError

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

# An application that says "failed" raises too, mostly: how long to wait for what it has to say.
_LAST_WORD_SECONDS = 1.0


class LifespanFailed(FediError):
    """The application could not start, or could not shut down."""


@asynccontextmanager
async def running(app: App) -> AsyncIterator[None]:
    """Start `app`, run the body, and shut it down.

    Raises the FediError that its start-up or shutdown raised, and LifespanFailed for all else.
    """
    to_app: asyncio.Queue[Message] = asyncio.Queue()
    from_app: asyncio.Queue[Message] = asyncio.Queue()
    scope: Message = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": {}}
    task = asyncio.ensure_future(app(scope, to_app.get, from_app.put))
    try:
        await _exchange("startup", task, to_app, from_app)
        yield
        await _exchange("shutdown", task, to_app, from_app)
    finally:
        if not task.done():
            task.cancel()
            await asyncio.wait([task])


async def _exchange(
    step: str, task: asyncio.Future[None], to_app: asyncio.Queue[Message], from_app: asyncio.Queue[Message]
) -> None:
    """Ask the application for one step and wait until it says that it is done."""
    to_app.put_nowait({"type": f"lifespan.{step}"})
    answer = asyncio.ensure_future(from_app.get())
    waiting: list[asyncio.Future[Any]] = [task, answer]
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    if answer.done() and answer.result()["type"] == f"lifespan.{step}.complete":
        return
    answer.cancel()
    await asyncio.wait([task], timeout=_LAST_WORD_SECONDS)
    error = task.exception() if task.done() else None
    if isinstance(error, FediError):
        raise error
    said = answer.result().get("message") if not answer.cancelled() and answer.done() else None
    structlog.get_logger().error(f"{step} failed", exc_info=error)
    raise LifespanFailed(
        public=f"The server's {step} failed: {said or error or 'it ended early'}."
    ) from error
