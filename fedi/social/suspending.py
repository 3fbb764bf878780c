"""Suspending: an account is hidden and can do nothing. For 30 days that can be taken back, then its data goes."""

from __future__ import annotations

from typing import Any

import msgspec

from fedi.activitypub import types
from fedi.model.emails import canonical_hash
from fedi.model.people import Account
from fedi.outbox.actors import to_actor
from fedi.outbox.publish import Audience, activity_uri, publish
from fedi.services import Services
from fedi.social import deleting, severing
from fedi.social.follow_messages import send_reject, send_undo
from fedi.store.email_blocks import CanonicalEmailBlock
from fedi.store.store import Transaction

KEPT_MS = 30 * 86_400_000
PURGE = "purge_suspended"
"""The job's kind."""


async def suspend(tx: Transaction, target: Account) -> bool:
    """Hide an account; False if it was hidden already.

    Followers' servers hear that one of ours is suspended, as from Mastodon. With somebody of another server
    all follows end, both ways: there is no other means to keep them from what our people post.
    """
    if not await tx.people_states.suspend(target.id):
        return False
    hidden = msgspec.structs.replace(target, suspended_at=tx.now)
    if target.is_local:
        await _keep_out(tx, target)
        await _announce(tx, hidden)
    else:
        await _part(tx, target)
    await tx.jobs.add(PURGE, {"account_id": target.id}, key=f"{PURGE}:{target.id}", run_at=tx.now + KEPT_MS)
    return True


async def unsuspend(tx: Transaction, target: Account) -> bool:
    """Take it back while the data is there; False if there is nothing to take back."""
    if target.deleted_at is not None or not await tx.people_states.unsuspend(target.id):
        return False
    if target.is_local:
        await tx.email_blocks.remove_address_of(target.id)
        await _announce(tx, msgspec.structs.replace(target, suspended_at=None))
    return True


async def purge(services: Services, payload: dict[str, Any]) -> None:
    """The job `purge_suspended`: what is left of an account that was suspended 30 days ago goes."""
    async with services.store.write() as tx:
        account = await tx.people.by_id(payload["account_id"])
        suspended_at = account.suspended_at if account else None
        if account and account.deleted_at is None and suspended_at is not None:
            if suspended_at <= tx.now - KEPT_MS:
                await deleting.remove(tx, account)
            else:  # freed and suspended anew since
                at = suspended_at + KEPT_MS
                await tx.jobs.add(PURGE, {"account_id": account.id}, key=f"{PURGE}:{account.id}", run_at=at)
        await tx.jobs.done(payload["job_id"])


async def _keep_out(tx: Transaction, target: Account) -> None:
    """Whoever was suspended does not come back with the same e-mail address in another spelling."""
    user = await tx.members.by_id(target.id)
    if user is not None:
        digest = canonical_hash(user.email)
        await tx.email_blocks.add_address(
            CanonicalEmailBlock(id=tx.new_id(), hash=digest, account_id=target.id, created_at=tx.now)
        )


async def _announce(tx: Transaction, account: Account) -> None:
    update = types.Update(
        id=activity_uri(tx, account)[1],
        actor=account.uri,
        object=to_actor(account, await tx.keys.of(account.id)),
        to=(types.PUBLIC,),
    )
    await publish(tx, update, by=account, audience=Audience(followers=True, visibility="public"))


async def _part(tx: Transaction, target: Account) -> None:
    follows = await tx.follows.around(target.id)
    people = await tx.people.by_ids(
        {follow.follower_id for follow in follows if follow.followee_id == target.id}
    )
    people |= await tx.people.by_ids(
        {follow.followee_id for follow in follows if follow.follower_id == target.id}
    )
    await severing.sever(tx, [target.id], kind=severing.ACCOUNT, target_name=target.handle)
    for follow in follows:
        local = people.get(follow.follower_id if follow.followee_id == target.id else follow.followee_id)
        if local is None or not local.is_local:
            continue
        if follow.followee_id == target.id:
            await send_undo(tx, local, target, follow.uri)
        else:
            await send_reject(tx, local, target, follow.uri)
