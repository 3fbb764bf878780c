"""Who signed a request: the claim of its signature, checked with the key that the claimed actor publishes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection
from datetime import datetime

from msgspec import Struct

from fedi.activitypub import signatures
from fedi.activitypub.signatures import Claim, RequestHead
from fedi.errors import BadSignature, FetchError, NotAllowed, RemoteGone, Unavailable, Unreachable
from fedi.model.people import Account
from fedi.net.actors import Actors
from fedi.net.bounded import Bounded
from fedi.net.flights import Flights
from fedi.store.store import Store

_CACHED = 20_000
_CACHE_MS = 60_000
_REFETCH_MS = 300_000


class Verified(Struct, frozen=True):
    """An actor that has proven to have made a request. Only `Signers`, and a row it let in, may say so."""

    account: Account
    key_id: str


class _CachedKey(Struct, frozen=True):
    account: Account
    public_pem: str
    fetched_at: int
    cached_at: int


class Signers:
    """Checks signatures. Keys are kept in memory for a minute and in the store until they fail."""

    def __init__(
        self,
        store: Store,
        actors: Actors,
        now: Callable[[], datetime],
        authorities: Callable[[], Collection[str]],
    ) -> None:
        self._store = store
        self._actors = actors
        self._now = now
        self._authorities = authorities
        self._cache: OrderedDict[str, _CachedKey] = OrderedDict()
        self._asked: Bounded[str, int] = Bounded(_CACHED)
        self._flights: Flights[_CachedKey | None] = Flights()

    async def of(self, head: RequestHead, body: bytes, claim: Claim | None = None) -> Verified:
        """Who signed this request; raises BadSignature, or NotAllowed for one who may not act here."""
        claim = claim or signatures.claim(head)
        key = await self._key(claim)
        try:
            self._check(claim, head, body, key)
        except BadSignature:
            newer = await self._refetched(claim, key)
            if newer is None:
                raise
            key = newer
            self._check(claim, head, body, key)
        if not key.account.is_active:
            raise NotAllowed(f"{key.account.uri} is suspended or deleted here")
        return Verified(key.account, claim.key_id)

    async def of_get(self, head: RequestHead) -> Verified | None:
        """Who signed a GET; None when it is not signed at all."""
        if not any(name in ("signature", "signature-input") for name, _ in head.headers):
            return None
        return await self.of(head, b"")

    def knows(self, key_id: str) -> bool:
        """Whether the key is in memory: then its actor is known, and nothing needs to be asked."""
        return key_id in self._cache

    def _check(self, claim: Claim, head: RequestHead, body: bytes, key: _CachedKey) -> None:
        signatures.verify(claim, head, body, key.public_pem, self._now(), authorities=self._authorities())

    async def _key(self, claim: Claim) -> _CachedKey:
        now = self._store.clock()
        cached = self._cache.get(claim.key_id)
        if cached is not None and now - cached.cached_at < _CACHE_MS:
            return cached
        return await self._stored(claim.key_id) or await self._fetched(claim, fresh=False)

    async def _stored(self, key_id: str) -> _CachedKey | None:
        async with self._store.read() as tx:
            key = await tx.keys.by_id(key_id)
            account = await tx.people.by_id(key.account_id) if key else None
        if key is None or account is None:
            return None
        return self._remember(key_id, account, key.public_pem, key.fetched_at)

    async def _fetched(self, claim: Claim, *, fresh: bool) -> _CachedKey:
        """The key as the actor's own server publishes it: bound to its owner, and the owner to it."""
        try:
            account, pem = await self._actors.find_by_key(claim.key_id, fresh=fresh)
        except RemoteGone as error:
            raise BadSignature(f"the actor of {claim.key_id} is gone") from error
        except Unreachable as error:
            raise Unavailable(f"cannot fetch {claim.key_id}: {error}") from error
        except FetchError as error:
            raise BadSignature(f"cannot fetch {claim.key_id}: {error}") from error
        if pem is not None:
            return self._remember(claim.key_id, account, pem, account.fetched_at or 0)
        async with self._store.read() as tx:
            key = await tx.keys.by_id(claim.key_id)
        if key is None or key.account_id != account.id:
            raise BadSignature(f"{account.uri} does not publish the key {claim.key_id}")
        return self._remember(claim.key_id, account, key.public_pem, key.fetched_at)

    async def _refetched(self, claim: Claim, key: _CachedKey) -> _CachedKey | None:
        """The key asked for again after a failed check, unless that was done a moment ago (or it is ours).

        What a server sends side by side after it has changed a key waits for the one answer.
        """
        return await self._flights.join(claim.key_id, lambda: self._ask_again(claim, key))

    async def _ask_again(self, claim: Claim, key: _CachedKey) -> _CachedKey | None:
        now = self._store.clock()
        # What a neighbour said of a key that is in another document says nothing of that document.
        fetched_at = key.fetched_at if claim.key_id.partition("#")[0] == key.account.uri else 0
        asked_at = max(fetched_at, self._asked.get(claim.key_id) or 0)
        if key.account.is_local or now - asked_at < _REFETCH_MS:
            return None
        # Kept here as well, for when the answer is none: a forger is not to make us ask again and again.
        self._asked.put(claim.key_id, now)
        self._cache.pop(claim.key_id, None)
        newer = await self._fetched(claim, fresh=True)
        return newer if newer.public_pem != key.public_pem else None

    def _remember(self, key_id: str, account: Account, public_pem: str, fetched_at: int) -> _CachedKey:
        known = self._cache.get(key_id)
        if known is not None and known.fetched_at > fetched_at:
            return known  # what was read from the store is from before the key was asked for again
        key = _CachedKey(account, public_pem, fetched_at, self._store.clock())
        self._cache[key_id] = key
        if len(self._cache) > _CACHED:
            self._cache.popitem(last=False)
        return key

    def forget(self, account_id: int) -> None:
        """Drop an account's keys from memory, when it was suspended or changed."""
        for key_id in [key_id for key_id, key in self._cache.items() if key.account.id == account_id]:
            del self._cache[key_id]
