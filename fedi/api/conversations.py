"""/api/v1/conversations: direct statuses, by whom they are with."""

from __future__ import annotations

from collections.abc import Sequence

from quart import Blueprint, Response

from fedi.api.auth import member
from fedi.api.context import Asker
from fedi.api.entities.conversations import Conversation as Entity
from fedi.api.entities.conversations import conversations
from fedi.api.entities.statuses import statuses
from fedi.api.paging import asked, link
from fedi.api.params import path_id, query
from fedi.api.responses import answer, nothing
from fedi.errors import NotFound
from fedi.store.conversations import Conversation
from fedi.store.paging import AccountPage
from fedi.store.store import Transaction

routes = Blueprint("api_conversations", __name__, url_prefix="/api/v1/conversations")


@routes.get("")
@member("read:statuses")
async def several(me: Asker) -> Response:
    """One's conversations, the latest first."""
    ask = asked(query())
    async with me.services.store.read() as tx:
        found = await tx.conversations.of(me.id, ask)
        entities = await _entities(me, tx, found)
    first, last = (found[0].last_post_id, found[-1].last_post_id) if found else (None, None)
    return answer(entities, link=link(me, AccountPage([], first, last)))


@routes.delete("/<conversation_id>")
@member("write:conversations")
async def remove(me: Asker, conversation_id: str) -> Response:
    """Take a conversation off the list."""
    async with me.services.store.write() as tx:
        found = await _own(tx, me, conversation_id)
        await tx.conversations.remove(found.id)
    return nothing()


@routes.post("/<conversation_id>/read")
@member("write:conversations")
async def read(me: Asker, conversation_id: str) -> Response:
    """All that is in a conversation has been read."""
    return await _mark(me, conversation_id, unread=False)


@routes.post("/<conversation_id>/unread")
@member("write:conversations")
async def unread(me: Asker, conversation_id: str) -> Response:
    """A conversation is to be read again."""
    return await _mark(me, conversation_id, unread=True)


async def _mark(me: Asker, conversation_id: str, *, unread: bool) -> Response:
    async with me.services.store.write() as tx:
        found = await _own(tx, me, conversation_id)
        await tx.conversations.mark(found.id, unread=unread)
        entities = await _entities(me, tx, [await _own(tx, me, conversation_id)])
    return answer(entities[0])


async def _own(tx: Transaction, me: Asker, conversation_id: str) -> Conversation:
    found = await tx.conversations.by_id(me.id, path_id(conversation_id))
    if found is None:
        raise NotFound
    return found


async def _entities(me: Asker, tx: Transaction, found: Sequence[Conversation]) -> list[Entity]:
    people = await tx.people.by_ids({other for one in found for other in (*one.participants, me.id)})
    page = await tx.timelines.shown_among(me.id, [one.last_post_id for one in found])
    latest = {status.id: status for status in statuses(page, me.at)}
    return conversations(found, people, latest, me.at)
