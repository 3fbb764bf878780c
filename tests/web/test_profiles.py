"""Pages of people and posts."""

from __future__ import annotations

import orjson
import pytest

from fedi.config import Config
from fedi.config.sections import Media
from fedi.model.people import ProfileField
from fedi.model.posts import Attachment, Post
from fedi.store.store import Store
from tests.builders import HERE_URL, make_domain, make_person, make_post, make_stranger
from tests.support.face import make_face

REMOTE_PICTURE = Attachment(
    id="1", type="image", url="https://b.test/1.png", description='A "cat" <on> a mat'
)


def answer_to(post: Post) -> dict[str, object]:
    return {
        "in_reply_to_id": post.id,
        "in_reply_to_account_id": post.account_id,
        "in_reply_to_uri": post.uri,
    }


async def test_a_profile(store: Store) -> None:
    ana = await make_person(
        store, summary="<p>about-me</p>", fields=(ProfileField("Site", '<a href="https://x.test">x</a>'),)
    )
    bo = await make_stranger(store)
    boosted = await make_post(store, bo, "<p>boosted-words</p>")
    await make_post(store, ana, "", boost_of_id=boosted.id, uri=f"{HERE_URL}/ap/activities/1")
    await make_post(store, ana, "<p>own-words</p>")
    pinned = await make_post(store, ana, "<p>pinned-words</p>")
    await make_post(store, ana, "<p>an-answer</p>", **answer_to(boosted))
    for visibility in ("private", "direct"):
        await make_post(store, ana, "<p>secret</p>", visibility=visibility)
    async with store.write() as tx:
        await tx.featured.add(ana.id, pinned.id, 5)
    face = await make_face(store)
    html = await face.page("/@ana")
    for words in ("about-me", "boosted-words", "own-words", '<a href="https://x.test">', "@ana@a.test"):
        assert words in html
    assert html.count("pinned-words") == 1
    assert "secret" not in html
    assert "an-answer" not in html
    assert "an-answer" in await face.page("/@ana/with_replies")
    assert f'<link rel="alternate" type="application/activity+json" href="{ana.uri}">' in html
    assert f'<link rel="canonical" href="{HERE_URL}/@ana">' in html
    assert '<meta name="robots" content="noindex">' in html


async def test_who_wants_to_be_found_may_be(store: Store) -> None:
    ana = await make_person(store, indexable=True)
    post = await make_post(store, ana)
    unlisted = await make_post(store, ana, visibility="unlisted")
    face = await make_face(store)
    assert "noindex" not in await face.page("/@ana")
    assert "noindex" not in await face.page(f"/@ana/{post.id}")
    assert "noindex" in await face.page(f"/@ana/{unlisted.id}")


async def test_older_posts_are_behind_a_link(store: Store) -> None:
    ana = await make_person(store)
    posts = [await make_post(store, ana, f"<p>number-{number}-</p>") for number in range(23)]
    face = await make_face(store)
    html = await face.page("/@ana")
    assert "number-22-" in html
    assert "number-2-" not in html
    link = f"/@ana?max_id={posts[3].id}"
    assert link in html
    older = await face.page(link)
    assert "number-2-" in older
    assert "number-22-" not in older
    assert 'class="next"' in html
    assert 'class="next"' not in older
    assert (await face.browse("/@ana?max_id=x")).status_code == 404


async def test_servers_get_documents_from_the_same_addresses(store: Store) -> None:
    ana = await make_person(store)
    post = await make_post(store, ana)
    private = await make_post(store, ana, visibility="private")
    face = await make_face(store)
    for path, uri in (("/@ana", ana.uri), (f"/@ana/{post.id}", post.uri)):
        response = await face.ask(path)
        assert response.content_type == "application/activity+json; charset=utf-8"
        assert orjson.loads(await response.get_data())["id"] == uri
        assert "Accept" in response.headers["Vary"]
        assert "Accept" in (await face.browse(path)).headers["Vary"]
    assert (await face.ask(f"/@ana/{private.id}")).status_code == 404


async def test_people_elsewhere_have_their_pages_there(store: Store) -> None:
    bo = await make_stranger(store)
    await make_stranger(store, "cy", url="javascript:alert(1)")
    face = await make_face(store)
    response = await face.browse("/@bo@b.test")
    assert (response.status_code, response.headers["Location"]) == (302, bo.url)
    assert (await face.browse("/@no@b.test")).status_code == 404
    assert (await face.browse("/@cy@b.test")).status_code == 404


async def test_who_is_not_here_is_404_and_who_was_410(store: Store) -> None:
    await make_person(store, suspended_at=1)
    ana = await make_person(store, "eva")
    post = await make_post(store, ana)
    domain = await make_domain(store)
    async with store.write() as tx:
        await tx.posts.delete(post)
        await tx.tombstones.add(post.uri, "Note", local=True)
    face = await make_face(store)
    for path in ("/@ana", "/@ana/1", "/@ana.atom", "/@ana/with_replies", f"/@eva/{post.id}"):
        assert (await face.browse(path)).status_code == 410, path
    for path in ("/@no", "/@eva/1", f"/@{domain.name}", f"/@eva/{2**63}", "/@eva/x"):
        assert (await face.browse(path)).status_code == 404, path


@pytest.mark.parametrize("visibility", ["private", "direct"])
async def test_private_posts_have_no_page_ghsa_gwhw_gcjx_72v8(store: Store, visibility: str) -> None:
    ana = await make_person(store)
    public = await make_post(store, ana)
    private = await make_post(store, ana, "<p>secret</p>", visibility=visibility, **answer_to(public))
    face = await make_face(store)
    assert (await face.browse(f"/@ana/{private.id}")).status_code == 404
    assert "secret" not in await face.page(f"/@ana/{public.id}")


async def test_a_post_stands_in_its_thread(store: Store) -> None:
    ana = await make_person(store)
    bo = await make_stranger(store)
    gone = await make_stranger(store, "cy", suspended_at=1)
    first = await make_post(store, ana, "<p>the-first</p>")
    second = await make_post(store, bo, "<p>the-second</p>", **answer_to(first))
    third = await make_post(store, ana, "<p>the-third</p>", language="fr", **answer_to(second))
    await make_post(store, bo, "<p>the-fourth</p>", **answer_to(third))
    await make_post(store, gone, "<p>from-the-suspended</p>", **answer_to(third))
    html = await (await make_face(store)).page(f"/@ana/{third.id}")
    order = [html.index(f"the-{word}") for word in ("first", "second", "third")]
    body = html.index("<main")
    assert html.index("the-first", body) < html.index("the-second", body) < html.index("the-fourth", body)
    assert len(order) == 3
    assert 'lang="fr">' in html
    assert "from-the-suspended" not in html


async def test_warnings_fold_and_pictures_elsewhere_are_shown_by_our_proxy(store: Store) -> None:
    ana = await make_person(store)
    post = await make_post(store, ana, summary="spiders", sensitive=True, attachments=(REMOTE_PICTURE,))
    html = await (await make_face(store)).page(f"/@ana/{post.id}")
    assert "<details" in html
    assert "spiders" in html
    assert '<img src="/media/proxy/' in html
    assert "A &#34;cat&#34; &lt;on&gt; a mat" in html
    assert "https://b.test/1.png" not in html


async def test_a_page_stays_within_its_own_origin_and_names_pictures_completely_to_programs(
    store: Store,
) -> None:
    portrait = f"{HERE_URL}/media/files/portrait.webp"
    picture = Attachment(id="2", type="image", url=f"{HERE_URL}/media/files/box.webp?v=1")
    ana = await make_person(store, avatar_url=portrait)
    post = await make_post(store, ana, attachments=(picture,))
    face = await make_face(store)
    for path in ("/@ana", f"/@ana/{post.id}"):
        html = await face.page(path)
        assert f'<meta property="og:image" content="{portrait}">' in html
        assert 'src="/media/files/portrait.webp"' in html
        assert 'src="/media/files/box.webp?v=1"' in html
        assert f'src="{HERE_URL}' not in html


async def test_pictures_of_the_media_store_keep_its_address(store: Store) -> None:
    kept = "https://media.test/bucket/portrait.webp"
    await make_person(store, avatar_url=kept)
    config = Config(domain="a.test", url=HERE_URL, media=Media(public_url="https://media.test/bucket"))
    face = await make_face(store, config)
    response = await face.browse("/@ana")
    assert f'src="{kept}"' in str(await response.get_data(as_text=True))
    assert "img-src 'self' https://media.test;" in response.headers["Content-Security-Policy"]


async def test_a_boost_leads_to_what_it_boosts(store: Store) -> None:
    ana = await make_person(store)
    post = await make_post(store, ana)
    boost = await make_post(store, ana, "", boost_of_id=post.id, uri=f"{HERE_URL}/ap/activities/1")
    response = await (await make_face(store)).browse(f"/@ana/{boost.id}")
    assert (response.status_code, response.headers["Location"]) == (302, post.url)


async def test_a_post_belongs_to_its_author(store: Store) -> None:
    ana = await make_person(store)
    await make_person(store, "eva")
    post = await make_post(store, ana)
    face = await make_face(store)
    assert (await face.browse(f"/@eva/{post.id}")).status_code == 404
