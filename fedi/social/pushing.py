"""Web Push: waking people's apps (RFC 8030), with a key that is made on the first start."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import Any

import msgspec
import structlog
from msgspec import Struct

from fedi.errors import AddressRefused, RemoteInvalid, Unprocessable, Unreachable
from fedi.model import proxied
from fedi.model.people import Account, Domain, User
from fedi.model.posts import Post
from fedi.net.webpush import Receiver, VapidKey, check, new_vapid_key, seal
from fedi.services import Services
from fedi.social.notice_texts import body, headline, language
from fedi.store.notifications import Notice
from fedi.store.push import POLICIES, Subscription
from fedi.store.store import Transaction

log = structlog.get_logger()

TTL_SECONDS = 48 * 3600
"""How long a push service keeps a message for an app that is away; what is older is not sent at all."""
_SECONDS = 10.0
_NO_PICTURE = "/static/missing-avatar.svg"
_ICON_MOST = 1_000  # push services take 4,096 bytes, all in all
_WAIT_AND_SEE = frozenset({408, 425, 429})


class Choice(Struct, frozen=True):
    """What an app wants to be woken for: types of notices, and from whom (`store.push.POLICIES`)."""

    alerts: tuple[str, ...] = ()
    policy: str = "all"


class Payload(Struct, frozen=True):
    """What an app gets. Tokens are kept as hashes here, so there is none to send; strict apps want the key."""

    preferred_locale: str
    notification_id: int
    notification_type: str
    icon: str
    title: str
    body: str
    access_token: str = ""


class _Letter(Struct, frozen=True):
    """All that is needed to write and address one message."""

    subscription: Subscription
    notice: Notice
    user: User
    sender: Account
    post: Post | None
    domain: Domain
    key: VapidKey


async def vapid_public_key(tx: Transaction) -> str:
    """The key that apps subscribe with, base64url; made if there is none yet, so `tx` must be one that writes."""
    return (await vapid_key(tx)).public_key


async def vapid_key(tx: Transaction) -> VapidKey:
    """Both halves of that key."""
    found = await tx.push.vapid_key()
    if found is None:
        made = new_vapid_key()
        await tx.push.keep_vapid_key(made.public_key, made.private_pem)
        found = await tx.push.vapid_key() or (made.public_key, made.private_pem)
    return VapidKey(*found)


async def public_key(services: Services) -> str:
    """The key that apps subscribe with, where there is no transaction at hand."""
    async with services.store.read() as tx:
        found = await tx.push.vapid_key()
    if found is not None:
        return found[0]
    async with services.store.write() as tx:
        return await vapid_public_key(tx)


async def subscribe(
    services: Services, user_id: int, token_id: int, endpoint: str, receiver: Receiver, choice: Choice
) -> Subscription:
    """Wake the app with this token at `endpoint`, instead of where it was woken before. Raises Unprocessable."""
    check(receiver)
    _check_policy(choice.policy)
    try:
        services.net.check_endpoint(endpoint)
    except (AddressRefused, RemoteInvalid) as error:
        raise Unprocessable(error.detail, public="Validation failed: Endpoint is not a valid URL") from error
    async with services.store.write() as tx:
        subscription = Subscription(
            id=tx.new_id(),
            token_id=token_id,
            user_id=user_id,
            endpoint=endpoint,
            p256dh=receiver.p256dh,
            auth=receiver.auth,
            standard=receiver.standard,
            alerts=choice.alerts,
            policy=choice.policy,
            created_at=tx.now,
            updated_at=tx.now,
        )
        await tx.push.put(subscription)
    return subscription


async def choose(tx: Transaction, subscription: Subscription, choice: Choice) -> Subscription:
    """Change what an app is woken for. Raises Unprocessable."""
    _check_policy(choice.policy)
    changed = msgspec.structs.replace(
        subscription, alerts=choice.alerts, policy=choice.policy, updated_at=tx.now
    )
    await tx.push.put(changed)
    return changed


async def run(services: Services, payload: dict[str, Any]) -> None:
    """The job `push_notice`: one notice to one app, unless it is gone, read or not wanted any more."""
    async with services.store.read() as tx:
        letter = await _letter(tx, payload["subscription_id"], payload["notice_id"])
    if letter is None:
        return
    subscription = letter.subscription
    message = msgspec.json.encode(_payload(letter))
    receiver = Receiver(subscription.p256dh, subscription.auth, subscription.standard)
    now = services.store.clock() // 1000
    sealed = seal(message, receiver, subscription.endpoint, letter.key, contact=letter.domain.url, now=now)
    headers = {**sealed.headers, "TTL": str(TTL_SECONDS), "Urgency": "normal"}
    try:
        async with asyncio.timeout(_SECONDS):
            reply = await services.net.push(subscription.endpoint, sealed.body, headers)
    except TimeoutError:
        raise Unreachable("the push service took too long") from None
    if reply.status < 300:
        return
    if reply.status < 500 and reply.status not in _WAIT_AND_SEE:
        # 404 and 410: the app is gone. 400, 401, 403, 413: it will never take anything of us.
        log.info("push subscription given up", status=reply.status)
        async with services.store.write() as tx:
            await tx.push.remove(subscription.id)
        return
    raise Unreachable(f"the push service said {reply.status}", retry_after=reply.retry_after)


async def _letter(tx: Transaction, subscription_id: int, notice_id: int) -> _Letter | None:
    subscription = await tx.push.by_id(subscription_id)
    if subscription is None:
        return None
    notice = await tx.notifications.by_id(subscription.user_id, notice_id)
    if notice is None or notice.filtered or notice.type not in subscription.alerts:
        return None
    if notice.created_at < tx.now - TTL_SECONDS * 1000:
        return None
    people = await tx.people.by_ids({notice.from_id, notice.account_id})
    user = await tx.members.by_id(subscription.user_id)
    sender, owner = people.get(notice.from_id), people.get(notice.account_id)
    if user is None or sender is None or owner is None or owner.domain_id is None or not sender.is_active:
        return None
    if not await _is_wanted_from(tx, subscription, notice):
        return None
    post = await tx.posts.by_id(notice.post_id) if notice.post_id else None
    domain = await tx.domains.by_id(owner.domain_id)
    key = await tx.push.vapid_key()
    if domain is None or key is None or (notice.post_id and post is None):
        return None
    return _Letter(subscription, notice, user, sender, post, domain, VapidKey(*key))


async def _is_wanted_from(tx: Transaction, subscription: Subscription, notice: Notice) -> bool:
    if subscription.policy == "all":
        return True
    if subscription.policy == "none":
        return False
    between = (await tx.follows.relationships(notice.account_id, [notice.from_id]))[0]
    return between.following if subscription.policy == "followed" else between.followed_by


def _payload(letter: _Letter) -> Payload:
    sender, notice = letter.sender, letter.notice
    return Payload(
        preferred_locale=language(letter.user.locale),
        notification_id=notice.id,
        notification_type=notice.type,
        icon=_icon(sender, letter.domain),
        title=headline(notice.type, sender, letter.user.locale),
        body=body(sender, letter.post),
    )


def _icon(sender: Account, domain: Domain) -> str:
    """The sender's picture, from our own address: fetching it must tell nobody else that somebody was woken."""
    if not sender.avatar_url:
        return f"{domain.url}{_NO_PICTURE}"
    if sender.is_local:
        return sender.avatar_url
    shown = proxied.address(domain.media_key, domain.url, sender.avatar_url, profile=True)
    return shown if len(shown) <= _ICON_MOST else f"{domain.url}{_NO_PICTURE}"


def known_alerts(names: Collection[str]) -> tuple[str, ...]:
    """Those of `names` that are types of notices, in our order."""
    return tuple(one for one in ALERTS if one in names)


ALERTS = (
    "mention",
    "quote",
    "status",
    "reblog",
    "follow",
    "follow_request",
    "favourite",
    "poll",
    "update",
    "quoted_update",
    "admin.sign_up",
    "admin.report",
    "severed_relationships",
    "moderation_warning",
    "added_to_collection",
    "collection_update",
)
"""Types of notices that an app may be woken for."""


def _check_policy(policy: str) -> None:
    if policy not in POLICIES:
        raise Unprocessable(public="Validation failed: Policy is not included in the list")
