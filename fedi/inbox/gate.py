"""The gate: an incoming POST is proven to be its actor's and kept, or turned away, before anything acts on it.

What is cheap is checked first. A stranger without a valid signature costs a parse of a bounded body and at most
one fetch of a key; nothing unsigned passes, ever.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Any

from msgspec import Struct

from fedi.activitypub import codec, signatures, types
from fedi.activitypub.signatures import Claim, RequestHead
from fedi.activitypub.uris import MAX_URI, host_of
from fedi.errors import BadSignature, Malformed, NotAllowed
from fedi.inbox.accepting import Acceptor
from fedi.inbox.readings import Readings, read
from fedi.inbox.registry import HANDLERS
from fedi.model.people import Account
from fedi.net.signers import Verified
from fedi.services import Services
from fedi.store.received import Arrival


class Outcome(Struct, frozen=True):
    """What became of a POST that was not refused: both are answered with 202."""

    kept: bool
    reason: str = ""


class Gate:
    """One for each process. `readings` holds what it read, so that processing need not read it again."""

    def __init__(self, services: Services, readings: Readings) -> None:
        self._services = services
        self._acceptor = Acceptor(services.store)
        self._readings = readings
        self.outcomes: Counter[str] = Counter()

    async def admit(self, head: RequestHead, body: bytes, inbox_of: int | None) -> Outcome:
        """Keep the activity in `body`, durably, or say why it is dropped. Raises FediError to refuse it."""
        claim = signatures.claim(head)
        await self._check_host(claim)
        document = codec.load(body)
        if reason := await self._of_no_interest(document, claim):
            return self._dropped(reason)
        sender = await self._services.signers.of(head, body, claim)
        await self._check_domain(sender.account)
        activity = await read(document)
        if activity.actor != sender.account.uri:
            return self._not_its_own(document, sender)
        if type(activity) not in HANDLERS:
            return self._dropped(f"nothing to do for {document.get('type')}")
        await self._keep(activity, body, sender, inbox_of, head)
        self.outcomes["kept"] += 1
        return Outcome(True)

    async def _check_host(self, claim: Claim) -> None:
        host = host_of(claim.key_id)
        if not claim.key_id.startswith("https:") and not self._services.config.federation.allow_http:
            raise BadSignature(f"the key {claim.key_id} is not on https")
        if await self._services.severity(host) == "suspend":
            raise NotAllowed(f"{host} is blocked here")

    async def _check_domain(self, account: Account) -> None:
        # Of its handle, which need not be on the server that it acts from.
        if await self._services.severity(account.domain) == "suspend":
            raise NotAllowed(f"{account.handle} is of a domain that is blocked here")

    async def _of_no_interest(self, document: dict[str, Any], claim: Claim) -> str | None:
        """Deletes and Updates of actors nobody here has met: most of what a new server gets, and never a fetch."""
        if document.get("type") not in ("Delete", "Update") or self._services.signers.knows(claim.key_id):
            return None
        target = _id_of(document.get("object"))
        if target is None or target != _id_of(document.get("actor")):
            return None
        if await self._services.actors.known(target) is not None:
            return None
        return f"{document['type']} of an actor unknown here"

    def _not_its_own(self, document: dict[str, Any], sender: Verified) -> Outcome:
        # Forwarded by somebody else, with a signature inside the document: that is not read yet, and no offence.
        if "signature" in document or "proof" in document:
            return self._dropped("forwarded")
        raise BadSignature(f"signed by {sender.account.uri}, which is not the actor")

    async def _keep(
        self, activity: types.Activity, body: bytes, sender: Verified, inbox_of: int | None, head: RequestHead
    ) -> None:
        # Mastodon's pins come without an id (PROTOCOL 5.2): such an activity is known by what it says.
        uri = activity.id or f"sha256:{hashlib.sha256(body).hexdigest()}"
        # The queue is indexed by it, and PostgreSQL's index takes 2,704 bytes.
        if len(uri.encode()) > MAX_URI:
            raise Malformed("an activity id that is too long")
        self._readings.put(uri, activity, len(body))
        synchronization = next((v for name, v in head.headers if name == "collection-synchronization"), None)
        arrival = Arrival(uri, sender.account.id, inbox_of, body, _is_repeated(activity))
        await self._acceptor.accept(arrival, synchronization)

    def _dropped(self, reason: str) -> Outcome:
        self.outcomes["dropped"] += 1
        return Outcome(False, reason)


def _is_repeated(activity: types.Activity) -> bool:
    # See Arrival.again. Of nothing else: a late copy of an Undo of an old Like would take back the new one.
    # Mastodon's pins, without an id and a time, are the same whenever the same post is pinned again.
    if activity.id is None:
        return isinstance(activity, types.Add | types.Remove)
    if isinstance(activity, types.Undo):
        return isinstance(activity.object, types.Follow)
    return isinstance(activity, types.Follow)


def _id_of(value: Any) -> str | None:
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, dict):
        value = value.get("id")
    return value if isinstance(value, str) else None
