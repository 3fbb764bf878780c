"""The rule for lists and the rule for one post are one rule."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fedi.model.posts import VISIBILITIES, Viewer, may_see
from fedi.store.store import Store
from fedi.store.visibility import visible
from tests.builders import build_post, make_person, make_stranger

_HIDDEN = "SELECT p.id FROM posts p WHERE p.id = :post AND "


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    visibility=st.sampled_from(VISIBILITIES),
    who=st.sampled_from(["author", "other", "anybody"]),
    follows=st.sampled_from(["no", "asked", "following"]),
    mentioned=st.booleans(),
    blocked=st.booleans(),
    blocking=st.booleans(),
)
async def test_lists_show_what_may_be_seen(
    store: Store, visibility: str, who: str, follows: str, mentioned: bool, blocked: bool, blocking: bool
) -> None:
    class Undo(Exception): ...

    people = await _people(store)
    author, other = people
    viewer = {"author": author.id, "other": other.id, "anybody": None}[who]
    try:
        async with store.write() as tx:
            post = build_post(tx, author, visibility=visibility)
            await tx.posts.add(post, [other.id] if mentioned else [])
            if follows != "no":
                await tx.follows.add(other.id, author.id, state=follows, uri="https://b.test/follow")
            if blocked:
                await tx.blocks.add(author.id, other.id, "https://a.test/block")
            if blocking:
                await tx.blocks.add(other.id, author.id, "https://b.test/block")
            listed = await tx.db.value(_HIDDEN + visible("p"), {"post": post.id, "viewer": viewer or 0})
            is_other = who == "other"
            rule = may_see(
                post,
                Viewer(
                    id=viewer,
                    follows_author=is_other and follows == "following",
                    is_mentioned=is_other and mentioned,
                    blocked_by_author=is_other and blocked,
                ),
            )
            assert (listed is not None) == rule == await tx.posts.may_see(post, viewer)
            page = await tx.timelines.shown_among(viewer, [post.id])
            assert bool(page.posts) == rule
            raise Undo
    except Undo:
        pass


async def _people(store: Store):  # noqa: ANN202
    async with store.read() as tx:
        author, other = await tx.people.by_handle("ana@a.test"), await tx.people.by_handle("bo@b.test")
    return author or await make_person(store), other or await make_stranger(store)
