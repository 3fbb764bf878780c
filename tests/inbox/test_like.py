"""Like and EmojiReact, and their Undo."""

from __future__ import annotations

from typing import Any

import pytest

from fedi.activitypub import types
from fedi.errors import NotAllowed
from fedi.model.people import Account
from fedi.social.reacting import EACH_MAX
from fedi.store.store import Store
from tests.builders import make_person, make_post, make_stranger
from tests.support.posts import block, by_id, follow, new_uri, take, told

BLOB = types.Emoji(name=":blob:", url="https://b.test/blob.png")


def liked(actor: Account, uri: str, **values: Any) -> types.Like:
    return types.Like(**{"id": new_uri(actor, "likes"), "actor": actor.uri, "object": uri, **values})


def reacted(actor: Account, uri: str, content: str, **values: Any) -> types.EmojiReact:
    own = new_uri(actor, "reactions")
    return types.EmojiReact(id=own, actor=actor.uri, object=uri, content=content, **values)


def undone(activity: types.Like | types.EmojiReact) -> types.Undo:
    return types.Undo(id=f"{activity.id}/undo", actor=activity.actor, object=activity)


async def reactions(store: Store, post_id: int) -> list[tuple[str, str | None, int]]:
    async with store.read() as tx:
        return [(one.emoji, one.url, one.count) for one in await tx.interactions.reactions(post_id)]


async def test_a_like_is_a_favourite_once(store: Store) -> None:
    ana, bo = await make_person(store), await make_stranger(store)
    post = await make_post(store, ana)
    like = liked(bo, post.uri)
    await take(store, bo, like, like, liked(bo, post.uri, content="❤"))
    assert (await by_id(store, post.id)).favourites_count == 1
    assert await told(store, ana) == [("favourite", bo.id, post.id)]


@pytest.mark.parametrize("by", ["activity", "id", "object"])
async def test_a_like_is_taken_back(store: Store, by: str) -> None:
    ana, bo = await make_person(store), await make_stranger(store)
    post = await make_post(store, ana)
    like = liked(bo, post.uri)
    back = {
        "activity": undone(like),
        "id": types.Undo(id=new_uri(bo), actor=bo.uri, object=like.id or ""),
        "object": undone(types.Like(actor=bo.uri, object=post.uri)),
    }
    await take(store, bo, like, back[by])
    assert (await by_id(store, post.id)).favourites_count == 0
    assert await told(store, ana) == []


async def test_an_undo_that_comes_first_keeps_its_like_out(store: Store) -> None:
    ana, bo = await make_person(store), await make_stranger(store)
    post = await make_post(store, ana)
    like = liked(bo, post.uri)
    await take(store, bo, undone(like), like)
    assert (await by_id(store, post.id)).favourites_count == 0


async def test_nobody_takes_back_anothers_like(store: Store) -> None:
    ana, bo, mallory = (
        await make_person(store),
        await make_stranger(store),
        await make_stranger(store, "mallory"),
    )
    post = await make_post(store, ana)
    like = liked(bo, post.uri)
    await take(store, bo, like)
    await take(store, mallory, types.Undo(id=new_uri(mallory), actor=mallory.uri, object=like.id or ""))
    assert (await by_id(store, post.id)).favourites_count == 1


@pytest.mark.parametrize(
    ("content", "emoji", "kept"),
    [
        ("🎉", None, ("🎉", None, 1)),
        (":blob:", BLOB, (":blob:", BLOB.url, 1)),
        (":blob@b.test:", BLOB, (":blob:", BLOB.url, 1)),
    ],
)
async def test_a_like_with_content_is_a_reaction(
    store: Store, content: str, emoji: types.Emoji | None, kept: tuple[str, str | None, int]
) -> None:
    ana, bo = await make_person(store), await make_stranger(store)
    post = await make_post(store, ana)
    like = liked(bo, post.uri, content=content, emoji=emoji)
    await take(store, bo, like, like)
    assert await reactions(store, post.id) == [kept]
    assert (await by_id(store, post.id)).favourites_count == 0
    assert await told(store, ana) == [("favourite", bo.id, post.id)]
    await take(store, bo, undone(like))
    assert await reactions(store, post.id) == []


@pytest.mark.parametrize("content", [":nopicture:", "<b>", "word", "x" * 256])
async def test_a_like_with_something_else_is_a_favourite(store: Store, content: str) -> None:
    ana, bo = await make_person(store), await make_stranger(store)
    post = await make_post(store, ana)
    await take(store, bo, liked(bo, post.uri, content=content))
    assert await reactions(store, post.id) == []
    assert (await by_id(store, post.id)).favourites_count == 1


async def test_people_react_with_several_emoji_up_to_a_limit(store: Store) -> None:
    ana, bo, cy = await make_person(store), await make_stranger(store), await make_stranger(store, "cy")
    post = await make_post(store, ana)
    faces = [chr(0x1F600 + number) for number in range(EACH_MAX + 4)]
    await take(store, bo, *(reacted(bo, post.uri, face) for face in faces))
    await take(store, cy, reacted(cy, post.uri, faces[1]), reacted(cy, post.uri, "not one"))
    found = await reactions(store, post.id)
    assert len(found) == EACH_MAX
    assert found[0] == (faces[1], None, 2)
    await take(store, bo, undone(types.EmojiReact(actor=bo.uri, object=post.uri, content=faces[0])))
    assert await reactions(store, post.id) == [(faces[1], None, 1)]


async def test_likes_of_remote_posts_are_not_counted(store: Store) -> None:
    ana, bo, cy = await make_person(store), await make_stranger(store), await make_stranger(store, "cy")
    await follow(store, ana, cy)
    post = await make_post(store, cy)
    await take(store, bo, liked(bo, post.uri), liked(bo, "https://nowhere.test/1"))
    assert (await by_id(store, post.id)).favourites_count == 0


async def test_what_one_may_not_see_one_cannot_like(store: Store) -> None:
    ana, bo, cy = await make_person(store), await make_stranger(store), await make_stranger(store, "cy")
    private, public = await make_post(store, ana, visibility="private"), await make_post(store, ana)
    await block(store, ana, cy)
    with pytest.raises(NotAllowed):
        await take(store, bo, liked(bo, private.uri))
    with pytest.raises(NotAllowed):
        await take(store, cy, liked(cy, public.uri))
    await follow(store, bo, ana)
    await take(store, bo, liked(bo, private.uri))
    assert (await by_id(store, private.id)).favourites_count == 1
