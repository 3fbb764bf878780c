"""Who blocks whom, and which servers are blocked."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from msgspec import Struct

from fedi.activitypub.uris import normal_host
from fedi.errors import Malformed
from fedi.model.people import Account
from fedi.store.follow_lists import Listed
from fedi.store.paging import Range
from fedi.store.rows import columns, read
from fedi.store.unit import Unit

SUSPEND = "suspend"
"""Nothing comes from there, and nothing goes there."""
SILENCE = "silence"
"""What comes from there is seen by those who follow it."""
SEVERITIES = (SUSPEND, SILENCE)


class BlockRow(Struct, frozen=True):
    """A block of an account by another; `uri` is the id of the Block activity."""

    account_id: int
    target_id: int
    uri: str
    created_at: int


class DomainBlock(Struct, frozen=True):
    """A block of a server and its subdomains; `severity` is suspend or silence."""

    name: str
    severity: str
    reason: str
    created_at: int


_ONE = f"SELECT {columns(BlockRow)} FROM blocks"
_LIST = f"""
SELECT b.id AS b_id, {columns(Account, "a.", "a_")} FROM blocks b JOIN accounts a ON a.id = b.target_id
WHERE b.account_id = :id AND b.id < :max_id AND b.id > :min_id
AND a.suspended_at IS NULL AND a.deleted_at IS NULL ORDER BY b.id {{way}} LIMIT :limit
"""


class Blocks:
    """Tables `blocks` and `domain_blocks`."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def add(self, account_id: int, target_id: int, uri: str) -> bool:
        """Record that an account blocks another; whether it is new. One that is here takes the new `uri`."""
        known = await self.between(account_id, target_id)
        await self._db.run(
            "INSERT INTO blocks (account_id, target_id, uri, id, created_at) "
            "VALUES (:account_id, :target_id, :uri, :id, :now) "
            "ON CONFLICT (account_id, target_id) DO UPDATE SET uri = excluded.uri",
            {
                "account_id": account_id,
                "target_id": target_id,
                "uri": uri,
                "id": self._tx.new_id(),
                "now": self._tx.now,
            },
        )
        return known is None

    async def remove(self, account_id: int, target_id: int) -> BlockRow | None:
        """Remove a block; what it was, or None."""
        rows = await self._db.rows(
            "DELETE FROM blocks WHERE account_id = :account AND target_id = :target "
            f"RETURNING {columns(BlockRow)}",
            {"account": account_id, "target": target_id},
        )
        return read(BlockRow, rows[0]) if rows else None

    async def between(self, account_id: int, target_id: int) -> BlockRow | None:
        """The block of `target_id` by `account_id`."""
        row = await self._db.row(
            f"{_ONE} WHERE account_id = :account AND target_id = :target",
            {"account": account_id, "target": target_id},
        )
        return read(BlockRow, row) if row else None

    async def by_uri(self, uri: str, *, account_id: int) -> BlockRow | None:
        """The block by `account_id` whose activity has that id."""
        row = await self._db.row(
            f"{_ONE} WHERE account_id = :account AND uri = :uri", {"account": account_id, "uri": uri}
        )
        return read(BlockRow, row) if row else None

    async def blocked(self, account_id: int, ask: Range) -> list[Listed]:
        """Whom an account blocks, those blocked last first; pages by the ids of blocks."""
        sql = _LIST.format(way="ASC" if ask.upwards else "DESC")
        rows = await self._db.rows(sql, {"id": account_id, **ask.params()})
        found = [Listed(row["b_id"], read(Account, row, "a_")) for row in rows]
        return found[::-1] if ask.upwards else found

    async def either_way(self, account_id: int, others: Collection[int]) -> set[int]:
        """Which of `others` an account blocks or is blocked by."""
        rows = await self._db.rows(
            "SELECT target_id AS other FROM blocks WHERE account_id = :me AND target_id = ANY(:others) "
            "UNION SELECT account_id FROM blocks WHERE target_id = :me AND account_id = ANY(:others)",
            {"me": account_id, "others": list(others)},
        )
        return {row["other"] for row in rows}

    async def add_domain(self, name: str, severity: str, reason: str = "") -> None:
        """Block a server and its subdomains, or change how. `name` is normalised; raises Malformed."""
        await self._db.run(
            "INSERT INTO domain_blocks (name, severity, reason, created_at) "
            "VALUES (:name, :severity, :reason, :now) ON CONFLICT (name) DO UPDATE SET "
            "severity = excluded.severity, reason = excluded.reason",
            {"name": domain_name(name), "severity": severity, "reason": reason, "now": self._tx.now},
        )

    async def remove_domain(self, name: str) -> bool:
        """Unblock a server; whether it was blocked under that very name."""
        gone = await self._db.run("DELETE FROM domain_blocks WHERE name = :name", {"name": domain_name(name)})
        return gone == 1

    async def domains(self) -> list[DomainBlock]:
        """Every blocked server, by name."""
        rows = await self._db.rows(f"SELECT {columns(DomainBlock)} FROM domain_blocks ORDER BY name")
        return [read(DomainBlock, row) for row in rows]

    async def domain_severity(self, host: str) -> str | None:
        """How a host is blocked, in any spelling of its name: suspend, silence or None."""
        return (await self.domain_severities([host])).get(host)

    async def domain_severities(self, hosts: Iterable[str]) -> dict[str, str]:
        """How those of `hosts` are blocked that are: the strictest block of the name or one above it holds."""
        wanted = {host: _and_above(host) for host in hosts}
        names = sorted({name for above in wanted.values() for name in above})
        rows = await self._db.rows(
            "SELECT name, severity FROM domain_blocks WHERE name = ANY(:names)", {"names": names}
        )
        severities = {row["name"]: row["severity"] for row in rows}
        found: dict[str, str] = {}
        for host, above in wanted.items():
            matching = {severities[name] for name in above if name in severities}
            if matching:
                found[host] = min(matching, key=SEVERITIES.index)
        return found


def domain_name(text: str) -> str:
    """A domain name as blocks are kept and looked up: lower case, punycode, no final dot, no port.

    Raises Malformed. (Spellings that slipped past a block: GHSA-v3xf-c9qf-j667, CVE-2023-42451.)
    """
    host = text.strip()
    name, colon, port = host.rpartition(":")
    if colon and not host.endswith("]") and (not port or port.isdecimal()):
        host = name
    return normal_host(host)


def _and_above(host: str) -> list[str]:
    try:
        name = domain_name(host)
    except Malformed:
        # Nothing can be fetched from, or signed by, what is not a host name.
        return []
    labels = name.split(".")
    return [".".join(labels[start:]) for start in range(len(labels))]
