"""Atom feeds (RFC 4287)."""

from __future__ import annotations

from xml.etree import ElementTree

from fedi.store.store import Store
from tests.builders import HERE_URL, make_person, make_post
from tests.support.face import make_face

ATOM = "{http://www.w3.org/2005/Atom}"


async def test_a_feed_has_public_posts_and_what_atom_requires(store: Store) -> None:
    ana = await make_person(store)
    async with store.write() as tx:
        await tx.people.update(ana.id, name="Ana & <Co>")
    first = await make_post(store, ana, "<p>one &amp; <em>two</em></p>", language="en")
    second = await make_post(store, ana, "<p>x</p>", summary="a <warning>", tags=("cat",))
    for visibility in ("unlisted", "private", "direct"):
        await make_post(store, ana, "<p>secret</p>", visibility=visibility)
    response = await (await make_face(store)).ask("/@ana.atom", accept="*/*")
    assert response.content_type == "application/atom+xml; charset=utf-8"
    body = await response.get_data()
    assert b"secret" not in body
    feed = ElementTree.fromstring(body)
    for name in ("id", "title", "updated", "author"):
        assert len(feed.findall(f"{ATOM}{name}")) == 1, name
    assert feed.findtext(f"{ATOM}title") == "Ana & <Co>"
    links = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}
    assert links == {"self": f"{HERE_URL}/@ana.atom", "alternate": f"{HERE_URL}/@ana"}
    entries = feed.findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}id") for entry in entries] == [second.uri, first.uri]
    for entry in entries:
        for name in ("title", "updated", "published", "content"):
            assert entry.findtext(f"{ATOM}{name}"), name
    assert entries[1].findtext(f"{ATOM}content") == "<p>one &amp; <em>two</em></p>"
    assert entries[1].findtext(f"{ATOM}title") == "one & two"
    assert entries[0].findtext(f"{ATOM}summary") == "a <warning>"


async def test_a_feed_of_nothing_is_valid_too(store: Store) -> None:
    await make_person(store)
    face = await make_face(store)
    feed = ElementTree.fromstring(await (await face.ask("/@ana.atom")).get_data())
    assert feed.findtext(f"{ATOM}updated")
    assert (await face.ask("/@no.atom")).status_code == 404
    assert 'type="application/atom+xml"' in await face.page("/@ana")
