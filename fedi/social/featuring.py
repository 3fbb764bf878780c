"""Hashtags on profiles: shown, and told to followers' servers as Add and Remove, theirs and ours."""

from __future__ import annotations

from fedi.activitypub import types
from fedi.activitypub.types import PUBLIC
from fedi.errors import NotFound, Unprocessable
from fedi.model.people import Account
from fedi.outbox.publish import Audience, activity_uri, addresses_of, publish
from fedi.social.markdown import HASHTAG
from fedi.store.store import Transaction

FEATURED_MAX = 10
_THEIRS_MAX = 20

# --- what local people do -----------------------------------------------------------------------------


def tag_name(text: str) -> str:
    """A hashtag as it is written, without its #. Raises NotFound for what cannot be one."""
    name = text.strip().removeprefix("#")
    match = HASHTAG.fullmatch(f"#{name}")
    if match is None or not any(character.isalpha() for character in name):
        raise NotFound(f"no hashtag: {name[:100]!r}")
    return name


async def feature(tx: Transaction, account: Account, name: str) -> bool:
    """Show a hashtag on one's profile; whether it is new there. Raises Unprocessable for one too many."""
    added = await tx.featured_tags.add(account.id, name, FEATURED_MAX)
    if added is None:
        raise Unprocessable(
            public="Validation failed: You have already featured the maximum number of hashtags"
        )
    if added:
        await _send(tx, account, types.Add, name)
    return added


async def unfeature(tx: Transaction, account: Account, tag: str) -> bool:
    """Show a hashtag no longer; whether it was shown."""
    name = await tx.featured_tags.remove(account.id, tag)
    if name is not None:
        await _send(tx, account, types.Remove, name)
    return name is not None


async def _send(
    tx: Transaction, account: Account, kind: type[types.Add] | type[types.Remove], name: str
) -> None:
    page = addresses_of(account).tagged_page(account.url or account.uri, name.lower())
    change = kind(
        id=activity_uri(tx, account)[1],
        actor=account.uri,
        to=(PUBLIC,),
        cc=(account.followers_uri,) if account.followers_uri else (),
        object=page,
        # Mastodon, which has no collection of hashtags to add to, looks at what is added.
        target=account.featured_uri or account.uri,
        hashtag=types.Hashtag(name=f"#{name}", href=page),
    )
    await publish(tx, change, by=account, audience=Audience(followers=True, visibility="public"))


# --- what other servers tell us -----------------------------------------------------------------------


async def featured(tx: Transaction, hashtag: types.Hashtag, actor: Account) -> None:
    """A remote person shows a hashtag on their profile."""
    await tx.featured_tags.add(actor.id, _theirs(hashtag), _THEIRS_MAX)


async def unfeatured(tx: Transaction, hashtag: types.Hashtag, actor: Account) -> None:
    """A remote person shows a hashtag no longer."""
    await tx.featured_tags.remove(actor.id, _theirs(hashtag))


def _theirs(hashtag: types.Hashtag) -> str:
    return tag_name(hashtag.name)
