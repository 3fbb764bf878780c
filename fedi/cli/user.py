"""`fedi user`: make accounts, list them, and hand out access tokens."""

from __future__ import annotations

import secrets

import click

from fedi.cli.context import Context, pass_context
from fedi.cli.running import Refused, act, local_person
from fedi.model.people import ROLES
from fedi.services import Services
from fedi.social import deleting, members
from fedi.store import roster


@click.group()
def user() -> None:
    """Accounts of this server."""


@user.command()
@click.argument("name")
@click.option("--email", required=True, help="Where the person can be reached.")
@click.option("--password", help="Made up and printed when left out.")
@click.option("--role", type=click.Choice(ROLES), default="user", show_default=True)
@pass_context
def create(context: Context, name: str, email: str, password: str | None, role: str) -> None:
    """Make the account NAME, confirmed and ready to sign in."""
    chosen = password or secrets.token_urlsafe(12)

    async def work(services: Services) -> str:
        domain = await services.domain_of(services.config.host)
        account = await members.create(
            services, domain, name, email=email, password=chosen, role=role, allow_reserved=True
        )
        return f"@{account.username}@{account.domain}"

    handle = act(context.config(), work)
    click.echo(f"Made {handle} ({role}).")
    if password is None:
        click.echo(f"Password: {chosen}")


@user.command()
@click.argument("name")
@click.option("--scopes", default="read write follow push", show_default=True, help="Separated by spaces.")
@pass_context
def token(context: Context, name: str, scopes: str) -> None:
    """Print a new access token of NAME, and nothing else."""

    async def work(services: Services) -> str:
        async with services.store.write() as tx:
            account = await local_person(tx, services, name)
            return await tx.members.add_token(account.id, " ".join(scopes.split()))

    click.echo(act(context.config(), work))


@user.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_context
def delete(context: Context, name: str, yes: bool) -> None:
    """Delete NAME with everything they posted, here and on other servers. Nobody can have the name again."""
    if not yes:
        click.confirm(f"Delete {name} and all their posts, for good?", abort=True)

    async def work(services: Services) -> str:
        async with services.store.write() as tx:
            account = await local_person(tx, services, name)
            if account.deleted_at is not None:
                raise Refused(public=f"{name} is deleted already.")
            await deleting.delete_own(tx, account)
        return account.handle

    click.echo(f"Deleted @{act(context.config(), work)}.")


@user.command(name="list")
@pass_context
def show(context: Context) -> None:
    """List the accounts of this server: handle, role, followers, posts."""

    async def work(services: Services) -> list[str]:
        async with services.store.read() as tx:
            return [
                f"@{member.handle}\t{member.role}\t{member.followers_count} followers\t{member.posts_count} posts"
                for member in await roster.members(tx.db)
            ]

    for line in act(context.config(), work):
        click.echo(line)
