"""/api/v1/filters: filters as older apps know them. Each is one keyword of a filter of today."""

from __future__ import annotations

from msgspec import structs
from quart import Blueprint, Response

from fedi.api.auth import member
from fedi.api.context import Asker
from fedi.api.entities.filters import v1_filter
from fedi.api.filters import expiry
from fedi.api.params import Params, body, path_id
from fedi.api.responses import answer, nothing
from fedi.errors import Unprocessable
from fedi.model.filtering import Filter
from fedi.social import filtering
from fedi.social.filtering import Change

routes = Blueprint("api_filters_v1", __name__, url_prefix="/api/v1/filters")

_ACTIONS = {True: "hide", False: "warn"}


@routes.get("")
@member("read:filters")
async def several(me: Asker) -> Response:
    """One's keywords."""
    async with me.services.store.read() as tx:
        found = await tx.filters.of(me.id)
    return answer([v1_filter(one, word) for one in found for word in one.keywords])


@routes.post("")
@member("write:filters")
async def create(me: Asker) -> Response:
    """Make a filter of one keyword, and call it so."""
    params = await body()
    phrase = params.text("phrase")
    async with me.services.store.write() as tx:
        action = _ACTIONS[params.flag("irreversible")]
        made = filtering.new(tx, me.id, phrase, params.texts("context") or [], action)
        made = structs.replace(made, expires_at=expiry(tx, params, None))
        kept = await filtering.keep(tx, made, [Change(None, phrase, params.flag("whole_word"))])
    return answer(v1_filter(kept, kept.keywords[0]))


@routes.get("/<keyword_id>")
@member("read:filters")
async def one(me: Asker, keyword_id: str) -> Response:
    """A keyword of one's own."""
    async with me.services.store.read() as tx:
        found, word = await filtering.by_keyword(tx, me.id, path_id(keyword_id))
    return answer(v1_filter(found, word))


@routes.put("/<keyword_id>")
@member("write:filters")
async def change(me: Asker, keyword_id: str) -> Response:
    """Change a keyword, and its filter if it has no others."""
    params = await body()
    async with me.services.store.write() as tx:
        before, word = await filtering.by_keyword(tx, me.id, path_id(keyword_id))
        wanted = structs.replace(
            before,
            context=tuple(params.texts("context") or before.context),
            action=_action(params, before),
            expires_at=expiry(tx, params, before.expires_at),
        )
        if wanted != before and len(before.keywords) > 1:
            raise Unprocessable(
                public="This filter has more keywords, for which this would change too. Use an app that knows them."
            )
        if before.title == word.keyword and len(before.keywords) == 1:
            wanted = structs.replace(wanted, title=params.text("phrase", word.keyword))
        whole = params.flag("whole_word", word.whole_word)
        kept = await filtering.keep(tx, wanted, [Change(word.id, params.text("phrase", word.keyword), whole)])
    return answer(v1_filter(kept, next(one for one in kept.keywords if one.id == word.id)))


@routes.delete("/<keyword_id>")
@member("write:filters")
async def remove(me: Asker, keyword_id: str) -> Response:
    """Take a keyword away, and its filter with the last."""
    async with me.services.store.write() as tx:
        found, word = await filtering.by_keyword(tx, me.id, path_id(keyword_id))
        if len(found.keywords) == 1 and not found.posts:
            await filtering.remove(tx, found)
        else:
            await filtering.remove_keyword(tx, found, word)
    return nothing()


def _action(params: Params, before: Filter) -> str:
    return _ACTIONS[params.flag("irreversible")] if params.named("irreversible") else before.action
