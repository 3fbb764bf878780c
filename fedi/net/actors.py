"""Other servers' actors: fetched, read, and kept in the store with their keys."""

from __future__ import annotations

import asyncio
import re

import msgspec

from fedi.activitypub import codec, jsonld, types
from fedi.activitypub.keys import SigningKey, algorithm_of, load_public
from fedi.activitypub.uris import host_of
from fedi.errors import NotAllowed, RemoteGone, RemoteInvalid
from fedi.model.people import Account, CustomEmoji, ProfileField
from fedi.model.sanitizing import clean, clean_field, plain
from fedi.model.times import to_ms
from fedi.net.client import Net
from fedi.net.values import Document
from fedi.store.store import Store, Transaction

EMOJIS_MAX = 64
# Letters and digits of any script, and what instance actors have in theirs. Everything else is left to WebFinger,
# which has no such name either.
_NAME = re.compile(r"\w(?:[\w.:-]{0,126}\w)?")
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_SHORTCODE = re.compile(r"[a-zA-Z0-9_+-]{1,100}")


class Actors:
    """Where the rest of fedi gets an actor from, known or not."""

    def __init__(self, store: Store, net: Net) -> None:
        self._store = store
        self._net = net
        self._instance_key: SigningKey | None = None

    async def find(self, uri: str, *, fresh: bool = False) -> Account:
        """The account of the actor `uri`; fetched if it is not here, or if `fresh`.

        Raises a FetchError by meaning, or NotAllowed for a server that is blocked here.
        """
        if not fresh and (known := await self.known(uri)):
            return known
        async with self._store.read() as tx:
            if await tx.blocks.domain_severity(host_of(uri)) == "suspend":
                raise NotAllowed(f"{uri} is on a blocked server")
        document = await self._net.fetch(uri, signer=await self.instance_key(), fresh=fresh)
        return await self._keep(await _actor(document))

    async def find_by_key(self, key_id: str, *, fresh: bool = False) -> tuple[Account, str | None]:
        """The account that publishes the key `key_id`, fetched; `fresh` asks even who failed a moment ago.

        With the key, where it is a part of the actor's own document: nobody else's can have its id.

        Most keys are a fragment of their actor's document. GoToSocial answers at the key's own address with its
        actor, others with a document of the key that names its `owner`.
        """
        uri = key_id.partition("#")[0]
        signer = await self.instance_key()
        document = await self._net.fetch(uri, signer=signer, fresh=fresh, calling=True)
        owner = document.data.get("owner") or document.data.get("controller")
        if "publicKeyPem" in document.data and isinstance(owner, str):
            return await self.find(owner, fresh=True), None
        actor = await _actor(document)
        account = await self._keep(actor)
        pems = [key.pem for key in actor.public_keys if key.id == key_id]
        return account, pems[-1] if pems and uri == account.uri and not account.is_local else None

    async def known(self, uri: str) -> Account | None:
        """The account of the actor `uri` if it is here."""
        async with self._store.read() as tx:
            return await tx.people.by_uri(uri)

    async def instance_key(self) -> SigningKey:
        """The key of the first domain's instance actor, which signs what is fetched for nobody in particular."""
        if self._instance_key is None:
            async with self._store.read() as tx:
                domain = (await tx.domains.all())[0]
                assert domain.actor_id is not None
                self._instance_key = await tx.keys.signing_key(domain.actor_id)
        return self._instance_key

    async def _keep(self, actor: types.Actor) -> Account:
        async with self._store.write() as tx:
            return await keep(tx, actor)


async def _actor(document: Document) -> types.Actor:
    actor = await read_document(document.data)
    if isinstance(actor, types.Tombstone):
        raise RemoteGone(f"{document.uri} is a Tombstone")
    if not isinstance(actor, types.Actor):
        raise RemoteInvalid(f"{document.uri} is not an actor")
    return actor


async def read_document(data: dict[str, object]) -> object:
    """The typed value of a document; JSON-LD that needs expansion is read in a thread (it takes milliseconds)."""
    if jsonld.needs_expansion(data):
        return await asyncio.to_thread(codec.parse, data)
    return codec.parse(data)


async def keep(tx: Transaction, actor: types.Actor) -> Account:
    """Store an actor that is proven to be what its own server says; the account as it is kept now."""
    known = await tx.people.by_uri(actor.id)
    if known is not None and known.is_local:
        return known
    host = host_of(actor.id)
    host_id = (await tx.hosts.ensure([host]))[host]
    rule = await tx.blocks.domain_rule(host)
    if rule.reject_media:
        actor = msgspec.structs.replace(actor, icon=None, image=None, tags=())
    if known is None:
        account = _read(
            actor, id=tx.new_id(), host_id=host_id, created_at=_created(actor, tx.now), now=tx.now
        )
        account = msgspec.structs.replace(account, silenced_at=rule.silenced_at)
        account = await _add(tx, account, host)
        if account.fetched_at != tx.now:
            return account
    else:
        account = _read(actor, id=known.id, host_id=host_id, created_at=known.created_at, now=tx.now)
        account = _carry_over(account, known)
        await tx.people.replace(account)
        if account.delivery_inbox != known.delivery_inbox:
            await tx.follows.moved_inbox(account.id, known.delivery_inbox, account.delivery_inbox)
    for key in actor.public_keys:
        # A key in the actor's own document is its own, whoever of its server claimed that id before.
        await tx.keys.put(
            key.id, account.id, _kind(key.pem), key.pem, is_own=key.id.partition("#")[0] == actor.id
        )
    if known is not None:
        await tx.keys.keep_only(account.id, [key.id for key in actor.public_keys])
    if account.handle_checked_at is None:
        await tx.jobs.add("confirm_handle", {"account_id": account.id}, key=f"confirm_handle:{account.id}")
    return account


def _kind(pem: str) -> str:
    return algorithm_of(load_public(pem)).partition("-")[0]


async def _add(tx: Transaction, account: Account, host: str) -> Account:
    if await tx.people.add_if_new(account):
        return account
    if raced := await tx.people.by_uri(account.uri):
        return raced
    # The handle is another's: this one keeps an unmistakable one until WebFinger says otherwise.
    account = msgspec.structs.replace(
        account, handle=f"actor-{account.id}@{host}", username=f"actor-{account.id}"
    )
    await tx.people.add(account)
    return account


def _created(actor: types.Actor, now: int) -> int:
    return max(0, min(to_ms(actor.published), now)) if actor.published else now


def _username(actor: types.Actor, own_id: int) -> str:
    """The name in the handle. One that could be read as another handle, or not be seen, is not shown."""
    name = actor.preferred_username
    return name if _NAME.fullmatch(name) else f"actor-{own_id}"


def _line(text: str) -> str:
    """A name on one line: nothing in it turns the direction of what stands around it."""
    return " ".join(_UNSEEN.sub(" ", plain(text)).split())


def _emojis(tags: tuple[types.Tag, ...]) -> tuple[CustomEmoji, ...]:
    found = {
        name: CustomEmoji(name, tag.url)
        for tag in tags
        if isinstance(tag, types.Emoji) and _SHORTCODE.fullmatch(name := tag.name.strip(":"))
    }
    return tuple(found.values())[:EMOJIS_MAX]


def _read(actor: types.Actor, *, id: int, host_id: int, created_at: int, now: int) -> Account:  # noqa: A002
    host = host_of(actor.id)
    username = _username(actor, id)
    return Account(
        id=id,
        uri=actor.id,
        host_id=host_id,
        type=actor.type,
        username=username,
        domain=host,
        handle=f"{username}@{host}".lower(),
        name=_line(actor.name or ""),
        summary=clean(actor.summary or ""),
        fields=tuple(ProfileField(_line(field.name), clean_field(field.value)) for field in actor.fields),
        emojis=_emojis(actor.tags),
        url=actor.url,
        avatar_url=actor.icon.url if actor.icon else None,
        avatar_alt=actor.icon.name if actor.icon else None,
        header_url=actor.image.url if actor.image else None,
        header_alt=actor.image.name if actor.image else None,
        inbox=actor.inbox,
        shared_inbox=actor.shared_inbox,
        outbox=actor.outbox,
        followers_uri=actor.followers,
        following_uri=actor.following,
        featured_uri=actor.featured,
        locked=actor.manually_approves_followers,
        discoverable=bool(actor.discoverable),
        indexable=bool(actor.indexable),
        memorial=actor.memorial,
        attribution_domains=actor.attribution_domains,
        show_media=actor.show_media is not False,
        show_media_replies=actor.show_media_replies is not False,
        show_featured=actor.show_featured is not False,
        also_known_as=actor.also_known_as,
        moved_to_uri=actor.moved_to,
        created_at=created_at,
        fetched_at=now,
    )


def _carry_over(account: Account, known: Account) -> Account:
    """What we count and decide ourselves stays; the handle too, until WebFinger has been asked again."""
    renamed = account.username.lower() != known.handle.partition("@")[0] and known.handle_checked_at
    return msgspec.structs.replace(
        account,
        username=known.username if not renamed else account.username,
        domain=known.domain,
        handle=known.handle,
        handle_checked_at=None if renamed else known.handle_checked_at,
        followers_count=known.followers_count,
        following_count=known.following_count,
        local_followers_count=known.local_followers_count,
        posts_count=known.posts_count,
        pulled=known.pulled,
        last_post_at=known.last_post_at,
        moved_at=known.moved_at,
        moved_to_uri=known.moved_to_uri if known.moved_at else None,
        suspended_at=known.suspended_at,
        silenced_at=known.silenced_at,
        sensitized_at=known.sensitized_at,
        deleted_at=None,
    )
