"""Hypothesis strategies for every typed value, in the form that reading gives them."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import strategies as st

from fedi.activitypub import keys
from fedi.activitypub.reading import language
from fedi.activitypub.types import (
    ACTOR_TYPES,
    POST_TYPES,
    PUBLIC,
    Accept,
    Actor,
    Add,
    Announce,
    Block,
    Collection,
    Create,
    Delete,
    Emoji,
    EmojiReact,
    Field,
    Flag,
    Follow,
    Hashtag,
    Like,
    Media,
    Mention,
    Move,
    Other,
    Post,
    PublicKey,
    Reject,
    Remove,
    Tombstone,
    Undo,
    Update,
)

HOME = "https://a.test"
RSA_PEM = keys.generate_rsa(1024).public_pem
ED25519_PEM = keys.generate_ed25519().public_pem

texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
words = st.text(
    st.characters(codec="utf-8", exclude_characters="\0:#@", categories=["L"]), min_size=1, max_size=8
)
segments = st.text("abcxyz0189-_", min_size=1, max_size=6)
local = st.builds(lambda path: f"{HOME}/{path}", segments)
remote = st.builds(
    lambda scheme, host, path: f"{scheme}://{host}/{path}",
    st.sampled_from(["https", "http"]),
    st.sampled_from(["b.test", "c.test:8421", "xn--bcher-kva.test", "bücher.test"]),
    st.text("abcé0~%2F?=&", max_size=9),
)
uris = local | remote
times = st.integers(0, 32_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
numbers = st.integers(0, 2**53 - 1)
recipients = st.lists(uris | st.just(PUBLIC), max_size=3, unique=True).map(tuple)


def maybe(strategy: st.SearchStrategy) -> st.SearchStrategy:
    return st.none() | strategy


media = st.builds(
    Media,
    type=st.sampled_from(["Document", "Image", "Video", "Audio", "Link"]),
    url=uris,
    media_type=maybe(st.sampled_from(["image/png", "video/mp4"])),
    name=maybe(texts.filter(bool)),
    width=maybe(numbers),
    height=maybe(numbers),
    blurhash=maybe(words),
    focal_point=maybe(st.tuples(*[st.floats(-1, 1)] * 2)),
)
pictures = media.filter(lambda one: one.type != "Link")
emojis = st.builds(
    Emoji,
    name=words.map(lambda name: f":{name}:"),
    url=uris,
    id=maybe(uris),
    media_type=maybe(st.just("image/png")),
    updated=maybe(times),
)
tags = st.lists(
    st.builds(Mention, href=uris, name=maybe(texts))
    | st.builds(Hashtag, name=words.map(lambda name: f"#{name}"), href=maybe(uris))
    | emojis,
    max_size=3,
).map(tuple)


@st.composite
def actors(draw: st.DrawFn) -> Actor:
    own = draw(local)
    public_keys = [PublicKey(id=f"{own}#main-key", owner=own, pem=RSA_PEM)] * draw(st.integers(0, 1))
    public_keys += [PublicKey(id=f"{own}#ed25519-key", owner=own, pem=ED25519_PEM)] * draw(st.integers(0, 1))
    made = st.builds(
        Actor,
        id=st.just(own),
        type=st.sampled_from(sorted(ACTOR_TYPES)),
        preferred_username=words,
        inbox=local,
        name=maybe(texts),
        summary=maybe(texts),
        url=maybe(local),
        outbox=maybe(local),
        followers=maybe(local),
        following=maybe(local),
        featured=maybe(local),
        shared_inbox=maybe(local),
        public_keys=st.just(tuple(public_keys)),
        icon=maybe(pictures),
        image=maybe(pictures),
        fields=st.lists(st.builds(Field, name=texts, value=texts), max_size=3).map(tuple),
        tags=tags,
        published=maybe(times),
        manually_approves_followers=st.booleans(),
        discoverable=maybe(st.booleans()),
        indexable=maybe(st.booleans()),
        memorial=st.booleans(),
        suspended=st.booleans(),
        also_known_as=st.lists(uris, max_size=2, unique=True).map(tuple),
        moved_to=maybe(uris),
        webfinger=maybe(words.map(lambda name: f"{name}@a.test")),
    )
    return draw(made)


@st.composite
def contents(draw: st.DrawFn) -> dict[str, object]:
    """`content` and `content_map` as reading arranges them."""
    tags = st.sampled_from(["en", "pt-BR", "zh-Hant-TW", "de"]).filter(lambda tag: language(tag) == tag)
    by_language = draw(st.dictionaries(tags, texts, max_size=3))
    content = draw(texts if by_language else maybe(texts))
    if by_language and draw(st.booleans()):
        content = draw(st.sampled_from(sorted(by_language.values())))
    pairs = sorted(by_language.items(), key=lambda pair: (pair[1] != content, pair[0]))
    return {"content": content, "content_map": tuple(pairs)}


@st.composite
def posts(draw: st.DrawFn) -> Post:
    replies, likes, shares = draw(maybe(uris)), draw(maybe(uris)), draw(maybe(uris))
    source = draw(maybe(texts))
    made = st.builds(
        Post,
        id=local,
        type=st.sampled_from(sorted(POST_TYPES)),
        attributed_to=local,
        media_type=maybe(st.just("text/markdown")),
        name=maybe(texts),
        summary=maybe(texts),
        sensitive=st.booleans(),
        source=st.just(source),
        source_media_type=st.none() if source is None else maybe(st.just("text/markdown")),
        url=maybe(uris),
        published=maybe(times),
        updated=maybe(times),
        to=recipients,
        cc=recipients,
        audience=recipients,
        in_reply_to=maybe(uris),
        conversation=maybe(uris | st.just("tag:a.test,2024:1")),
        context=maybe(uris),
        tags=tags,
        attachments=st.lists(media, max_size=2).map(tuple),
        image=maybe(pictures),
        quote=maybe(uris),
        quote_authorization=maybe(uris),
        replies=st.just(replies),
        first_replies=st.lists(uris, max_size=2 if replies else 0, unique=True).map(tuple),
        likes=st.just(likes),
        likes_total=maybe(numbers) if likes else st.none(),
        shares=st.just(shares),
        shares_total=maybe(numbers) if shares else st.none(),
        **{name: st.just(value) for name, value in draw(contents()).items()},
    )
    return draw(made)


tombstones = st.builds(
    Tombstone, id=uris, deleted=maybe(times), former_type=maybe(st.sampled_from(["Note", "Article"]))
)
collections = st.builds(
    Collection,
    id=maybe(uris),
    type=st.sampled_from(["Collection", "OrderedCollection", "CollectionPage", "OrderedCollectionPage"]),
    total_items=maybe(numbers),
    first=maybe(uris),
    last=maybe(uris),
    next=maybe(uris),
    prev=maybe(uris),
    part_of=maybe(uris),
    items=st.lists(uris | st.fixed_dictionaries({"id": uris, "type": st.just("Note")}), max_size=3).map(
        tuple
    ),
)


def activity(made: type, /, **fields: st.SearchStrategy) -> st.SearchStrategy:
    common = {
        "id": maybe(local),
        "actor": local,
        "to": recipients,
        "cc": recipients,
        "published": maybe(times),
    }
    return st.builds(made, **(common | fields))


# An inner activity has to be the outer actor's own: one actor does everything here.
ACTOR = st.just(f"{HOME}/ann")
follows = activity(Follow, object=uris)
reaction = st.sampled_from(["⭐", "🎉"]).map(
    lambda content: {"content": content, "emoji": None}
) | emojis.map(lambda emoji: {"content": emoji.name, "emoji": emoji})


@st.composite
def reactions(draw: st.DrawFn, kind: type = EmojiReact, actor: st.SearchStrategy = local) -> object:
    fields = draw(reaction if kind is EmojiReact else reaction | st.just({"content": None, "emoji": None}))
    fixed = {name: st.just(value) for name, value in fields.items()}
    return draw(activity(kind, actor=actor, object=uris, **fixed))


undone = (
    activity(Follow, actor=ACTOR, object=uris)
    | reactions(Like, ACTOR)
    | reactions(EmojiReact, ACTOR)
    | activity(Announce, actor=ACTOR, object=uris)
    | activity(Block, actor=ACTOR, object=uris)
    | activity(Accept, actor=ACTOR, object=follows | uris)
)


@st.composite
def announces(draw: st.DrawFn) -> Announce:
    inlined = draw(maybe(posts()))
    wrapped = draw(maybe(reactions(Like, remote_actors))) if inlined is None else None
    inner = inlined or wrapped
    if inner is None or inner.id is None:
        return draw(activity(Announce, object=uris))
    return draw(
        activity(Announce, object=st.just(inner.id), inlined=st.just(inlined), wrapped=st.just(wrapped))
    )


remote_actors = st.just(f"{HOME}/bo")
activities = (
    follows
    | activity(Accept, object=follows | uris)
    | activity(Reject, object=follows | uris)
    | activity(Create, object=posts() | uris)
    | activity(Update, object=posts() | actors() | uris)
    | activity(Delete, object=uris)
    | announces()
    | reactions(Like)
    | reactions(EmojiReact)
    | activity(Block, object=uris)
    | activity(
        Flag, objects=st.lists(uris, min_size=1, max_size=3, unique=True).map(tuple), content=maybe(texts)
    )
    | activity(Move, object=uris, target=uris)
    | activity(Add, object=uris, target=uris)
    | activity(Remove, object=uris, target=uris)
    | activity(Undo, actor=ACTOR, object=undone | uris)
    | activity(Other, kind=st.sampled_from(["View", "Dislike", "Listen", "Lock"]))
)
values = actors() | posts() | tombstones | collections | activities
