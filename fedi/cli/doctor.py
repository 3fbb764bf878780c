"""`fedi doctor`: looks at settings, DNS, TLS, database, clock, queue and disk, and says what to do."""

from __future__ import annotations

import asyncio
import shutil
import socket
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import click
from msgspec import Struct

from fedi.cli.context import Context, pass_context
from fedi.cli.running import Refused
from fedi.config import Config
from fedi.errors import FediError
from fedi.media.storage import open_storage
from fedi.model.times import to_ms
from fedi.net.client import Net
from fedi.services import net_settings, utc_now
from fedi.store.checks import check as check_database
from fedi.store.clocks import drift_ms
from fedi.store.store import open_database
from fedi.store.troubles import Trouble, troubles

_LEAST_FREE = 1 << 30
_EXPIRES_SOON_DAYS = 14
_DRIFT_MS = 30_000


class Finding(Struct, frozen=True):
    """One thing that was looked at; `advice` says what to do where it is not well."""

    what: str
    well: bool
    seen: str
    advice: str = ""


@click.command()
@pass_context
def doctor(context: Context) -> None:
    """Check the whole installation and say what to do. Exit status 2 when something is wrong."""
    config = context.config()
    wrong = asyncio.run(_examine(config))
    if wrong:
        raise Refused(public=f"{wrong} of these need your attention.")


async def _examine(config: Config) -> int:
    wrong = 0
    click.echo(f"  ok    settings: {config.domain}, at {config.url}")
    for look in (_disk, _storage, _name, _certificate, _answer, _database):
        async for finding in look(config):
            mark = "ok  " if finding.well else "FAIL"
            click.echo(f"  {mark}  {finding.what}: {finding.seen}")
            if not finding.well:
                click.echo(f"        {finding.advice}")
                wrong += 1
    return wrong


async def _disk(config: Config) -> AsyncIterator[Finding]:
    for what, path in (("media", config.media.path), ("database", config.database.path)):
        if path is None:
            continue
        folder, free = _space(Path(path))
        yield Finding(
            f"disk for the {what}",
            free > _LEAST_FREE,
            f"{free / (1 << 30):.1f} GiB free at {folder}",
            "Free some space, or move it: SQLite and uploads fail when the disk is full.",
        )


async def _storage(config: Config) -> AsyncIterator[Finding]:
    """Write, read and remove a file where uploads go."""
    where = f"bucket {config.media.bucket}" if config.media.storage == "s3" else str(config.media.path)
    try:
        await open_storage(config.media).check()
        yield Finding("media", True, f"files can be written to {where}")
    except Exception as error:  # whatever a storage raises is the finding
        said = str(error).partition("\n")[0][:300]
        yield Finding("media", False, f"{where}: {type(error).__name__}: {said}", _STORAGE)


def _space(path: Path) -> tuple[Path, int]:
    """The nearest folder that exists, and the bytes that are free there."""
    folder = next(parent for parent in (path, *path.resolve().parents) if parent.exists())
    return folder, shutil.disk_usage(folder).free


async def _name(config: Config) -> AsyncIterator[Finding]:
    for name in dict.fromkeys((config.host, config.domain)):
        host = urlsplit(f"//{name}").hostname or name
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
            addresses = ", ".join(sorted({str(one[4][0]) for one in found}))
            yield Finding(f"name {host}", True, addresses)
        except OSError as error:
            yield Finding(
                f"name {host}", False, str(error), f"Add an A or AAAA record for {host} at your DNS provider."
            )


async def _certificate(config: Config) -> AsyncIterator[Finding]:
    parts = urlsplit(config.url)
    if parts.scheme != "https":
        return
    context = ssl.create_default_context(
        cafile=str(config.federation.ca_file) if config.federation.ca_file else None
    )
    advice = "Renew or repair the certificate of the web server in front of fedi (or server.tls_certificate)."
    try:
        async with asyncio.timeout(config.federation.timeout_seconds):
            _, writer = await asyncio.open_connection(parts.hostname, parts.port or 443, ssl=context)
        certificate = writer.get_extra_info("peercert")
        writer.close()
        left = (ssl.cert_time_to_seconds(certificate["notAfter"]) - utc_now().timestamp()) / 86_400
        yield Finding("certificate", left > _EXPIRES_SOON_DAYS, f"valid for {left:.0f} more days", advice)
    except (OSError, TimeoutError) as error:
        yield Finding("certificate", False, f"{type(error).__name__}: {error}", advice)


async def _answer(config: Config) -> AsyncIterator[Finding]:
    """Ask ourselves as a stranger would: through DNS, the proxy and TLS."""
    settings = net_settings(config, ask_ourselves=True)
    net = Net(settings, now=utc_now)
    url = f"{config.url}/.well-known/nodeinfo"
    try:
        await net.get(
            url, accept="application/json", content_types=("application/json", "application/jrd+json")
        )
        yield Finding("the server", True, f"answers at {url}")
    except FediError as error:
        yield Finding(
            "the server",
            False,
            f"{url}: {error}",
            "Is `fedi serve` running, and does the web server in front of it pass everything on?",
        )
    finally:
        await net.close()


async def _database(config: Config) -> AsyncIterator[Finding]:
    try:
        database = await open_database(config.database.url)
    except Exception as error:  # whatever a driver raises is the finding
        yield Finding(
            "database", False, f"{type(error).__name__}: {error}", "Check database.url in config.toml."
        )
        return
    try:
        async with database.reading() as connection:
            found = await check_database(connection, database.engine)
            yield Finding("database", not found, " ".join(found) or f"sound ({database.engine})", _REPAIR)
            if found:
                return
            drift = await drift_ms(connection, to_ms(utc_now()))
            yield Finding("clock", drift < _DRIFT_MS, f"{drift} ms off the database's", _CLOCK)
            for trouble in await troubles(connection, to_ms(utc_now())):
                yield _queue_finding(trouble)
    finally:
        await database.close()


def _queue_finding(trouble: Trouble) -> Finding:
    return Finding("queue", trouble.well, trouble.seen, "`fedi queue show` says what waits, and why.")


_STORAGE = "Check the section [media] of config.toml, and that the folder or the bucket may be written to."
_REPAIR = "Stop the server, make a copy of the database, and run `fedi db migrate` and `fedi db check`."
_CLOCK = "Set the clock by NTP: signatures with a wrong time are refused by other servers."
