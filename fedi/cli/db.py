"""`fedi db`: bring the schema up to date, and check the database."""

from __future__ import annotations

import asyncio

import click

from fedi.cli.context import Context, pass_context
from fedi.cli.running import Refused
from fedi.config import Config
from fedi.store.checks import check as check_database
from fedi.store.migrate import migrate as apply
from fedi.store.store import open_database, system_clock


@click.group()
def db() -> None:
    """The database."""


@db.command()
@pass_context
def migrate(context: Context) -> None:
    """Bring the schema up to date; `fedi serve` does it by itself."""

    async def work(config: Config) -> list[str]:
        database = await open_database(config.database.url)
        try:
            return [step.name for step in await apply(database, system_clock())]
        finally:
            await database.close()

    names = asyncio.run(work(context.config()))
    click.echo(f"Applied {', '.join(names)}." if names else "The schema is up to date.")


@db.command()
@pass_context
def check(context: Context) -> None:
    """Look for damage, and for counters that do not agree with what they count."""

    async def work(config: Config) -> list[str]:
        database = await open_database(config.database.url)
        try:
            async with database.reading() as connection:
                return await check_database(connection, database.engine)
        finally:
            await database.close()

    if found := asyncio.run(work(context.config())):
        raise Refused(public="\n".join(found))
    click.echo("The database is sound.")
