"""`fedi post` and `fedi follow`: act as a local person."""

from __future__ import annotations

import click

from fedi.cli.context import Context, pass_context
from fedi.cli.running import act, local_person
from fedi.model.posts import VISIBILITIES
from fedi.services import Services
from fedi.social import following, mentioning, posting
from fedi.social.posting import Draft
from fedi.webfinger import lookup


@click.command()
@click.argument("name")
@click.argument("text")
@click.option("--visibility", type=click.Choice(VISIBILITIES), default="public", show_default=True)
@pass_context
def post(context: Context, name: str, text: str, visibility: str) -> None:
    """Post TEXT as NAME and print the post's id."""

    async def work(services: Services) -> int:
        async with services.store.read() as tx:
            author = await local_person(tx, services, name)
        mentions = await mentioning.resolve_all(services, text, author)
        async with services.store.write() as tx:
            draft = Draft(text=text, visibility=visibility, mentions=mentions)
            return (await posting.create(tx, author, draft)).id

    click.echo(act(context.config(), work))


@click.command()
@click.argument("name")
@click.argument("handle")
@pass_context
def follow(context: Context, name: str, handle: str) -> None:
    """Let NAME follow HANDLE, such as @bo@b.test, and print the followed account's id."""

    async def work(services: Services) -> int:
        async with services.store.read() as tx:
            follower = await local_person(tx, services, name)
        followee = await lookup.resolve(services, handle)
        async with services.store.write() as tx:
            await following.ask(tx, follower, followee)
        return followee.id

    click.echo(act(context.config(), work))
