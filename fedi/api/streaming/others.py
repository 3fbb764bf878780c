"""Events that are not about a post in a timeline: notices, conversations, announcements, and what to ask for anew."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from fedi.api.entities.announcements import announcement, reactions
from fedi.api.entities.conversations import conversations
from fedi.api.entities.here import Here
from fedi.api.entities.notifications import notifications
from fedi.api.entities.statuses import statuses
from fedi.api.notice_abouts import about
from fedi.api.streaming.listener import Listener
from fedi.api.streaming.streams import Stream
from fedi.api.streaming.telling import Telling
from fedi.store.announcements import Announcements
from fedi.store.emojis import Emojis
from fedi.store.events import Event
from fedi.store.store import Transaction

Listening = Mapping[Stream, Collection[Listener]]
"""Who listens to what."""
Payload = Callable[[Transaction, Event, Here], Awaitable[str | None]]

_encode = msgspec.json.Encoder().encode


class Others:
    """What there is to say of such events, by event and domain."""

    def __init__(self, tellings: Mapping[tuple[int, str], Telling]) -> None:
        self._tellings = tellings

    def telling(self, event: Event, at: Here) -> Telling | None:
        """The event as text; None: it is about something that is gone."""
        if event.kind in _PAYLOADS:
            return self._tellings.get((event.id, at.url))
        return Telling(event.kind, None)


async def gather(tx: Transaction, events: Sequence[Event], listening: Listening) -> Others:
    """Look up what the events are about, as far as somebody listens, for each domain that was asked."""
    found: dict[tuple[int, str], Telling] = {}
    for event in events:
        make = _PAYLOADS.get(event.kind)
        if make is None:
            continue
        streams = streams_for(event, everybody(listening))
        domains = {listener.at for stream in streams for listener in listening.get(stream, ())}
        for at in domains:
            payload = await make(tx, event, at)
            if payload is not None:
                found[event.id, at.url] = Telling(event.kind, payload)
    return Others(found)


def everybody(listening: Listening) -> Iterator[Stream]:
    """The streams of all people who listen to their own."""
    return (stream for stream in listening if stream.name == "user")


def streams_for(event: Event, everyone: Iterator[Stream]) -> Iterator[Stream]:
    """The streams that tell of such an event."""
    account = event.account_id
    if account is None:
        yield from everyone
    elif event.kind == "conversation":
        yield Stream("direct", of=account)
    else:
        yield Stream("user", of=account)
        if event.kind in ("notification", "notifications_merged"):
            yield Stream("user:notification", of=account)


async def _notice(tx: Transaction, event: Event, at: Here) -> str | None:
    found = await tx.notifications.by_id(event.account_id or 0, event.subject_id)
    if found is None:
        return None
    senders = await tx.people.by_ids({found.from_id})
    page = await tx.timelines.shown_among(found.account_id, [found.post_id] if found.post_id else [])
    things = await about(tx, [found], at)
    entities = notifications([found], senders, statuses(page, at), at, things)
    return _text(entities[0]) if entities else None


async def _conversation(tx: Transaction, event: Event, at: Here) -> str | None:
    found = await tx.conversations.by_id(event.account_id or 0, event.subject_id)
    if found is None:
        return None
    people = await tx.people.by_ids({*found.participants, found.account_id})
    last = await tx.timelines.shown_among(found.account_id, [found.last_post_id])
    latest = {status.id: status for status in statuses(last, at)}
    return _text(conversations([found], people, latest, at)[0])


async def _announcement(tx: Transaction, event: Event, at: Here) -> str | None:
    found = await Announcements(tx).by_id(event.subject_id)
    if found is None or found.domain_id != at.domain_id:
        return None
    return _text(announcement(found, False, [], at))


async def _reaction(tx: Transaction, event: Event, at: Here) -> str | None:
    found = await Announcements(tx).by_id(event.subject_id)
    name = event.payload.name if event.payload is not None else ""
    if found is None or found.domain_id != at.domain_id:
        return None
    counts = (await Announcements(tx).reactions(0, [found.id])).get(found.id, [])
    custom = await Emojis(tx).named(at.domain_id, [name])
    shown = next((one for one in reactions(counts, custom) if one.name == name), None)
    told = {
        "name": name,
        "count": shown.count if shown else 0,
        "announcement_id": str(found.id),
        "url": shown.url if shown else None,
        "static_url": shown.static_url if shown else None,
    }
    return _text(told)


async def _id(_: Transaction, event: Event, __: Here) -> str:
    return str(event.subject_id)


def _text(entity: Any) -> str:
    return _encode(entity).decode()


_PAYLOADS: dict[str, Payload] = {
    "notification": _notice,
    "conversation": _conversation,
    "announcement": _announcement,
    "announcement.reaction": _reaction,
    "announcement.delete": _id,
}
