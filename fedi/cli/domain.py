"""`fedi domain`: the domains that are hosted here."""

from __future__ import annotations

import click

from fedi.cli.context import Context, pass_context
from fedi.cli.running import Refused, act
from fedi.services import Services
from fedi.social import members
from fedi.store.hosting import Hosting


@click.group()
def domain() -> None:
    """Domains that are hosted here: people's handles end in them."""


@domain.command()
@click.argument("name")
@click.option("--url", help="Where it answers; https://NAME when left out.")
@pass_context
def add(context: Context, name: str, url: str | None) -> None:
    """Host NAME as well. Its requests have to reach this server; a running one knows within half a minute."""
    address = (url or f"https://{name}").rstrip("/")
    if not address.startswith(("https://", "http://")) or "/" in address.partition("://")[2] or "/" in name:
        raise Refused(public="A domain is a name such as example.org, and its address starts with https://.")

    async def work(services: Services) -> str:
        return (await members.host_domain(services, name.lower(), address.lower())).url

    found = act(context.config(), work)
    if found != address.lower():
        raise Refused(public=f"{name} is hosted already, at {found}.")
    click.echo(f"Hosting {name.lower()} at {found}.")


@domain.command(name="list")
@pass_context
def show(context: Context) -> None:
    """List the hosted domains: name, address, accounts."""

    async def work(services: Services) -> list[str]:
        async with services.store.read() as tx:
            hosting = Hosting(tx)
            return [
                f"{one.name}\t{one.url}\t{await hosting.people(one.id)} accounts"
                for one in await tx.domains.all()
            ]

    for line in act(context.config(), work):
        click.echo(line)


@domain.command()
@click.argument("name")
@pass_context
def remove(context: Context, name: str) -> None:
    """No longer host NAME. Only one on which nobody ever was: other servers remember its people for good."""

    async def work(services: Services) -> None:
        async with services.store.write() as tx:
            found = await tx.domains.by_name(name)
            if found is None:
                raise Refused(public=f"{name} is not hosted here. `fedi domain list` shows what is.")
            if found.name == services.config.domain.lower():
                raise Refused(public=f"{name} is the domain of config.toml.")
            if await Hosting(tx).people(found.id):
                raise Refused(public=f"There are accounts on {name}: other servers know them by that name.")
            await Hosting(tx).end(found.id)
            await tx.audit.add(None, "destroy", "Domain", found.id, found.name)

    act(context.config(), work)
    click.echo(f"{name.lower()} is no longer hosted here.")
