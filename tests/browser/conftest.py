"""A real browser on real pages: the face served on a free loopback port, with people and posts."""

from __future__ import annotations

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypercorn.asyncio import serve
from hypercorn.config import Config as Hypercorn
from msgspec import Struct
from playwright.async_api import Browser, async_playwright

from fedi.model.people import ProfileField
from fedi.model.posts import Attachment
from fedi.store.store import Store
from tests.builders import HERE_URL, make_person, make_post, make_stranger
from tests.support.databases import SQLiteTemplates
from tests.support.face import make_face

CHROMIUM = shutil.which("chromium")


class Site(Struct):
    """Where the pages are, and which there are."""

    url: str
    paths: dict[str, str]


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """Debian's Chromium."""
    if CHROMIUM is None:
        pytest.skip("chromium is not installed (make install brings it)")
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        await opened.close()


@pytest.fixture
async def site(sqlite_templates: SQLiteTemplates, tmp_path: Path) -> AsyncIterator[Site]:
    """The face on loopback, until the test ends."""
    store = await Store.open(await sqlite_templates.fresh(tmp_path))
    paths = await _people_and_posts(store)
    face = await make_face(store)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = Hypercorn()
    settings.bind = [f"127.0.0.1:{port}"]
    settings.errorlog = None
    stop = asyncio.Event()
    serving = asyncio.create_task(serve(face.app, settings, shutdown_trigger=stop.wait))  # type: ignore[arg-type]
    yield Site(f"http://127.0.0.1:{port}", paths)
    stop.set()
    await serving
    await store.close()


async def _people_and_posts(store: Store) -> dict[str, str]:
    ana = await make_person(
        store,
        role="owner",
        summary='<p>Binds books. <a href="https://a.test/tags/paper" class="hashtag">#<span>paper</span></a></p>',
        fields=(
            ProfileField("Workshop", '<a href="https://x.example">x.example</a>'),
            ProfileField("Pronouns", "she"),
        ),
    )
    bo = await make_stranger(store)
    picture = Attachment(id="1", type="image", url="https://b.test/1.png", description="A box.")
    root = await make_post(
        store, ana, "<p>What to do with this spine?</p>", language="en", favourites_count=9
    )
    answer = {"in_reply_to_id": root.id, "in_reply_to_account_id": ana.id, "in_reply_to_uri": root.uri}
    middle = await make_post(store, bo, "<p>Keep it.</p>", attachments=(picture,), **answer)
    post = await make_post(
        store,
        ana,
        f"<p>{'Donaudampfschifffahrtsgesellschaft' * 4}</p><pre><code>{'x' * 200}</code></pre>",
        summary="a long word",
        tags=("paper",),
        in_reply_to_id=middle.id,
        in_reply_to_account_id=bo.id,
        in_reply_to_uri=middle.uri,
    )
    await make_post(store, bo, "<p>Oh.</p>", in_reply_to_id=post.id, in_reply_to_account_id=ana.id)
    boosted = await make_post(store, bo, "<p>Look at this.</p>", attachments=(picture, picture))
    await make_post(store, ana, "", boost_of_id=boosted.id, uri=f"{HERE_URL}/ap/activities/1")
    async with store.write() as tx:
        await tx.featured.add(ana.id, root.id, 5)
    return {
        "front": "/",
        "about": "/about",
        "profile": "/@ana",
        "thread": f"/@ana/{post.id}",
        "tag": "/tags/paper",
        "interact": "/authorize_interaction?uri=x",
        "error": "/none",
        "french": "/@ana?lang=fr",
    }
