"""Blocking a whole server for oneself: nothing of it in one's lists, no notices, no follows either way."""

from __future__ import annotations

from typing import Any

from fedi.activitypub.uris import host_of
from fedi.errors import Malformed, Unprocessable
from fedi.model.people import Account
from fedi.services import Services
from fedi.social.following import refuse, unfollow
from fedi.store.store import Transaction

LEAVE_DOMAIN = "leave_domain"
"""The job's kind."""
_BATCH = 50


async def block_domain(tx: Transaction, account: Account, text: str) -> None:
    """Block a server. A job ends the follows between the person and its people. Raises Unprocessable."""
    domain = _domain(text)
    if domain == account.domain:
        raise Unprocessable(public="Validation failed: Domain is your own")
    await tx.account_domain_blocks.add(account.id, domain)
    await tx.jobs.add(
        LEAVE_DOMAIN,
        {"account_id": account.id, "domain": domain},
        key=f"{LEAVE_DOMAIN}:{account.id}:{domain}",
    )


async def unblock_domain(tx: Transaction, account: Account, text: str) -> None:
    """Block a server no longer. The follows that ended stay ended. Raises Unprocessable."""
    await tx.account_domain_blocks.remove(account.id, _domain(text))


async def run(services: Services, payload: dict[str, Any]) -> None:
    """The job: the person and the server's people no longer follow each other, a few in each transaction."""
    while not await _leave_some(services, payload["account_id"], payload["domain"]):
        pass


async def _leave_some(services: Services, account_id: int, domain: str) -> bool:
    """Whether it is all done."""
    async with services.store.write() as tx:
        account = await tx.people.by_id(account_id)
        if account is None or not await tx.account_domain_blocks.has(account_id, domain):
            return True
        followed = await tx.account_domain_blocks.followed_there(account_id, domain, _BATCH)
        following = await tx.account_domain_blocks.followers_there(account_id, domain, _BATCH)
        people = await tx.people.by_ids({*followed, *following})
        for one in followed:
            await unfollow(tx, account, people[one])
        for one in following:
            await refuse(tx, account, people[one])
        return len(followed) < _BATCH and len(following) < _BATCH


def _domain(text: str) -> str:
    """The domain of handles in its normal form, with a port if they have one."""
    try:
        return host_of(f"https://{text.strip().removeprefix('@')}")
    except Malformed as error:
        raise Unprocessable(
            error.detail, public="Validation failed: Domain is not a valid domain name"
        ) from error
