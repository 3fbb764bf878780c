"""Keys of actors: public ones of everybody, private ones of ours."""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Struct

from fedi.activitypub.keys import SigningKey
from fedi.store.unit import Unit


class Key(Struct, frozen=True):
    """A public key; `id` is the keyId of signatures, `kind` rsa or ed25519."""

    id: str
    account_id: int
    kind: str
    public_pem: str
    fetched_at: int


_SELECT = "SELECT id, account_id, kind, public_pem, fetched_at FROM keys"


class Keys:
    """Table `keys`."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def by_id(self, key_id: str) -> Key | None:
        """The key with this keyId."""
        row = await self._db.row(f"{_SELECT} WHERE id = :id", {"id": key_id})
        return Key(*(row[name] for name in Key.__struct_fields__)) if row else None

    async def of(self, account_id: int) -> list[Key]:
        """The keys an account publishes."""
        rows = await self._db.rows(f"{_SELECT} WHERE account_id = :id ORDER BY id", {"id": account_id})
        return [Key(*(row[name] for name in Key.__struct_fields__)) for row in rows]

    async def put(
        self,
        key_id: str,
        account_id: int,
        kind: str,
        public_pem: str,
        private_pem: str | None = None,
        *,
        is_own: bool = False,
    ) -> None:
        """Add a key, or replace what the same account published under that id; never another account's.

        Unless the id `is_own`, a part of the account's own document: then it was never the other's to claim.
        """
        await self._db.run(
            "INSERT INTO keys (id, account_id, kind, public_pem, private_pem, fetched_at) "
            "VALUES (:id, :account_id, :kind, :public_pem, :private_pem, :now) "
            "ON CONFLICT (id) DO UPDATE SET public_pem = excluded.public_pem, kind = excluded.kind, "
            "private_pem = excluded.private_pem, fetched_at = excluded.fetched_at, "
            "account_id = excluded.account_id "
            "WHERE keys.account_id = excluded.account_id "
            "OR (CAST(:is_own AS BOOLEAN) AND keys.private_pem IS NULL)",
            {
                "id": key_id,
                "account_id": account_id,
                "kind": kind,
                "public_pem": public_pem,
                "private_pem": private_pem,
                "is_own": is_own,
                "now": self._tx.now,
            },
        )

    async def keep_only(self, account_id: int, key_ids: Collection[str]) -> None:
        """Forget the keys that an account no longer publishes."""
        await self._db.run(
            "DELETE FROM keys WHERE account_id = :account_id AND NOT (id = ANY(:ids))",
            {"account_id": account_id, "ids": list(key_ids)},
        )

    async def signing_key(self, account_id: int) -> SigningKey:
        """The RSA key that signs for a local account."""
        return (await self.signing_keys([account_id]))[account_id]

    async def signing_keys(self, account_ids: Collection[int]) -> dict[int, SigningKey]:
        """The RSA keys that sign for local accounts."""
        rows = await self._db.rows(
            "SELECT id, account_id, private_pem FROM keys "
            "WHERE account_id = ANY(:ids) AND kind = 'rsa' AND private_pem IS NOT NULL",
            {"ids": list(account_ids)},
        )
        return {row["account_id"]: SigningKey(row["id"], row["private_pem"]) for row in rows}
