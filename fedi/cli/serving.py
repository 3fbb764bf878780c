"""`fedi serve`: one process, or several that share the same sockets."""

from __future__ import annotations

import asyncio
import functools
import importlib
import sys
from collections.abc import Callable
from typing import cast

import click

from fedi import logs
from fedi.cli.context import Context, pass_context
from fedi.config import Config
from fedi.errors import ConfigError
from fedi.serving import run
from fedi.serving.lifespan import App
from fedi.serving.sockets import inherited, listening
from fedi.serving.supervisor import supervise

# Takes the settings, the role (all, web, worker) and the event that says stop.
Make = Callable[[Config, str, asyncio.Event], App]


@click.command()
@click.option(
    "--role",
    type=click.Choice(["all", "web", "worker"]),
    default="all",
    show_default=True,
    help="web answers requests, worker does the jobs.",
)
@click.option("--processes", type=click.IntRange(1, 64), help="In place of server.processes.")
@click.option("--app", default="fedi.asgi:build", hidden=True, help="What makes the application.")
@click.option("--fd", "files", type=int, multiple=True, hidden=True, help="Open sockets of the parent.")
@click.option("--lifeline", type=int, hidden=True, help="A pipe that closes when the parent ends.")
@pass_context
def serve(
    context: Context, role: str, processes: int | None, app: str, files: tuple[int, ...], lifeline: int | None
) -> int:
    """Run the server until it is told to stop (Ctrl-C or SIGTERM)."""
    config = context.config()
    logs.configure(config.server.log_level, config.server.log_format)
    build = functools.partial(_load(app), config, role)
    if lifeline is not None:
        run(build, config.server, inherited(files), lifeline)
        return 0
    many = processes or config.server.processes
    with listening(() if role == "worker" else config.server.bind) as sockets:
        if many == 1:
            run(build, config.server, sockets)
            return 0
        command = [
            sys.executable,
            "-m",
            "fedi",
            *context.arguments(),
            "serve",
            f"--role={role}",
            f"--app={app}",
        ]
        return supervise(command, many, sockets, config.server.stop_seconds)


def _load(app: str) -> Make:
    """Import `module:function`."""
    module, _, attribute = app.partition(":")
    try:
        return cast(Make, getattr(importlib.import_module(module), attribute))
    except (ModuleNotFoundError, AttributeError) as error:
        raise ConfigError(detail=str(error), public=f"There is no application {app}: {error}.") from error
