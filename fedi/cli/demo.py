"""`fedi demo`: two servers on loopback that follow each other, with people and posts, to look at and to try."""

from __future__ import annotations

import asyncio
import shutil
import signal
import socket
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import click
from msgspec import Struct

from fedi.cli import demo_story
from fedi.cli.running import Refused
from fedi.config import Config
from fedi.services import Services

_START_SECONDS = 60
_STOP_SECONDS = 15


class Site(Struct, frozen=True):
    """One of the two servers."""

    name: str
    port: int
    folder: Path

    @property
    def domain(self) -> str:
        """What its handles end in."""
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://{self.domain}"

    @property
    def settings(self) -> Path:
        """Its config.toml."""
        return self.folder / "config.toml"


@click.command()
@click.option("--bare", is_flag=True, help="No people and no posts.")
@click.option(
    "--port", type=click.IntRange(1, 65_534), default=8421, show_default=True, help="And the next one."
)
@click.option(
    "--folder", type=click.Path(path_type=Path, file_okay=False), default=Path("demo"), show_default=True
)
@click.option("--keep", is_flag=True, help="Go on with what an earlier demo left in the folder.")
def demo(bare: bool, port: int, folder: Path, keep: bool) -> None:
    """Start two servers that follow each other, with people and posts. Ctrl-C ends both."""
    sites = [Site(name, port + number, folder / name) for number, name in enumerate("ab")]
    for site in sites:
        _check_free(site.port)
        _prepare(site, keep=keep)
    asyncio.run(_show(sites, bare=bare))


def _check_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise Refused(
                public=f"Port {port} is in use. Choose two free ones with `fedi demo --port {port + 100}`."
            ) from error


def _prepare(site: Site, *, keep: bool) -> None:
    if site.folder.exists() and not keep:
        if not site.settings.exists():
            raise Refused(public=f"{site.folder} is not of an earlier demo. Choose another --folder.")
        shutil.rmtree(site.folder)
    site.folder.mkdir(parents=True, exist_ok=True)
    site.settings.write_text(
        f"# A demo server. Only this machine can reach it.\n"
        f'domain = "{site.domain}"\n'
        f'url = "{site.url}"\n\n'
        f'[server]\nbind = "127.0.0.1:{site.port}"\nlog_level = "warning"\n\n'
        f'[database]\nurl = "sqlite:///fedi.db"\n\n'
        f'[federation]\nallow_http = true\nallow_private = ["127.0.0.0/8"]\n\n'
        f'[brand]\nname = "Demo {site.name.upper()}"\n'
    )


async def _show(sites: Sequence[Site], *, bare: bool) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    click.echo("Starting two servers ...")
    servers = [await _serve(site) for site in sites]
    try:
        await asyncio.gather(*(_answers(site, server) for site, server in zip(sites, servers, strict=True)))
        people = [] if bare else await _populate(sites)
        _print(sites, people)
        ended = [asyncio.create_task(server.wait()) for server in servers]
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait([*ended, stopped], return_when=asyncio.FIRST_COMPLETED)
        if not stop.is_set():
            raise Refused(public="One of the servers has stopped; its messages are above.")
        stopped.cancel()
    finally:
        click.echo("\nStopping ...")
        await asyncio.gather(*(_end(server) for server in servers))


async def _serve(site: Site) -> asyncio.subprocess.Process:
    # A session of its own: Ctrl-C reaches this process alone, which then ends the servers in an orderly way.
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "fedi", "--config", str(site.settings), "serve", start_new_session=True
    )


async def _answers(site: Site, server: asyncio.subprocess.Process) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while server.returncode is None and time.monotonic() < deadline:
        with suppress(OSError):
            reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
            writer.write(f"GET /ready HTTP/1.1\r\nHost: {site.domain}\r\nConnection: close\r\n\r\n".encode())
            status = await reader.readline()
            writer.close()
            if b" 200 " in status:
                return
        await asyncio.sleep(0.1)
    raise Refused(public=f"The server at {site.url} did not start; its messages are above.")


async def _end(server: asyncio.subprocess.Process) -> None:
    if server.returncode is not None:
        return
    server.terminate()
    try:
        async with asyncio.timeout(_STOP_SECONDS):
            await server.wait()
    except TimeoutError:
        server.kill()
        await server.wait()


async def _populate(sites: Sequence[Site]) -> list[demo_story.Login]:
    opened: list[Services] = []
    try:
        for site in sites:
            services = await Services.open(Config.load(site.settings, {}))
            opened.append(services)
            await services.refresh()
        return await demo_story.tell(opened[0], opened[1], click.echo)
    finally:
        for services in opened:
            await services.close()


def _print(sites: Sequence[Site], people: Sequence[demo_story.Login]) -> None:
    click.echo("")
    for site in sites:
        click.echo(f"  Server {site.name.upper()}   {site.url}")
    for login in people:
        click.echo(f"\n  {login.handle}\n    profile   {login.page}\n    password  {login.password}")
        click.echo(f"    token     {login.token}")
    if people:
        first, last = people[0], people[-1]
        click.echo(f"""
  Try next, in another terminal:
    fedi --config {sites[0].settings} post {first.name} "Hello {last.handle}!"
    fedi --config {sites[1].settings} follow {last.name} {first.handle}
    curl -H "Authorization: Bearer {last.token}" {sites[1].url}/api/v1/timelines/home
    curl -H "Accept: application/activity+json" {first.page}
    fedi --config {sites[0].settings} queue show""")
    click.echo("\n  Ctrl-C stops both servers.")
