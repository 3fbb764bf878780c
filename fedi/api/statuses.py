"""POST, GET, PUT and DELETE /api/v1/statuses, and what belongs to one status."""

from __future__ import annotations

from quart import Blueprint, Response

from fedi.api.auth import anyone, member
from fedi.api.context import Asker
from fedi.api.entities.scheduled import scheduled
from fedi.api.entities.statuses import Context, edits, source, status, statuses
from fedi.api.params import Params, body, path_id, query
from fedi.api.responses import answer
from fedi.api.wishes import MEDIA_MOST, poll_of, time_of, wish_of
from fedi.errors import NotFound
from fedi.model.posts import Attachment, Post
from fedi.social import (
    attaching,
    mentioning,
    polling,
    posting,
    reading,
    receiving,
    replies_fetching,
    scheduling,
)
from fedi.social.composing import compose
from fedi.social.posting import Draft
from fedi.store.store import Transaction

routes = Blueprint("api_statuses", __name__, url_prefix="/api/v1/statuses")

_MOST = 40
# A conversation for people who sign in, and for others: a page that costs more than it should is one to ask often.
_THREAD = {True: (100, 400, 40), False: (40, 60, 20)}


@routes.post("")
@member("write:statuses")
async def create(me: Asker) -> Response:
    """Post something, now or later."""
    params = await body()
    wish, at = wish_of(params, me), time_of(params, "scheduled_at")
    async with me.services.store.read() as tx:
        author = await me.account(tx)
        earlier = await tx.posts.made_with(me.id, wish.idempotency) if wish.idempotency else None
        if earlier is not None:
            return answer(status(await reading.one(tx, earlier, me.id), me.at))
    if at is not None and at > me.services.store.clock():
        return answer(scheduled(await scheduling.schedule(me.services, author, wish, at), me.at))
    draft = await compose(me.services, author, wish)
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
    post = view.posts[0]
    ballot = view.polls.get(post.poll_id or 0)
    if asker.viewer_id is not None and ballot is not None and polling.is_stale(post, ballot.poll, view.now):
        # The tallies of another server's poll, for the next who looks.
        async with asker.services.store.write() as tx:
            await receiving.ask_origin(tx, post.uri, wanted=True)
    return answer(status(view, asker.at))


@routes.delete("/<status_id>")
@member("write:statuses")
async def delete(me: Asker, status_id: str) -> Response:
    """Delete a status of one's own; the answer holds its text, so that an app can offer to write it anew."""
    async with me.services.store.write() as tx:
        view = await reading.one(tx, path_id(status_id), me.id)
        post = _own(view.posts[0], me)
        await posting.delete(tx, await me.account(tx), post, with_media=query().flag("delete_media"))
    gone = status(view, me.at)
    gone.text = source(post).text
    return answer(gone)


@routes.put("/<status_id>")
@member("write:statuses")
async def edit(me: Asker, status_id: str) -> Response:
    """Change a status of one's own. What is not sent stays as it is."""
    params = await body()
    asked = poll_of(params)
    if asked is not None:
        polling.check(asked, me.services.config.limits.poll_options)
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
        poll=asked,
        # Without a word about it, and without files in its place, a poll stays as it is.
        keep_poll=not params.named("poll") and not (media and not post.attachments),
        quote_policy=params.text("quote_approval_policy") or None,
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
    return answer(edits(status(view, asker.at), post, found, asker.at))


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
        last = await tx.refreshes.of_post(post.id) if asker.session is not None else None
        due = asker.session is not None and replies_fetching.is_due(post, last, tx.now)
    if due:
        async with asker.services.store.write() as tx:
            last = await replies_fetching.begin(tx, post)
    entities = {entity.id: entity for entity in statuses(thread, asker.at)}
    found = answer(
        Context(
            [entities[str(one.id)] for one in ancestors if str(one.id) in entities],
            [entities[str(one.id)] for one in descendants if str(one.id) in entities],
        )
    )
    if last is not None and last.state == "running":
        found.headers["Mastodon-Async-Refresh"] = f'id="{last.id}", retry=3, result_count={last.found}'
    return found


async def _media(
    tx: Transaction, me: Asker, params: Params, post: Post | None = None
) -> tuple[Attachment, ...]:
    limit = me.services.config.limits.attachments
    return await attaching.chosen(tx, me.id, params.ids("media_ids", MEDIA_MOST), limit, post=post)


def _attributes(params: Params) -> tuple[dict[str, str | None], ...]:
    told = params.parts("media_attributes", _MOST)
    names = ("id", "description", "focus")
    return tuple({name: one.text(name) if one.named(name) else None for name in names} for one in told)


def _own(post: Post, me: Asker) -> Post:
    if post.account_id != me.id:
        raise NotFound
    return post
