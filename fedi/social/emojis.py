"""Custom emojis: found in what people here write, and added by admins."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

from fedi.errors import TooLarge, Unprocessable
from fedi.media.library import Made
from fedi.model.people import CustomEmoji, Domain
from fedi.services import Services
from fedi.store.emojis import Emoji, Emojis
from fedi.store.store import Transaction

_CODE = re.compile(r"(?<![\w:]):([a-zA-Z0-9_]{2,50}):(?![\w:])")
_NAME = re.compile(r"[a-zA-Z0-9_]{2,50}")
_MOST = 100
LARGEST = 256 * 1024
"""Bytes of a picture."""


async def used(tx: Transaction, domain_id: int, *texts: str) -> tuple[CustomEmoji, ...]:
    """The emojis of a domain that texts name, each once. Nothing is asked where no text looks like it names one."""
    named = list(dict.fromkeys(code for text in texts if ":" in text for code in _CODE.findall(text)))[:_MOST]
    if not named:
        return ()
    known = await Emojis(tx).named(domain_id, named)
    return tuple(CustomEmoji(code, known[code].url) for code in named if code in known)


async def add(
    services: Services, domain: Domain, shortcode: str, file: Path, category: str | None = None
) -> Emoji:
    """Add an emoji with the picture in `file`, or give one another picture. Raises Unprocessable, TooLarge."""
    if not _NAME.fullmatch(shortcode):
        raise Unprocessable(
            public="The name of an emoji has 2 to 50 letters, digits and underscores, and nothing else."
        )
    if domain.actor_id is None:
        raise Unprocessable(public=f"{domain.name} is not set up yet.")
    if (await asyncio.to_thread(file.stat)).st_size > LARGEST:
        raise TooLarge(public=f"The picture of an emoji has at most {LARGEST >> 10} KiB.")
    library = services.media
    async with library.folder() as folder:
        kind = await library.kind_of(file)
        made: Made = await library.picture(file, kind, folder, "avatar")
        await library.keep(domain.actor_id, made)
    address = f"{library.base(domain.url)}/{next(iter(made.files))}"
    async with services.store.write() as tx:
        emoji = Emoji(
            id=tx.new_id(),
            domain_id=domain.id,
            shortcode=shortcode,
            url=address,
            static_url=address,
            category=category,
            created_at=tx.now,
            updated_at=tx.now,
        )
        # A file that something uses is not swept; each emoji's use has a name of its own.
        await tx.media.use_for_profile(domain.actor_id, f"emoji:{shortcode}", next(iter(made.files)))
        await Emojis(tx).put(emoji)
    return emoji


async def remove(services: Services, domain: Domain, shortcode: str) -> None:
    """Remove an emoji with its picture. Raises Unprocessable where there is none."""
    async with services.store.write() as tx:
        if not await Emojis(tx).remove(domain.id, shortcode):
            raise Unprocessable(public=f"There is no emoji :{shortcode}:.")
        if domain.actor_id is not None:
            await tx.media.use_for_profile(domain.actor_id, f"emoji:{shortcode}", None)
