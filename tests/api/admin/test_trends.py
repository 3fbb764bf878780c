"""Trends and hashtags: what nobody looked at is shown to moderators, and what they decide holds."""

from __future__ import annotations

import pytest

from tests.api.admin.conftest import House
from tests.builders import make_person, make_post

AT = "/api/v1/admin/trends"


async def trending(house: House) -> tuple[int, int, int]:
    """A hashtag (cats), a post, a link and its publisher that trend; ids of the last three."""
    ana = await make_person(house.store, "ana")
    post = await make_post(house.store, ana, tags=("cats",))
    async with house.store.write() as tx:
        card, provider = tx.new_id(), tx.new_id()
        await tx.db.run("INSERT INTO hashtags (name, score, requested_at) VALUES ('cats', 2.0, 1)")
        await tx.db.run("INSERT INTO post_trends (post_id, score) VALUES (:id, 3.0)", {"id": post.id})
        await tx.db.run(
            "INSERT INTO cards (id, url, title, fetched_at) VALUES (:id, 'https://news.test/1', 'News', 1)",
            {"id": card},
        )
        await tx.db.run(
            "INSERT INTO trend_providers (id, name, requested_at) VALUES (:id, 'news.test', 1)",
            {"id": provider},
        )
        await tx.db.run(
            "INSERT INTO link_trends (card_id, provider, score) VALUES (:id, 'news.test', 4.0)", {"id": card}
        )
    return post.id, card, provider


@pytest.mark.operation(
    "GET /api/v1/admin/trends/tags",
    "POST /api/v1/admin/trends/tags/{id}/approve",
    "POST /api/v1/admin/trends/tags/{id}/reject",
    "GET /api/v1/admin/tags",
    "GET /api/v1/admin/tags/{id}",
    "PUT /api/v1/admin/tags/{id}",
)
async def test_a_hashtag_is_looked_at(house: House) -> None:
    _, mia = await house.staff()
    await trending(house)
    (found,) = await mia.get(f"{AT}/tags")
    assert (found["id"], found["name"], found["requires_review"], len(found["history"])) == (
        "cats",
        "cats",
        True,
        7,
    )
    assert (await mia.post(f"{AT}/tags/cats/reject"))["trendable"] is False
    assert await house.anybody.get("/api/v1/trends/tags") == []
    assert len(await mia.get(f"{AT}/tags")) == 1
    approved = await mia.post(f"{AT}/tags/cats/approve")
    assert (approved["trendable"], approved["requires_review"]) == (True, False)
    assert [one["name"] for one in await house.anybody.get("/api/v1/trends/tags")] == ["cats"]
    await mia.post(f"{AT}/tags/dogs/approve", 404)
    await mia.post(f"{AT}/tags/cats/maybe", 404)
    assert await mia.get("/api/v1/admin/tags") == [approved]
    changed = await mia.ask("PUT", "/api/v1/admin/tags/cats", json={"usable": False, "listable": False})
    assert (changed.json["usable"], changed.json["listable"], changed.json["trendable"]) == (
        False,
        False,
        True,
    )
    assert await mia.get("/api/v1/admin/tags/cats") == changed.json
    assert await house.anybody.get("/api/v1/trends/tags") == []
    await mia.get("/api/v1/admin/tags/dogs", 404)
    assert (await mia.ask("PUT", "/api/v1/admin/tags/dogs", json={})).status == 404


@pytest.mark.operation(
    "GET /api/v1/admin/trends/statuses",
    "POST /api/v1/admin/trends/statuses/{id}/approve",
    "POST /api/v1/admin/trends/statuses/{id}/reject",
)
async def test_a_post_is_looked_at(house: House) -> None:
    _, mia = await house.staff()
    post_id, _, _ = await trending(house)
    (found,) = await mia.get(f"{AT}/statuses")
    assert (found["id"], found["requires_review"]) == (str(post_id), True)
    assert (await mia.post(f"{AT}/statuses/{post_id}/reject"))["requires_review"] is False
    assert await house.anybody.get("/api/v1/trends/statuses") == []
    await mia.post(f"{AT}/statuses/{post_id}/approve")
    assert [one["id"] for one in await house.anybody.get("/api/v1/trends/statuses")] == [str(post_id)]
    await mia.post(f"{AT}/statuses/12/approve", 404)
    assert await house.logged() == [("reject", "Status"), ("approve", "Status")]


@pytest.mark.operation(
    "GET /api/v1/admin/trends/links",
    "POST /api/v1/admin/trends/links/{id}/approve",
    "POST /api/v1/admin/trends/links/{id}/reject",
    "GET /api/v1/admin/trends/links/publishers",
    "POST /api/v1/admin/trends/links/publishers/{id}/approve",
    "POST /api/v1/admin/trends/links/publishers/{id}/reject",
)
async def test_a_link_and_its_publisher_are_looked_at(house: House) -> None:
    _, mia = await house.staff()
    _, card, provider = await trending(house)
    (found,) = await mia.get(f"{AT}/links")
    assert (found["id"], found["url"], found["requires_review"]) == (str(card), "https://news.test/1", True)
    assert len(found["history"]) == 7
    (whose,) = await mia.get(f"{AT}/links/publishers")
    assert (whose["id"], whose["domain"], whose["requires_review"]) == (str(provider), "news.test", True)
    assert (await mia.post(f"{AT}/links/publishers/{provider}/reject"))["trendable"] is False
    assert await house.anybody.get("/api/v1/trends/links") == []
    assert (await mia.post(f"{AT}/links/publishers/{provider}/approve"))["requires_review"] is False
    assert len(await house.anybody.get("/api/v1/trends/links")) == 1
    assert (await mia.post(f"{AT}/links/{card}/reject"))["requires_review"] is False
    assert await house.anybody.get("/api/v1/trends/links") == []
    await mia.post(f"{AT}/links/{card}/approve")
    assert len(await house.anybody.get("/api/v1/trends/links")) == 1
    for missing in ("links/12/approve", "links/publishers/12/reject", f"links/{card}/maybe"):
        await mia.post(f"{AT}/{missing}", 404)
