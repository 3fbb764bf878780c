"""Announcements: written by admins, read and answered with an emoji by everybody here."""

from __future__ import annotations

import unicodedata

from fedi.activitypub.uris import Addresses
from fedi.errors import NotFound, Unprocessable
from fedi.model.people import Domain
from fedi.social import emojis, text
from fedi.social.remote_posts import mentioned
from fedi.store.announcements import Announcement, Announcements
from fedi.store.emojis import Emojis
from fedi.store.store import Transaction

REACTIONS_MAX = 8
"""So many different emojis an announcement can have."""
_LONGEST = 5_000
_EMOJI_PARTS = frozenset("\u200d\ufe0e\ufe0f\u20e3")


async def announce(
    tx: Transaction,
    domain: Domain,
    words: str,
    *,
    published_at: int | None,
    starts_at: int | None = None,
    ends_at: int | None = None,
    all_day: bool = False,
) -> Announcement:
    """Announce something at a time (None: keep it as a draft). Raises Unprocessable for an empty text or span."""
    if not words.strip() or len(words) > _LONGEST:
        raise Unprocessable(public=f"An announcement has 1 to {_LONGEST} characters.")
    if starts_at is not None and ends_at is not None and ends_at <= starts_at:
        raise Unprocessable(public="An announcement ends after it begins.")
    handles = {one: one if "@" in one else f"{one}@{domain.name}" for one in text.find_handles(words)}
    known = await tx.people.by_handles(list(handles.values()))
    accounts = {one: known[full.lower()] for one, full in handles.items() if full.lower() in known}
    rendered = text.render(words, accounts, Addresses(domain.url))
    announcement = Announcement(
        id=tx.new_id(),
        domain_id=domain.id,
        text=words,
        content=rendered.html,
        emojis=await emojis.used(tx, domain.id, words),
        mentions=tuple(mentioned(account, account) for account in rendered.mentions),
        tags=rendered.tags,
        all_day=all_day,
        starts_at=starts_at,
        ends_at=ends_at,
        published_at=published_at,
        updated_at=tx.now,
        created_at=tx.now,
    )
    await Announcements(tx).add(announcement)
    return announcement


async def published(tx: Transaction, domain: Domain, announcement_id: int) -> Announcement:
    """An announcement that members see. Raises NotFound."""
    found = await Announcements(tx).by_id(announcement_id)
    if found is None or found.domain_id != domain.id:
        raise NotFound
    if found.published_at is None or found.published_at > tx.now:
        raise NotFound
    return found


async def react(tx: Transaction, domain: Domain, account_id: int, announcement_id: int, name: str) -> None:
    """React with a character or the name of a custom emoji. Raises Unprocessable for what is neither."""
    found = await published(tx, domain, announcement_id)
    custom = await Emojis(tx).named(domain.id, [name])
    if not custom and not is_emoji(name):
        raise Unprocessable(public="Validation failed: Name is not a recognized emoji")
    announcements = Announcements(tx)
    reactions = (await announcements.reactions(account_id, [found.id])).get(found.id, [])
    if name not in {one.name for one in reactions} and len(reactions) >= REACTIONS_MAX:
        raise Unprocessable(public="Validation failed: Limit of different reactions reached")
    await announcements.react(account_id, found.id, name)


def is_emoji(name: str) -> bool:
    """Whether a text is one emoji of Unicode, as far as its characters tell: symbols, and what joins them."""
    if not 1 <= len(name) <= 16:
        return False
    keycap = name[-1] == "\u20e3" and name[0] in "0123456789#*"
    symbols = [one for one in name if one not in _EMOJI_PARTS and not "\U000e0020" <= one <= "\U000e007f"]
    if keycap:
        return len(symbols) == 1
    return bool(symbols) and all(unicodedata.category(one) in ("So", "Sk") for one in symbols)
