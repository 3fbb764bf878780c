"""What moderators decide about what trends. Each decision is noted."""

from __future__ import annotations

from fedi.errors import NotFound
from fedi.store.store import Transaction
from fedi.store.trends import TagState, Trends


async def tag(
    tx: Transaction, by_id: int, name: str, *, trendable: bool, usable: bool, listable: bool
) -> None:
    """Whether a hashtag (lower case, no #) may trend, be used and be found."""
    await Trends(tx).review_tag(name, trendable=trendable, usable=usable, listable=listable)
    await tx.audit.add(
        by_id, "update", "Tag", None, name, trendable=trendable, usable=usable, listable=listable
    )


async def trending_tag(tx: Transaction, by_id: int, name: str, *, trendable: bool) -> None:
    """Whether a hashtag may trend; all else about it stays."""
    known = (await Trends(tx).tag_states([name])).get(name) or TagState(name=name)
    await tag(tx, by_id, name, trendable=trendable, usable=known.usable, listable=known.listable)


async def status(tx: Transaction, by_id: int, post_id: int, *, trendable: bool) -> None:
    """Whether a post may trend. Raises NotFound for a post that is not public."""
    post = await tx.posts.by_id(post_id)
    if post is None or not post.is_public or post.boost_of_id is not None:
        raise NotFound(f"post {post_id} cannot trend")
    await Trends(tx).decide_post(post_id, trendable=trendable)
    await tx.audit.add(by_id, _word(trendable), "Status", post_id, post.uri)


async def link(tx: Transaction, by_id: int, card_id: int, *, trendable: bool) -> None:
    """Whether a link may trend. Raises NotFound for one that never did."""
    if not await Trends(tx).decide_link(card_id, trendable=trendable):
        raise NotFound(f"link {card_id} never trended")
    await tx.audit.add(by_id, _word(trendable), "PreviewCard", card_id, f"#{card_id}")


async def publisher(tx: Transaction, by_id: int, provider_id: int, *, trendable: bool) -> None:
    """Whether links to a host may trend. Raises NotFound for one of which none did."""
    if not await Trends(tx).decide_provider(provider_id, trendable=trendable):
        raise NotFound(f"no publisher {provider_id}")
    await tx.audit.add(by_id, _word(trendable), "PreviewCardProvider", provider_id, f"#{provider_id}")


def _word(trendable: bool) -> str:
    return "approve" if trendable else "reject"
