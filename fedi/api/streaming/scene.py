"""Some events with everything needed to tell them: asked of the store once for all who listen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import msgspec
from msgspec import structs

from fedi.api.entities.here import Here
from fedi.api.entities.statuses import statuses
from fedi.api.streaming import others
from fedi.api.streaming.audience import public_streams, streams_of
from fedi.api.streaming.listener import Listener
from fedi.api.streaming.others import Listening, Others
from fedi.api.streaming.streams import Stream
from fedi.api.streaming.telling import Telling
from fedi.model.filtering import Matches
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
        self._payloads: dict[tuple[str, int], dict[int, str]] = {}
        self._tellings: dict[tuple[int, str, int], Telling | None] = {}
        self._filtered: dict[int, Matches] = {}

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
                await scene._ask_filters(tx)
                scene._unwanted = await tx.audiences.unwanted(list(scene._posts), scene._public_listeners())
        return scene

    async def _ask_filters(self, tx: Transaction) -> None:
        """Learn whose filters match one of the posts."""
        page = self._page
        posts = [*page.posts, *page.originals.values()]
        people = {one.session.user.id for among in self._listening.values() for one in among}
        for person, version in (await tx.audiences.filtering(people)).items():
            sieve = await tx.filters.sieve(person, version)
            if matches := sieve.matches(posts, page.polls, tx.now):
                self._filtered[person] = matches

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
        # What is of a person or a list was chosen for them already; the rest is of everyone's.
        return bool(stream.of) or (listener.session.user.id, event.subject_id) not in self._unwanted

    def telling(self, event: Event, listener: Listener) -> Telling | None:
        """The event as text, for the domain that the listener asked. None: there is nothing to tell any more."""
        person = listener.session.user.id
        key = (event.id, listener.at.url, person if person in self._filtered else 0)
        if key not in self._tellings:
            self._tellings[key] = self._tell(event, listener.at, key[2])
        return self._tellings[key]

    def _tell(self, event: Event, at: Here, person: int) -> Telling | None:
        """`person`: whose filters match something, or 0."""
        if event.kind in _POSTED:
            payload = self._encoded(at, person).get(event.subject_id)
            return None if payload is None else Telling(event.kind, payload)
        if event.kind == "delete":
            return Telling("delete", str(event.subject_id))
        return self._rest.telling(event, at)

    def _encoded(self, at: Here, person: int) -> dict[int, str]:
        found = self._payloads.get((at.url, person))
        if found is None:
            page = structs.replace(self._page, filtered=self._filtered[person]) if person else self._page
            found = {int(one.id): _encode(one).decode() for one in statuses(page, at)}
            self._payloads[at.url, person] = found
        return found
