"""Some events with everything needed to tell them: asked of the store once for all who listen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import msgspec

from fedi.api.entities.here import Here
from fedi.api.entities.statuses import statuses
from fedi.api.streaming import others
from fedi.api.streaming.audience import public_streams, streams_of
from fedi.api.streaming.listener import Listener
from fedi.api.streaming.others import Listening, Others
from fedi.api.streaming.streams import Stream
from fedi.api.streaming.telling import Telling
from fedi.social.scopes import covers
from fedi.store.events import Event
from fedi.store.paging import PostPage, Range
from fedi.store.store import Store, Transaction

_POSTED = frozenset({"update", "status.update"})
_encode = msgspec.json.Encoder().encode


class Scene:
    """What is told, to whom."""

    def __init__(self, page: PostPage, listening: Listening, rest: Others) -> None:
        self._page = page
        self._posts = {post.id: post for post in page.posts}
        self._listening = listening
        self._rest = rest
        self._homes: defaultdict[int, list[int]] = defaultdict(list)
        self._lists: defaultdict[int, list[int]] = defaultdict(list)
        self._unwanted: set[tuple[int, int]] = set()
        self._payloads: dict[str, dict[int, str]] = {}
        self._tellings: dict[tuple[int, str], Telling | None] = {}

    @classmethod
    async def of(cls, store: Store, events: Sequence[Event], listening: Listening) -> Scene:
        """The scene of `events`, for those who listen."""
        wanted = [event.subject_id for event in events if event.kind in _POSTED]
        members = {stream.of for stream in listening if stream.name == "user"}
        async with store.read() as tx:
            page = await tx.timelines.told(wanted) if wanted else PostPage([])
            scene = cls(page, listening, await others.gather(tx, events, listening))
            if page.posts:
                for member, post_id in await tx.audiences.homes(list(scene._posts), members):
                    scene._homes[post_id].append(member)
                await scene._ask_lists(tx)
                scene._unwanted = await tx.audiences.unwanted(list(scene._posts), scene._public_listeners())
        return scene

    def _public_listeners(self) -> set[int]:
        return {
            listener.session.user.id
            for post in self._posts.values()
            for stream in public_streams(post, self._page)
            for listener in self._listening.get(stream, ())
        }

    async def _ask_lists(self, tx: Transaction) -> None:
        listened = [stream.of for stream in self._listening if stream.name == "list"]
        authors = {post.account_id for post in self._posts.values()}
        for which in await tx.lists.among_with(listened, authors) if listened else ():
            ask = Range(limit=40, min_id=min(self._posts) - 1)
            for post in (await tx.timelines.of_list(which, ask)).posts:
                self._lists[post.id].append(which.id)

    def streams_for(self, event: Event) -> Iterator[Stream]:
        """The streams that tell of an event."""
        post = self._posts.get(event.subject_id) if event.kind in _POSTED else None
        if post is not None:
            yield from (Stream("user", of=member) for member in self._homes[post.id])
            yield from (Stream("list", of=one) for one in self._lists[post.id])
            yield from public_streams(post, self._page)
        elif event.kind == "delete" and event.payload is not None:
            homes = event.payload.homes
            if homes is None:
                yield from others.everybody(self._listening)
            else:
                yield from (Stream("user", of=member) for member in homes)
            yield from streams_of(event.payload)
        elif event.kind not in _POSTED:
            yield from others.streams_for(event, others.everybody(self._listening))

    def is_for(self, event: Event, stream: Stream, listener: Listener) -> bool:
        """Whether this listener wants to hear of it in this stream, and may."""
        if event.kind == "notification":
            return covers(listener.session.scopes, "read:notifications")
        own = stream.name in ("user", "list", "direct", "user:notification")
        return own or (listener.session.user.id, event.subject_id) not in self._unwanted

    def telling(self, event: Event, listener: Listener) -> Telling | None:
        """The event as text, for the domain that the listener asked. None: there is nothing to tell any more."""
        key = (event.id, listener.at.url)
        if key not in self._tellings:
            self._tellings[key] = self._tell(event, listener.at)
        return self._tellings[key]

    def _tell(self, event: Event, at: Here) -> Telling | None:
        if event.kind in _POSTED:
            payload = self._encoded(at).get(event.subject_id)
            return None if payload is None else Telling(event.kind, payload)
        if event.kind == "delete":
            return Telling("delete", str(event.subject_id))
        return self._rest.telling(event, at)

    def _encoded(self, at: Here) -> dict[int, str]:
        found = self._payloads.get(at.url)
        if found is None:
            entities = statuses(self._page, at)
            found = {int(entity.id): _encode(entity).decode() for entity in entities}
            self._payloads[at.url] = found
        return found
