"""Link previews: the first link of a post is looked at by a job, once for each address.

With a pause of up to a minute for posts of others: every server that gets a post wants the same page.
"""

from __future__ import annotations

import asyncio
import random
import re
from datetime import datetime
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import structlog

from fedi.activitypub.uris import is_http
from fedi.errors import FediError, FetchError
from fedi.model.cards import Card
from fedi.model.posts import Post
from fedi.model.times import to_ms
from fedi.services import Services
from fedi.social import link_pages
from fedi.store.store import Transaction

log = structlog.get_logger()

JOB = "fetch_card"
_JITTER_MS = 60_000
_FRESH_MS = 14 * 86_400_000
_HTML = ("text/html", "application/xhtml+xml")
_LINK = re.compile(r"<a\b([^>]{0,3000})>", re.IGNORECASE)
_HREF = re.compile(r"href=\"([^\"]{1,2048})\"")
_NOT = re.compile(r"\b(?:mention|hashtag|u-url|quote-inline)\b|rel=\"[^\"]{0,100}\btag\b")
_PAGE_BYTES = 2 * 1024 * 1024
_OEMBED_BYTES = 256 * 1024


def first_link(html: str) -> str | None:
    """The first link of a post that is no mention, hashtag, or link to what it quotes; `html` is sanitised."""
    if "<a" not in html:
        return None
    quoted_until = html.find("</p>") if html.startswith('<p class="quote-inline"') else -1
    for match in _LINK.finditer(html, max(quoted_until, 0)):
        href = _HREF.search(match[1])
        if href is not None and not _NOT.search(match[1]):
            url = unescape(href[1])
            return url if is_http(url) else None
    return None


async def look(tx: Transaction, post: Post) -> None:
    """Have the first link of a new or edited post looked at."""
    url = None if post.is_quote else first_link(post.content)
    if url is None:
        if post.card_id is not None:
            await tx.posts.set_card(post.id, None)
        return
    pause = 0 if post.local else int(random.uniform(0, _JITTER_MS))  # noqa: S311 - jitter
    await tx.jobs.add(JOB, {"post_id": post.id}, key=f"{JOB}:{post.id}", run_at=tx.now + pause)


async def run(services: Services, payload: dict[str, Any]) -> None:
    """The job `fetch_card`. A page that says nothing, or cannot be read, has no card; it is not asked again."""
    async with services.store.read() as tx:
        post = await tx.posts.by_id(payload["post_id"])
        url = first_link(post.content) if post is not None else None
        known = await tx.cards.by_url(url) if url is not None else None
        now = tx.now
    card: Card | None = known
    if url is not None and (known is None or known.fetched_at < now - _FRESH_MS):
        card = await _fetch(services, url, services.store.ids.make(now), now) or known
    async with services.store.write() as tx:
        current = await tx.posts.by_id(payload["post_id"])
        if current is not None and first_link(current.content) == url:
            card_id = None
            if card is not None:
                card_id = card.id if card is known else await tx.cards.put(card)
            if card_id != current.card_id:
                await tx.posts.set_card(current.id, card_id)
        await tx.jobs.done(payload["job_id"])


async def _fetch(services: Services, url: str, card_id: int, now: int) -> Card | None:
    """What is behind a link; None if that is nothing to show."""
    try:
        answer = await services.net.get(
            url, accept="text/html, application/xhtml+xml", content_types=_HTML, max_bytes=_PAGE_BYTES
        )
    except FediError as error:
        log.info("no preview", url=url, reason=str(error))
        return None
    kind = answer.headers.get("content-type", "")
    page = await asyncio.to_thread(link_pages.read, answer.body, kind, answer.url)
    embed = await _embed(services, page.oembed) if page.oembed is not None else None
    title = page.title or (embed.title if embed is not None else "")
    if not title:
        return None
    return _card(card_id, url, now, page, embed, title)


async def _embed(services: Services, url: str) -> link_pages.Embed | None:
    try:
        answer = await services.net.get(
            url,
            accept="application/json",
            content_types=("application/json", "application/json+oembed", "text/javascript"),
            max_bytes=_OEMBED_BYTES,
        )
    except FetchError as error:
        log.info("no oEmbed", url=url, reason=str(error))
        return None
    return link_pages.read_oembed(answer.body, answer.url)


def _card(
    card_id: int, url: str, now: int, page: link_pages.Page, embed: link_pages.Embed | None, title: str
) -> Card:
    embed = embed or link_pages.Embed(type="link")
    origin = urlsplit(url)
    return Card(
        id=card_id,
        url=url,
        type=embed.type,
        title=title,
        description=page.description,
        html=embed.html,
        author_name=embed.author_name or page.author,
        author_url=embed.author_url or page.author_url,
        provider_name=embed.provider_name or page.site or origin.netloc,
        provider_url=embed.provider_url,
        width=embed.width or page.width,
        height=embed.height or page.height,
        image_url=page.image or embed.image,
        image_description=page.image_alt,
        embed_url=embed.embed_url,
        language=page.language,
        published_at=_time(page.published),
        fetched_at=now,
    )


def _time(text: str | None) -> int | None:
    try:
        moment = datetime.fromisoformat(text) if text else None
        return to_ms(moment) if moment is not None and moment.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None
