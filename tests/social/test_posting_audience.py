"""Whatever is written and whoever does what with it: a private post never goes to somebody it was not for."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fedi.activitypub import types
from fedi.model.people import Account
from fedi.model.posts import Post
from fedi.social import posting
from fedi.social.posting import Draft
from fedi.store.store import Store
from tests.builders import make_person, make_post, make_stranger
from tests.support.databases import SQLiteTemplates
from tests.support.posts import follow
from tests.support.sent import sent

NAMES = ("bo", "cy", "di", "ed")
_some = st.sets(st.sampled_from(NAMES))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    visibility=st.sampled_from(["private", "direct"]),
    mentioned=_some,
    edited=st.none() | _some,
    bystanders=_some,
    answered=st.none() | st.sampled_from(NAMES),
    deleted=st.booleans(),
)
async def test_only_people_it_was_addressed_to_have_it(
    sqlite_templates: SQLiteTemplates,
    tmp_path: Path,
    visibility: str,
    mentioned: set[str],
    edited: set[str] | None,
    bystanders: set[str],
    answered: str | None,
    deleted: bool,
) -> None:
    store = await Store.open(await sqlite_templates.fresh(tmp_path))
    try:
        ana = await make_person(store)
        people = {name: await make_stranger(store, name, f"{name}.test") for name in NAMES}
        parent = await make_post(store, people[answered]) if answered else None
        async with store.write() as tx:
            post = await posting.create(tx, ana, _draft(people, mentioned, visibility, parent))
        await _stand_by(store, post, [people[name] for name in bystanders])
        async with store.write() as tx:
            if edited is not None:
                post = await posting.edit(tx, ana, post, _draft(people, edited, "public", None))
            if deleted:
                await posting.delete(tx, ana, post)
        allowed = {people[name].delivery_inbox for name in mentioned | (edited or set())}
        for inbox, activity in await sent(store):
            assert inbox in allowed
            assert types.PUBLIC not in (*activity.to, *activity.cc)
        async with store.read() as tx:
            rows = await tx.db.rows("SELECT public, fan_out_since FROM activities")
        assert all(not row["public"] for row in rows)
        assert all((row["fan_out_since"] is not None) == (visibility == "private") for row in rows)
    finally:
        await store.close()


def _draft(people: dict[str, Account], names: set[str], visibility: str, parent: Post | None) -> Draft:
    return Draft(
        text="x " + " ".join(f"@{people[name].handle}" for name in sorted(names)),
        mentions={people[name].handle: people[name] for name in names},
        visibility=visibility,
        in_reply_to=parent,
    )


async def _stand_by(store: Store, post: Post, people: list[Account]) -> None:
    """People who were not addressed and yet have to do with the post: they liked, answered or boosted it."""
    for person in people:
        async with store.write() as tx:
            await tx.interactions.favourite(person.id, post.id, f"{person.uri}/likes/1")
        await make_post(store, person, in_reply_to_id=post.id, in_reply_to_account_id=post.account_id)
        await make_post(store, person, boost_of_id=post.id)


@pytest.mark.parametrize("visibility", ["private", "direct"])
async def test_a_booster_here_does_not_widen_it(store: Store, visibility: str) -> None:
    ana, cleo, bo = await make_person(store), await make_person(store, "cleo"), await make_stranger(store)
    await follow(store, bo, cleo)
    async with store.write() as tx:
        post = await posting.create(tx, ana, Draft(text="x", visibility=visibility))
    await make_post(store, cleo, boost_of_id=post.id)
    async with store.write() as tx:
        await posting.delete(tx, ana, post)
    assert await sent(store) == []
