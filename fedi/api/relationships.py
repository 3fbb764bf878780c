"""Between oneself and others: /api/v1/accounts/:id/follow and its neighbours, /api/v1/accounts/relationships."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

from quart import Blueprint, Response

from fedi.api.auth import member
from fedi.api.context import Asker
from fedi.api.entities.relationships import relationship
from fedi.api.params import Params, body, path_id, query
from fedi.api.responses import answer
from fedi.errors import Unprocessable
from fedi.model.people import Account, Relationship
from fedi.social import blocking, endorsing, following, muting, reading
from fedi.store.follow_lists import languages_of
from fedi.store.store import Transaction

routes = Blueprint("api_relationships", __name__, url_prefix="/api/v1")

Verb = Callable[[Transaction, Account, Account], Awaitable[Relationship]]
_MOST = 100
_LANGUAGES_MAX = 50
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-zA-Z0-9]{2,8}){0,2}")

# What needs no parameters: its name in the address, the scope, and what is done.
_VERBS: tuple[tuple[str, str, Verb], ...] = (
    ("unfollow", "write:follows", following.undo),
    ("remove_from_followers", "write:follows", following.remove_follower),
    ("block", "write:blocks", blocking.block),
    ("unblock", "write:blocks", blocking.unblock),
    ("unmute", "write:mutes", muting.unmute),
    ("endorse", "write:accounts", endorsing.endorse),
    ("unendorse", "write:accounts", endorsing.unendorse),
    ("pin", "write:accounts", endorsing.endorse),  # what endorsing was called before
    ("unpin", "write:accounts", endorsing.unendorse),
)


@routes.get("/accounts/relationships")
@member("read:follows")
async def relationships(me: Asker) -> Response:
    """What is between one and the accounts `id[]`."""
    params = query()
    ids = params.ids("id", _MOST)
    async with me.services.store.read() as tx:
        known = await tx.people.by_ids(ids)
        if not params.flag("with_suspended"):
            known = {one.id: one for one in known.values() if one.is_active}
        found = await tx.follows.relationships(me.id, [one for one in ids if one in known])
    return answer([relationship(one) for one in found])


@routes.post("/accounts/<account_id>/follow")
@member("write:follows")
async def follow(me: Asker, account_id: str) -> Response:
    """Follow somebody, or change what one wants to see of them."""
    params = await body()
    async with me.services.store.write() as tx:
        person, other = await me.account(tx), await reading.person(tx, path_id(account_id))
        known = await tx.follows.between(person.id, other.id)
        found = await following.ask(
            tx,
            person,
            other,
            show_reblogs=params.flag("reblogs", known is None or known.show_reblogs),
            notify=params.flag("notify", known is not None and known.notify),
            languages=_languages(params, languages_of(known.languages) if known else None),
        )
    return answer(relationship(found))


@routes.post("/accounts/<account_id>/mute")
@member("write:mutes")
async def mute(me: Asker, account_id: str) -> Response:
    """Mute somebody, for `duration` seconds if given, with or without their notices."""
    params = await body()
    async with me.services.store.write() as tx:
        other = await reading.anyone(tx, path_id(account_id))
        found = await muting.mute(
            tx,
            await me.account(tx),
            other,
            notifications=params.flag("notifications", True),
            seconds=params.number("duration", 0),
        )
    return answer(relationship(found))


@routes.post("/accounts/<account_id>/note")
@member("write:accounts")
async def note(me: Asker, account_id: str) -> Response:
    """Note something about somebody, for oneself."""
    comment = (await body()).text("comment").strip()
    async with me.services.store.write() as tx:
        other = await reading.anyone(tx, path_id(account_id))
        found = await endorsing.note(tx, await me.account(tx), other, comment)
    return answer(relationship(found))


def _add(name: str, scope: str, verb: Verb) -> None:
    async def done(me: Asker, account_id: str) -> Response:
        async with me.services.store.write() as tx:
            other = await reading.anyone(tx, path_id(account_id))
            found = await verb(tx, await me.account(tx), other)
        return answer(relationship(found))

    routes.post(f"/accounts/<account_id>/{name}", endpoint=name)(member(scope)(done))


for _name, _scope, _verb in _VERBS:
    _add(_name, _scope, _verb)


def _languages(params: Params, known: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """The languages one wants to see: those asked for, all for an empty list, else as before."""
    if not params.named("languages"):
        return known
    asked = tuple(dict.fromkeys(one for one in params.texts("languages") or () if one))
    if len(asked) > _LANGUAGES_MAX or not all(_LANGUAGE.fullmatch(one) for one in asked):
        raise Unprocessable(public="Validation failed: Languages is invalid")
    return asked or None
