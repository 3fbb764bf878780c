"""Profile: one's own account as one edits it, every text as it was typed."""

from __future__ import annotations

from msgspec import Struct

from fedi.api.entities.accounts import Field, source_fields, source_note
from fedi.model.people import Account


class Profile(Struct):
    """https://docs.joinmastodon.org/entities/Profile/."""

    id: str
    display_name: str
    note: str
    fields: list[Field]
    avatar: str | None
    avatar_static: str | None
    avatar_description: str
    header: str | None
    header_static: str | None
    header_description: str
    locked: bool
    bot: bool
    hide_collections: bool
    discoverable: bool
    indexable: bool
    show_media: bool
    show_media_replies: bool
    show_featured: bool
    attribution_domains: tuple[str, ...]


def profile(person: Account) -> Profile:
    """The entity of one's own account."""
    return Profile(
        id=str(person.id),
        display_name=person.name,
        note=source_note(person),
        fields=source_fields(person),
        avatar=person.avatar_url,
        avatar_static=person.avatar_url,
        avatar_description=person.avatar_alt or "",
        header=person.header_url,
        header_static=person.header_url,
        header_description=person.header_alt or "",
        locked=person.locked,
        bot=person.type == "Service",
        hide_collections=person.hide_collections,
        discoverable=person.discoverable,
        indexable=person.indexable,
        show_media=person.show_media,
        show_media_replies=person.show_media_replies,
        show_featured=person.show_featured,
        attribution_domains=person.attribution_domains,
    )
