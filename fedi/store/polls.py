"""Polls and votes. Whoever changes a poll locks it first, so that no vote is lost in another's count."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import msgspec

from fedi.model.polls import Ballot, Poll
from fedi.store.page_parts import ballots
from fedi.store.rows import changed, columns, placeholders, read, write
from fedi.store.unit import Unit

_SELECT = f"SELECT {columns(Poll)} FROM polls"
_INSERT = f"INSERT INTO polls ({columns(Poll)}) VALUES ({placeholders(Poll)})"
_UPDATE = f"UPDATE polls SET {changed(dict.fromkeys(Poll.__struct_fields__[2:]))} WHERE id = :id"
_VOTE = """
INSERT INTO poll_votes (id, poll_id, account_id, choice, created_at) VALUES (:id, :poll, :account, :choice, :now)
ON CONFLICT (poll_id, account_id, choice) DO NOTHING
"""
_VOTERS = """
SELECT DISTINCT v.account_id FROM poll_votes v JOIN users u ON u.id = v.account_id WHERE v.poll_id = :poll
"""


class Polls:
    """Tables `polls` and `poll_votes`."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def add(self, poll: Poll) -> None:
        """Add the poll of a post that is there already."""
        await self._db.run(_INSERT, write(poll))

    async def by_id(self, poll_id: int) -> Poll | None:
        """The poll with this id."""
        row = await self._db.row(f"{_SELECT} WHERE id = :id", {"id": poll_id})
        return read(Poll, row) if row else None

    async def lock(self, poll_id: int) -> Poll | None:
        """The same, with nobody else changing it until the transaction ends."""
        row = await self._db.row(f"{_SELECT} WHERE id = :id /*postgresql FOR UPDATE */", {"id": poll_id})
        return read(Poll, row) if row else None

    async def by_ids(self, poll_ids: Collection[int]) -> dict[int, Poll]:
        """Those of the polls that are here."""
        rows = await self._db.rows(f"{_SELECT} WHERE id = ANY(:ids)", {"ids": list(poll_ids)})
        return {row["id"]: read(Poll, row) for row in rows}

    async def seen_by(self, viewer_id: int | None, poll_ids: Iterable[int]) -> dict[int, Ballot]:
        """Polls with what the viewer chose."""
        return await ballots(self._db, poll_ids, viewer_id or 0)

    async def change(self, poll: Poll) -> None:
        """Give a locked poll its new form."""
        await self._db.run(_UPDATE, write(poll))

    async def vote(self, poll: Poll, account_id: int, choices: Sequence[int]) -> list[tuple[int, int]]:
        """Count votes in a locked poll; (id, choice) of those that are new."""
        known = set(await self.choices(poll.id, account_id))
        new = [(self._tx.new_id(), choice) for choice in dict.fromkeys(choices) if choice not in known]
        if not new:
            return []
        params = {"poll": poll.id, "account": account_id, "now": self._tx.now}
        await self._db.run_many(_VOTE, [{**params, "id": own, "choice": choice} for own, choice in new])
        tallies = list(poll.tallies)
        for _, choice in new:
            tallies[choice] += 1
        voters = poll.voters_count
        await self.change(
            msgspec.structs.replace(
                poll,
                tallies=tuple(tallies),
                votes_count=poll.votes_count + len(new),
                voters_count=voters if voters is None or known else voters + 1,
            )
        )
        return new

    async def choices(self, poll_id: int, account_id: int) -> list[int]:
        """What an account chose."""
        rows = await self._db.rows(
            "SELECT choice FROM poll_votes WHERE poll_id = :poll AND account_id = :account ORDER BY choice",
            {"poll": poll_id, "account": account_id},
        )
        return [row["choice"] for row in rows]

    async def forget_votes(self, poll_id: int) -> None:
        """The choices are others now: nobody has voted."""
        await self._db.run("DELETE FROM poll_votes WHERE poll_id = :poll", {"poll": poll_id})

    async def remove(self, poll_id: int) -> None:
        """An edit took the poll out."""
        await self._db.run("DELETE FROM polls WHERE id = :poll", {"poll": poll_id})

    async def voters_here(self, poll_id: int) -> list[int]:
        """People of this server who voted."""
        return [row[0] for row in await self._db.rows(_VOTERS, {"poll": poll_id})]
