"""Flag: reports of other servers."""

from __future__ import annotations

import pytest

from fedi.activitypub import types
from fedi.errors import NotAllowed
from fedi.store.paging import Range
from fedi.store.reports import Wanted
from fedi.store.store import Store
from tests.builders import make_person, make_post, make_stranger
from tests.support.posts import new_uri, take


async def test_a_report_is_kept_once_with_the_posts_it_is_about(store: Store) -> None:
    ana, cleo = await make_person(store), await make_person(store, "cleo")
    server = await make_stranger(store, "b.test", type="Application")
    mine, others = await make_post(store, ana), await make_post(store, cleo)
    flag = types.Flag(
        id=new_uri(server),
        actor=server.uri,
        objects=("https://x.test/1", ana.uri, mine.uri, others.uri),
        content="spam " * 2_000,
    )
    await take(store, server, flag, flag)
    async with store.read() as tx:
        [report] = await tx.reports.page(Wanted(), Range())
        assert await tx.reports.page(Wanted(), Range(max_id=report.id)) == []
    assert (report.reporter_id, report.target_id, report.post_ids) == (server.id, ana.id, (mine.id,))
    assert len(report.comment) == 5_000


async def test_a_report_of_a_post_alone_is_about_its_author(store: Store) -> None:
    ana, server = await make_person(store), await make_stranger(store, "b.test")
    post = await make_post(store, ana)
    await take(store, server, types.Flag(id=new_uri(server), actor=server.uri, objects=(post.uri,)))
    async with store.read() as tx:
        [report] = await tx.reports.page(Wanted(), Range())
    assert (report.target_id, report.post_ids, report.comment) == (ana.id, (post.id,), "")


async def test_a_report_about_nobody_here_is_dropped(store: Store) -> None:
    server, bo = await make_stranger(store, "b.test"), await make_stranger(store)
    with pytest.raises(NotAllowed):
        await take(store, server, types.Flag(id=new_uri(server), actor=server.uri, objects=(bo.uri,)))
