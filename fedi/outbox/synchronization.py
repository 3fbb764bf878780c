"""Followers collection synchronization (FEP-8fcf): both servers of a follow find out when they disagree.

What goes to followers only carries a digest of those followers that the receiving server has. As Mastodon does,
a receiver whose own digest differs asks for the list, and only believes one that has the digest it was told.
"""

from __future__ import annotations

import re
from typing import Any

import structlog
from msgspec import Struct

from fedi.activitypub import codec
from fedi.activitypub.cavage import parameters
from fedi.activitypub.collection_digests import digest_of
from fedi.activitypub.keys import SigningKey
from fedi.activitypub.types import Follow, Undo
from fedi.activitypub.uris import same_origin
from fedi.errors import BadSignature, RemoteInvalid, RemoteMissing, RemoteRefused
from fedi.model.people import Account, Domain
from fedi.outbox.publish import Audience, activity_uri, publish
from fedi.services import Services
from fedi.store.activities import Letter
from fedi.store.follows import ASKED
from fedi.store.store import Transaction

HEADER = "Collection-Synchronization"
log = structlog.get_logger()

_MAX_HEADER = 4096
_MAX_PAGES = 10
_MAX_DOMAINS = 5  # of ours, those with followers first: each is a request that the sender makes us send
_MAX_FOLLOWERS = 25_000  # Mastodon does not synchronize more either
_DIGEST = re.compile(r"[0-9a-f]{64}")


class Claim(Struct, frozen=True):
    """What a header says: the followers that we have have this digest, and `url` lists them."""

    url: str
    digest: bytes


class _Here(Struct, frozen=True):
    """The followers of a remote account on one domain of ours, by URI, as of before the list was asked for."""

    domain: Domain
    key: SigningKey
    followers: dict[str, Account]


def synchronization_url(followers_uri: str) -> str:
    """Where a server may ask, signed, which of a local account's followers it has."""
    return f"{followers_uri}/synchronization"


def header_of(letter: Letter, digest: bytes | None) -> dict[str, str] | None:
    """The header of a delivery to a host with followers of that `digest`; None: it needs no header."""
    if not letter.followers_only or digest is None or letter.followers_uri is None:
        return None
    url = synchronization_url(letter.followers_uri)
    return {HEADER: f'collectionId="{letter.followers_uri}", url="{url}", digest="{digest.hex()}"'}


def read_header(header: str, sender: Account) -> Claim | None:
    """What the header on a request signed by `sender` claims; None when it must not be believed."""
    try:
        given = parameters(header) if len(header) <= _MAX_HEADER else {}
    except BadSignature:
        return None
    url, digest = given.get("url", ""), given.get("digest", "").lower()
    if sender.followers_uri is None or given.get("collectionid") != sender.followers_uri:
        return None
    if not same_origin(url, sender.uri) or not _DIGEST.fullmatch(digest):
        return None
    return Claim(url, bytes.fromhex(digest))


async def run(services: Services, payload: dict[str, Any]) -> None:
    """The job `synchronize_followers`: {actor_id, header}."""
    async with services.store.read() as tx:
        sender = await tx.people.by_id(payload["actor_id"])
    if sender is not None and sender.is_active:
        await check(services, sender, payload["header"])


async def check(services: Services, sender: Account, header: str) -> None:
    """Compare the header on a request of the remote `sender` with the followers it has here, and mend.

    The header does not say for which of our domains it is meant: it is the one whose list, asked for with that
    domain's signature, has the digest. Raises a FetchError when the list cannot be had.
    """
    claim = read_header(header, sender)
    if claim is None or sender.is_local:
        return
    sides = await _sides(services, sender)
    if any(digest_of(side.followers) == claim.digest for side in sides):
        return
    for side in sides[:_MAX_DOMAINS]:
        try:
            listed = await _fetch(services, claim.url, side.key)
        except (RemoteRefused, RemoteMissing) as error:
            log.debug("followers not listed", actor=sender.uri, domain=side.domain.name, reason=str(error))
            continue
        if digest_of(listed) == claim.digest and all(same_origin(uri, side.domain.url) for uri in listed):
            async with services.store.write() as tx:
                await _mend(tx, sender, side, listed)
            return
    log.info("followers not synchronized", actor=sender.uri, reason="no list has the digest")


async def _sides(services: Services, sender: Account) -> list[_Here]:
    async with services.store.read() as tx:
        domains = [domain for domain in await tx.domains.all() if domain.actor_id is not None]
        keys = await tx.keys.signing_keys([domain.actor_id for domain in domains if domain.actor_id])
        ids = await tx.follows.local_follower_ids(sender.id)
        followers = (await tx.people.by_ids(ids)).values()
    sides = []
    for domain in domains:
        mine = {account.uri: account for account in followers if account.domain_id == domain.id}
        if domain.actor_id in keys:
            sides.append(_Here(domain, keys[domain.actor_id], mine))
    return sorted(sides, key=lambda side: not side.followers)


async def _fetch(services: Services, url: str, key: SigningKey) -> set[str]:
    """The ids in a collection, whose pages must all be on the host of `url`."""
    found: set[str] = set()
    following: str | None = url
    seen: set[str] = set()
    while following is not None and len(seen) < _MAX_PAGES:
        if following in seen or not same_origin(following, url):
            raise RemoteInvalid(f"{url}: a followers list with pages elsewhere, or in a circle")
        seen.add(following)
        document = await services.net.fetch(following, signer=key, fresh=True)
        page = codec.parse_collection(document.data)
        found.update(item for item in page.items if isinstance(item, str))
        if len(found) > _MAX_FOLLOWERS:
            raise RemoteInvalid(f"{url}: more than {_MAX_FOLLOWERS} followers")
        following = page.next or (None if page.items else page.first)
    return found


async def _mend(tx: Transaction, sender: Account, side: _Here, listed: set[str]) -> None:
    for uri in sorted(side.followers.keys() - listed):
        await _unfollow(tx, side.followers[uri], sender)
    for account in (await tx.people.by_uris(sorted(listed - side.followers.keys()))).values():
        if account.is_local:
            await _claimed(tx, account, sender)


async def _unfollow(tx: Transaction, follower: Account, sender: Account) -> None:
    """`sender` does not count this follower: it gets nothing any more, so it is not following."""
    removed = await tx.follows.remove(follower.id, sender.id)
    if removed is not None:
        await _undo(tx, follower, sender, removed.uri)


async def _claimed(tx: Transaction, follower: Account, sender: Account) -> None:
    """`sender` counts a follower that we do not: it was accepted without our hearing of it, or is long gone."""
    known = await tx.follows.between(follower.id, sender.id)
    if known is None:
        await _undo(tx, follower, sender, activity_uri(tx, follower)[1])
    elif known.state == ASKED:
        await tx.follows.accept(known)


async def _undo(tx: Transaction, follower: Account, followee: Account, follow_uri: str) -> None:
    follow = Follow(id=follow_uri, actor=follower.uri, object=followee.uri)
    undo = Undo(id=activity_uri(tx, follower)[1], actor=follower.uri, to=(followee.uri,), object=follow)
    await publish(tx, undo, by=follower, audience=Audience(inboxes=(followee.inbox,)))
