"""A remote person moves to another account: whoever follows the old one here follows the new one (FEP-7628).

The old account says so with its signature, the new one by listing the old one in `alsoKnownAs`. Both actors are
fetched anew, which needs the network, so this is a job.
"""

from __future__ import annotations

from typing import Any

from fedi.errors import NotAllowed, NotFound
from fedi.model.people import Account
from fedi.services import Services
from fedi.social import following
from fedi.store.store import Transaction

COOLDOWN_MS = 7 * 24 * 3_600_000
"""So long an account that has moved cannot move again (as Mastodon and GoToSocial have it)."""

_BATCH = 100


async def begin(tx: Transaction, source: Account, target_uri: str) -> None:
    """A signed Move came in. Raises NotAllowed within the cooldown."""
    if source.moved_at is not None and source.moved_at > tx.now - COOLDOWN_MS:
        raise NotAllowed(f"{source.uri} moved less than seven days ago")
    payload = {"account_id": source.id, "target": target_uri, "at": tx.now}
    await tx.jobs.add("follow_move", payload, key=f"follow_move:{source.id}")


async def run(services: Services, payload: dict[str, Any]) -> None:
    """The job: `account_id` moved to the actor `target`, as its Move said at `at`. May run twice."""
    found = await _proven(services, payload)
    if found is not None:
        await _carry_over(services, *found)


async def _proven(services: Services, payload: dict[str, Any]) -> tuple[Account, Account] | None:
    """The old account, now marked as moved, and the new one; None when the Move does not hold."""
    async with services.store.read() as tx:
        source = await tx.people.by_id(payload["account_id"])
        target = await tx.people.by_uri(payload["target"])
    if source is None:
        return None
    source = await services.actors.find(source.uri, fresh=True)
    if target is None or not target.is_local:
        target = await services.actors.find(payload["target"], fresh=True)
    if source.uri not in target.also_known_as or not source.is_active or not target.is_active:
        return None
    async with services.store.write() as tx:
        # A second Move that waited while the first was under way falls under the cooldown as well.
        moved_at = source.moved_at or 0
        if moved_at != payload["at"] and moved_at > tx.now - COOLDOWN_MS:
            return None
        await tx.people.update(source.id, moved_to_uri=target.uri, moved_at=payload["at"])
    return source, target


async def _carry_over(services: Services, source: Account, target: Account) -> None:
    after = 0
    while True:
        async with services.store.write() as tx:
            ids = await tx.follows.local_follower_ids(source.id, after=after, limit=_BATCH)
            followers = await tx.people.by_ids(ids)
            for follower_id in ids:
                await _follow_instead(tx, followers[follower_id], source, target)
        if len(ids) < _BATCH:
            return
        after = ids[-1]


async def _follow_instead(tx: Transaction, follower: Account, source: Account, target: Account) -> None:
    old = await tx.follows.between(follower.id, source.id)
    if old is None:
        return
    try:
        await following.ask(tx, follower, target, show_reblogs=old.show_reblogs, notify=old.notify)
    except (NotAllowed, NotFound):
        # The new account itself, or somebody who blocks it, has nobody to follow instead.
        return
    await following.undo(tx, follower, source)
