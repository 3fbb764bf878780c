"""What a person proves themselves by besides the password: codes by the clock, passkeys, recovery codes."""

from __future__ import annotations

from msgspec import Struct

from fedi.store.rows import columns, placeholders, read, write
from fedi.store.secrets import digest
from fedi.store.unit import Unit

_CHALLENGE_MS = 300_000
_HAS = """
SELECT (SELECT COUNT(*) FROM totp WHERE user_id = :user AND confirmed_at IS NOT NULL),
  (SELECT COUNT(*) FROM passkeys WHERE user_id = :user),
  (SELECT COUNT(*) FROM recovery_codes WHERE user_id = :user)
"""
_PUT_TOTP = """
INSERT INTO totp (user_id, secret) VALUES (:user, :secret)
ON CONFLICT (user_id) DO UPDATE SET secret = :secret, confirmed_at = NULL, last_step = 0
"""
_PUT_CHALLENGE = """
INSERT INTO passkey_challenges (hash, challenge, expires_at) VALUES (:hash, :challenge, :until)
ON CONFLICT (hash) DO UPDATE SET challenge = :challenge, expires_at = :until
"""


class Has(Struct, frozen=True):
    """How many of each a person has."""

    totp: int
    passkeys: int
    recovery_codes: int

    @property
    def second(self) -> bool:
        """Whether the password alone is not enough."""
        return bool(self.totp or self.passkeys)


class Totp(Struct, frozen=True):
    """A secret shared with an app that makes codes by the clock. `last_step`: the last code that was used."""

    secret: str
    confirmed_at: int | None
    last_step: int


class Passkey(Struct, frozen=True, kw_only=True):
    """A WebAuthn credential."""

    id: int
    user_id: int
    credential: bytes
    public_key: bytes
    sign_count: int
    name: str
    created_at: int
    used_at: int | None = None


class Factors:
    """Tables `totp`, `passkeys`, `passkey_challenges` and `recovery_codes`."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def of(self, user_id: int) -> Has:
        """What a person has."""
        row = await self._db.row(_HAS, {"user": user_id})
        assert row is not None
        return Has(*(int(count) for count in row))

    async def totp(self, user_id: int) -> Totp | None:
        """The secret of a person, proven or not."""
        row = await self._db.row(
            "SELECT secret, confirmed_at, last_step FROM totp WHERE user_id = :user", {"user": user_id}
        )
        return Totp(*row) if row else None

    async def put_totp(self, user_id: int, secret: str) -> None:
        """Keep a secret that is still to be proven."""
        await self._db.run(_PUT_TOTP, {"user": user_id, "secret": secret})

    async def use_totp(self, user_id: int, step: int) -> bool:
        """The code of this step was given: proven from now on. False if that code, or a later one, was used."""
        return bool(
            await self._db.run(
                "UPDATE totp SET last_step = :step, confirmed_at = COALESCE(confirmed_at, :now) "
                "WHERE user_id = :user AND last_step < :step",
                {"user": user_id, "step": step, "now": self._tx.now},
            )
        )

    async def drop_totp(self, user_id: int) -> None:
        """Codes by the clock are good for nothing any more."""
        await self._db.run("DELETE FROM totp WHERE user_id = :user", {"user": user_id})

    async def put_recovery_codes(self, user_id: int, codes: list[str]) -> None:
        """New codes in place of the old ones; their hashes are kept."""
        await self._db.run("DELETE FROM recovery_codes WHERE user_id = :user", {"user": user_id})
        await self._db.run_many(
            "INSERT INTO recovery_codes (user_id, hash) VALUES (:user, :hash)",
            [{"user": user_id, "hash": digest(code)} for code in codes],
        )

    async def use_recovery_code(self, user_id: int, code: str) -> bool:
        """Whether this was a code that had not been used."""
        return bool(
            await self._db.run(
                "DELETE FROM recovery_codes WHERE user_id = :user AND hash = :hash",
                {"user": user_id, "hash": digest(code)},
            )
        )

    async def add_passkey(self, passkey: Passkey) -> bool:
        """Keep a credential, unless it is known already; whether it was new."""
        added = await self._db.run(
            f"INSERT INTO passkeys ({columns(Passkey)}) VALUES ({placeholders(Passkey)}) "
            "ON CONFLICT (credential) DO NOTHING",
            write(passkey),
        )
        return added == 1

    async def passkeys(self, user_id: int) -> list[Passkey]:
        """The credentials of a person, in the order in which they came."""
        rows = await self._db.rows(
            f"SELECT {columns(Passkey)} FROM passkeys WHERE user_id = :user ORDER BY id", {"user": user_id}
        )
        return [read(Passkey, row) for row in rows]

    async def passkey(self, credential: bytes) -> Passkey | None:
        """A credential by its id."""
        row = await self._db.row(
            f"SELECT {columns(Passkey)} FROM passkeys WHERE credential = :credential",
            {"credential": credential},
        )
        return read(Passkey, row) if row else None

    async def use_passkey(self, passkey_id: int, sign_count: int) -> None:
        """A credential was used."""
        await self._db.run(
            "UPDATE passkeys SET used_at = :now, sign_count = :count WHERE id = :id",
            {"id": passkey_id, "now": self._tx.now, "count": sign_count},
        )

    async def drop_passkey(self, user_id: int, passkey_id: int) -> bool:
        """A credential is good for nothing any more; whether it was this person's."""
        return bool(
            await self._db.run(
                "DELETE FROM passkeys WHERE id = :id AND user_id = :user", {"id": passkey_id, "user": user_id}
            )
        )

    async def put_challenge(self, cookie: str, challenge: bytes) -> None:
        """What the browser with this cookie has to sign, within five minutes."""
        await self._db.run(
            _PUT_CHALLENGE,
            {"hash": digest(cookie), "challenge": challenge, "until": self._tx.now + _CHALLENGE_MS},
        )

    async def take_challenge(self, cookie: str) -> bytes | None:
        """What the browser with this cookie was asked to sign; it is not asked twice for the same."""
        found: bytes | None = await self._db.value(
            "DELETE FROM passkey_challenges WHERE hash = :hash AND expires_at > :now RETURNING challenge",
            {"hash": digest(cookie), "now": self._tx.now},
        )
        return None if found is None else bytes(found)

    async def forget(self) -> None:
        """Drop challenges that nobody met."""
        await self._db.run("DELETE FROM passkey_challenges WHERE expires_at <= :now", {"now": self._tx.now})
