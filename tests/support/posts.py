"""What tests of posts share: remote notes, activities let in as if the gate had, and what came of them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import orjson

from fedi.activitypub import codec, types
from fedi.activitypub.uris import host_of
from fedi.errors import RemoteGone, RemoteMissing
from fedi.inbox import (
    add,
    announce,
    create,
    delete,
    emoji_react,
    flag,
    like,
    remove,
    undo,
    update,
)
from fedi.model.people import Account
from fedi.model.posts import Post
from fedi.model.times import from_ms
from fedi.net.actors import Actors
from fedi.net.signers import Verified
from fedi.net.values import Document
from fedi.social import boosting, receiving
from fedi.store.database import Connection, Params, Row, Step
from fedi.store.store import Store, Transaction

_numbers = itertools.count(1)
_HANDLERS: dict[type[Any], Any] = {
    types.Add: add.handle,
    types.Announce: announce.handle,
    types.Create: create.handle,
    types.Delete: delete.handle,
    types.EmojiReact: emoji_react.handle,
    types.Flag: flag.handle,
    types.Like: like.handle,
    types.Remove: remove.handle,
    types.Undo: undo.handle,
    types.Update: update.handle,
}
_JOBS = {
    "fetch_announced": boosting.run,
    "fetch_post": receiving.run,
    "refresh_actor": receiving.refresh_actor,
}


def new_uri(author: Account, kind: str = "notes") -> str:
    """A URI on the author's server that nothing else has."""
    return f"https://{host_of(author.uri)}/{kind}/{next(_numbers)}"


def note(author: Account, content: str = "<p>hi</p>", **values: Any) -> types.Post:
    """A public note of a remote person."""
    return types.Post(
        **{
            "id": new_uri(author),
            "attributed_to": author.uri,
            "content": content,
            "to": (types.PUBLIC,),
            "cc": (author.followers_uri or "",),
            **values,
        }
    )


def mention(account: Account) -> types.Mention:
    return types.Mention(href=account.uri, name=f"@{account.handle}")


def created(post: types.Post, **values: Any) -> types.Create:
    return types.Create(
        **{"id": f"{post.id}/activity", "actor": post.attributed_to, "object": post, **values}
    )


def at(ms: int) -> Any:
    """The time as documents have it."""
    return from_ms(ms)


async def take(store: Store, sender: Account, *activities: Any) -> None:
    """Let the handlers have what `sender` signed, as the inbox does: its account read in the transaction."""
    async with store.write() as tx:
        for activity in activities:
            fresh = await tx.people.by_id(sender.id)
            assert fresh is not None
            await _HANDLERS[type(activity)](activity, Verified(fresh, "key"), tx)


async def follow(store: Store, follower: Account, followee: Account, *, notify: bool = False) -> None:
    async with store.write() as tx:
        uri = f"{follower.uri}/follows/{followee.id}"
        await tx.follows.add(follower.id, followee.id, state="following", uri=uri, notify=notify)


async def block(store: Store, account: Account, target: Account) -> None:
    async with store.write() as tx:
        await tx.blocks.add(account.id, target.id, f"{account.uri}/blocks/{target.id}")


async def by_uri(store: Store, uri: str) -> Post | None:
    async with store.read() as tx:
        return await tx.posts.by_uri(uri)


async def by_id(store: Store, post_id: int) -> Post:
    async with store.read() as tx:
        post = await tx.posts.by_id(post_id)
    assert post is not None
    return post


async def account(store: Store, account_id: int) -> Account:
    async with store.read() as tx:
        found = await tx.people.by_id(account_id)
    assert found is not None
    return found


async def home(store: Store, person: Account) -> list[int]:
    """Ids of the posts in a home timeline, the newest first."""
    async with store.read() as tx:
        rows = await tx.db.rows(
            "SELECT post_id FROM home_entries WHERE account_id = :id ORDER BY post_id DESC", {"id": person.id}
        )
    return [row["post_id"] for row in rows]


async def told(store: Store, person: Account) -> list[tuple[str, int, int]]:
    """(type, from, post) of a person's notices, the oldest first."""
    async with store.read() as tx:
        rows = await tx.db.rows(
            "SELECT type, from_id, post_id FROM notifications WHERE account_id = :id ORDER BY id",
            {"id": person.id},
        )
    return [(row["type"], row["from_id"], row["post_id"]) for row in rows]


async def jobs(store: Store, kind: str) -> list[dict[str, Any]]:
    """The payloads of waiting jobs, each with its id as the worker adds it."""
    async with store.read() as tx:
        rows = await tx.db.rows(
            "SELECT id, payload FROM jobs WHERE kind = :kind AND state = 'waiting' ORDER BY id",
            {"kind": kind},
        )
    return [{**orjson.loads(row["payload"]), "job_id": row["id"]} for row in rows]


class Origins:
    """Services whose network is a dictionary of documents; gone ones are None."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.documents: dict[str, types.Post | types.Actor | None] = {}
        self.fetched: list[str] = []
        self.blocked: set[str] = set()
        self.net = self
        self.actors = Actors(store, self)  # type: ignore[arg-type]

    async def severity(self, host: str) -> str | None:
        return "suspend" if host in self.blocked else None

    async def fetch(self, uri: str, **_: Any) -> Document:
        self.fetched.append(uri)
        if uri not in self.documents:
            raise RemoteMissing(uri)
        found = self.documents[uri]
        if found is None:
            raise RemoteGone(uri)
        return Document(found.id, codec.render(found))

    async def work(self) -> None:
        """Do every waiting job of ours."""
        for kind, run in _JOBS.items():
            for payload in await jobs(self.store, kind):
                await run(self, payload)  # type: ignore[arg-type]
                async with self.store.write() as tx:
                    await tx.jobs.done(payload["job_id"])


class Counting:
    """A connection that counts the statements it is asked for."""

    def __init__(self, db: Connection) -> None:
        self._db = db
        self.statements: list[str] = []

    async def rows(self, sql: str, params: Params | None = None) -> Sequence[Row]:
        self.statements.append(sql)
        return await self._db.rows(sql, params)

    async def row(self, sql: str, params: Params | None = None) -> Row | None:
        self.statements.append(sql)
        return await self._db.row(sql, params)

    async def value(self, sql: str, params: Params | None = None) -> Any:
        self.statements.append(sql)
        return await self._db.value(sql, params)

    async def run(self, sql: str, params: Params | None = None) -> int:
        self.statements.append(sql)
        return await self._db.run(sql, params)

    async def run_many(self, sql: str, params: Sequence[Params]) -> None:
        self.statements.append(sql)
        await self._db.run_many(sql, params)

    async def each(self, steps: Sequence[Step]) -> list[Sequence[Row]]:
        self.statements += [sql for sql, _ in steps]
        return await self._db.each(steps)


async def statements(store: Store, activity: Any, sender: Account) -> list[str]:
    """What a handler asks the database, the sender's account being read before."""
    fresh = await account(store, sender.id)
    async with store.database.writing() as db:
        counting = Counting(db)
        tx = Transaction(counting, store.ids, store.clock())
        await _HANDLERS[type(activity)](activity, Verified(fresh, "key"), tx)
    return counting.statements
