"""Posting, editing and deleting: what is stored, and what is sent to whom."""

from __future__ import annotations

from typing import Any

import pytest

from fedi.activitypub import codec, types
from fedi.errors import NotAllowed, NotFound, Unprocessable
from fedi.model.people import Account
from fedi.model.posts import Attachment, Post
from fedi.social import boosting, posting
from fedi.social.posting import Draft
from fedi.store.store import Store
from tests.builders import make_person, make_post, make_stranger
from tests.support.posts import block, by_id, follow, home, note, take, told
from tests.support.posts import created as create_of
from tests.support.sent import sent


async def write(store: Store, author: Account, text: str = "hello", **values: Any) -> Post:
    async with store.write() as tx:
        return await posting.create(tx, author, Draft(text=text, **values))


async def change(store: Store, author: Account, post: Post, text: str, **values: Any) -> Post:
    async with store.write() as tx:
        return await posting.edit(tx, author, post, Draft(text=text, **values))


async def remove(store: Store, author: Account, post: Post) -> None:
    async with store.write() as tx:
        await posting.delete(tx, author, post)


async def published(store: Store) -> list[tuple[types.AnyActivity, bool, bool]]:
    """(activity, to followers, may be fetched) of everything sent."""
    async with store.read() as tx:
        rows = await tx.db.rows("SELECT document, public, fan_out_since FROM activities ORDER BY id")
    return [
        (
            codec.parse_activity(codec.load(row["document"])),
            row["fan_out_since"] is not None,
            bool(row["public"]),
        )
        for row in rows
    ]


async def test_a_public_post_is_stored_shown_and_sent_to_followers(store: Store) -> None:
    ana, cleo = await make_person(store), await make_person(store, "cleo")
    await follow(store, cleo, ana, notify=True)
    post = await write(store, ana, "hello **world** #Tag", language="en", summary=" careful ")
    stored = await by_id(store, post.id)
    assert stored == post
    assert (stored.tags, stored.summary, stored.sensitive) == (("tag",), "careful", True)
    assert stored.url == f"https://a.test/@ana/{post.id}"
    assert await home(store, ana) == [post.id]
    assert await home(store, cleo) == [post.id]
    assert await told(store, cleo) == [("status", ana.id, post.id)]
    [(activity, to_followers, public)] = await published(store)
    assert isinstance(activity, types.Create)
    assert isinstance(activity.object, types.Post)
    assert (to_followers, public) == (True, True)
    assert activity.id == f"{post.uri}/activity"
    assert activity.actor == activity.object.attributed_to == ana.uri
    assert activity.to == activity.object.to == (types.PUBLIC,)
    assert activity.cc == activity.object.cc == (ana.followers_uri,)
    assert activity.object.source == "hello **world** #Tag"


@pytest.mark.parametrize("visibility", ["public", "unlisted", "private", "direct"])
async def test_who_is_mentioned_gets_it_whatever_the_visibility(store: Store, visibility: str) -> None:
    ana, cleo, bo = await make_person(store), await make_person(store, "cleo"), await make_stranger(store)
    people = {"bo@b.test": bo, "cleo": cleo}
    post = await write(store, ana, "@bo@b.test @cleo look", visibility=visibility, mentions=people)
    assert [one.acct for one in post.mentions] == ["bo@b.test", "cleo"]
    assert await told(store, cleo) == [("mention", ana.id, post.id)]
    [(inbox, activity)] = await sent(store)
    assert inbox == bo.shared_inbox
    assert isinstance(activity, types.Create)
    assert {bo.uri, cleo.uri} <= {*activity.to, *activity.cc}
    assert isinstance(activity.object, types.Post)
    names = [tag.name for tag in activity.object.tags if isinstance(tag, types.Mention)]
    assert names == ["@bo@b.test", "@cleo@a.test"]
    [(_, to_followers, public)] = await published(store)
    assert to_followers is (visibility != "direct")
    assert public is (visibility in ("public", "unlisted"))


async def test_an_answer_joins_the_conversation_and_reaches_whom_it_answers(store: Store) -> None:
    ana, bo = await make_person(store), await make_stranger(store)
    first = await make_post(store, bo, conversation="tag:b.test,2026:1")
    answer = await write(store, ana, in_reply_to=first)
    assert (answer.in_reply_to_uri, answer.conversation) == (first.uri, first.conversation)
    assert (await by_id(store, first.id)).replies_count == 1
    assert [inbox for inbox, _ in await sent(store)] == [bo.shared_inbox]
    fresh = await write(store, ana)
    assert fresh.conversation == f"https://a.test/ap/contexts/{fresh.id}"


@pytest.mark.parametrize("visibility", ["private", "direct"])
async def test_nobody_answers_what_they_may_not_see(store: Store, visibility: str) -> None:
    ana, cleo = await make_person(store), await make_person(store, "cleo")
    secret = await make_post(store, cleo, visibility=visibility)
    with pytest.raises(NotFound):
        await write(store, ana, in_reply_to=secret)
    async with store.write() as tx:
        await tx.posts.mention(secret.id, [ana.id])
    assert (await write(store, ana, in_reply_to=secret, visibility="direct")).in_reply_to_id == secret.id


async def test_nobody_answers_who_blocks_them(store: Store) -> None:
    ana, cleo = await make_person(store), await make_person(store, "cleo")
    post = await make_post(store, cleo)
    await block(store, cleo, ana)
    with pytest.raises(NotFound):
        await write(store, ana, in_reply_to=post)


async def test_what_cannot_be_posted(store: Store) -> None:
    ana, bo = await make_person(store), await make_stranger(store)
    for values in ({"text": " "}, {"text": "x" * 1_001}, {"text": "x", "visibility": "secret"}):
        with pytest.raises(Unprocessable) as refused:
            await write(store, ana, **values)
        assert refused.value.public.startswith("Validation failed")
    with pytest.raises(NotAllowed):
        await write(store, bo)
    picture = Attachment(id="1", type="image", url="https://a.test/1.png")
    assert (await write(store, ana, "", attachments=(picture,))).attachments == (picture,)
    with pytest.raises(Unprocessable):
        await write(store, ana, "x", attachments=(picture,) * 17)


async def test_an_idempotency_key_posts_once(store: Store) -> None:
    ana, cleo = await make_person(store), await make_person(store, "cleo")
    first = await write(store, ana, idempotency_key="k")
    assert (await write(store, ana, "other", idempotency_key="k")).id == first.id
    assert (await write(store, cleo, idempotency_key="k")).id != first.id
    assert len(await published(store)) == 2
    async with store.write() as tx:
        assert await tx.posts.forget_keys(tx.now + 1) == 2


# --- editing ------------------------------------------------------------------------------------------


async def test_an_edit_keeps_what_was_and_goes_to_who_has_the_post(store: Store) -> None:
    ana, cleo = await make_person(store), await make_person(store, "cleo")
    bo, cy = await make_stranger(store), await make_stranger(store, "cy", "c.test")
    fan = await make_stranger(store, "fan", "f.test")
    post = await write(store, ana, "one @bo@b.test #old", mentions={"bo@b.test": bo}, visibility="public")
    await take(store, fan, types.Like(id="https://f.test/1", actor=fan.uri, object=post.uri))
    async with store.write() as tx:
        await boosting.boost(tx, cleo, post)
    edited = await change(store, ana, post, "two @cy@c.test #new", mentions={"cy@c.test": cy})
    stored = await by_id(store, post.id)
    assert stored.content == edited.content
    assert (stored.tags, stored.visibility) == (("new",), "public")
    # Documents tell times in whole seconds, and there too the edit is later than the post.
    assert (stored.edited_at or 0) // 1_000 > post.created_at // 1_000
    async with store.read() as tx:
        [before] = await tx.posts.edits(post.id)
        assert await tx.posts.mentioned_ids(post.id) == {cy.id}
        assert await tx.posts.mentioned_ids(post.id, removed=True) == {cy.id, bo.id}
    assert (before.source, before.created_at) == ("one @bo@b.test #old", post.created_at)
    updates = [(inbox, one) for inbox, one in await sent(store) if isinstance(one, types.Update)]
    assert {inbox for inbox, _ in updates} == {bo.shared_inbox, cy.shared_inbox, fan.shared_inbox}
    assert await told(store, cleo) == [("update", ana.id, post.id)]
    [(activity, to_followers, _)] = [
        one for one in await published(store) if isinstance(one[0], types.Update)
    ]
    assert to_followers
    assert isinstance(activity, types.Update)
    assert isinstance(activity.object, types.Post)
    assert activity.object.updated is not None


async def test_a_mention_that_returns_is_no_longer_removed(store: Store) -> None:
    ana, cleo = await make_person(store), await make_person(store, "cleo")
    post = await write(store, ana, "@cleo", mentions={"cleo": cleo})
    post = await change(store, ana, post, "nobody")
    post = await change(store, ana, post, "@cleo again", mentions={"cleo": cleo})
    async with store.read() as tx:
        assert await tx.posts.mentioned_ids(post.id) == {cleo.id}
        assert len(await tx.posts.edits(post.id)) == 2


async def test_only_the_author_edits_and_deletes(store: Store) -> None:
    ana, cleo, bo = await make_person(store), await make_person(store, "cleo"), await make_stranger(store)
    mine, remote = await write(store, ana), await make_post(store, bo)
    for author, post in ((cleo, mine), (bo, remote), (ana, remote)):
        with pytest.raises(NotFound):
            await change(store, author, post, "x")
        with pytest.raises(NotFound):
            await remove(store, author, post)
    with pytest.raises(Unprocessable):
        await change(store, ana, mine, "")


# --- deleting -----------------------------------------------------------------------------------------


async def test_a_delete_goes_to_everyone_who_may_have_the_post(store: Store) -> None:
    ana, cleo = await make_person(store), await make_person(store, "cleo")
    names = ("mentioned", "removed", "liker", "booster", "replier", "answered", "cleos")
    far = {name: await make_stranger(store, name, f"{name}.test") for name in names}
    await follow(store, far["cleos"], cleo)
    first = await make_post(store, far["answered"])
    both = {f"{name}@{name}.test": far[name] for name in ("mentioned", "removed")}
    post = await write(
        store, ana, "@mentioned@mentioned.test @removed@removed.test", mentions=both, in_reply_to=first
    )
    post = await change(
        store, ana, post, "@mentioned@mentioned.test", mentions={"mentioned@mentioned.test": far["mentioned"]}
    )
    await take(
        store, far["liker"], types.Like(id="https://liker.test/1", actor=far["liker"].uri, object=post.uri)
    )
    boost = types.Announce(
        id="https://booster.test/1", actor=far["booster"].uri, to=(types.PUBLIC,), object=post.uri
    )
    await take(store, far["booster"], boost)
    await take(store, far["replier"], create_of(note(far["replier"], in_reply_to=post.uri)))
    async with store.write() as tx:
        await boosting.boost(tx, cleo, post)
    await remove(store, ana, post)
    deletes = {inbox for inbox, one in await sent(store) if isinstance(one, types.Delete)}
    assert deletes == {one.shared_inbox for one in far.values()}
    [(_, to_followers, public)] = [one for one in await published(store) if isinstance(one[0], types.Delete)]
    assert (to_followers, public) == (True, True)
    async with store.read() as tx:
        assert await tx.posts.by_id(post.id) is None
        assert await tx.tombstones.among([post.uri, f"{post.uri}/activity"]) == {
            post.uri,
            f"{post.uri}/activity",
        }
        row = await tx.db.row("SELECT fan_out_since FROM activities WHERE type = 'Delete'")
    assert row is not None
    assert row["fan_out_since"] == post.created_at
    assert (await by_id(store, first.id)).replies_count == 0


@pytest.mark.parametrize("visibility", ["private", "direct"])
async def test_the_delete_of_a_private_post_tells_nobody_else(store: Store, visibility: str) -> None:
    ana, bo = await make_person(store), await make_stranger(store)
    fan = await make_stranger(store, "fan", "f.test")
    post = await write(store, ana, "@bo@b.test", mentions={"bo@b.test": bo}, visibility=visibility)
    async with store.write() as tx:
        await tx.interactions.favourite(fan.id, post.id, "https://f.test/1")
    await remove(store, ana, post)
    deletes = [(inbox, one) for inbox, one in await sent(store) if isinstance(one, types.Delete)]
    assert [inbox for inbox, _ in deletes] == [bo.shared_inbox]
    assert types.PUBLIC not in (*deletes[0][1].to, *deletes[0][1].cc)


async def test_deleting_a_boost_takes_it_back(store: Store) -> None:
    ana, cleo = await make_person(store), await make_person(store, "cleo")
    post = await write(store, ana)
    async with store.write() as tx:
        boost = await boosting.boost(tx, cleo, post)
        assert (await tx.posts.by_id(post.id) or post).boosts_count == 1
    await remove(store, cleo, boost)
    assert (await by_id(store, post.id)).boosts_count == 0
    assert isinstance((await published(store))[-1][0], types.Undo)
