"""The HTTP servers that can run fedi, behind one function."""

from __future__ import annotations

import asyncio
import importlib
import socket
from collections.abc import Mapping, Sequence
from typing import Protocol, cast

from fedi.config.sections import Engine, Server
from fedi.errors import ConfigError
from fedi.serving.lifespan import App

_MODULES: Mapping[Engine, str] = {
    "hypercorn": "fedi.serving.engines.hypercorn_engine",
    "uvicorn": "fedi.serving.engines.uvicorn_engine",
    "granian": "fedi.serving.engines.granian_engine",
}


class Serve(Protocol):
    """What an engine module offers."""

    async def __call__(
        self, app: App, sockets: Sequence[socket.socket], server: Server, stop: asyncio.Event
    ) -> None:
        """Answer requests on `sockets` until `stop` is set and the running ones have ended."""


def find(name: Engine) -> Serve:
    """Load the engine `name`. Raises ConfigError with the command that installs it when it is missing."""
    try:
        module = importlib.import_module(_MODULES[name])
    except ModuleNotFoundError as error:
        sentence = f"server.engine is \"{name}\", which is not installed: pip install 'fedi[{name}]'."
        raise ConfigError(detail=str(error), public=sentence) from error
    return cast(Serve, module.serve)
