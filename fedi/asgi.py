"""The ASGI application: `fedi.asgi:app` for any server, `build` for `fedi serve`.

uvicorn fedi.asgi:app          # reads config.toml (or FEDI_CONFIG) and FEDI_* as it starts
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from hypercorn.typing import ASGIReceiveCallable, ASGISendCallable, Scope
from quart import Quart

from fedi import housekeeping, logs
from fedi.api.streaming.hub import Hub
from fedi.app import create_app
from fedi.config import Config
from fedi.inbox.readings import Readings
from fedi.services import Services
from fedi.social import members, pushing
from fedi.worker import Worker


class Application:
    """The web application, and the worker beside it, for as long as the server runs (ASGI lifespan)."""

    def __init__(self, config: Config, role: str, stop: asyncio.Event) -> None:
        self._config = config
        self._role = role
        self._stop = stop
        self._web: Quart | None = None
        self._services: Services | None = None
        self._tasks: list[asyncio.Task[None]] = []

    async def __call__(self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        """One request, or the lifespan."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        else:
            assert self._web is not None
            await self._web(scope, receive, send)

    async def _live(self, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        await receive()
        try:
            await self._start()
        except Exception as error:
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            raise
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._end()
        await send({"type": "lifespan.shutdown.complete"})

    async def _start(self) -> None:
        services = self._services = await Services.open(self._config)
        await members.ensure_domain(services)
        await pushing.public_key(services)
        await services.refresh()
        readings = Readings()
        self._web = create_app(services, readings)
        self._tasks = [asyncio.create_task(housekeeping.keep_lease(services, self._stop))]
        hub: Hub = self._web.extensions["fedi_streams"]
        self._tasks.append(asyncio.create_task(hub.run(self._stop)))
        if self._role == "web":
            self._tasks.append(asyncio.create_task(services.store.listen_until(self._stop)))
        else:
            self._tasks.append(asyncio.create_task(Worker(services, readings).run(self._stop)))

    async def _end(self) -> None:
        self._stop.set()
        await asyncio.gather(*self._tasks)
        if self._services is not None:
            await self._services.close()


def build(config: Config, role: str, stop: asyncio.Event) -> Application:
    """The application for `role` (all, web or worker); it ends its own tasks once `stop` is set."""
    return Application(config, role, stop)


async def app(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    """The application with the settings of the current folder, built as the server starts it."""
    application = _applications.get("app")
    if application is None:
        config = Config.load(Path(os.environ.get("FEDI_CONFIG", "config.toml")), os.environ)
        logs.configure(config.server.log_level, config.server.log_format)
        application = _applications["app"] = build(config, "all", asyncio.Event())
    await application(scope, receive, send)


_applications: dict[str, Application] = {}
