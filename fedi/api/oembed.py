"""GET /api/oembed: how others show a status of ours (oembed.com), and GET /api/v1_alpha/async_refreshes/{id}."""

from __future__ import annotations

from html import escape

from msgspec import Struct
from quart import Blueprint, Response

from fedi.api.auth import anyone, member
from fedi.api.context import Asker
from fedi.api.params import path_id, query
from fedi.api.responses import answer
from fedi.errors import NotFound
from fedi.model.sanitizing import plain
from fedi.social import reading
from fedi.store.paging import PostPage
from fedi.store.store import Transaction

routes = Blueprint("api_oembed", __name__, url_prefix="/api")

_WIDTH, _AGE, _EXCERPT = 400, 86_400, 100


class OEmbed(Struct):
    """An oEmbed answer of type rich."""

    type: str
    version: str
    title: str
    author_name: str
    author_url: str
    provider_name: str
    provider_url: str
    cache_age: int
    html: str
    width: int
    height: int | None = None


class AsyncRefresh(Struct):
    """What is being fetched for an app that asked."""

    id: str
    status: str
    result_count: int | None


@routes.get("/oembed")
@anyone()
async def oembed(asker: Asker) -> Response:
    """A status of somebody here that everybody may see."""
    params = query()
    found = asker.at.addresses.local_page(params.text("url"))
    if found is None or found[1] is None:
        raise NotFound
    async with asker.services.store.read() as tx:
        view = await _public(tx, *found)
    post = view.posts[0]
    author = view.authors[post.account_id]
    text = plain(post.content)
    excerpt = text if len(text) <= _EXCERPT else text[:_EXCERPT] + "…"
    name, link = author.name or author.username, escape(post.url or post.uri)
    html = (
        f'<blockquote cite="{link}"><p>{escape(text)}</p>'
        f'<footer><a href="{link}">{escape(name)} (@{escape(author.handle)})</a></footer></blockquote>'
    )
    return answer(
        OEmbed(
            "rich",
            "1.0",
            f"{name}: {excerpt}" if excerpt else name,
            name,
            author.url or author.uri,
            asker.at.name,
            asker.at.url,
            _AGE,
            html,
            params.number("maxwidth", _WIDTH, lowest=1, highest=_WIDTH),
        )
    )


async def _public(tx: Transaction, username: str, post_id: int | None) -> PostPage:
    view = await reading.one(tx, post_id or 0, None)
    post = view.posts[0]
    # A private post of somebody without a viewer is not found above; here: no boosts, nothing of other servers.
    if not post.local or post.boost_of_id is not None or view.authors[post.account_id].username != username:
        raise NotFound
    return view


@routes.get("/v1_alpha/async_refreshes/<refresh_id>")
@member("read")
async def async_refresh(me: Asker, refresh_id: str) -> Response:
    """Whether answers to a status are still being fetched."""
    async with me.services.store.read() as tx:
        found = await tx.refreshes.by_id(path_id(refresh_id))
        if found is None:
            raise NotFound
        await reading.one(tx, found.post_id, me.id)
    return answer({"async_refresh": AsyncRefresh(str(found.id), found.state, found.found)})
