"""A post goes to followers on many servers, over TLS."""

from __future__ import annotations

import msgspec

from bench.rig import Figure, Rig
from bench.server import Failed

_WAITING = "SELECT (SELECT COUNT(*) FROM jobs) + (SELECT COUNT(*) FROM deliveries)"


async def delivery(rig: Rig) -> list[Figure]:
    """First to servers we have no connection with, then to the same ones again."""
    return [await _post(rig, "deliver_cold"), await _post(rig, "deliver_warm")]


async def _post(rig: Rig, key: str) -> Figure:
    await rig.until(_WAITING)
    await rig.others.counts()
    body = msgspec.json.encode({"status": f"To everyone: {key}"})
    before = rig.read()
    await rig.send([rig.asking("POST", "/api/v1/statuses", rig.tokens.dora, body)], 1, 200)
    await rig.until(_WAITING)
    hosts = rig.prepared.sizes.hosts
    cpu = rig.since(before, key, hosts)
    arrived = (await rig.others.counts()).get("inbox", 0)
    if arrived != hosts:
        raise Failed(f"{arrived} of {hosts} deliveries arrived")
    return cpu
