"""`fedi block`: block other servers, for everybody here."""

from __future__ import annotations

import click

from fedi.cli.context import Context, pass_context
from fedi.cli.running import Refused, act
from fedi.services import Services
from fedi.social import defederating
from fedi.social.defederating import Terms


@click.group()
def block() -> None:
    """Servers that are blocked here, with all their subdomains."""


@block.command()
@click.argument("domain")
@click.option(
    "--severity",
    type=click.Choice(["suspend", "silence"]),
    default="suspend",
    show_default=True,
    help="suspend: nothing in, nothing out; silence: hidden from who does not follow.",
)
@click.option("--reason", default="", help="Kept with the block.")
@pass_context
def add(context: Context, domain: str, severity: str, reason: str) -> None:
    """Block DOMAIN. A running server knows within half a minute."""

    async def work(services: Services) -> None:
        async with services.store.write() as tx:
            terms = Terms(severity=severity, private_comment=reason or None)
            await defederating.put(tx, domain, terms, by_id=None)

    act(context.config(), work)
    click.echo(f"Blocked {domain} ({severity}).")


@block.command()
@click.argument("domain")
@pass_context
def remove(context: Context, domain: str) -> None:
    """Take back the block of DOMAIN. Follows that it ended do not come back."""

    async def work(services: Services) -> bool:
        async with services.store.write() as tx:
            return await defederating.lift_name(tx, domain, by_id=None)

    if not act(context.config(), work):
        raise Refused(public=f"{domain} is not blocked. `fedi block list` shows what is.")
    click.echo(f"{domain} is no longer blocked.")


@block.command(name="list")
@pass_context
def show(context: Context) -> None:
    """List the blocked servers."""

    async def work(services: Services) -> list[str]:
        async with services.store.read() as tx:
            return [
                f"{found.name}\t{found.severity}\t{found.private_comment or ''}"
                for found in await tx.blocks.domains()
            ]

    for line in act(context.config(), work):
        click.echo(line)
