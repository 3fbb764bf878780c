"""Create: what is kept, who hears of it, and what is dropped before anything is written."""

from __future__ import annotations

import pytest

from fedi.activitypub import codec, types
from fedi.errors import Malformed, NotAllowed
from fedi.store.store import Store
from tests.builders import make_person, make_post, make_stranger
from tests.support.posts import (
    account,
    at,
    block,
    by_id,
    by_uri,
    created,
    follow,
    home,
    jobs,
    mention,
    note,
    statements,
    take,
    told,
)

DAY = 86_400_000


async def test_a_post_of_a_followed_author_is_in_the_home_timeline(store: Store) -> None:
    ana, bo = await make_person(store), await make_stranger(store)
    await follow(store, ana, bo)
    post = note(bo, "<p>hello <script>x</script></p>", content_map=(("de", "<p>hello</p>"),))
    await take(store, bo, created(post))
    stored = await by_uri(store, post.id)
    assert stored is not None
    assert (stored.content, stored.visibility, stored.language) == ("<p>hello </p>", "public", "de")
    assert await home(store, ana) == [stored.id]
    assert (await account(store, bo.id)).posts_count == 1
    assert await told(store, ana) == []


async def test_it_costs_few_statements(store: Store) -> None:
    """Notices, and what streams tell, are written once a batch: their own tests count them."""
    ana, bo = await make_person(store), await make_stranger(store)
    await follow(store, ana, bo)
    parent = await make_post(store, ana)
    assert len(await statements(store, created(note(bo)), bo)) == 3
    tagged = note(bo, tags=(mention(ana), types.Hashtag(name="#One")), to=(types.PUBLIC, ana.uri))
    assert len(await statements(store, created(tagged), bo)) == 6
    answer = note(bo, tags=(mention(ana),), cc=(ana.uri,), in_reply_to=parent.uri)
    assert len(await statements(store, created(answer), bo)) == 7


async def test_what_concerns_nobody_here_is_dropped_with_one_question(store: Store) -> None:
    ana, bo = await make_person(store), await make_stranger(store)
    far = await make_stranger(store, "cy", "c.test")
    known = await make_post(store, far)
    for post in (
        note(bo),
        note(bo, in_reply_to=known.uri, tags=(mention(far),), cc=(far.uri,)),
        note(bo, to=(bo.followers_uri or "",), cc=()),
    ):
        asked = await statements(store, created(post), bo)
        assert len(asked) == 1
        assert asked[0].lstrip().startswith("SELECT")
        assert await by_uri(store, post.id) is None
    assert await home(store, ana) == []


async def test_a_mention_of_a_local_person_is_kept_and_told(store: Store) -> None:
    ana, bo = await make_person(store), await make_stranger(store)
    post = note(bo, tags=(mention(ana), mention(ana)), cc=(ana.uri,))
    await take(store, bo, created(post), created(post))
    stored = await by_uri(store, post.id)
    assert stored is not None
    assert [one.acct for one in stored.mentions] == ["ana"]
    assert await told(store, ana) == [("mention", bo.id, stored.id)]


async def test_an_answer_to_a_local_post_is_kept_and_counted_once(store: Store) -> None:
    ana, bo = await make_person(store), await make_stranger(store)
    parent = await make_post(store, ana, conversation="https://a.test/ap/contexts/1")
    post = note(bo, in_reply_to=parent.uri)
    await take(store, bo, created(post))
    await take(store, bo, created(post))
    stored = await by_uri(store, post.id)
    assert stored is not None
    assert (stored.in_reply_to_id, stored.in_reply_to_account_id) == (parent.id, ana.id)
    assert stored.conversation == parent.conversation
    assert (await by_id(store, parent.id)).replies_count == 1


async def test_an_answer_to_a_followed_persons_post_is_kept(store: Store) -> None:
    ana, bo, cy = await make_person(store), await make_stranger(store), await make_stranger(store, "cy")
    await follow(store, ana, cy)
    parent = await make_post(store, cy)
    post = note(bo, in_reply_to=parent.uri)
    await take(store, bo, created(post))
    assert await by_uri(store, post.id) is not None


async def test_an_answer_that_comes_before_its_post_finds_it(store: Store) -> None:
    ana, bo = await make_person(store), await make_stranger(store)
    await follow(store, ana, bo)
    first = note(bo)
    answers = [note(bo, in_reply_to=first.id), note(bo, in_reply_to=first.id, to=(ana.uri,), cc=())]
    await take(store, bo, *(created(answer) for answer in answers))
    await take(store, bo, created(first))
    parent = await by_uri(store, first.id)
    assert parent is not None
    assert parent.replies_count == 1  # the direct one is not told to everybody
    for answer in answers:
        stored = await by_uri(store, answer.id)
        assert stored is not None
        assert (stored.in_reply_to_id, stored.in_reply_to_account_id) == (parent.id, bo.id)


async def test_whom_a_local_person_blocks_can_neither_notify_nor_be_kept_for_them(store: Store) -> None:
    ana, bo = await make_person(store), await make_stranger(store)
    parent = await make_post(store, ana)
    await block(store, ana, bo)
    for post in (note(bo, tags=(mention(ana),), cc=(ana.uri,)), note(bo, in_reply_to=parent.uri)):
        await take(store, bo, created(post))
        assert await by_uri(store, post.id) is None
    assert await told(store, ana) == []


async def test_a_direct_message_is_for_whom_it_is_addressed_to(store: Store) -> None:
    ana, cleo = await make_person(store), await make_person(store, "cleo")
    bo = await make_stranger(store)
    await follow(store, cleo, bo)
    post = note(bo, to=(ana.uri,), cc=())
    await take(store, bo, created(post))
    stored = await by_uri(store, post.id)
    assert stored is not None
    assert stored.visibility == "direct"
    assert await told(store, ana) == [("mention", bo.id, stored.id)]
    assert await home(store, cleo) == []
    async with store.read() as tx:
        assert await tx.posts.may_see(stored, ana.id)
        assert not await tx.posts.may_see(stored, cleo.id)
        assert not await tx.posts.may_see(stored, None)
    assert (await account(store, bo.id)).posts_count == 0


async def test_an_answer_to_what_its_author_may_not_see_stands_alone(store: Store) -> None:
    ana, bo = await make_person(store), await make_stranger(store)
    secret = await make_post(store, ana, visibility="direct")
    post = note(bo, in_reply_to=secret.uri, tags=(mention(ana),), cc=(ana.uri,))
    await take(store, bo, created(post))
    stored = await by_uri(store, post.id)
    assert stored is not None
    assert stored.in_reply_to_id is None
    assert (await by_id(store, secret.id)).replies_count == 0


async def test_who_asked_for_it_is_told_of_new_posts_but_not_of_answers_to_others(store: Store) -> None:
    ana, cleo = await make_person(store), await make_person(store, "cleo")
    bo = await make_stranger(store)
    await follow(store, ana, bo, notify=True)
    await follow(store, cleo, bo)
    other = await make_post(store, cleo)
    first, answer, old = note(bo), note(bo, in_reply_to=other.uri), note(bo, published=at(1_000))
    await take(store, bo, created(first), created(answer), created(old))
    stored = await by_uri(store, first.id)
    assert stored is not None
    assert await told(store, ana) == [("status", bo.id, stored.id)]
    assert await told(store, cleo) == []


async def test_what_was_published_long_ago_sorts_there_and_nothing_in_the_future(store: Store) -> None:
    ana, bo = await make_person(store), await make_stranger(store)
    await follow(store, ana, bo)
    now = store.clock()
    old, future = note(bo, published=at(now - 40 * DAY)), note(bo, published=at(now + DAY))
    await take(store, bo, created(old), created(future))
    stored_old, stored_future = await by_uri(store, old.id), await by_uri(store, future.id)
    assert stored_old is not None
    assert stored_future is not None
    assert abs((stored_old.id >> 16) - (now - 40 * DAY)) <= 1_000
    assert stored_future.created_at <= store.clock()
    assert await home(store, ana) == [stored_future.id]


async def test_the_addresses_of_the_activity_stand_in_for_missing_ones(store: Store) -> None:
    ana, bo = await make_person(store), await make_stranger(store)
    post = note(bo, to=(), cc=())
    await take(store, bo, created(post, to=(ana.uri,)))
    stored = await by_uri(store, post.id)
    assert stored is not None
    assert stored.visibility == "direct"


# --- authority ----------------------------------------------------------------------------------------


async def test_cve_2024_37903_a_post_of_somebody_else_is_not_believed(store: Store) -> None:
    ana, mallory = await make_person(store), await make_stranger(store, "mallory")
    victim = await make_stranger(store, "victim")
    forged = note(victim, "<p>forged</p>", tags=(mention(ana),), cc=(ana.uri,))
    await take(store, mallory, created(forged, actor=mallory.uri))
    assert await by_uri(store, forged.id) is None
    assert await jobs(store, "fetch_post") == []  # nobody here follows mallory: nothing to fetch for
    await follow(store, ana, mallory)
    await take(store, mallory, created(forged, actor=mallory.uri))
    assert await by_uri(store, forged.id) is None
    assert [job["uri"] for job in await jobs(store, "fetch_post")] == [forged.id]


async def test_ghsa_3f39_6537_3cgc_a_post_on_another_host_is_refused_as_it_is_read() -> None:
    document = {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": "https://b.test/activities/1",
        "type": "Create",
        "actor": "https://b.test/users/bo",
        "object": {
            "id": "https://victim.test/notes/1",
            "type": "Note",
            "attributedTo": "https://b.test/users/bo",
            "content": "x",
        },
    }
    with pytest.raises(Malformed):
        codec.parse_activity(document)


async def test_nodebb_a_numeric_author_is_refused_as_it_is_read() -> None:
    document = {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": "https://b.test/activities/1",
        "type": "Create",
        "actor": "https://b.test/users/bo",
        "object": {"id": "https://b.test/notes/1", "type": "Note", "attributedTo": 1, "content": "x"},
    }
    with pytest.raises(Malformed):
        codec.parse_activity(document)


async def test_only_the_actor_itself_creates(store: Store) -> None:
    bo, cy = await make_stranger(store), await make_stranger(store, "cy")
    with pytest.raises(NotAllowed):
        await take(store, cy, created(note(bo)))


async def test_a_create_by_reference_is_fetched_for_whom_somebody_follows(store: Store) -> None:
    ana, bo = await make_person(store), await make_stranger(store)
    reference = types.Create(id="https://b.test/a/1", actor=bo.uri, object="https://b.test/notes/x")
    await take(store, bo, reference)
    assert await jobs(store, "fetch_post") == []
    await follow(store, ana, bo)
    await take(store, bo, reference, reference)
    assert len(await jobs(store, "fetch_post")) == 1
