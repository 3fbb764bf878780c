"""`fedi site`: what the server says of itself, its rules, terms, announcements and emojis, set while it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import msgspec

from fedi.cli.context import Context, pass_context
from fedi.cli.running import Refused, act
from fedi.model.site import KEYS, Site, Translation
from fedi.services import Services
from fedi.social import announcing, emojis, site
from fedi.social.site import Sites
from fedi.store.announcements import Announcements
from fedi.store.emojis import Emojis
from fedi.store.site import SiteSettings

_NOTE = "A running server shows it within ten seconds."
_File = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(name="site")
def group() -> None:
    """What the server says of itself."""


@group.command()
@click.argument("key", type=click.Choice(KEYS), required=False)
@pass_context
def show(context: Context, key: str | None) -> None:
    """Print every setting, or the one of KEY alone."""
    found = act(context.config(), _site)
    for name in [key] if key else KEYS:
        value = getattr(found, name)
        text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
        click.echo(text if key else f"{name}\t{text}")


@group.command(name="set")
@click.argument("key", type=click.Choice(KEYS))
@click.argument("value", required=False)
@click.option("--file", type=_File, help="Take the value from a file, as Markdown for long texts.")
@pass_context
def put(context: Context, key: str, value: str | None, file: Path | None) -> None:
    """Set KEY to VALUE: a text, true or false, a number, or a list written as JSON."""
    if (value is None) == (file is None):
        raise Refused(public="Give a value, or --file.")
    text = file.read_text(encoding="utf-8") if file else str(value)

    async def work(services: Services) -> None:
        await site.put(services, Sites(), await _domain_id(services), key, _read(key, text))

    act(context.config(), work)
    click.echo(f"Set {key}. {_NOTE}")


@group.command()
@click.argument("key", type=click.Choice(KEYS))
@pass_context
def reset(context: Context, key: str) -> None:
    """Give KEY its default again."""

    async def work(services: Services) -> None:
        domain_id = await _domain_id(services)
        async with services.store.write() as tx:
            await SiteSettings(tx).reset(domain_id, key)

    act(context.config(), work)
    click.echo(f"{key} has its default again. {_NOTE}")


@group.command(name="add-rule")
@click.argument("text")
@click.option("--hint", default="", help="A longer explanation.")
@pass_context
def add_rule(context: Context, text: str, hint: str) -> None:
    """Add the rule TEXT at the end, and print its number."""

    async def work(services: Services) -> int:
        return (await site.add_rule(services, Sites(), await _domain_id(services), text, hint)).id

    click.echo(str(act(context.config(), work)))


@group.command(name="translate-rule")
@click.argument("number", type=int)
@click.argument("language")
@click.argument("text")
@click.option("--hint", default="", help="A longer explanation.")
@pass_context
def translate_rule(context: Context, number: int, language: str, text: str, hint: str) -> None:
    """Say the rule NUMBER as TEXT in LANGUAGE (fr, pt-BR)."""

    async def work(services: Services) -> None:
        said = Translation(text, hint)
        await site.translate_rule(services, Sites(), await _domain_id(services), number, language, said)

    act(context.config(), work)
    click.echo(f"Translated. {_NOTE}")


@group.command(name="remove-rule")
@click.argument("number", type=int)
@pass_context
def remove_rule(context: Context, number: int) -> None:
    """Remove the rule NUMBER. The others keep theirs."""

    async def work(services: Services) -> None:
        await site.remove_rule(services, Sites(), await _domain_id(services), number)

    act(context.config(), work)
    click.echo(f"Removed. {_NOTE}")


@group.command(name="add-terms")
@click.argument("day")
@click.argument("file", type=_File)
@pass_context
def add_terms(context: Context, day: str, file: Path) -> None:
    """Publish terms of service, Markdown in FILE, that hold from DAY (2026-11-22) on."""

    text = file.read_text(encoding="utf-8")

    async def work(services: Services) -> None:
        await site.add_terms(services, Sites(), await _domain_id(services), text, day)

    act(context.config(), work)
    click.echo(f"Published. {_NOTE}")


@group.command()
@click.argument("text")
@pass_context
def announce(context: Context, text: str) -> None:
    """Announce TEXT, Markdown, to everybody here, and print the announcement's id."""

    async def work(services: Services) -> int:
        domain = await services.domain_of(services.config.host)
        async with services.store.write() as tx:
            return (await announcing.announce(tx, domain, text, published_at=tx.now)).id

    click.echo(str(act(context.config(), work)))


@group.command(name="unannounce")
@click.argument("announcement", type=int)
@pass_context
def unannounce(context: Context, announcement: int) -> None:
    """Take an ANNOUNCEMENT back, by its id."""

    async def work(services: Services) -> bool:
        async with services.store.write() as tx:
            return await Announcements(tx).remove(announcement)

    if not act(context.config(), work):
        raise Refused(public="There is no such announcement.")
    click.echo("Taken back.")


@group.command(name="add-emoji")
@click.argument("name")
@click.argument("file", type=_File)
@click.option("--category", help="What it is listed under.")
@pass_context
def add_emoji(context: Context, name: str, file: Path, category: str | None) -> None:
    """Add the emoji :NAME: with the picture in FILE, or give it another picture."""

    async def work(services: Services) -> str:
        domain = await services.domain_of(services.config.host)
        return (await emojis.add(services, domain, name, file, category)).url

    click.echo(act(context.config(), work))


@group.command(name="remove-emoji")
@click.argument("name")
@pass_context
def remove_emoji(context: Context, name: str) -> None:
    """Remove the emoji :NAME:."""

    async def work(services: Services) -> None:
        await emojis.remove(services, await services.domain_of(services.config.host), name)

    act(context.config(), work)
    click.echo(f"Removed :{name}:.")


@group.command(name="emojis")
@pass_context
def list_emojis(context: Context) -> None:
    """List the custom emojis: name, category, picture."""

    async def work(services: Services) -> list[str]:
        domain_id = await _domain_id(services)
        async with services.store.read() as tx:
            found = await Emojis(tx).of(domain_id, disabled=True)
        return [f":{one.shortcode}:\t{one.category or ''}\t{one.url}" for one in found]

    for line in act(context.config(), work):
        click.echo(line)


async def _domain_id(services: Services) -> int:
    return (await services.domain_of(services.config.host)).id


async def _site(services: Services) -> Site:
    domain_id = await _domain_id(services)
    async with services.store.read() as tx:
        return await SiteSettings(tx).of(domain_id)


def _read(key: str, text: str) -> Any:
    """A value as its key has it: texts as they are, everything else as JSON."""
    if isinstance(getattr(Site(), key), str):
        return text.strip()
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        raise Refused(public=f'{key} is written as JSON: true, 16, ["@ana"].') from None
