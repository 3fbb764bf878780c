"""Follows that end because of what a moderator decided: counted, ended, and told to who lost them."""

from __future__ import annotations

from collections.abc import Sequence

from fedi.social.notifying import notify
from fedi.store.severances import Severance
from fedi.store.store import Transaction

DOMAIN = "domain_block"
ACCOUNT = "account_suspension"


async def sever(tx: Transaction, people: Sequence[int], *, kind: str, target_name: str) -> list[Severance]:
    """Nobody here follows, or is followed by, any of `people` any more, nor has their posts at home.

    Nothing is sent: what the other server has to hear is the caller's to say. What was lost, by person here.
    """
    lost = await tx.severances.about_to_lose(people, type=kind, target_name=target_name)
    await tx.follows.remove_of_people(people)
    if lost:
        await tx.severances.add(lost)
        await tx.severances.leave_homes(people, [one.account_id for one in lost])
    for one in lost:
        # About themselves, as in Mastodon: it has no other sender.
        await notify(tx, one.account_id, "severed_relationships", one.account_id, about_id=one.id)
    return lost
