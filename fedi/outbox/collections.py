"""Collections of ours (PROTOCOL section 6): a total, a first page, and pages that link to each other.

Pages are asked for with `?page=true`, and continue with `max_id` (older) or `min_id` (newer).
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from fedi.activitypub import codec, types
from fedi.activitypub.writing import Document
from fedi.errors import NotFound
from fedi.model.people import Account
from fedi.model.posts import Post
from fedi.outbox.documents import Answer
from fedi.outbox.extras import NONE, Extras, extras_of
from fedi.outbox.posts import to_announce, to_create, to_post
from fedi.outbox.publish import addresses_of
from fedi.store.paging import PostPage, Range
from fedi.store.public_replies import PublicReplies
from fedi.store.store import Transaction
from fedi.store.timeline_lists import AccountPosts

PAGE = 20


class Ask(Struct, frozen=True):
    """Which part of a collection is asked for: itself, or a page of it."""

    page: bool = False
    max_id: int | None = None
    min_id: int | None = None

    def address(self, uri: str) -> str:
        """The address of the page itself."""
        parts = [uri, "?page=true"]
        parts += [f"&max_id={self.max_id}"] if self.max_id is not None else []
        parts += [f"&min_id={self.min_id}"] if self.min_id is not None else []
        return "".join(parts)

    def range(self) -> Range:
        """The same, as the store reads it."""
        return Range(limit=PAGE, max_id=self.max_id, min_id=self.min_id)


async def outbox(tx: Transaction, account: Account, ask: Ask) -> Answer:
    """What a person posted and boosted for everybody: Creates and Announces, the newest first."""
    uri = account.outbox or ""
    if not ask.page:
        return _head(uri, account.posts_count, last=True)
    page = await tx.timelines.of_account(None, account.id, AccountPosts(), ask.range())
    authors = await tx.people.by_ids({post.account_id for post in page.originals.values()})
    extras = await extras_of(tx, page.posts)
    items = [_published(post, account, page, authors, extras.get(post.id, NONE)) for post in page.posts]
    return _page(uri, ask, items, page.first, page.last)


def _published(
    post: Post, account: Account, page: PostPage, authors: dict[int, Account], extras: Extras
) -> Document:
    if post.boost_of_id is None:
        return codec.render(to_create(post, account, extras))
    original = page.originals[post.boost_of_id]
    return codec.render(to_announce(post, account, original, authors[original.account_id]))


async def followers(tx: Transaction, account: Account, ask: Ask) -> Answer:
    """A person's followers; the total alone where they are hidden (Mastodon reads the absence of `first` as that)."""
    uri = account.followers_uri or ""
    if not ask.page or account.hide_collections:
        return _people(uri, account.followers_count, account, ask)
    found = await tx.follows.followers(account.id, max_id=ask.max_id, min_id=ask.min_id, limit=PAGE)
    ends = (found[0].id, found[-1].id) if found else (None, None)
    return _page(uri, ask, [one.account.uri for one in found], *ends)


async def following(tx: Transaction, account: Account, ask: Ask) -> Answer:
    """Whom a person follows; as `followers`."""
    uri = account.following_uri or ""
    if not ask.page or account.hide_collections:
        return _people(uri, account.following_count, account, ask)
    found = await tx.follows.following(account.id, max_id=ask.max_id, min_id=ask.min_id, limit=PAGE)
    ends = (found[0].id, found[-1].id) if found else (None, None)
    return _page(uri, ask, [one.account.uri for one in found], *ends)


async def followers_of_host(tx: Transaction, account: Account, asker: Account, uri: str) -> Answer:
    """The partial followers collection of FEP-8fcf: the followers on the asker's server. Only that server may ask."""
    if asker.host_id is None:
        raise NotFound("a local account has no followers collection of its own host")
    uris = await tx.follows.follower_uris_on(account.id, asker.host_id)
    return Answer(codec.render(types.Collection(id=uri, items=tuple(uris))), public=False)


async def featured(tx: Transaction, account: Account) -> Answer:
    """The pinned posts that everybody may see, as objects."""
    pinned = [post for post in await tx.featured.of(account.id) if post.is_public]
    extras = await extras_of(tx, pinned)
    items = tuple(codec.render(to_post(post, account, extras.get(post.id, NONE))) for post in pinned)
    return Answer(
        codec.render(types.Collection(id=account.featured_uri, total_items=len(items), items=items))
    )


async def featured_tags(tx: Transaction, account: Account) -> Answer:
    """The hashtags that a person shows on their profile."""
    at = addresses_of(account)
    shown = await tx.featured_tags.tags(account.id)
    items = tuple(
        {
            "type": "Hashtag",
            "href": at.tagged_page(account.url or account.uri, tag),
            "name": f"#{name}",
        }
        for tag, name in shown.items()
    )
    uri = at.featured_tags(account.id)
    return Answer(
        codec.render(types.Collection(id=uri, type="Collection", total_items=len(items), items=items))
    )


async def replies(tx: Transaction, post: Post, author: Account, ask: Ask) -> Answer:
    """The answers to a post that everybody may see, the oldest first; the first page stands in the collection."""
    uri = addresses_of(author).replies(post.id)
    found = await PublicReplies(tx).of(post.id, after=ask.min_id or 0, limit=PAGE)
    following_page = f"{uri}?page=true&min_id={found[-1][0]}" if len(found) == PAGE else None
    page = codec.render(
        types.Collection(
            id=ask.address(uri),
            type="CollectionPage",
            part_of=uri,
            next=following_page,
            items=tuple(reply for _, reply in found),
        )
    )
    if ask.page:
        return Answer(page, post.is_public)
    whole = codec.render(types.Collection(id=uri, type="Collection", total_items=max(post.replies_count, 0)))
    whole.pop("items", None)
    first = {name: value for name, value in page.items() if name != "@context"}
    return Answer({**whole, "first": first}, post.is_public)


def total(uri: str, count: int, post: Post) -> Answer:
    """A collection that tells how many it has, and not whom: likes, shares."""
    return Answer(_total(uri, count, "Collection"), post.is_public)


async def context(tx: Transaction, root: Post, uri: str) -> Answer:
    """The conversation that a local post began (FEP-7888): its posts that everybody may see, in order of time."""
    answers = await tx.posts.seen_by(None, await tx.posts.descendants(root))
    ids = tuple(post.uri for post in (root, *sorted(answers, key=lambda post: post.id)))
    return Answer(codec.render(types.Collection(id=uri, total_items=len(ids), items=ids)))


def nothing(uri: str) -> Answer:
    """An empty collection: the outbox of an instance actor."""
    return Answer(codec.render(types.Collection(id=uri, total_items=0)), always=True)


def _people(uri: str, count: int, account: Account, ask: Ask) -> Answer:
    if account.hide_collections:
        if ask.page:
            raise NotFound(f"{account.uri} hides {uri}")
        return Answer(_total(uri, count, "OrderedCollection"))
    return _head(uri, count)


def _total(uri: str, count: int, kind: str) -> Document:
    document = codec.render(types.Collection(id=uri, type=kind, total_items=max(count, 0)))
    # Empty items would say that there are none at all, and that all are told.
    return {name: value for name, value in document.items() if name not in ("items", "orderedItems")}


def _head(uri: str, count: int, *, last: bool = False) -> Answer:
    collection = types.Collection(
        id=uri,
        total_items=max(count, 0),
        first=f"{uri}?page=true",
        last=f"{uri}?page=true&min_id=0" if last else None,
    )
    document = codec.render(collection)
    document.pop("orderedItems", None)
    return Answer(document)


def _page(uri: str, ask: Ask, items: Iterable[object], newest: int | None, oldest: int | None) -> Answer:
    """A page between the ids `newest` and `oldest`. An empty one is an end: it leads nowhere."""
    found = tuple(items)
    return Answer(
        codec.render(
            types.Collection(
                id=ask.address(uri),
                type="OrderedCollectionPage",
                part_of=uri,
                next=f"{uri}?page=true&max_id={oldest}" if found and len(found) == PAGE else None,
                prev=f"{uri}?page=true&min_id={newest}" if found else None,
                items=found,
            )
        )
    )
