"""Undo: of each kind, embedded or by id, by nobody but who did it, and before it."""

from __future__ import annotations

import pytest

from fedi.activitypub import types
from fedi.errors import NotAllowed
from fedi.inbox import accept, announce, block, emoji_react, follow, like, undo
from fedi.model.people import Account
from fedi.model.posts import Post
from fedi.net.signers import Verified
from fedi.social import following
from fedi.store.store import Store, Transaction
from tests.builders import make_person, make_post, make_stranger
from tests.store.recount import recount
from tests.support.sent import notices, sent

KINDS = ("Follow", "Block", "Like", "Announce", "EmojiReact")
HANDLERS = {
    types.Follow: follow.handle,
    types.Block: block.handle,
    types.Like: like.handle,
    types.Announce: announce.handle,
    types.EmojiReact: emoji_react.handle,
}
TABLES = {"Follow": "follows", "Block": "blocks", "Like": "favourites", "EmojiReact": "reactions"}


def deed(kind: str, by: Account, ana: Account, post: Post) -> types.Follow:
    """An activity of that kind by `by` towards `ana` or her post."""
    uri = f"{by.uri}/deeds/{kind}"
    public = (types.PUBLIC,)
    made = {
        "Follow": types.Follow(id=uri, actor=by.uri, object=ana.uri),
        "Block": types.Block(id=uri, actor=by.uri, object=ana.uri),
        "Like": types.Like(id=uri, actor=by.uri, object=post.uri),
        "Announce": types.Announce(id=uri, actor=by.uri, object=post.uri, to=public),
        "EmojiReact": types.EmojiReact(id=uri, actor=by.uri, object=post.uri, content="🦊"),
    }
    return made[kind]  # type: ignore[return-value]


async def do(tx: Transaction, activity: types.Activity, sender: Account) -> None:
    await HANDLERS[type(activity)](activity, Verified(sender, ""), tx)  # type: ignore[operator, index]


async def take_back(tx: Transaction, inner: types.Follow | str, sender: Account) -> None:
    activity = types.Undo(id=f"{sender.uri}/undo", actor=sender.uri, object=inner)
    await undo.handle(activity, Verified(sender, ""), tx)


async def count(tx: Transaction, kind: str) -> int:
    if kind == "Announce":
        return int(await tx.db.value("SELECT COUNT(*) FROM posts WHERE boost_of_id IS NOT NULL"))
    return int(await tx.db.value(f"SELECT COUNT(*) FROM {TABLES[kind]}"))


@pytest.mark.parametrize("form", ["embedded", "by id"])
@pytest.mark.parametrize("kind", KINDS)
async def test_each_kind_is_taken_back(store: Store, kind: str, form: str) -> None:
    ana, bo = await make_person(store, "ana"), await make_stranger(store, "bo")
    activity = deed(kind, bo, ana, await make_post(store, ana))
    async with store.write() as tx:
        await do(tx, activity, bo)
        assert await count(tx, kind) == 1
        for _ in range(2):
            await take_back(tx, activity if form == "embedded" else activity.id or "", bo)
        assert await count(tx, kind) == 0
    assert await recount(store) == []


@pytest.mark.parametrize("kind", ["Follow", "Like", "Announce"])
async def test_with_the_deed_goes_the_notice_of_it(store: Store, kind: str) -> None:
    ana, bo = await make_person(store, "ana"), await make_stranger(store, "bo")
    activity = deed(kind, bo, ana, await make_post(store, ana))
    async with store.write() as tx:
        await do(tx, activity, bo)
    assert len(await notices(store, ana.id)) == 1
    async with store.write() as tx:
        await take_back(tx, activity, bo)
    assert await notices(store, ana.id) == []


@pytest.mark.parametrize("form", ["embedded", "by id"])
@pytest.mark.parametrize("kind", KINDS)
async def test_what_comes_after_its_undo_stays_out(store: Store, kind: str, form: str) -> None:
    ana, bo = await make_person(store, "ana"), await make_stranger(store, "bo")
    activity = deed(kind, bo, ana, await make_post(store, ana))
    async with store.write() as tx:
        await take_back(tx, activity if form == "embedded" else activity.id or "", bo)
        await do(tx, activity, bo)
        assert await count(tx, kind) == 0
    assert await notices(store, ana.id) == []


@pytest.mark.parametrize("kind", KINDS)
async def test_nobody_takes_back_what_another_did(store: Store, kind: str) -> None:
    ana, bo = await make_person(store, "ana"), await make_stranger(store, "bo")
    mallory = await make_stranger(store, "mallory", "evil.test")
    activity = deed(kind, bo, ana, await make_post(store, ana))
    async with store.write() as tx:
        await do(tx, activity, bo)
        with pytest.raises(NotAllowed):
            await take_back(tx, activity, mallory)
        await take_back(tx, activity.id or "", mallory)
        assert await count(tx, kind) == 1


async def test_an_unknown_id_in_an_undo_is_no_way_to_keep_another_servers_things_out(store: Store) -> None:
    ana, bo = await make_person(store, "ana"), await make_stranger(store, "bo")
    mallory = await make_stranger(store, "mallory", "evil.test")
    later = deed("Follow", bo, ana, await make_post(store, ana))
    async with store.write() as tx:
        await take_back(tx, later.id or "", mallory)
        forged = types.Follow(id=later.id, actor=mallory.uri, object=ana.uri)
        await take_back(tx, forged, mallory)
        await do(tx, later, bo)
        assert await count(tx, "Follow") == 1


@pytest.mark.parametrize("form", ["embedded", "by id"])
async def test_an_undone_accept_leaves_the_follow_asked(store: Store, form: str) -> None:
    ana, bo = await make_person(store, "ana"), await make_stranger(store, "bo")
    async with store.write() as tx:
        await following.ask(tx, ana, bo)
    [(_, asked)] = await sent(store)
    assert isinstance(asked, types.Follow)
    inner: types.Follow | str = asked if form == "embedded" else asked.id or ""
    accepted = types.Accept(id=f"{bo.uri}/accept", actor=bo.uri, object=inner)
    async with store.write() as tx:
        await accept.handle(accepted, Verified(bo, ""), tx)
        assert (await following.relationship(tx, ana, bo)).following
        for _ in range(2):
            taken_back = types.Undo(id=f"{bo.uri}/undo", actor=bo.uri, object=accepted)
            await undo.handle(taken_back, Verified(bo, ""), tx)
        found = await following.relationship(tx, ana, bo)
    assert (found.following, found.requested) == (False, True)
    assert await recount(store) == []
