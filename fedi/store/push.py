"""Where apps want to be woken, and the key that identifies us there."""

from __future__ import annotations

from msgspec import Struct

from fedi.store.rows import columns, read, write
from fedi.store.unit import Unit

POLICIES = ("all", "followed", "follower", "none")
"""From whom an app wants to hear."""


class Subscription(Struct, frozen=True, kw_only=True):
    """Where one app of a person wants to be woken, and about what. See the schema for each column."""

    id: int
    token_id: int
    user_id: int
    endpoint: str
    p256dh: str
    auth: str
    standard: bool = False
    alerts: tuple[str, ...] = ()
    policy: str = "all"
    created_at: int
    updated_at: int


_SELECT = f"SELECT {columns(Subscription)} FROM push_subscriptions"
_PUT = f"""
INSERT INTO push_subscriptions ({columns(Subscription)})
VALUES ({", ".join(":" + name for name in Subscription.__struct_fields__)})
"""


class Push:
    """Tables `push_subscriptions` and `vapid_keys`."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def vapid_key(self) -> tuple[str, str] | None:
        """The public key and the private one, as they are kept; None before the first start."""
        row = await self._db.row("SELECT public_key, private_pem FROM vapid_keys WHERE id = 1")
        return (row["public_key"], row["private_pem"]) if row else None

    async def keep_vapid_key(self, public_key: str, private_pem: str) -> None:
        """Keep the key, unless another process was first."""
        await self._db.run(
            "INSERT INTO vapid_keys (id, public_key, private_pem, created_at) "
            "VALUES (1, :public, :private, :now) ON CONFLICT (id) DO NOTHING",
            {"public": public_key, "private": private_pem, "now": self._tx.now},
        )

    async def put(self, subscription: Subscription) -> None:
        """Keep a subscription instead of the one that its token had."""
        await self.remove_of(subscription.token_id)
        await self._db.run(_PUT, write(subscription))

    async def of(self, token_id: int) -> Subscription | None:
        """The subscription of a token."""
        row = await self._db.row(f"{_SELECT} WHERE token_id = :token", {"token": token_id})
        return read(Subscription, row) if row else None

    async def by_id(self, subscription_id: int) -> Subscription | None:
        """A subscription whose token is still good."""
        row = await self._db.row(
            f"{_SELECT} WHERE id = :id AND EXISTS ("
            "SELECT 1 FROM tokens t WHERE t.id = token_id AND t.revoked_at IS NULL)",
            {"id": subscription_id},
        )
        return read(Subscription, row) if row else None

    async def remove_of(self, token_id: int) -> None:
        """The app with this token is not woken any more."""
        await self._db.run("DELETE FROM push_subscriptions WHERE token_id = :token", {"token": token_id})

    async def remove(self, subscription_id: int) -> None:
        """The endpoint is gone."""
        await self._db.run("DELETE FROM push_subscriptions WHERE id = :id", {"id": subscription_id})
