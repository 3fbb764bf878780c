"""Somebody with a great many followers posts."""

from __future__ import annotations

import msgspec

from bench import proc
from bench.rig import Figure, Rig
from bench.server import Failed

_COUNTS = (
    "posts",
    "activities",
    "deliveries",
    "jobs",
    "home_entries",
    "mentions",
    "notifications",
    "received",
)
_ROWS = "SELECT " + " + ".join(f"(SELECT COUNT(*) FROM {table})" for table in _COUNTS)
_PENDING = (
    "SELECT (SELECT COUNT(*) FROM jobs) + (SELECT COUNT(*) FROM activities WHERE fan_out_since IS NOT NULL)"
)
_TIMES = 3


async def publishing(rig: Rig) -> list[Figure]:
    """Until the API answers; then what the fan-out wrote and needed. The hosts' turn to get it comes never."""
    await rig.until(_PENDING)
    hosts = rig.prepared.sizes.crowd_hosts
    await _post(rig, "the first")  # which also warms the person's followers up
    await rig.until(_PENDING)
    waits, rows, grown = [], [], []
    before = rig.read()
    for number in range(_TIMES):
        memory, counted = proc.memory_mib(rig.server.pid), await rig.value(_ROWS)
        waits.append(await _post(rig, str(number)))
        await rig.until(_PENDING)
        rows.append(await rig.value(_ROWS) - counted)
        grown.append(proc.memory_mib(rig.server.pid) - memory)
    if min(rows) < hosts:
        raise Failed(f"{min(rows)} rows for {hosts} servers")
    return [
        Figure("publish", sorted(waits)[_TIMES // 2]),
        Figure("publish_rows", max(rows) - hosts),
        rig.since(before, "publish_cpu", _TIMES),
        Figure("publish_grown", max(grown)),
    ]


async def _post(rig: Rig, words: str) -> float:
    body = msgspec.json.encode({"status": f"To a crowd: {words}"})
    outcome = await rig.send([rig.asking("POST", "/api/v1/statuses", rig.tokens.star, body)], 1, 200)
    return outcome.latencies[0] * 1000
