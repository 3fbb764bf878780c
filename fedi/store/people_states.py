"""What moderators decided about accounts: suspended, limited, marked as sensitive, logins frozen."""

from __future__ import annotations

from fedi.store.domain_people import PEOPLE_OF_DOMAIN, domain_params
from fedi.store.unit import Unit

_SUSPEND_DOMAIN = f"""
UPDATE accounts SET suspended_at = :at WHERE suspended_at IS NULL AND id IN ({PEOPLE_OF_DOMAIN})
"""
_SILENCE_DOMAIN = f"""
UPDATE accounts SET silenced_at = :at WHERE silenced_at IS NULL AND id IN ({PEOPLE_OF_DOMAIN})
"""
# What the block did carries its time; what was decided about one account has another.
_FREE_DOMAIN = f"""
UPDATE accounts SET suspended_at = CASE WHEN suspended_at = :at THEN NULL ELSE suspended_at END,
  silenced_at = CASE WHEN silenced_at = :at THEN NULL ELSE silenced_at END
WHERE (suspended_at = :at OR silenced_at = :at) AND id IN ({PEOPLE_OF_DOMAIN})
"""
_CLEAR_FACES = f"""
UPDATE accounts SET avatar_url = NULL, header_url = NULL, emojis = '[]' WHERE id IN ({PEOPLE_OF_DOMAIN})
"""
_CLEAR_POSTS = f"""
UPDATE posts SET attachments = '[]', emojis = '[]'
WHERE (attachments <> '[]' OR emojis <> '[]') AND account_id IN ({PEOPLE_OF_DOMAIN})
"""
STATES = ("suspended_at", "silenced_at", "sensitized_at")


class PeopleStates:
    """Columns of `accounts` and `users`."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def suspend(self, account_id: int) -> bool:
        """Hide an account, and let it do nothing; False if it was hidden."""
        return await self._set("suspended_at", account_id)

    async def unsuspend(self, account_id: int) -> bool:
        """Take that back; False if there was nothing to."""
        return await self._clear("suspended_at", account_id)

    async def silence(self, account_id: int) -> bool:
        """Show an account only to who follows it; False if that was so."""
        return await self._set("silenced_at", account_id)

    async def unsilence(self, account_id: int) -> bool:
        """Take that back; False if there was nothing to."""
        return await self._clear("silenced_at", account_id)

    async def sensitize(self, account_id: int) -> bool:
        """Hide all media of an account behind a warning; False if that was so."""
        return await self._set("sensitized_at", account_id)

    async def unsensitize(self, account_id: int) -> bool:
        """Take that back; False if there was nothing to."""
        return await self._clear("sensitized_at", account_id)

    async def disable(self, user_id: int) -> bool:
        """Freeze a login; False if it was, or if nobody signs in with this account."""
        sql = "UPDATE users SET disabled_at = :now WHERE id = :id AND disabled_at IS NULL"
        return await self._db.run(sql, {"id": user_id, "now": self._tx.now}) == 1

    async def enable(self, user_id: int) -> bool:
        """Take that back; False if there was nothing to."""
        sql = "UPDATE users SET disabled_at = NULL WHERE id = :id AND disabled_at IS NOT NULL"
        return await self._db.run(sql, {"id": user_id}) == 1

    async def forget(self, account_id: int) -> None:
        """Delete an account that was never let in, with its login: nobody has heard of it, and its name is free."""
        await self._db.run("DELETE FROM accounts WHERE id = :id", {"id": account_id})

    async def suspend_domain(self, name: str, at: int) -> None:
        """Hide everybody of a domain and its subdomains, at the time `at`."""
        await self._db.run(_SUSPEND_DOMAIN, {**domain_params(name), "at": at})

    async def silence_domain(self, name: str, at: int) -> None:
        """Limit everybody of a domain and its subdomains, at the time `at`."""
        await self._db.run(_SILENCE_DOMAIN, {**domain_params(name), "at": at})

    async def free_domain(self, name: str, at: int) -> None:
        """Take back what was done to everybody of a domain at the time `at`, and nothing else."""
        await self._db.run(_FREE_DOMAIN, {**domain_params(name), "at": at})

    async def clear_media(self, name: str) -> None:
        """Forget pictures and other files of everybody of a domain and its subdomains."""
        await self._db.run(_CLEAR_FACES, domain_params(name))
        await self._db.run(_CLEAR_POSTS, domain_params(name))

    async def _set(self, column: str, account_id: int) -> bool:
        sql = f"UPDATE accounts SET {column} = :now WHERE id = :id AND {column} IS NULL"
        return await self._db.run(sql, {"id": account_id, "now": self._tx.now}) == 1

    async def _clear(self, column: str, account_id: int) -> bool:
        sql = f"UPDATE accounts SET {column} = NULL WHERE id = :id AND {column} IS NOT NULL"
        return await self._db.run(sql, {"id": account_id}) == 1
