"""What strangers write stays text: names, handles, alt texts, warnings, tags and addresses of our own pages."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from fedi.model.people import ProfileField
from fedi.model.posts import Attachment
from fedi.store.store import Store
from tests.builders import HERE_URL, make_person, make_post, make_stranger
from tests.support.face import Face, make_face

EVIL = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}"


class Reader(HTMLParser):
    """Collects what a browser would run."""

    def __init__(self) -> None:
        super().__init__()
        self.dangers: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        if tag in ("script", "iframe", "object", "embed", "base", "form"):
            self.dangers.append(tag)
        self.dangers += [name for name in names if name.startswith("on") or name == "style"]
        for name in ("href", "src", "action"):
            if (names.get(name) or "").lower().strip().startswith(("javascript:", "data:", "vbscript:")):
                self.dangers.append(f"{name}={names[name]}")


def dangers(html: str) -> list[str]:
    reader = Reader()
    reader.feed(html)
    return reader.dangers


async def evil_world(store: Store) -> tuple[Face, list[str]]:
    ana = await make_person(
        store, fields=(ProfileField(EVIL, "plain"),), moved_to_uri=f"https://b.test/{EVIL}", header_alt=EVIL
    )
    bo = await make_stranger(
        store, username=EVIL, domain=f"b.test{EVIL}", handle="bo@b.test", url=f"https://b.test/{EVIL}"
    )
    async with store.write() as tx:
        for account in (ana, bo):
            await tx.people.update(account.id, name=EVIL)
    picture = Attachment(id="1", type=EVIL, url=f"https://b.test/{EVIL}", description=EVIL, media_type=EVIL)
    post = await make_post(
        store, ana, "<p>x</p>", summary=EVIL, title=EVIL, language=EVIL, tags=("cat",), attachments=(picture,)
    )
    await make_post(
        store,
        bo,
        "<p>y</p>",
        url=f"https://b.test/{EVIL}",
        tags=("cat",),
        in_reply_to_id=post.id,
        in_reply_to_account_id=ana.id,
        in_reply_to_uri=post.uri,
    )
    boosted = await make_post(store, bo, "<p>z</p>", summary=EVIL)
    await make_post(store, ana, "", boost_of_id=boosted.id, uri=f"{HERE_URL}/ap/activities/1")
    return await make_face(store), ["/", "/@ana", "/@ana/with_replies", f"/@ana/{post.id}", "/tags/cat"]


async def test_nothing_a_stranger_writes_becomes_markup(store: Store) -> None:
    face, paths = await evil_world(store)
    for path in paths:
        html = await face.page(path)
        assert dangers(html) == [], path
        assert "<script" not in html
        assert "{{7*7}}" in html, path  # shown as it was written


@pytest.mark.parametrize(
    "path", ["/tags/%3Cscript%3Ealert(1)%3C%2Fscript%3E", "/@%3Cscript%3E", "/%3Cscript%3E"]
)
async def test_nor_what_is_in_an_address(store: Store, path: str) -> None:
    face = await make_face(store)
    for query in ("", "?lang=%3Cscript%3E", "?x=%22%3E%3Cscript%3E"):
        response = await face.browse(path + query)
        assert dangers(await response.get_data(as_text=True)) == []


async def test_addresses_that_are_scripts_lead_nowhere(store: Store) -> None:
    script = "javascript:alert(1)"
    ana = await make_person(store, moved_to_uri=script)
    bo = await make_stranger(store, url=script)
    picture = Attachment(id="1", type="image", url=script)
    post = await make_post(store, ana, attachments=(picture,))
    boosted = await make_post(store, bo, url=script, attachments=(picture,))
    await make_post(store, ana, "", boost_of_id=boosted.id, uri=f"{HERE_URL}/ap/activities/1")
    face = await make_face(store)
    for path in ("/@ana", f"/@ana/{post.id}", "/"):
        html = await face.page(path)
        assert dangers(html) == [], path
        assert f'"{script}' not in html
    assert script not in await (await face.ask("/@ana.atom")).get_data(as_text=True)


async def test_an_interaction_with_an_evil_address(store: Store) -> None:
    face = await make_face(store)
    response = await face.client.get(
        "/authorize_interaction", query_string={"uri": f"javascript:{EVIL}"}, headers={"Host": "a.test"}
    )
    html = await response.get_data(as_text=True)
    assert response.status_code == 200
    assert dangers(html) == []
