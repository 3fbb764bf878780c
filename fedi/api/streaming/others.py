"""Events that are not about a post in a timeline: notices, and what else an app should ask for anew."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import msgspec

from fedi.api.entities.conversations import conversations
from fedi.api.entities.here import Here
from fedi.api.entities.notifications import notifications
from fedi.api.entities.statuses import statuses
from fedi.api.streaming.streams import Stream
from fedi.api.streaming.telling import Telling
from fedi.model.people import Account
from fedi.store.conversations import Conversation
from fedi.store.events import Event
from fedi.store.notifications import Notice
from fedi.store.paging import PostPage
from fedi.store.store import Transaction

_encode = msgspec.json.Encoder().encode


class Told(msgspec.Struct, frozen=True):
    """A notice, with whom and what it is about."""

    notice: Notice
    senders: dict[int, Account]
    about: PostPage


class Talk(msgspec.Struct, frozen=True):
    """A conversation, with the people in it and its last post."""

    conversation: Conversation
    people: dict[int, Account]
    last: PostPage


class Others:
    """What there is to say of such events."""

    def __init__(self, notices: dict[int, Told], talks: dict[int, Talk]) -> None:
        self._notices = notices
        self._talks = talks

    def telling(self, event: Event, at: Here) -> Telling | None:
        """The event as text; None: it is about something that is gone."""
        if event.kind == "conversation":
            return _of_talk(self._talks.get(event.id), at)
        if event.kind != "notification":
            return Telling(event.kind, None)
        told = self._notices.get(event.id)
        if told is None:
            return None
        entities = notifications([told.notice], told.senders, statuses(told.about, at), at)
        return Telling("notification", _encode(entities[0]).decode()) if entities else None


async def gather(tx: Transaction, events: Sequence[Event], listening: Collection[Stream]) -> Others:
    """Look up what the events are about, as far as somebody listens."""
    notices: dict[int, Told] = {}
    talks: dict[int, Talk] = {}
    for event in events:
        account = event.account_id
        if event.kind == "conversation" and account is not None and Stream("direct", of=account) in listening:
            talk = await tx.conversations.by_id(account, event.subject_id)
            if talk is not None:
                people = await tx.people.by_ids({*talk.participants, account})
                last = await tx.timelines.shown_among(account, [talk.last_post_id])
                talks[event.id] = Talk(talk, people, last)
        if event.kind == "notification" and account is not None and _listens(account, listening):
            found = await tx.notifications.by_id(account, event.subject_id)
            if found is not None:
                senders = await tx.people.by_ids({found.from_id})
                about = [found.post_id] if found.post_id else []
                page = await tx.timelines.shown_among(account, about)
                notices[event.id] = Told(found, senders, page)
    return Others(notices, talks)


def _of_talk(talk: Talk | None, at: Here) -> Telling | None:
    if talk is None:
        return None
    latest = {status.id: status for status in statuses(talk.last, at)}
    entities = conversations([talk.conversation], talk.people, latest, at)
    return Telling("conversation", _encode(entities[0]).decode())


def streams_for(event: Event, everybody: Iterator[Stream]) -> Iterator[Stream]:
    """The streams that tell of such an event."""
    account = event.account_id
    if account is None:
        yield from everybody
    elif event.kind == "conversation":
        yield Stream("direct", of=account)
    else:
        yield Stream("user", of=account)
        if event.kind in ("notification", "notifications_merged"):
            yield Stream("user:notification", of=account)


def _listens(account: int, listening: Collection[Stream]) -> bool:
    return any(Stream(name, of=account) in listening for name in ("user", "user:notification"))
