"""Lists: made, filled and read; what they keep out of homes; and whose they are."""

from __future__ import annotations

from typing import Any

import pytest

from fedi.model.people import Account
from fedi.model.posts import Post
from tests.api.conftest import Api, Client
from tests.builders import build_post, make_person, make_stranger


async def publish(api: Api, author: Account, **values: Any) -> Post:
    async with api.store.write() as tx:
        post = build_post(tx, author, "<p>x</p>", **values)
        await tx.posts.add(post)
        await tx.timelines.push(post.id, author)
    return post


async def answer_to(api: Api, author: Account, post: Post) -> Post:
    return await publish(
        api,
        author,
        in_reply_to_id=post.id,
        in_reply_to_uri=post.uri,
        in_reply_to_account_id=post.account_id,
    )


async def make_list(client: Client, *members: Account, **values: Any) -> str:
    made = await client.post("/api/v1/lists", json={"title": "Friends", **values})
    if members:
        ids = [str(one.id) for one in members]
        await client.post(f"/api/v1/lists/{made['id']}/accounts", json={"account_ids": ids})
    found: str = made["id"]
    return found


def ids(entities: list[dict[str, Any]]) -> list[int]:
    return [int(entity["id"]) for entity in entities]


@pytest.mark.operation(
    "GET /api/v1/lists",
    "POST /api/v1/lists",
    "GET /api/v1/lists/{id}",
    "PUT /api/v1/lists/{id}",
    "DELETE /api/v1/lists/{id}",
)
async def test_a_list_is_made_changed_and_deleted(api: Api) -> None:
    _, hers = await api.member("ana")
    made = await hers.post("/api/v1/lists", json={"title": " Friends "})
    assert (made["title"], made["replies_policy"], made["exclusive"]) == ("Friends", "list", False)
    form = {"title": "Work", "replies_policy": "none", "exclusive": "true"}
    other = await hers.post("/api/v1/lists", form=form)
    assert (other["replies_policy"], other["exclusive"]) == ("none", True)
    assert await hers.get("/api/v1/lists") == [made, other]
    reply = await hers.ask("PUT", f"/api/v1/lists/{made['id']}", json={"replies_policy": "followed"})
    assert reply.json == {**made, "replies_policy": "followed"}
    assert await hers.get(f"/api/v1/lists/{made['id']}") == reply.json
    assert (await hers.ask("DELETE", f"/api/v1/lists/{made['id']}")).json == {}
    assert await hers.get("/api/v1/lists") == [other]
    await hers.get(f"/api/v1/lists/{made['id']}", status=404)


async def test_what_is_no_list_is_refused(api: Api) -> None:
    _, hers = await api.member("ana")
    for values, sentence in (
        ({}, "Validation failed: Title can't be blank"),
        ({"title": "x" * 257}, "Validation failed: Title is too long (maximum is 256 characters)"),
        (
            {"title": "x", "replies_policy": "all"},
            "Validation failed: Replies policy is not included in the list",
        ),
    ):
        assert await hers.post("/api/v1/lists", status=422, json=values) == {"error": sentence}
    await hers.post("/api/v1/lists", status=400, json={"title": ["x"]})
    await hers.post("/api/v1/lists", status=400, json={"title": "x", "exclusive": "perhaps"})
    for number in range(50):
        await hers.post("/api/v1/lists", json={"title": str(number)})
    await hers.post("/api/v1/lists", status=422, json={"title": "one too many"})


async def test_lists_are_their_owners_alone(api: Api) -> None:
    (ana, hers), (_, his) = await api.member("ana"), await api.member("bo")
    which = await make_list(hers)
    for method, path in (
        ("GET", ""),
        ("PUT", ""),
        ("DELETE", ""),
        ("GET", "/accounts"),
        ("POST", "/accounts"),
        ("DELETE", "/accounts"),
    ):
        for at in (f"/api/v1/lists/{which}{path}", f"/api/v1/lists/99{path}", f"/api/v1/lists/x{path}"):
            reply = await his.ask(method, at, json={"account_ids": ["1"], "title": "mine"})
            assert (reply.status, reply.json) == (404, {"error": "Record not found"})
    await his.get(f"/api/v1/timelines/list/{which}", status=404)
    reader = await api.client(ana, "read:statuses write:statuses")
    assert (await reader.ask("GET", "/api/v1/lists")).status == 403
    assert (await reader.ask("POST", "/api/v1/lists", json={"title": "x"})).status == 403
    assert (await api.anybody.ask("GET", "/api/v1/lists")).status == 401
    assert [one["title"] for one in await hers.get("/api/v1/lists")] == ["Friends"]


@pytest.mark.operation(
    "GET /api/v1/lists/{id}/accounts",
    "POST /api/v1/lists/{id}/accounts",
    "DELETE /api/v1/lists/{id}/accounts",
    "GET /api/v1/accounts/{id}/lists",
)
async def test_members_are_whom_one_follows(api: Api) -> None:
    ana, hers = await api.member("ana")
    people = [await make_stranger(api.store, f"p{number}") for number in range(3)]
    stranger = await make_stranger(api.store, "zed")
    for one in people:
        await api.follow(ana, one)
    which = await make_list(hers, *people[:2])
    path = f"/api/v1/lists/{which}/accounts"
    await hers.post(path, status=404, json={"account_ids": [str(people[2].id), str(stranger.id)]})
    assert ids(await hers.get(path)) == [people[1].id, people[0].id]
    taken = await hers.post(path, status=422, json={"account_ids": [str(people[0].id)]})
    assert taken == {"error": "Validation failed: Account has already been taken"}
    await hers.post(path, form={"account_ids[]": str(people[2].id)})
    await hers.post(path, json={"account_ids": [str(ana.id)]})
    everyone = [people[2].id, people[1].id, people[0].id, ana.id]
    page = await hers.ask("GET", f"{path}?limit=2")
    assert ids(page.json) == everyone[:2]
    older = page.headers["Link"].partition(">")[0].removeprefix("<https://a.test")
    assert ids(await hers.get(older)) == everyone[2:]
    assert ids(await hers.get(f"{path}?limit=2&min_id={ana.id}")) == everyone[1:3]
    whole = await hers.ask("GET", f"{path}?limit=0")
    assert (ids(whole.json), "Link" in whole.headers) == (everyone, False)
    assert [one["id"] for one in await hers.get(f"/api/v1/accounts/{people[0].id}/lists")] == [which]
    reply = await hers.ask("DELETE", path, json={"account_ids": [str(people[0].id), "5"]})
    assert (reply.status, reply.json) == (200, {})
    assert await hers.get(f"/api/v1/accounts/{people[0].id}/lists") == []
    await hers.get("/api/v1/accounts/99/lists", status=404)


async def test_who_is_not_followed_any_more_leaves_the_lists(api: Api) -> None:
    _, hers = await api.member("ana")
    bo, cy = await make_person(api.store, "bo"), await make_person(api.store, "cy")
    await hers.post(f"/api/v1/accounts/{bo.id}/follow")
    await hers.post(f"/api/v1/accounts/{cy.id}/follow")
    which = await make_list(hers, bo, cy)
    await hers.post(f"/api/v1/accounts/{bo.id}/unfollow")
    await hers.post(f"/api/v1/accounts/{cy.id}/block")
    assert await hers.get(f"/api/v1/lists/{which}/accounts") == []


@pytest.mark.operation("GET /api/v1/timelines/list/{list_id}")
async def test_a_list_shows_its_members(api: Api) -> None:
    ana, hers = await api.member("ana")
    bo, cy, di = [await make_stranger(api.store, name) for name in ("bo", "cy", "di")]
    for one in (bo, cy, di):
        await api.follow(ana, one)
    which = await make_list(hers, bo, cy)
    path = f"/api/v1/timelines/list/{which}"
    assert await hers.get(path) == []
    posts = [await publish(api, one) for one in (bo, cy, di, bo, cy)]
    await publish(api, bo, visibility="direct")
    shown = [posts[4].id, posts[3].id, posts[1].id, posts[0].id]
    assert ids(await hers.get(path)) == shown
    page = await hers.ask("GET", f"{path}?limit=2")
    older = page.headers["Link"].partition(">")[0].removeprefix("<https://a.test")
    assert (ids(page.json), ids(await hers.get(older))) == (shown[:2], shown[2:])
    assert ids(await hers.get(f"{path}?limit=2&min_id={shown[3]}")) == shown[1:3]
    assert ids(await hers.get(f"{path}?limit=2&since_id={shown[3]}")) == shown[:2]
    boost = await publish(api, cy, boost_of_id=posts[2].id)
    assert ids(await hers.get(path)) == [boost.id, *shown]
    await hers.post(f"/api/v1/accounts/{cy.id}/follow", json={"reblogs": False})
    assert ids(await hers.get(path)) == shown


@pytest.mark.parametrize("policy", ["list", "followed", "none"])
async def test_which_answers_a_list_shows(api: Api, policy: str) -> None:
    ana, hers = await api.member("ana")
    bo, cy, di, eve = [await make_stranger(api.store, name) for name in ("bo", "cy", "di", "eve")]
    for one in (bo, cy, di):
        await api.follow(ana, one)
    which = await make_list(hers, bo, cy, replies_policy=policy)
    about = {one.id: await publish(api, one) for one in (ana, bo, cy, di, eve)}
    answers = {one: await answer_to(api, bo, post) for one, post in about.items()}
    own = {about[bo.id].id, about[cy.id].id, answers[ana.id].id, answers[bo.id].id}
    expected = (
        own
        | {
            "list": {answers[cy.id].id},
            "followed": {answers[cy.id].id, answers[di.id].id},
            "none": set(),
        }[policy]
    )
    assert set(ids(await hers.get(f"/api/v1/timelines/list/{which}"))) == expected


async def test_members_of_exclusive_lists_are_not_at_home(api: Api) -> None:
    ana, hers = await api.member("ana")
    bo, cy = await make_stranger(api.store, "bo"), await make_stranger(api.store, "cy")
    star = await make_person(api.store, "star", pulled=True)
    for one in (bo, cy, star):
        await api.follow(ana, one)
    old = [await publish(api, one) for one in (bo, cy, star, ana)]
    everything = [post.id for post in reversed(old)]

    async def home() -> list[int]:
        return ids(await hers.get("/api/v1/timelines/home"))

    assert await home() == everything
    which = await make_list(hers, bo, star, ana, exclusive=True)
    assert await home() == [old[3].id, old[1].id]
    new = [await publish(api, one) for one in (bo, star, ana)]
    assert await home() == [new[2].id, old[3].id, old[1].id]
    listed = ids(await hers.get(f"/api/v1/timelines/list/{which}"))
    assert listed == [post.id for post in (*reversed(new), *reversed(old)) if post.account_id != cy.id]
    everything = [post.id for post in (*reversed(new), *reversed(old))]
    await hers.ask("PUT", f"/api/v1/lists/{which}", json={"exclusive": False})
    assert await home() == everything
    await hers.ask("PUT", f"/api/v1/lists/{which}", json={"exclusive": True})
    async with api.store.write() as tx:
        await tx.timelines.rebuild(ana.id)
    assert await home() == [new[2].id, old[3].id, old[1].id]
    await hers.ask("DELETE", f"/api/v1/lists/{which}/accounts", json={"account_ids": [str(bo.id)]})
    assert await home() == [one for one in everything if one not in {old[2].id, new[1].id}]
    await hers.ask("DELETE", f"/api/v1/lists/{which}")
    assert await home() == everything
