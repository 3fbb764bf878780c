"""GET /api/v1/polls/{id} and POST /api/v1/polls/{id}/votes."""

from __future__ import annotations

import re

from quart import Blueprint, Response

from fedi.api.auth import anyone, member
from fedi.api.context import Asker
from fedi.api.entities.polls import poll as entity
from fedi.api.params import Params, body, path_id
from fedi.api.responses import answer
from fedi.errors import NotFound, Unprocessable
from fedi.model.polls import Ballot
from fedi.model.posts import Post
from fedi.social import polling, reading, receiving
from fedi.store.store import Transaction

routes = Blueprint("api_polls", __name__, url_prefix="/api/v1/polls")

_CHOICES_MOST = 100


@routes.get("/<poll_id>")
@anyone("read:statuses")
async def one(asker: Asker, poll_id: str) -> Response:
    """A poll; another server's is asked for again, for the next who looks."""
    async with asker.services.store.read() as tx:
        ballot, post = await _seen(tx, asker, path_id(poll_id))
        now = tx.now
    if asker.viewer_id is not None and polling.is_stale(post, ballot.poll, now):
        async with asker.services.store.write() as tx:
            await receiving.ask_origin(tx, post.uri, wanted=True)
    return _answer(asker, ballot, post, now)


@routes.post("/<poll_id>/votes")
@member("write:statuses")
async def vote(me: Asker, poll_id: str) -> Response:
    """Vote."""
    choices = _choices(await body())
    async with me.services.store.write() as tx:
        _, post = await _seen(tx, me, path_id(poll_id))
        await polling.vote(tx, await me.account(tx), post, choices)
        ballot, post = await _seen(tx, me, path_id(poll_id))
        now = tx.now
    return _answer(me, ballot, post, now)


def _choices(params: Params) -> list[int]:
    found = (params.texts("choices") or [])[:_CHOICES_MOST]
    if not all(re.fullmatch(r"[0-9]{1,3}", one) for one in found):
        raise Unprocessable(public="Validation failed: The chosen vote option does not exist")
    return [int(one) for one in found]


async def _seen(tx: Transaction, asker: Asker, poll_id: int) -> tuple[Ballot, Post]:
    found = (await tx.polls.seen_by(asker.viewer_id, [poll_id])).get(poll_id)
    if found is None:
        raise NotFound
    post = (await reading.one(tx, found.poll.post_id, asker.viewer_id)).posts[0]
    if post.poll_id != poll_id:
        raise NotFound  # an edit took it out
    return found, post


def _answer(asker: Asker, ballot: Ballot, post: Post, now: int) -> Response:
    author, viewer = post.account_id, asker.viewer_id
    return answer(entity(ballot, asker.at, now, viewer=viewer, author=author, found=post.emojis))
