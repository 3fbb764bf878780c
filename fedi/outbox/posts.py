"""Posts of ours as ActivityPub objects and activities (PROTOCOL sections 0 and 5): pure, from values to values."""

from __future__ import annotations

from typing import cast
from urllib.parse import quote

from fedi.activitypub import audience, types
from fedi.activitypub.audience import Visibility
from fedi.model.people import Account, CustomEmoji
from fedi.model.posts import Attachment, MentionedAccount, Post
from fedi.model.quotes import ACCEPTED
from fedi.model.times import from_ms
from fedi.outbox.extras import NONE, Extras, to_policy, to_poll
from fedi.outbox.publish import addresses_of


def to_post(
    post: Post, author: Account, extras: Extras = NONE, *, first_replies: tuple[str, ...] = ()
) -> types.Post:
    """A local post as the object that others read. `first_replies` are URIs of replies to tell right away."""
    addresses = addresses_of(author)
    to, cc = addressed(post, author)
    may_quote, may_ask = to_policy(post, author)
    quoted = extras.quote
    return types.Post(
        id=post.uri,
        type=post.type,
        attributed_to=author.uri,
        name=post.title,
        summary=post.summary or None,
        sensitive=post.sensitive or author.sensitized_at is not None,
        content=post.content,
        content_map=((post.language, post.content),) if post.language else (),
        source=post.source,
        source_media_type=post.source_media_type,
        url=post.url,
        published=from_ms(post.created_at),
        updated=from_ms(post.edited_at) if post.edited_at else None,
        to=to,
        cc=cc,
        in_reply_to=post.in_reply_to_uri,
        conversation=post.conversation,
        # FEP-7888 wants something that can be fetched; what began on another server may be a tag: URI.
        context=post.conversation if post.conversation and post.conversation.startswith("http") else None,
        tags=(
            *(_mention(one, author) for one in post.mentions),
            *(types.Hashtag(name=f"#{tag}", href=addresses.tag_page(quote(tag))) for tag in post.tags),
            *(_emoji(one) for one in post.emojis),
        ),
        attachments=tuple(_media(one) for one in post.attachments),
        replies=addresses.replies(post.id),
        first_replies=first_replies,
        likes=addresses.likes(post.id),
        likes_total=post.favourites_count,
        shares=addresses.shares(post.id),
        shares_total=post.boosts_count,
        poll=to_poll(extras.poll) if extras.poll is not None else None,
        may_quote=may_quote,
        may_ask_to_quote=may_ask,
        quote=quoted.quoted_uri if quoted is not None else None,
        quote_authorization=quoted.stamp_uri if quoted is not None and quoted.state == ACCEPTED else None,
    )


def to_create(post: Post, author: Account, extras: Extras = NONE) -> types.Create:
    """The Create that published a local post."""
    note = to_post(post, author, extras)
    return types.Create(
        id=addresses_of(author).create(post.id),
        actor=author.uri,
        published=note.published,
        to=note.to,
        cc=note.cc,
        object=note,
    )


def to_update(post: Post, author: Account, uri: str, extras: Extras = NONE) -> types.Update:
    """An Update, `uri` being its id, that carries a post's new form."""
    note = to_post(post, author, extras)
    return types.Update(id=uri, actor=author.uri, published=note.updated, to=note.to, cc=note.cc, object=note)


def to_delete(post: Post, author: Account, uri: str) -> types.Delete:
    """A Delete, `uri` being its id; it is addressed as the post was, so that it tells nobody else."""
    to, cc = addressed(post, author)
    return types.Delete(id=uri, actor=author.uri, to=to, cc=cc, object=post.uri)


def to_announce(
    boost: Post, booster: Account, boosted: Post, boosted_author: Account, extras: Extras = NONE
) -> types.Announce:
    """The Announce that stands behind a local boost. What only followers see is sent along: they may not fetch it."""
    to, cc = audience.address(
        cast(Visibility, boost.visibility),
        followers=booster.followers_uri or "",
        mentions=(boosted_author.uri,),
    )
    return types.Announce(
        id=boost.uri,
        actor=booster.uri,
        published=from_ms(boost.created_at),
        to=to,
        cc=cc,
        object=boosted.uri,
        inlined=None if boosted.is_public else to_post(boosted, boosted_author, extras),
    )


def addressed(post: Post, author: Account) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The `to` and `cc` of a local post."""
    return audience.address(
        cast(Visibility, post.visibility),
        followers=author.followers_uri or "",
        mentions=[mention.uri for mention in post.mentions],
    )


def _mention(mentioned: MentionedAccount, author: Account) -> types.Mention:
    # People of one domain know each other without it; the rest of the world does not.
    domain = "" if "@" in mentioned.acct else f"@{author.domain}"
    return types.Mention(href=mentioned.uri, name=f"@{mentioned.acct}{domain}")


def _emoji(emoji: CustomEmoji) -> types.Emoji:
    return types.Emoji(name=f":{emoji.shortcode}:", url=emoji.url, id=emoji.url)


def _media(attachment: Attachment) -> types.Media:
    return types.Media(
        type="Document",
        url=attachment.url,
        media_type=attachment.media_type,
        name=attachment.description,
        width=attachment.width,
        height=attachment.height,
        blurhash=attachment.blurhash,
        focal_point=attachment.focus,
    )
