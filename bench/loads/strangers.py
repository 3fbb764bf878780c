"""People whom nobody here has met follow somebody."""

from __future__ import annotations

from bench import world
from bench.rig import Figure, Rig
from bench.server import Failed

_FOLLOWERS = f"SELECT COUNT(*) FROM follows WHERE followee_id = {world.ANA} AND state = 'following'"
_BUSY = """
SELECT (SELECT COUNT(*) FROM received WHERE state = 'waiting') + (SELECT COUNT(*) FROM jobs)
  + (SELECT COUNT(*) FROM deliveries)
"""


async def strangers(rig: Rig) -> list[Figure]:
    """Their actors and handles are fetched, the Follows accepted, and they are told so."""
    await rig.until(_BUSY)
    requests = rig.prepared.follows
    followers = await rig.value(_FOLLOWERS)
    await rig.others.counts()
    before = rig.read()
    await rig.send(requests, 16, 202)
    await rig.until(_BUSY)
    cpu = rig.since(before, "stranger", len(requests))
    if await rig.value(_FOLLOWERS) - followers != len(requests):
        raise Failed(f"only {await rig.value(_FOLLOWERS) - followers} of {len(requests)} follow")
    counts = await rig.others.counts()
    if counts.get("inbox", 0) != len(requests):
        raise Failed(f"asked {counts}, and not each was sent an Accept")
    return [cpu, Figure("stranger_asked", sum(counts.values()) / len(requests))]
