"""What people show on their profiles: /api/v1/endorsements, /api/v1/featured_tags, and those of others."""

from __future__ import annotations

from quart import Blueprint, Response

from fedi.api import showing
from fedi.api.auth import anyone, member
from fedi.api.context import Asker
from fedi.api.entities.featured import featured_tag
from fedi.api.hashtags import tags_of
from fedi.api.paging import asked
from fedi.api.params import body, path_id, query
from fedi.api.responses import answer, nothing
from fedi.errors import NotFound, Unprocessable
from fedi.social import featuring, reading

routes = Blueprint("api_featured", __name__, url_prefix="/api/v1")

_SUGGESTED = 10


@routes.get("/endorsements")
@member("read:accounts")
async def endorsements(me: Asker) -> Response:
    """Whom one shows on one's profile."""
    return await _endorsements(me, me.id)


@routes.get("/accounts/<account_id>/endorsements")
@anyone("read:accounts")
async def endorsements_of(asker: Asker, account_id: str) -> Response:
    """Whom somebody shows on their profile."""
    return await _endorsements(asker, path_id(account_id))


async def _endorsements(asker: Asker, account_id: int) -> Response:
    ask = asked(query(), default=40, most=80)
    async with asker.services.store.read() as tx:
        person = await reading.anyone(tx, account_id)
        found = await tx.endorsements.of(person.id, ask) if person.is_active else []
        return await showing.page(tx, asker, found)


@routes.get("/featured_tags")
@member("read:accounts")
async def tags(me: Asker) -> Response:
    """The hashtags on one's profile."""
    return await _tags(me, me.id)


@routes.get("/accounts/<account_id>/featured_tags")
@anyone("read:accounts")
async def tags_of_account(asker: Asker, account_id: str) -> Response:
    """The hashtags on somebody's profile."""
    return await _tags(asker, path_id(account_id))


async def _tags(asker: Asker, account_id: int) -> Response:
    async with asker.services.store.read() as tx:
        person = await reading.anyone(tx, account_id)
        found = await tx.featured_tags.of(person.id) if person.is_active else []
    return answer([featured_tag(one, person) for one in found])


@routes.post("/featured_tags")
@member("write:accounts")
async def feature(me: Asker) -> Response:
    """Show a hashtag on one's profile."""
    given = (await body()).text("name")
    try:
        name = featuring.tag_name(given)
    except NotFound as error:
        raise Unprocessable(error.detail, public="Validation failed: Tag is invalid") from error
    async with me.services.store.write() as tx:
        person = await me.account(tx)
        if not await featuring.feature(tx, person, name):
            raise Unprocessable(public="Validation failed: Tag has already been taken")
        found = await tx.featured_tags.of(person.id)
    return answer(featured_tag(found[0], person))


@routes.delete("/featured_tags/<featured_id>")
@member("write:accounts")
async def unfeature(me: Asker, featured_id: str) -> Response:
    """Show a hashtag no longer."""
    async with me.services.store.write() as tx:
        tag = await tx.featured_tags.tag_of(me.id, path_id(featured_id))
        if tag is None:
            raise NotFound
        await featuring.unfeature(tx, await me.account(tx), tag)
    return nothing()


@routes.get("/featured_tags/suggestions")
@member("read:accounts")
async def suggestions(me: Asker) -> Response:
    """The hashtags that one uses most and does not show."""
    async with me.services.store.read() as tx:
        names = await tx.featured_tags.suggested(me.id, _SUGGESTED)
        return answer(await tags_of(tx, names, me.viewer_id, me.at))
