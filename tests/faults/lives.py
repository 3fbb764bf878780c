"""What a person of another server does all day, and what must be true of it here in the end."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec import Struct

from fedi.activitypub import types
from tests.faults.hosts import Host, id_of
from tests.faults.persons import Person

_PAUSE_SECONDS = 0.02
_REPEATED = 0.05  # of all steps: an activity that was acknowledged comes once more


class Written(Struct):
    """A post of theirs: its text now, and how often it was changed."""

    content: str
    published: datetime
    edits: int = 0


class Life:
    """A person who acts, one thing after the other, on `target` and its posts; and a model of the outcome."""

    def __init__(self, person: Person, target: str, posts: Sequence[str], rng: random.Random) -> None:
        self.person = person
        self.target = target
        self.posts = posts
        self.name = person.name
        self.follow: types.Follow | None = None
        self.follows: list[str] = []
        self.likes: dict[str, types.Like] = {}
        self.boosts: dict[str, types.Announce] = {}
        self.notes: dict[str, Written] = {}
        self.gone: set[str] = set()
        self._rng = rng
        self._count = 0

    async def live(self, stop: asyncio.Event) -> None:
        """Act until `stop` is set; what was begun is acknowledged in the end."""
        deeds: list[Callable[[], Coroutine[Any, Any, None]]] = [
            self._write,
            self._write,
            self._change,
            self._change,
            self._delete,
            self._like,
            self._boost,
            self._follow,
            self._rename,
        ]
        while not stop.is_set():
            if self.person.sent and self._rng.random() < _REPEATED:
                await self.person.repeat(self._repeatable())
            else:
                await self._rng.choice(deeds)()
            await asyncio.sleep(_PAUSE_SECONDS * self._rng.random() * 2)

    def _repeatable(self) -> types.AnyActivity:
        """Any activity of the past; but a Follow, or its Undo, counts anew when it comes after the next one."""
        chosen = self._rng.choice(self.person.sent)
        inner = chosen.object if isinstance(chosen, types.Undo) else chosen
        return self.person.sent[-1] if isinstance(inner, types.Follow) else chosen

    def _words(self) -> str:
        self._count += 1
        return f"<p>{self.person.name} {self._count}</p>"

    def _note(self, uri: str, written: Written) -> types.Post:
        updated = written.published + timedelta(seconds=written.edits)
        return types.Post(
            id=uri,
            attributed_to=self.person.uri,
            content=written.content,
            published=written.published,
            updated=updated if written.edits else None,
            to=(types.PUBLIC,),
            cc=(f"{self.person.uri}/followers", self.target),
            tags=(types.Mention(href=self.target),),
        )

    async def _write(self) -> None:
        uri = self.person.new_id("notes")
        # Long ago, so that every edit of the test has its own second, and none is in the future.
        written = Written(self._words(), datetime.now(UTC).replace(microsecond=0) - timedelta(hours=6))
        note = self._note(uri, written)
        await self.person.say(
            types.Create(id=f"{uri}/activity", actor=self.person.uri, object=note, to=note.to, cc=note.cc)
        )
        self.notes[uri] = written

    async def _change(self) -> None:
        if not self.notes:
            return
        uri = self._rng.choice(list(self.notes))
        before = self.notes[uri]
        written = Written(self._words(), before.published, before.edits + 1)
        note = self._note(uri, written)
        await self.person.say(
            types.Update(
                id=self.person.new_id("updates"), actor=self.person.uri, object=note, to=note.to, cc=note.cc
            )
        )
        self.notes[uri] = written

    async def _delete(self) -> None:
        if not self.notes:
            return
        uri = self._rng.choice(list(self.notes))
        await self.person.say(
            types.Delete(id=f"{uri}/delete", actor=self.person.uri, object=uri, to=(types.PUBLIC,))
        )
        del self.notes[uri]
        self.gone.add(uri)

    async def _like(self) -> None:
        post = self._rng.choice(self.posts)
        if post in self.likes:
            await self._undo(self.likes[post])
            del self.likes[post]
        else:
            like = types.Like(id=self.person.new_id("likes"), actor=self.person.uri, object=post)
            await self.person.say(like)
            self.likes[post] = like

    async def _boost(self) -> None:
        post = self._rng.choice(self.posts)
        if post in self.boosts:
            await self._undo(self.boosts[post])
            del self.boosts[post]
        else:
            boost = types.Announce(
                id=self.person.new_id("boosts"), actor=self.person.uri, object=post, to=(types.PUBLIC,)
            )
            await self.person.say(boost)
            self.boosts[post] = boost

    async def _follow(self) -> None:
        if self.follow is not None:
            await self._undo(self.follow)
            self.follow = None
        else:
            follow = types.Follow(id=self.person.new_id("follows"), actor=self.person.uri, object=self.target)
            await self.person.say(follow)
            self.follow = follow
            self.follows.append(follow.id or "")

    async def _rename(self) -> None:
        self._count += 1
        name = f"{self.person.name} {self._count}"
        await self.person.say(
            types.Update(
                id=self.person.new_id("updates"), actor=self.person.uri, object=self.person.actor(name)
            )
        )
        self.name = name

    async def _undo(self, activity: types.Follow | types.Like | types.Announce) -> None:
        await self.person.say(
            types.Undo(id=self.person.new_id("undos"), actor=self.person.uri, object=activity)
        )


class Follower:
    """A person who follows people here and stays: their server must get every post."""

    def __init__(self, person: Person) -> None:
        self.person = person

    async def follow(self, target: str) -> None:
        """Follow, and wait for the Accept."""
        follow = types.Follow(id=self.person.new_id("follows"), actor=self.person.uri, object=target)
        await self.person.say(follow)
        async with asyncio.timeout(30):
            await self.person.host.arrived[follow.id or ""].wait()

    async def wave(self) -> None:
        """Show that the server lives: send something new that concerns nobody here."""
        uri = self.person.new_id("notes")
        note = types.Post(id=uri, attributed_to=self.person.uri, content="<p>alive</p>", to=(types.PUBLIC,))
        await self.person.say(types.Create(id=f"{uri}/activity", actor=self.person.uri, object=note))


def accepting(host: Host, person: Person) -> None:
    """Let `person` accept whoever asks to follow."""

    waiting: set[asyncio.Task[None]] = set()

    async def answer(activity: dict[str, Any]) -> None:
        if activity["type"] != "Follow" or id_of(activity["object"]) != person.uri:
            return
        follow = types.Follow(id=activity["id"], actor=activity["actor"], object=person.uri)
        accept = types.Accept(id=f"{activity['id']}/accepted/{len(waiting)}", actor=person.uri, object=follow)
        task = asyncio.create_task(person.say(accept))
        waiting.add(task)

    host.listeners.append(answer)
