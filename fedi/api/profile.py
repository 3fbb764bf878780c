"""One's own profile: PATCH /api/v1/accounts/update_credentials, /api/v1/profile."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from pathlib import Path
from typing import Any

from quart import Blueprint, Response

from fedi.api import uploads
from fedi.api.accounts import credentials
from fedi.api.auth import member
from fedi.api.context import Asker
from fedi.api.entities.profiles import profile
from fedi.api.params import Params
from fedi.api.responses import answer
from fedi.api.uploads import Form
from fedi.errors import Unprocessable
from fedi.media import profile_pictures
from fedi.media.profile_pictures import LARGEST, ProfilePicture, Use
from fedi.model.people import Account
from fedi.outbox.publish import addresses_of
from fedi.social import aliasing, profiles
from fedi.social.profiles import Changes

routes = Blueprint("api_profile", __name__, url_prefix="/api/v1")

_FIELDS_READ = 50
_PICTURES: tuple[Use, ...] = ("avatar", "header")
_TEXTS = {
    "display_name": "name",
    "note": "note",
    "avatar_description": "avatar_alt",
    "header_description": "header_alt",
}
_FLAGS = (
    "bot",
    "locked",
    "discoverable",
    "indexable",
    "hide_collections",
    "show_media",
    "show_media_replies",
    "show_featured",
)
_SOURCE: dict[str, tuple[str, Callable[[Params, str], Any]]] = {
    "privacy": ("default_visibility", Params.text),
    "sensitive": ("default_sensitive", Params.flag),
    "language": ("default_language", lambda params, name: params.text(name) or None),
    "quote_policy": ("default_quote_policy", Params.text),
}


@routes.patch("/accounts/update_credentials")
@member("write:accounts")
async def update_credentials(me: Asker) -> Response:
    """Change one's profile, and how one posts; the account as its owner sees it."""
    await _change(me)
    return await credentials(me)


@routes.get("/profile")
@member("profile", "read:accounts")
async def one(me: Asker) -> Response:
    """One's profile as one edits it."""
    async with me.services.store.read() as tx:
        return answer(profile(await me.account(tx)))


@routes.patch("/profile")
@member("write:accounts")
async def change(me: Asker) -> Response:
    """Change it."""
    return answer(profile(await _change(me)))


@routes.delete("/profile/avatar")
@member("write:accounts")
async def remove_avatar(me: Asker) -> Response:
    """Have no avatar any more."""
    return await _remove(me, Changes(avatar=None))


@routes.delete("/profile/header")
@member("write:accounts")
async def remove_header(me: Asker) -> Response:
    """Have no header any more."""
    return await _remove(me, Changes(header=None))


async def _remove(me: Asker, changes: Changes) -> Response:
    async with me.services.store.write() as tx:
        await profiles.change(tx, await me.account(tx), changes)
    return await credentials(me)


async def _change(me: Asker) -> Account:
    async with uploads.received(me.services.media, 2 * LARGEST) as form:
        given = _given(form.params)
        async with me.services.store.read() as tx:
            account = await me.account(tx)
        more = form.params.part("fedi")
        if more.named("also_known_as"):
            names = more.texts("also_known_as") or []
            given["also_known_as"] = await aliasing.find(me.services, account, names)
        for kind in _PICTURES:
            if (sent := _picture(form, kind)) is not None:
                given[kind] = await _prepared(me, account, kind, sent)
        async with me.services.store.write() as tx:
            return await profiles.change(tx, await me.account(tx), Changes(**given))


def _given(params: Params) -> dict[str, Any]:
    """What the client wants changed, read as what it is meant to be."""
    given: dict[str, Any] = {
        column: params.text(name) for name, column in _TEXTS.items() if params.named(name)
    }
    given |= {name: params.flag(name) for name in _FLAGS if params.named(name)}
    if params.named("fields_attributes"):
        fields = params.parts("fields_attributes", _FIELDS_READ)
        given["fields"] = tuple((field.text("name"), field.text("value")) for field in fields)
    if params.named("attribution_domains"):
        given["attribution_domains"] = tuple(params.texts("attribution_domains") or ())
    source = params.part("source")
    given |= {column: read(source, name) for name, (column, read) in _SOURCE.items() if source.named(name)}
    return given


def _picture(form: Form, kind: str) -> Path | bytes | None:
    """A picture as a file of the form, or as a data URL in it; anything else under the name is no picture."""
    if kind in form.files:
        return form.files[kind]
    text = form.params.text(kind)
    if not text:
        return None
    head, comma, data = text.partition(",")
    if not comma or not head.startswith("data:image/") or not head.endswith(";base64"):
        raise Unprocessable(public=f"Validation failed: {kind.capitalize()} is not a picture")
    try:
        return base64.b64decode(data, validate=True)
    except binascii.Error as error:
        raise Unprocessable(public=f"Validation failed: {kind.capitalize()} is not a picture") from error


async def _prepared(me: Asker, account: Account, kind: Use, sent: Path | bytes) -> ProfilePicture:
    return await profile_pictures.prepare(
        me.services.media, account.id, kind, sent, addresses_of(account).base
    )
