"""QuoteApproval and ShallowQuote; Quote itself holds a Status and is beside that one.

https://docs.joinmastodon.org/entities/Quote/.
"""

from __future__ import annotations

from functools import lru_cache

from msgspec import Struct

from fedi.model.posts import Post
from fedi.model.quotes import ACCEPTED, Shown, may_quote, policy_of
from fedi.store.page_parts import Consent


class QuoteApproval(Struct, frozen=True):
    """Who may quote a status, and whether the viewer may."""

    automatic: tuple[str, ...]
    manual: tuple[str, ...]
    current_user: str


class ShallowQuote(Struct):
    """What a quoted status quotes, by its id alone."""

    state: str
    quoted_status_id: str | None


def approval(post: Post, viewer: int | None, consent: Consent) -> QuoteApproval:
    """Who may quote a post, for a viewer."""
    author = post.account_id
    policy = policy_of(post)
    current = may_quote(post, viewer, follows=author in consent.follows, followed=author in consent.followed)
    return _approval(policy.automatic, policy.manual, current)


@lru_cache(maxsize=256)
def _approval(automatic: tuple[str, ...], manual: tuple[str, ...], current: str) -> QuoteApproval:
    return QuoteApproval(automatic, manual, current)


def inner(shown: Shown) -> ShallowQuote | None:
    """What the quoted post quotes itself."""
    if shown.inner_state is None:
        return None
    if shown.inner_state != ACCEPTED:
        return ShallowQuote(shown.inner_state, None)
    if shown.inner_id is None:
        return ShallowQuote("unauthorized", None)
    return ShallowQuote(ACCEPTED, str(shown.inner_id))
