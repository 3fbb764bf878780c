"""Profiles of people here: changed, told to other servers as one Update, and their links verified."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType

from fedi.activitypub import types
from fedi.activitypub.types import PUBLIC
from fedi.activitypub.uris import host_of
from fedi.errors import Malformed, Unprocessable
from fedi.media import profile_pictures
from fedi.media.profile_pictures import ProfilePicture
from fedi.model.people import Account, CustomEmoji
from fedi.outbox.actors import to_actor
from fedi.outbox.publish import Audience, activity_uri, addresses_of, publish
from fedi.social import profile_fields, text
from fedi.social.profile_jobs import ACCEPT_REQUESTS, VERIFY_FIELDS
from fedi.store.emojis import Emojis
from fedi.store.rows import write
from fedi.store.store import Transaction

NAME_MAX = 30
NOTE_MAX = 500
ALT_MAX = 150
DOMAINS_MAX = 10
PRIVACIES = ("public", "unlisted", "private", "direct")
QUOTE_POLICIES = ("public", "followers", "nobody")
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_SHORTCODE = re.compile(r":([a-zA-Z0-9_]{2,100}):")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-zA-Z0-9]{2,8}){0,2}")


class Changes(Struct, frozen=True, kw_only=True):
    """What is to be changed of a profile, and of how one posts; UNSET stays as it is."""

    name: str | UnsetType = UNSET
    note: str | UnsetType = UNSET
    fields: tuple[tuple[str, str], ...] | UnsetType = UNSET
    avatar: ProfilePicture | UnsetType | None = UNSET
    """None takes it away."""
    header: ProfilePicture | UnsetType | None = UNSET
    avatar_alt: str | UnsetType = UNSET
    header_alt: str | UnsetType = UNSET
    bot: bool | UnsetType = UNSET
    locked: bool | UnsetType = UNSET
    discoverable: bool | UnsetType = UNSET
    indexable: bool | UnsetType = UNSET
    hide_collections: bool | UnsetType = UNSET
    show_media: bool | UnsetType = UNSET
    show_media_replies: bool | UnsetType = UNSET
    show_featured: bool | UnsetType = UNSET
    attribution_domains: tuple[str, ...] | UnsetType = UNSET
    also_known_as: tuple[str, ...] | UnsetType = UNSET
    """Addresses of actors (`aliasing.find`)."""
    default_visibility: str | UnsetType = UNSET
    default_sensitive: bool | UnsetType = UNSET
    default_language: str | UnsetType | None = UNSET
    default_quote_policy: str | UnsetType = UNSET


_AS_GIVEN = (
    "locked",
    "discoverable",
    "indexable",
    "hide_collections",
    "show_media",
    "show_media_replies",
    "show_featured",
    "also_known_as",
)
_DEFAULTS = ("default_visibility", "default_sensitive", "default_language", "default_quote_policy")


async def change(tx: Transaction, account: Account, changes: Changes) -> Account:
    """Change a profile; the account as it is then. Others are told once, if there is anything to tell.

    Raises Unprocessable, with the reason, for what cannot be; then nothing is changed.
    """
    given = {
        name: value for name in Changes.__struct_fields__ if (value := getattr(changes, name)) is not UNSET
    }
    defaults = _defaults({name: given[name] for name in _DEFAULTS if name in given})
    after = msgspec.structs.replace(account, **await _profile(tx, account, given))
    after = msgspec.structs.replace(after, emojis=await _emojis(tx, after))
    if defaults:
        await tx.members.update(account.id, **defaults)
    await _use_pictures(tx, account, given)
    old, new = write(account), write(after)
    changed = {name: new[name] for name in new if new[name] != old[name]}
    if not changed:
        return account
    await tx.people.update(account.id, **changed)
    await announce(tx, after)
    if account.locked and not after.locked:
        await tx.jobs.add(ACCEPT_REQUESTS, {"account_id": account.id}, key=f"{ACCEPT_REQUESTS}:{account.id}")
    if any(field.verified_at is None and profile_fields.page_of(field) for field in after.fields):
        await tx.jobs.add(VERIFY_FIELDS, {"account_id": account.id}, key=f"{VERIFY_FIELDS}:{account.id}")
    return after


async def announce(tx: Transaction, account: Account) -> None:
    """Tell the followers' servers what a local account is like now."""
    update = types.Update(
        id=activity_uri(tx, account)[1],
        actor=account.uri,
        to=(PUBLIC,),
        cc=(account.followers_uri,) if account.followers_uri else (),
        object=to_actor(account, await tx.keys.of(account.id)),
    )
    await publish(tx, update, by=account, audience=Audience(followers=True, visibility="public"))


async def _profile(tx: Transaction, account: Account, given: dict[str, Any]) -> dict[str, Any]:
    """The columns of the account that change, checked."""
    values: dict[str, Any] = {name: given[name] for name in _AS_GIVEN if name in given}
    if "name" in given:
        values["name"] = _name(given["name"])
    if "note" in given:
        values |= await _note(tx, account, given["note"])
    if "fields" in given:
        values["fields"] = profile_fields.build(given["fields"], account.fields)
    if "bot" in given and account.type in ("Person", "Service"):
        values["type"] = "Service" if given["bot"] else "Person"
    if "attribution_domains" in given:
        values["attribution_domains"] = _domains(given["attribution_domains"])
    for kind in ("avatar", "header"):
        if kind in given:
            picture = given[kind]
            values[f"{kind}_url"] = picture.url if picture is not None else None
            if picture is None:
                values[f"{kind}_alt"] = None
        if f"{kind}_alt" in given:
            values[f"{kind}_alt"] = _bounded(
                given[f"{kind}_alt"].strip(), ALT_MAX, f"{kind.capitalize()} description"
            )
    return values


async def _emojis(tx: Transaction, account: Account) -> tuple[CustomEmoji, ...]:
    """The custom emojis in what a person says of themselves."""
    texts = [account.name, account.summary_source or ""]
    texts += [part for field in account.fields for part in (field.name, field.source or "")]
    names = dict.fromkeys(name for one in texts for name in _SHORTCODE.findall(one))
    if not names or account.domain_id is None:
        return ()
    found = await Emojis(tx).named(account.domain_id, list(names))
    return tuple(CustomEmoji(name, found[name].url) for name in names if name in found)


def _name(given: str) -> str:
    return _bounded(" ".join(_UNSEEN.sub(" ", given).split()), NAME_MAX, "Display name")


async def _note(tx: Transaction, account: Account, given: str) -> dict[str, str]:
    """The text, and its HTML. People who are known here are mentioned; nobody else is looked for."""
    typed = given.strip()
    if len(typed) > NOTE_MAX * 20 or text.count(typed) > NOTE_MAX:
        raise Unprocessable(public=f"Validation failed: Note is too long (maximum is {NOTE_MAX} characters)")
    handles = {
        handle: handle if "@" in handle else f"{handle}@{account.domain}"
        for handle in text.find_handles(typed)
    }
    known = await tx.people.by_handles(handles.values()) if handles else {}
    mentions = {handle: known[full] for handle, full in handles.items() if full in known}
    return {
        "summary": text.render(typed, mentions, addresses_of(account)).html,
        "summary_source": typed,
    }


def _domains(given: tuple[str, ...]) -> tuple[str, ...]:
    try:
        found = tuple(dict.fromkeys(host_of(f"https://{one.strip()}") for one in given if one.strip()))
    except Malformed as error:
        raise Unprocessable(
            error.detail, public="Validation failed: Attribution domains is not a valid domain name"
        ) from error
    if len(found) > DOMAINS_MAX:
        raise Unprocessable(
            public=f"Validation failed: Attribution domains are too many (maximum is {DOMAINS_MAX})"
        )
    return found


def _bounded(value: str, most: int, what: str) -> str:
    if len(value) > most:
        raise Unprocessable(public=f"Validation failed: {what} is too long (maximum is {most} characters)")
    return value


def _defaults(given: dict[str, Any]) -> dict[str, Any]:
    """How one posts, checked."""
    allowed: dict[str, Callable[[Any], bool]] = {
        "default_visibility": PRIVACIES.__contains__,
        "default_quote_policy": QUOTE_POLICIES.__contains__,
        "default_language": lambda value: value is None or bool(_LANGUAGE.fullmatch(value)),
    }
    for name, value in given.items():
        if name in allowed and not allowed[name](value):
            what = name.removeprefix("default_").replace("_", " ").capitalize()
            raise Unprocessable(public=f"Validation failed: {what} is not included in the list")
    return given


async def _use_pictures(tx: Transaction, account: Account, given: dict[str, Any]) -> None:
    if "avatar" in given:
        await _use(tx, account.id, "avatar", given["avatar"])
    if "header" in given:
        await _use(tx, account.id, "header", given["header"])


async def _use(
    tx: Transaction, account_id: int, kind: profile_pictures.Use, picture: ProfilePicture | None
) -> None:
    if picture is None:
        await profile_pictures.remove(tx, account_id, kind)
    else:
        await profile_pictures.use(tx, account_id, picture)
