"""Remote posts as values of ours: from the document, its author, and whom and what of it we know."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from fedi.activitypub import types
from fedi.activitypub.audience import visibility
from fedi.model.people import Account
from fedi.model.posts import MentionedAccount, Post
from fedi.model.quotes import Policy
from fedi.model.times import to_ms
from fedi.social.sanitizing import contents
from fedi.store.store import Transaction

ADDRESSED_MAX = 100
"""So many people of a post are looked up; a post to more of them is a mass mailing."""

People = Mapping[str, Account]
"""Those accounts by URI that a post is addressed to and that are known here."""


def addressed(post: types.Post, author: Account) -> list[str]:
    """URIs of the people whom a post mentions or is addressed to, those mentioned first."""
    named = [tag.href for tag in post.tags if isinstance(tag, types.Mention)]
    found = dict.fromkeys([*named, *post.to, *post.cc, *post.audience])
    for other in (types.PUBLIC, author.followers_uri, author.uri):
        if other is not None:
            found.pop(other, None)
    return list(found)[:ADDRESSED_MAX]


def build(tx: Transaction, post: types.Post, author: Account, parent: Post | None, people: People) -> Post:
    """A post as it is stored. `parent` is what it answers, if that is here."""
    parts = contents(post, tx.new_id)
    created_at = published(post.published, tx.now)
    updated_at = updated(post, tx.now)
    return Post(
        id=tx.id_at(created_at),
        uri=post.id,
        url=post.url,
        account_id=author.id,
        local=False,
        type=post.type,
        visibility=visibility(post.to, post.cc, author.followers_uri),
        in_reply_to_id=parent.id if parent else None,
        in_reply_to_account_id=parent.account_id if parent else None,
        in_reply_to_uri=post.in_reply_to,
        conversation=(parent and parent.conversation) or post.context or post.conversation,
        title=parts.title,
        summary=parts.summary,
        content=parts.content,
        language=parts.language,
        sensitive=parts.sensitive,
        mentions=_mentions(post, author, people),
        tags=parts.tags,
        attachments=parts.attachments,
        emojis=parts.emojis,
        created_at=created_at,
        edited_at=updated_at if updated_at > created_at else None,
        fetched_at=tx.now,
        poll_id=tx.new_id() if post.poll is not None else None,
        is_quote=post.quote is not None,
        quote_policy=quote_policy(post, author),
    )


def rebuild(tx: Transaction, before: Post, post: types.Post, author: Account, people: People) -> Post:
    """A stored post in the form that `post` gives it. Who may see it, and what it answers, stays."""
    parts = contents(post, tx.new_id)
    return msgspec.structs.replace(
        before,
        url=post.url,
        type=post.type,
        title=parts.title,
        summary=parts.summary,
        content=parts.content,
        language=parts.language,
        sensitive=parts.sensitive,
        mentions=_mentions(post, author, people),
        tags=parts.tags,
        attachments=parts.attachments,
        emojis=parts.emojis,
        edited_at=updated(post, tx.now),
        fetched_at=tx.now,
        poll_id=(before.poll_id or tx.new_id()) if post.poll is not None else None,
        is_quote=post.quote is not None,
        quote_policy=quote_policy(post, author),
    )


def quote_policy(post: types.Post, author: Account) -> str | None:
    """Who may quote the post, in the words of `model.quotes.Policy`; None where it does not say."""
    if post.may_quote is None:
        return None
    return Policy(_words(post.may_quote, author), _words(post.may_ask_to_quote, author)).text()


def _words(uris: tuple[str, ...], author: Account) -> tuple[str, ...]:
    meaning = {types.PUBLIC: "public", author.followers_uri: "followers", author.following_uri: "following"}
    return tuple(dict.fromkeys(meaning.get(uri, "unsupported_policy") for uri in uris if uri != author.uri))


def published(at: datetime | None, now: int) -> int:
    """When a remote thing says it was published, in ms since 1970: not before that, and not in the future."""
    return max(0, min(to_ms(at), now)) if at else now


def updated(post: types.Post, now: int) -> int:
    """When the post was edited, ms since 1970; 0 if it does not say."""
    return min(to_ms(post.updated), now) if post.updated else 0


def mentioned(account: Account, author: Account) -> MentionedAccount:
    """A person as a post keeps whom it mentions; `acct` is without a domain for who lives here."""
    here = account.is_local and (not author.is_local or account.domain_id == author.domain_id)
    return MentionedAccount(
        id=account.id,
        uri=account.uri,
        username=account.username,
        acct=account.username if here else f"{account.username}@{account.domain}",
        url=account.url or account.uri,
    )


def _mentions(post: types.Post, author: Account, people: People) -> tuple[MentionedAccount, ...]:
    named = dict.fromkeys(tag.href for tag in post.tags if isinstance(tag, types.Mention))
    return tuple(mentioned(people[uri], author) for uri in named if uri in people)
