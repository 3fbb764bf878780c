"""ActivityPub actors, objects and activities as frozen values: what the rest of fedi sees of a document.

`codec` turns documents into these and back. Every URI is a full http(s) URI as a string; texts are as they
came over the wire (HTML is sanitised later, by `social`); times are aware and in UTC. An absent property is
None or empty. Names are those of ActivityStreams 2.0,
in snake case.
"""

from __future__ import annotations

from datetime import datetime
from typing import TypeAlias

from msgspec import Struct

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
"""The address of everybody (ActivityPub section 5.6)."""

ACTOR_TYPES = frozenset({"Person", "Service", "Group", "Application", "Organization"})
POST_TYPES = frozenset({"Note", "Article", "Page", "Event", "Video", "Audio", "Image", "Question"})


# --- parts of actors and posts ------------------------------------------------------------------------


class PublicKey(Struct, frozen=True, kw_only=True):
    """A key an actor publishes: `publicKey` (RSA) or a Multikey of `assertionMethod` (FEP-521a)."""

    id: str
    owner: str
    pem: str


class Media(Struct, frozen=True, kw_only=True):
    """An attachment, icon or header: Document, Image, Video, Audio."""

    type: str = "Document"
    url: str
    media_type: str | None = None
    name: str | None = None
    """Alternative text."""
    width: int | None = None
    height: int | None = None
    blurhash: str | None = None
    focal_point: tuple[float, float] | None = None


class Field(Struct, frozen=True, kw_only=True):
    """A line of a profile: PropertyValue, both sides as HTML."""

    name: str
    value: str


class Mention(Struct, frozen=True, kw_only=True):
    """A person addressed in a post; `href` is the actor's id, `name` the handle as the author wrote it."""

    href: str
    name: str | None = None


class Hashtag(Struct, frozen=True, kw_only=True):
    """A hashtag, `name` with its leading #."""

    name: str
    href: str | None = None


class Emoji(Struct, frozen=True, kw_only=True):
    """A custom emoji, `name` with its colons."""

    name: str
    url: str
    id: str | None = None
    media_type: str | None = None
    updated: datetime | None = None


Tag: TypeAlias = Mention | Hashtag | Emoji


class Option(Struct, frozen=True):
    """A choice of a Question, and how many chose it."""

    name: str
    votes: int = 0


class Poll(Struct, frozen=True, kw_only=True):
    """What makes a Question of a post: `oneOf` or (`multiple`) `anyOf`."""

    options: tuple[Option, ...]
    multiple: bool = False
    end_time: datetime | None = None
    closed: datetime | None = None
    voters_count: int | None = None


# --- objects ------------------------------------------------------------------------------------------


class Actor(Struct, frozen=True, kw_only=True):
    """A Person, Service, Group, Application or Organization."""

    id: str
    type: str = "Person"
    preferred_username: str
    inbox: str
    name: str | None = None
    summary: str | None = None
    url: str | None = None
    outbox: str | None = None
    followers: str | None = None
    following: str | None = None
    featured: str | None = None
    featured_tags: str | None = None
    shared_inbox: str | None = None
    public_keys: tuple[PublicKey, ...] = ()
    icon: Media | None = None
    image: Media | None = None
    fields: tuple[Field, ...] = ()
    tags: tuple[Tag, ...] = ()
    published: datetime | None = None
    manually_approves_followers: bool = False
    discoverable: bool | None = None
    indexable: bool | None = None
    show_media: bool | None = None
    show_media_replies: bool | None = None
    show_featured: bool | None = None
    attribution_domains: tuple[str, ...] = ()
    """Sites that may name the actor as an author of theirs."""
    memorial: bool = False
    suspended: bool = False
    also_known_as: tuple[str, ...] = ()
    moved_to: str | None = None
    webfinger: str | None = None
    """`user@domain` (FEP-2c59)."""


class Post(Struct, frozen=True, kw_only=True):
    """A Note, or another object read as a post: Article, Page, Event, Video, Audio, Image, Question."""

    id: str
    type: str = "Note"
    attributed_to: str
    content: str | None = None
    content_map: tuple[tuple[str, str], ...] = ()
    """(language, HTML) pairs: the one that equals `content` first, the rest by language. Tags as BCP 47 writes
    them (en, pt-BR, zh-Hant). The document's own order does not survive JSON-LD, so nothing depends on it."""
    media_type: str | None = None
    """Of `content`: None means text/html; PeerTube says text/markdown."""
    name: str | None = None
    summary: str | None = None
    """The content warning."""
    sensitive: bool = False
    source: str | None = None
    source_media_type: str | None = None
    url: str | None = None
    published: datetime | None = None
    updated: datetime | None = None
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    audience: tuple[str, ...] = ()
    in_reply_to: str | None = None
    conversation: str | None = None
    context: str | None = None
    tags: tuple[Tag, ...] = ()
    attachments: tuple[Media, ...] = ()
    image: Media | None = None
    """The picture of an Article, Event, Page or Video: its `image` or `icon`, the widest if there are several."""
    quote: str | None = None
    """The quoted post (FEP-044f)."""
    quote_authorization: str | None = None
    """The stamp by which the quoted author consents."""
    may_quote: tuple[str, ...] | None = None
    """`interactionPolicy.canQuote.automaticApproval`: actors and collections; None: the post does not say."""
    may_ask_to_quote: tuple[str, ...] = ()
    """`manualApproval` of the same."""
    poll: Poll | None = None
    replies: str | None = None
    first_replies: tuple[str, ...] = ()
    """The replies on the page of `replies` that the document holds."""
    likes: str | None = None
    likes_total: int | None = None
    shares: str | None = None
    shares_total: int | None = None


class Tombstone(Struct, frozen=True, kw_only=True):
    """What is left of a deleted object (ActivityPub section 6.4)."""

    id: str
    deleted: datetime | None = None
    former_type: str | None = None


class QuoteAuthorization(Struct, frozen=True, kw_only=True):
    """The stamp of FEP-044f: who wrote `interaction_target` lets `interacting_object` quote it."""

    id: str
    attributed_to: str
    interacting_object: str
    interaction_target: str


# --- activities ---------------------------------------------------------------------------------------


class Activity(Struct, frozen=True, kw_only=True):
    """What every activity has. `actor` did it; `id` is None where the sender left it out."""

    id: str | None = None
    actor: str
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    published: datetime | None = None


class Follow(Activity, frozen=True, kw_only=True):
    """`actor` asks to follow `object`."""

    object: str


class QuoteRequest(Activity, frozen=True, kw_only=True):
    """`actor` asks to quote the post `object` in `instrument`, a post of theirs or its id (FEP-044f)."""

    object: str
    instrument: Post | str


class Accept(Activity, frozen=True, kw_only=True):
    """`actor` accepts a Follow or a QuoteRequest: whole, or by its id when the sender did not embed it.

    `result` is the stamp that lets a post be quoted.
    """

    object: Follow | QuoteRequest | str
    result: str | None = None


class Reject(Activity, frozen=True, kw_only=True):
    """`actor` refuses a Follow or a QuoteRequest, or removes a follower."""

    object: Follow | QuoteRequest | str


class Create(Activity, frozen=True, kw_only=True):
    """`object` is a new post, or its id where it has to be fetched; of a list, the first one.

    `more` is the rest of a list: the votes of a poll, as GoToSocial's documentation has them.
    """

    object: Post | str
    more: tuple[Post, ...] = ()


class Update(Activity, frozen=True, kw_only=True):
    """`object` in its new form: a post or an actor, or its id."""

    object: Post | Actor | str


class Delete(Activity, frozen=True, kw_only=True):
    """`object` is no more; a Tombstone on the wire is reduced to its id."""

    object: str


class Announce(Activity, frozen=True, kw_only=True):
    """A boost of `object`, or a group passing on an activity to its followers (FEP-1b12).

    `inlined` is the boosted post when the sender embedded it and it is on the sender's own host. `wrapped` is
    the activity passed on, `object` its id: the sender's word only, to be verified at its origin.
    """

    object: str
    inlined: Post | None = None
    wrapped: AnyActivity | None = None


class Like(Activity, frozen=True, kw_only=True):
    """A favourite; Misskey adds a reaction as `content`."""

    object: str
    content: str | None = None
    emoji: Emoji | None = None


class EmojiReact(Activity, frozen=True, kw_only=True):
    """A reaction with an emoji: `content` is the character or `:name:`, `emoji` the picture of the latter."""

    object: str
    content: str
    emoji: Emoji | None = None


class Block(Activity, frozen=True, kw_only=True):
    """`actor` blocks the actor `object`."""

    object: str


class Flag(Activity, frozen=True, kw_only=True):
    """A report about actors and posts, by the instance actor of the reporter's server."""

    objects: tuple[str, ...]
    content: str | None = None


class Move(Activity, frozen=True, kw_only=True):
    """The account `object` (= actor) moved to `target`."""

    object: str
    target: str


class Add(Activity, frozen=True, kw_only=True):
    """`object` was added to the collection `target` (a pin, when that is `featured`).

    `hashtag`: what was added is a hashtag that the actor shows on their profile, `object` its page.
    """

    object: str
    target: str
    hashtag: Hashtag | None = None


class Remove(Activity, frozen=True, kw_only=True):
    """`object` was removed from the collection `target`; as `Add`."""

    object: str
    target: str
    hashtag: Hashtag | None = None


class Undo(Activity, frozen=True, kw_only=True):
    """`object` is taken back: the inner activity, or its id alone."""

    object: Follow | Like | Announce | Block | EmojiReact | Accept | str


class Other(Activity, frozen=True, kw_only=True):
    """An activity of a type we know of and safely ignore (View, Dislike, Listen, ...)."""

    kind: str


AnyActivity: TypeAlias = (
    Follow | Accept | Reject | Create | Update | Delete | Announce | Like | EmojiReact
    | Block | Flag | Move | Add | Remove | Undo | QuoteRequest | Other
)  # fmt: skip


# --- collections --------------------------------------------------------------------------------------


class Collection(Struct, frozen=True, kw_only=True):
    """A Collection or OrderedCollection, or a page of one. Items are URIs, or documents left as they came."""

    id: str | None
    type: str = "OrderedCollection"
    total_items: int | None = None
    first: str | None = None
    last: str | None = None
    next: str | None = None
    prev: str | None = None
    part_of: str | None = None
    items: tuple[object, ...] = ()
