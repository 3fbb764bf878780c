"""`fedi invite`: links by which people may join."""

from __future__ import annotations

import click

from fedi.cli.context import Context, pass_context
from fedi.cli.running import act
from fedi.services import Services
from fedi.social import registering


@click.group()
def invite() -> None:
    """Links by which people may join."""


@invite.command()
@click.option(
    "--uses",
    type=click.IntRange(1, 1_000_000),
    help="How many may join by it; as many as like when left out.",
)
@click.option(
    "--expires", type=click.IntRange(1, 3650), metavar="D", help="Days until it is over; never when left out."
)
@pass_context
def create(context: Context, uses: int | None, expires: int | None) -> None:
    """Print the address of a new invitation, and nothing else."""

    async def work(services: Services) -> str:
        domain = await services.domain_of(services.config.host)
        return await registering.invite(services, domain, uses=uses, days=expires)

    click.echo(act(context.config(), work))
