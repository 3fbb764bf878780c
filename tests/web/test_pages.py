"""The server's own pages: front, about, tags, errors, and the files beside them."""

from __future__ import annotations

import re

import pytest

from fedi.config import Config
from fedi.config.sections import Brand, Registration
from fedi.errors import Gone, NotAllowed, NotFound, TooManyRequests, Unavailable
from fedi.store.store import Store
from fedi.web import errors
from tests.builders import HERE_URL, make_person, make_post, make_stranger
from tests.support.face import Face, make_face


async def test_the_front_shows_what_is_public_and_from_here(store: Store) -> None:
    ana = await make_person(store, role="owner")
    bo = await make_stranger(store)
    await make_post(store, ana, "<p>shown-here</p>")
    for visibility in ("unlisted", "private", "direct"):
        await make_post(store, ana, f"<p>secret-{visibility}</p>", visibility=visibility)
    await make_post(store, bo, "<p>from-elsewhere</p>")
    html = await (await make_face(store)).page("/")
    assert "shown-here" in html
    assert "secret-" not in html
    assert "from-elsewhere" not in html
    assert "@ana@a.test" in html  # who runs it


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        ("closed", "made by the people who run"),
        ("invite", "By invitation"),
        ("waitlist", "waiting list"),
        ("approval", "a moderator reads"),
        ("open", "Anyone may make an account"),
    ],
)
async def test_the_front_says_how_one_joins(store: Store, mode: str, words: str) -> None:
    config = Config(domain="a.test", url=HERE_URL, registration=Registration(mode=mode))  # type: ignore[arg-type]
    face = await make_face(store, config)
    assert words in await face.page("/")
    assert words in await face.page("/about")


async def test_the_brand_names_its_things(store: Store) -> None:
    brand = Brand(name="Agora", post="story", repost="echo")
    face = await make_face(store, Config(domain="a.test", url=HERE_URL, brand=brand))
    html = await face.page("/")
    assert "A place for stories" in html
    assert "truth" not in html
    assert "Posts are called “stories” here" in await face.page("/about")


async def test_a_tag_shows_posts_from_everywhere(store: Store) -> None:
    ana = await make_person(store)
    bo = await make_stranger(store)
    await make_post(store, ana, "<p>one-here</p>", tags=("cat",))
    await make_post(store, bo, "<p>one-there</p>", tags=("cat",))
    await make_post(store, bo, "<p>hidden</p>", tags=("cat",), visibility="unlisted")
    html = await (await make_face(store)).page("/tags/Cat")
    assert "one-here" in html
    assert "one-there" in html
    assert "hidden<" not in html


async def test_authorize_interaction_leads_to_what_is_here(store: Store) -> None:
    ana = await make_person(store)
    post = await make_post(store, ana)
    private = await make_post(store, ana, visibility="private")
    face = await make_face(store)
    for uri, page in ((ana.uri, ana.url), ("acct:ana@a.test", ana.url), (post.uri, post.url)):
        response = await face.browse(f"/authorize_interaction?uri={uri}")
        assert (response.status_code, response.headers["Location"]) == (302, page)
    for uri in (private.uri, "https://b.test/notes/1", ""):
        assert "Open it in your app" in await face.page(f"/authorize_interaction?uri={uri}")


@pytest.mark.parametrize("error", [NotFound(), Gone(), NotAllowed(), TooManyRequests(), Unavailable()])
async def test_errors_say_what_to_do(store: Store, error: Exception) -> None:
    face = await make_face(store)

    async def fail() -> None:
        raise error

    face.app.add_url_rule("/fail", view_func=fail)
    response = await face.browse("/fail")
    html = await response.get_data(as_text=True)
    assert response.status_code == error.status  # type: ignore[attr-defined]
    assert response.headers["Cache-Control"] == "no-store"
    assert "<h1>" in html
    assert 'href="/"' in html


async def test_an_error_page_needs_no_database(store: Store) -> None:
    face = await make_face(store)
    async with face.app.test_request_context("/", headers={"Host": "a.test"}):
        face.services.store = _Clock()  # type: ignore[assignment]
        response = await errors.render(NotFound())
    assert response.status_code == 404


class _Clock:
    """A store that can tell the time and nothing else."""

    def clock(self) -> int:
        return 0


async def test_files_are_kept_for_good_where_their_version_is_named(store: Store) -> None:
    face = await make_face(store)
    html = await face.page("/")
    address = re.search(r'href="(/static/site\.css\?v=[0-9a-f]+)"', html)
    assert address is not None
    response = await face.ask(address[1])
    assert response.content_type == "text/css; charset=utf-8"
    assert "immutable" in response.headers["Cache-Control"]
    assert len(await response.get_data()) < 20_000
    assert "immutable" not in (await face.ask("/static/site.css")).headers["Cache-Control"]
    for path in ("/favicon.svg", "/static/missing-avatar.svg", "/static/missing-header.svg"):
        assert (await face.ask(path)).content_type == "image/svg+xml"
    for path in ("/static/none.css", "/static/..%2Frouting.py", "/static/"):
        assert (await face.ask(path)).status_code == 404


async def test_robots_txt(store: Store) -> None:
    response = await (await make_face(store)).ask("/robots.txt")
    assert "Disallow: /api/" in await response.get_data(as_text=True)


async def test_pages_are_safe_by_their_headers(store: Store) -> None:
    await make_person(store)
    face = await make_face(store)
    for path in ("/", "/about", "/@ana", "/tags/x", "/nope", "/@ana.atom"):
        response = await face.browse(path)
        policy = response.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert "script-src" not in policy
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Referrer-Policy"] == "same-origin"


async def test_pages_ask_nothing_of_other_hosts(store: Store) -> None:
    face = await _with_pictures(store)
    for path in ("/", "/@ana", "/tags/cat"):
        html = await face.page(path)
        assert not re.search(r"<script|<iframe|\son\w+=|\sstyle=", html)
        for address in re.findall(r'\bsrc="([^"]*)"', html):
            assert address.startswith((HERE_URL, "/")), address


async def _with_pictures(store: Store) -> Face:
    bo = await make_stranger(store, avatar_url="https://b.test/a.png", header_url="https://b.test/h.png")
    ana = await make_person(store, avatar_url=f"{HERE_URL}/media/a.png")
    post = await make_post(store, bo, "<p>x</p>", tags=("cat",))
    await make_post(store, ana, "", boost_of_id=post.id, uri=f"{HERE_URL}/ap/activities/1")
    return await make_face(store)
