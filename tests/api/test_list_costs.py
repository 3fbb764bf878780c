"""What pages of lists and conversations cost: the same number of statements however much is on them."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import Any

import pytest

from fedi.store.store import Store
from tests.api.conftest import Api, Client, Counting
from tests.builders import build_post, make_stranger


async def costs(client: Client, path: str, monkeypatch: pytest.MonkeyPatch) -> tuple[int, int]:
    """How many entries a page has, and how many statements it took."""
    statements: list[str] = []
    reading = Store.read

    @asynccontextmanager
    async def counted(store: Store) -> Any:
        async with reading(store) as tx:
            tx.db = Counting(tx.db, statements)
            yield tx

    with monkeypatch.context() as patched:
        patched.setattr(Store, "read", counted)
        found = await client.get(path)
    return len(found), len(statements)


async def test_statements_do_not_grow_with_the_page(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    ana, hers = await api.member("ana")
    made = await hers.post("/api/v1/lists", json={"title": "all"})
    paths = (
        f"/api/v1/timelines/list/{made['id']}?limit=2",
        "/api/v1/conversations",
        "/api/v1/timelines/direct",
    )
    seen = []
    for number in range(3):
        author = await make_stranger(api.store, f"p{number}")
        await api.follow(ana, author)
        ids = [str(author.id)]
        await hers.post(f"/api/v1/lists/{made['id']}/accounts", json={"account_ids": ids})
        async with api.store.write() as tx:
            for visibility in ("public", "public", "direct"):
                await tx.posts.add(build_post(tx, author, visibility=visibility), [ana.id])
        await hers.get("/api/v1/timelines/home")
        seen.append([await costs(hers, path, monkeypatch) for path in paths])
    assert [[many for many, _ in one] for one in seen] == [[2, 1, 1], [2, 2, 2], [2, 3, 3]]
    # The token; the list; the page; its posts with all authors. Conversations: they, their people, page and posts.
    assert [[cost for _, cost in one] for one in seen] == [[4, 5, 4]] * 3
