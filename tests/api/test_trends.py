"""What trends, counted from posts."""

from __future__ import annotations

from typing import Any

import pytest

from fedi.model.people import Account
from fedi.social import site, trending
from fedi.social.site import Sites
from fedi.store.tags import DAY_MS
from fedi.store.trends import Trends
from tests.api.conftest import Api, Client
from tests.builders import make_domain, make_post, make_stranger
from tests.support.posts import block

TAGS, POSTS, LINKS = (f"/api/v1/trends/{one}" for one in ("tags", "statuses", "links"))


async def crowd(api: Api, many: int = 3, **values: Any) -> list[Account]:
    values = {"discoverable": True, **values}
    return [await make_stranger(api.store, f"p{number}", "b.test", **values) for number in range(many)]


async def put(api: Api, key: str, value: Any) -> None:
    domain = await make_domain(api.store)
    kept = api.world.app.extensions.setdefault("fedi_sites", Sites())
    await site.put(api.world.services, kept, domain.id, key, value)


async def names(client: Client, more: str = "") -> list[str]:
    return [one["name"] for one in await client.get(f"{TAGS}{more}")]


@pytest.mark.operation("GET /api/v1/trends/tags")
async def test_hashtags(api: Api) -> None:
    people = await crowd(api, 4)
    for person in people:
        await make_post(api.store, person, tags=("herons",))
    for person in people[:3]:
        await make_post(api.store, person, tags=("egrets",))
        await make_post(api.store, person, tags=("secrets",), visibility="unlisted")
    for _ in range(5):
        await make_post(api.store, people[0], tags=("mine",))
    await trending.count(api.store)
    assert await names(api.anybody) == ["herons", "egrets"]
    assert await names(api.anybody, "?limit=1&offset=1") == ["egrets"]
    found = (await api.anybody.get(TAGS))[0]
    assert (found["history"][0]["uses"], found["history"][0]["accounts"]) == ("4", "4")
    assert [one["uses"] for one in found["history"][1:]] == ["0"] * 6
    assert [one["name"] for one in await api.anybody.get("/api/v1/trends")] == ["herons", "egrets"]
    reply = await api.anybody.ask("GET", f"{TAGS}?limit=1")
    assert 'offset=1>; rel="next"' in reply.headers["Link"]


async def test_whose_posts_do_not_count(api: Api) -> None:
    hidden = await crowd(api, 3, discoverable=False)
    for person in hidden:
        await make_post(api.store, person, tags=("hidden",))
    limited = [
        await make_stranger(api.store, f"l{one}", "c.test", discoverable=True, silenced_at=1)
        for one in range(3)
    ]
    for person in limited:
        await make_post(api.store, person, tags=("limited",))
    await trending.count(api.store)
    assert await names(api.anybody) == []


async def test_review(api: Api) -> None:
    for person in await crowd(api):
        await make_post(api.store, person, tags=("herons",))
        await make_post(api.store, person, tags=("spam",))
    await trending.count(api.store)
    async with api.store.read() as tx:
        states = await Trends(tx).tag_states(["herons", "spam", "other"])
    assert {one.name: one.requires_review for one in states.values()} == {"herons": True, "spam": True}
    async with api.store.write() as tx:
        await Trends(tx).review_tag("spam", trendable=False)
    assert await names(api.anybody) == ["herons"]
    await put(api, "trends_review", True)
    assert await names(api.anybody) == []
    async with api.store.write() as tx:
        await Trends(tx).review_tag("herons", trendable=True)
    assert await names(api.anybody) == ["herons"]
    await put(api, "trends", False)
    assert await names(api.anybody) == []


async def test_yesterday_is_what_today_is_compared_with_and_trends_fade(api: Api) -> None:
    people = await crowd(api, 4)
    now = api.store.clock()
    for number, person in enumerate(people):
        await make_post(api.store, person, tags=("new",))
        await make_post(api.store, person, tags=("usual",))
        if number:
            await make_post(
                api.store,
                person,
                tags=("usual",),
                id=((now - DAY_MS) << 16) + number,
                uri=f"https://b.test/o{number}",
            )
    async with api.store.write() as tx:
        await tx.db.run(
            "INSERT INTO tag_days (tag, day, uses, accounts) VALUES ('usual', :day, 9, 9)",
            {"day": now // DAY_MS - 1},
        )
    await trending._count_day(api.store, "tags", now // DAY_MS)
    await trending._score_tags(api.store, now // DAY_MS)
    assert await names(api.anybody) == ["new"]
    async with api.store.write() as tx:
        await tx.db.run("UPDATE hashtags SET peak_at = peak_at - :by", {"by": 3 * DAY_MS})
        await tx.db.run("DELETE FROM posts WHERE id > 0")
    await trending.count(api.store)
    assert await names(api.anybody) == []
    async with api.store.read() as tx:
        assert await tx.db.value("SELECT COUNT(*) FROM tag_days WHERE tag = 'new'") == 0


@pytest.mark.operation("GET /api/v1/trends/statuses")
async def test_posts(api: Api) -> None:
    ana, hers = await api.member("ana")
    one, other, third = await crowd(api)
    best = await make_post(api.store, one, boosts_count=5, favourites_count=4)
    await make_post(api.store, one, boosts_count=3)  # one of each author
    good = await make_post(api.store, other, favourites_count=3)
    for values in (
        {"sensitive": True},
        {"summary": "beware"},
        {"visibility": "unlisted"},
        {"in_reply_to_uri": best.uri},
        {"favourites_count": 2},
    ):
        await make_post(api.store, third, **{"favourites_count": 50, **values})
    await trending.count(api.store)

    async def ids(client: Client) -> list[str]:
        return [one["id"] for one in await client.get(POSTS)]

    assert await ids(api.anybody) == await ids(hers) == [str(best.id), str(good.id)]
    await block(api.store, ana, one)
    assert await ids(hers) == [str(good.id)]
    async with api.store.write() as tx:
        await Trends(tx).decide_author(one.id, trendable=False)
    assert await ids(api.anybody) == [str(good.id)]
    async with api.store.write() as tx:
        await Trends(tx).decide_post(best.id, trendable=True)
    await trending.count(api.store)  # decisions outlive a round
    assert await ids(api.anybody) == [str(best.id), str(good.id)]
    async with api.store.write() as tx:
        await tx.posts.delete(good)
    assert await ids(api.anybody) == [str(best.id)]


@pytest.mark.operation("GET /api/v1/trends/links")
async def test_links(api: Api) -> None:
    async with api.store.write() as tx:
        card = tx.new_id()
        await tx.db.run(
            "INSERT INTO cards (id, url, title, fetched_at) VALUES (:id, 'https://www.news.test/a', 'News', 1)",
            {"id": card},
        )
    for person in await crowd(api):
        await make_post(api.store, person, card_id=card)
    await trending.count(api.store)
    found = await api.anybody.get(LINKS)
    assert [(one["url"], one["title"], one["history"][0]["accounts"]) for one in found] == [
        ("https://www.news.test/a", "News", "3")
    ]
    async with api.store.write() as tx:
        trends = Trends(tx)
        providers = await trends.providers(10, 2**62)
        assert [one.name for one in providers] == ["news.test"]
        assert await trends.decide_provider(providers[0].id, trendable=False)
    assert await api.anybody.get(LINKS) == []
    async with api.store.write() as tx:
        assert await Trends(tx).decide_link(card, trendable=True)
        assert not await Trends(tx).decide_link(card + 1, trendable=True)
    assert len(await api.anybody.get(LINKS)) == 1


async def test_absurd_paging(api: Api) -> None:
    for path in (TAGS, POSTS, LINKS):
        assert await api.anybody.get(f"{path}?limit=-1&offset=999999999999") == []
        await api.anybody.get(f"{path}?limit=many", status=400)
