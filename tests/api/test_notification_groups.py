"""Grouped notices: one group for favourites of one post, people and posts once, pages by id."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import Any

import pytest

from fedi.model.people import Account
from fedi.model.posts import Post
from fedi.store.notices import HOUR_MS
from fedi.store.store import Store, Transaction
from tests.api.conftest import Api, Client, Counting
from tests.builders import make_post, make_stranger

V2 = "/api/v2/notifications"
NOW = 1_900_000_000_000 // HOUR_MS * HOUR_MS


async def told(store: Store, to: Account, kind: str, sender: Account, post: Post | None = None) -> None:
    async with store.write() as tx:
        assert await tx.notifications.add(to.id, kind, sender.id, post.id if post else 0)


class Scene:
    """Ana, three strangers, and two posts of hers: two favourites, a mention, a favourite, a boost, two follows."""

    def __init__(self, ana: Account, hers: Client, far: list[Account], posts: list[Post]) -> None:
        self.ana, self.hers, self.far, self.posts = ana, hers, far, posts


@pytest.fixture
async def scene(api: Api) -> Scene:
    ana, hers = await api.member("ana")
    far = [await make_stranger(api.store, name) for name in ("bo", "cy", "di")]
    posts = [await make_post(api.store, ana), await make_post(api.store, ana)]
    mention = await make_post(api.store, far[0])
    await told(api.store, ana, "favourite", far[0], posts[0])
    await told(api.store, ana, "favourite", far[1], posts[0])
    await told(api.store, ana, "mention", far[0], mention)
    await told(api.store, ana, "favourite", far[2], posts[0])
    await told(api.store, ana, "reblog", far[2], posts[1])
    await told(api.store, ana, "follow", far[0])
    await told(api.store, ana, "follow", far[1])
    return Scene(ana, hers, far, [*posts, mention])


def shape(found: dict[str, Any]) -> list[tuple[str, int]]:
    return [(one["type"], one["notifications_count"]) for one in found["notification_groups"]]


@pytest.mark.operation("GET /api/v2/notifications")
async def test_what_belongs_together_is_together(scene: Scene) -> None:
    found = await scene.hers.get(V2)
    assert shape(found) == [("follow", 2), ("reblog", 1), ("favourite", 3), ("mention", 1)]
    favourites = found["notification_groups"][2]
    assert favourites["sample_account_ids"] == [str(one.id) for one in reversed(scene.far)]
    assert favourites["status_id"] == str(scene.posts[0].id)
    assert favourites["page_max_id"] == str(favourites["most_recent_notification_id"])
    assert int(favourites["page_min_id"]) < int(favourites["page_max_id"])
    assert sorted(one["id"] for one in found["accounts"]) == sorted(str(one.id) for one in scene.far)
    assert sorted(one["id"] for one in found["statuses"]) == sorted(str(one.id) for one in scene.posts)
    assert found["partial_accounts"] is None
    single = (await scene.hers.get("/api/v1/notifications"))[0]
    assert single["group_key"] == found["notification_groups"][0]["group_key"]


async def test_only_some_types_are_grouped_if_an_app_wants_so(scene: Scene) -> None:
    found = await scene.hers.get(f"{V2}?grouped_types[]=follow")
    assert [kind for kind, _ in shape(found)] == [
        "follow",
        "reblog",
        "favourite",
        "mention",
        "favourite",
        "favourite",
    ]
    assert all(one["group_key"].startswith("ungrouped-") for one in found["notification_groups"][1:])
    assert shape(await scene.hers.get(f"{V2}?types[]=mention")) == [("mention", 1)]
    rest = await scene.hers.get(f"{V2}?exclude_types[]=mention&exclude_types[]=follow")
    assert shape(rest) == [("reblog", 1), ("favourite", 3)]
    of_bo = await scene.hers.get(f"{V2}?account_id={scene.far[0].id}&types[]=mention&types[]=follow")
    assert [kind for kind, _ in shape(of_bo)] == ["follow", "mention"]


async def test_pages_down_and_up(scene: Scene) -> None:
    first = await scene.hers.ask("GET", f"{V2}?limit=2")
    assert shape(first.json) == [("follow", 2), ("reblog", 1)]
    older = first.headers["Link"].partition("max_id=")[2].partition(">")[0]
    second = await scene.hers.get(f"{V2}?limit=2&max_id={older}")
    assert shape(second) == [("favourite", 3), ("mention", 1)]
    # The oldest two favourites are below the mention, and their group is there once more with what is left of it.
    third = await scene.hers.get(f"{V2}?limit=2&max_id={second['notification_groups'][-1]['page_min_id']}")
    assert shape(third) == [("favourite", 3)]
    oldest = third["notification_groups"][0]
    assert int(oldest["page_max_id"]) < oldest["most_recent_notification_id"]
    up = await scene.hers.get(f"{V2}?limit=2&min_id={oldest['page_max_id']}")
    assert shape(up) == [("favourite", 3), ("mention", 1)]
    newest = first.json["notification_groups"][0]["page_max_id"]
    assert shape(await scene.hers.get(f"{V2}?since_id={newest}")) == []


async def test_pictures_may_be_enough(scene: Scene) -> None:
    found = await scene.hers.get(f"{V2}?expand_accounts=partial_avatars")
    di, cy, bo = (str(one.id) for one in reversed(scene.far))
    assert {one["id"] for one in found["accounts"]} == {di, cy, bo}
    assert found["partial_accounts"] == []
    favourites = await scene.hers.get(f"{V2}?expand_accounts=partial_avatars&types[]=favourite")
    assert [one["id"] for one in favourites["accounts"]] == [di]
    assert [one["id"] for one in favourites["partial_accounts"]] == [cy, bo]
    assert set(favourites["partial_accounts"][0]) >= {
        "acct",
        "avatar",
        "avatar_static",
        "bot",
        "locked",
        "url",
    }
    wrong = await scene.hers.get(f"{V2}?expand_accounts=some", status=400)
    assert "expand_accounts" in wrong["error"]


@pytest.mark.operation(
    "GET /api/v2/notifications/{group_key}", "GET /api/v2/notifications/{group_key}/accounts"
)
async def test_a_group_and_who_is_in_it(scene: Scene) -> None:
    listed = (await scene.hers.get(V2))["notification_groups"]
    for one in listed:
        found = await scene.hers.get(f"{V2}/{one['group_key']}")
        group = found["notification_groups"][0]
        assert (group["type"], group["notifications_count"]) == (one["type"], one["notifications_count"])
        assert group["page_min_id"] is None
    key = listed[2]["group_key"]
    reply = await scene.hers.ask("GET", f"{V2}/{key}/accounts?limit=2")
    assert [one["acct"] for one in reply.json] == ["di@b.test", "cy@b.test"]
    older = reply.headers["Link"].partition("max_id=")[2].partition(">")[0]
    assert [one["acct"] for one in await scene.hers.get(f"{V2}/{key}/accounts?max_id={older}")] == [
        "bo@b.test"
    ]


@pytest.mark.operation("POST /api/v2/notifications/{group_key}/dismiss")
async def test_a_group_is_taken_away_whole(scene: Scene) -> None:
    listed = (await scene.hers.get(V2))["notification_groups"]
    await scene.hers.post(f"{V2}/{listed[2]['group_key']}/dismiss")
    await scene.hers.post(f"{V2}/{listed[3]['group_key']}/dismiss")
    assert shape(await scene.hers.get(V2)) == [("follow", 2), ("reblog", 1)]
    await scene.hers.get(f"{V2}/{listed[2]['group_key']}", status=404)


@pytest.mark.operation("GET /api/v2/notifications/unread_count", "GET /api/v1/notifications/unread_count")
async def test_what_is_unread(scene: Scene, api: Api) -> None:
    assert await scene.hers.get(f"{V2}/unread_count") == {"count": 4}
    assert await scene.hers.get("/api/v1/notifications/unread_count") == {"count": 7}
    assert await scene.hers.get(f"{V2}/unread_count?grouped_types[]=follow") == {"count": 6}
    assert await scene.hers.get(f"{V2}/unread_count?limit=2&types[]=favourite") == {"count": 1}
    assert await scene.hers.get("/api/v1/notifications/unread_count?limit=2") == {"count": 2}
    follows = (await scene.hers.get("/api/v1/notifications?types[]=follow"))[1]["id"]
    async with api.store.write() as tx:
        await tx.db.run(
            "INSERT INTO markers (account_id, timeline, last_read_id, version, updated_at) "
            "VALUES (:me, 'notifications', :id, 1, 1)",
            {"me": scene.ana.id, "id": int(follows)},
        )
    assert await scene.hers.get("/api/v1/notifications/unread_count") == {"count": 1}
    assert await scene.hers.get(f"{V2}/unread_count") == {"count": 1}


async def test_others_groups_are_not_there(scene: Scene, api: Api) -> None:
    _, others = await api.member("cleo")
    for one in (await scene.hers.get(V2))["notification_groups"]:
        key = one["group_key"]
        await others.get(f"{V2}/{key}", status=404)
        assert await others.get(f"{V2}/{key}/accounts") == []
        await others.post(f"{V2}/{key}/dismiss")
    assert len((await scene.hers.get(V2))["notification_groups"]) == 4
    await scene.hers.get(f"{V2}/ungrouped-99999999999999999999999", status=404)
    await api.anybody.get(V2, status=401)
    weak = await api.client(scene.ana, "read:statuses")
    await weak.get(V2, status=403)


async def test_a_group_of_many_hides_nothing_behind_it(api: Api) -> None:
    ana, hers = await api.member("ana")
    far = [await make_stranger(api.store, f"p{number}") for number in range(30)]
    post, before = await make_post(api.store, ana), await make_post(api.store, ana)
    await told(api.store, ana, "reblog", far[0], before)
    async with api.store.write() as tx:
        for one in far:
            tx.notifications.give(ana.id, "favourite", one.id, post.id)
    found = await hers.get(f"{V2}?limit=2")
    assert shape(found) == [("favourite", 30), ("reblog", 1)]
    assert len(found["notification_groups"][0]["sample_account_ids"]) == 8
    assert len(found["accounts"]) == 9  # and who boosted


async def test_a_group_takes_twelve_hours(api: Api) -> None:
    ana, hers = await api.member("ana")
    far = [await make_stranger(api.store, f"p{number}") for number in range(4)]
    post = await make_post(api.store, ana)
    for one, hours in zip(far, (0, 11, 12, 30), strict=True):
        async with api.store.database.writing() as db:
            tx = Transaction(db, api.store.ids, NOW + hours * HOUR_MS)
            assert await tx.notifications.add(ana.id, "favourite", one.id, post.id)
    assert shape(await hers.get(V2)) == [("favourite", 1), ("favourite", 1), ("favourite", 2)]


async def test_a_post_that_is_gone_takes_its_group_along(scene: Scene, api: Api) -> None:
    async with api.store.write() as tx:
        await tx.posts.delete(scene.posts[0])
    assert shape(await scene.hers.get(V2)) == [("follow", 2), ("reblog", 1), ("mention", 1)]


@pytest.mark.parametrize("path", [V2, "/api/v1/notifications"])
async def test_a_page_costs_the_same_however_much_is_on_it(
    api: Api, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    ana, hers = await api.member("ana")
    statements: list[str] = []
    reading = Store.read

    @asynccontextmanager
    async def counted(store: Store) -> Any:
        async with reading(store) as tx:
            tx.db = Counting(tx.db, statements)
            yield tx

    await hers.get(path)
    monkeypatch.setattr(Store, "read", counted)
    costs = []
    for number in range(4):
        sender = await make_stranger(api.store, f"p{number}")
        await told(api.store, ana, "follow", sender)
        for kind in ("favourite", "reblog"):
            await told(api.store, ana, kind, sender, await make_post(api.store, ana))
        await told(api.store, ana, "mention", sender, await make_post(api.store, sender))
        statements.clear()
        found = await hers.get(f"{path}?limit=40")
        costs.append(len(statements))
    assert len(found["notification_groups"] if path == V2 else found) >= 13
    assert costs == [costs[0]] * 4
    assert costs[0] <= 8
