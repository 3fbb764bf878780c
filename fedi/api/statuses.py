"""POST, GET, PUT and DELETE /api/v1/statuses, and what belongs to one status."""

from __future__ import annotations

import msgspec
from quart import Blueprint, Response, request

from fedi.api.auth import anyone, member
from fedi.api.context import Asker
from fedi.api.entities.accounts import account
from fedi.api.entities.statuses import Context, edits, source, status, statuses
from fedi.api.params import Params, body, path_id, query
from fedi.api.responses import answer
from fedi.errors import NotFound, Unprocessable
from fedi.model.people import User
from fedi.model.posts import Attachment, Post
from fedi.social import attaching, mentioning, posting, reading
from fedi.social.posting import Draft
from fedi.store.store import Transaction

routes = Blueprint("api_statuses", __name__, url_prefix="/api/v1/statuses")

_MOST = 40
_NOT_YET = {
    "poll": "Poll",
    "scheduled_at": "Scheduled at",
    "quoted_status_id": "Quoted status",
}
# A conversation for people who sign in, and for others: a page that costs more than it should is one to ask often.
_THREAD = {True: (100, 400, 40), False: (40, 60, 20)}


@routes.post("")
@member("write:statuses")
async def create(me: Asker) -> Response:
    """Post something."""
    params = await body()
    for name, called in _NOT_YET.items():
        if params.given(name):
            raise Unprocessable(public=f"Validation failed: {called} is not supported here")
    assert me.session is not None
    draft = _draft(params, me.session.user)
    async with me.services.store.read() as tx:
        author = await me.account(tx)
        parent = await _parent(tx, me, params.id("in_reply_to_id"))
        media = await _media(tx, me, params)
    mentions = await mentioning.resolve_all(me.services, draft.text, author)
    draft = msgspec.structs.replace(draft, in_reply_to=parent, mentions=mentions, attachments=media)
    async with me.services.store.write() as tx:
        post = await posting.create(tx, author, draft, characters=me.services.config.limits.characters)
        view = await reading.one(tx, post.id, me.id)
    return answer(status(view, me.at))


@routes.get("")
@anyone("read:statuses")
async def several(asker: Asker) -> Response:
    """Those of the statuses `id[]` that one may see."""
    ids = query().ids("id", _MOST)
    async with asker.services.store.read() as tx:
        view = await tx.timelines.shown_among(asker.viewer_id, ids)
    return answer(statuses(view, asker.at))


@routes.get("/<status_id>")
@anyone("read:statuses")
async def one(asker: Asker, status_id: str) -> Response:
    """A status."""
    async with asker.services.store.read() as tx:
        view = await reading.one(tx, path_id(status_id), asker.viewer_id)
    return answer(status(view, asker.at))


@routes.delete("/<status_id>")
@member("write:statuses")
async def delete(me: Asker, status_id: str) -> Response:
    """Delete a status of one's own; the answer holds its text, so that an app can offer to write it anew."""
    async with me.services.store.write() as tx:
        view = await reading.one(tx, path_id(status_id), me.id)
        post = _own(view.posts[0], me)
        await posting.delete(tx, await me.account(tx), post)
    gone = status(view, me.at)
    gone.text = source(post).text
    return answer(gone)


@routes.put("/<status_id>")
@member("write:statuses")
async def edit(me: Asker, status_id: str) -> Response:
    """Change a status of one's own. What is not sent stays as it is."""
    params = await body()
    if params.given("poll"):
        raise Unprocessable(public="Validation failed: Poll is not supported here")
    async with me.services.store.read() as tx:
        author = await me.account(tx)
        post = _own((await reading.one(tx, path_id(status_id), me.id)).posts[0], me)
        media = await _media(tx, me, params, post) if params.named("media_ids") else post.attachments
    draft = Draft(
        text=params.text("status", source(post).text),
        summary=params.text("spoiler_text", post.summary),
        sensitive=params.flag("sensitive", post.sensitive),
        language=params.text("language") or post.language,
        attachments=media,
        media_attributes=_attributes(params),
        mentions=await mentioning.resolve_all(me.services, params.text("status", source(post).text), author),
    )
    async with me.services.store.write() as tx:
        now = await tx.posts.by_id(post.id)
        if now is None:
            raise NotFound
        await posting.edit(tx, author, now, draft, characters=me.services.config.limits.characters)
        view = await reading.one(tx, post.id, me.id)
    return answer(status(view, me.at))


@routes.get("/<status_id>/history")
@anyone("read:statuses")
async def history(asker: Asker, status_id: str) -> Response:
    """Every form that a status had."""
    async with asker.services.store.read() as tx:
        view = await reading.one(tx, path_id(status_id), asker.viewer_id)
        post = view.posts[0]
        found = await tx.posts.edits(post.id)
    return answer(edits(post, found, account(view.authors[post.account_id], asker.at), asker.at))


@routes.get("/<status_id>/source")
@member("read:statuses")
async def typed(me: Asker, status_id: str) -> Response:
    """A status of one's own as it was typed."""
    async with me.services.store.read() as tx:
        view = await reading.one(tx, path_id(status_id), me.id)
    return answer(source(_own(view.posts[0], me)))


@routes.get("/<status_id>/context")
@anyone("read:statuses")
async def context(asker: Asker, status_id: str) -> Response:
    """What a status answers, and what answers it, as far as one may see it."""
    above, below, depth = _THREAD[asker.session is not None]
    async with asker.services.store.read() as tx:
        view = await reading.one(tx, path_id(status_id), asker.viewer_id)
        post = view.posts[0]
        ancestors = await tx.posts.ancestors(post, above)
        descendants = await tx.posts.descendants(post, below, depth)
        ids = [one.id for one in (*ancestors, *descendants)]
        thread = await tx.timelines.shown_among(asker.viewer_id, ids, wanted=True)
    entities = {entity.id: entity for entity in statuses(thread, asker.at)}
    return answer(
        Context(
            [entities[str(one.id)] for one in ancestors if str(one.id) in entities],
            [entities[str(one.id)] for one in descendants if str(one.id) in entities],
        )
    )


def _draft(params: Params, user: User) -> Draft:
    return Draft(
        text=params.text("status"),
        summary=params.text("spoiler_text"),
        sensitive=params.flag("sensitive", user.default_sensitive),
        visibility=params.text("visibility") or user.default_visibility,
        language=params.text("language") or user.default_language,
        idempotency_key=request.headers.get("Idempotency-Key", "")[:255] or None,
    )


async def _parent(tx: Transaction, me: Asker, post_id: int | None) -> Post | None:
    if post_id is None:
        return None
    found = await tx.timelines.shown_among(me.id, [post_id])
    if not found.posts:
        raise NotFound(public="The post you are trying to reply to does not appear to exist.")
    return found.posts[0]


async def _media(
    tx: Transaction, me: Asker, params: Params, post: Post | None = None
) -> tuple[Attachment, ...]:
    limit = me.services.config.limits.attachments
    return await attaching.chosen(tx, me.id, params.ids("media_ids", _MOST), limit, post=post)


def _attributes(params: Params) -> tuple[dict[str, str | None], ...]:
    told = params.parts("media_attributes", _MOST)
    names = ("id", "description", "focus")
    return tuple({name: one.text(name) if one.named(name) else None for name in names} for one in told)


def _own(post: Post, me: Asker) -> Post:
    if post.account_id != me.id:
        raise NotFound
    return post
