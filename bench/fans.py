"""People here who follow ana: enough of them to fill a stadium of streams."""

from __future__ import annotations

from bench.server import DOMAIN, URL
from bench.world import ANA
from fedi.activitypub.uris import Addresses
from fedi.model.people import Account, User
from fedi.store.store import Transaction

_AT = Addresses(URL)


async def fans_of_ana(tx: Transaction, domain_id: int, many: int) -> tuple[str, ...]:
    """Add them, and return an access token of each. Nobody else ever asks for their keys."""
    tokens: list[str] = []
    for number in range(many):
        account_id, name = tx.new_id(), f"fan{number}"
        at = _AT.actor(account_id)
        account = Account(
            id=account_id,
            uri=at,
            domain_id=domain_id,
            username=name,
            domain=DOMAIN,
            handle=f"{name}@{DOMAIN}",
            handle_checked_at=tx.now,
            inbox=_AT.inbox(account_id),
            created_at=tx.now,
        )
        await tx.people.add(account)
        user = User(
            id=account_id,
            email=f"{name}@{DOMAIN}",
            password_hash="!",
            confirmed_at=tx.now,
            seen_at=tx.now,
            created_at=tx.now,
        )
        await tx.members.add(user)
        await tx.db.run(
            "INSERT INTO follows (id, follower_id, followee_id, state, uri, local, created_at) "
            "VALUES (:id, :fan, :ana, 'following', :uri, TRUE, :now)",
            {"id": tx.new_id(), "fan": account_id, "ana": ANA, "uri": f"{at}#ana", "now": tx.now},
        )
        tokens.append(await tx.members.add_token(account_id, "read"))
    await tx.people.update(ANA, local_followers_count=many, followers_count=many)
    return tuple(tokens)
