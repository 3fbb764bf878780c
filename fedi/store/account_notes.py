"""What people note about others, for themselves alone."""

from __future__ import annotations

from fedi.store.unit import Unit


class AccountNotes:
    """Table `account_notes`; read with what else is between two people (`follows.relationships`)."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def put(self, account_id: int, target_id: int, comment: str) -> None:
        """Note something; an empty text takes the note away."""
        params = {"account": account_id, "target": target_id}
        if not comment:
            await self._db.run(
                "DELETE FROM account_notes WHERE account_id = :account AND target_id = :target", params
            )
            return
        await self._db.run(
            "INSERT INTO account_notes (account_id, target_id, comment) VALUES (:account, :target, :comment) "
            "ON CONFLICT (account_id, target_id) DO UPDATE SET comment = excluded.comment",
            {**params, "comment": comment},
        )
