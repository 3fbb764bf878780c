"""What apps and other servers ask for most."""

from __future__ import annotations

from bench import http
from bench.loads.arranging import arranging
from bench.rig import Figure, Rig
from bench.server import DOMAIN

_WARM = 64
_READERS = 16


async def reading(rig: Rig) -> list[Figure]:
    """The home timeline, notices, WebFinger, and an actor's document with a signed GET."""
    many = rig.prepared.sizes.reads
    home = rig.asking("GET", "/api/v1/timelines/home?limit=20", rig.tokens.ana)
    finger = http.request("GET", f"/.well-known/webfinger?resource=acct:ana@{DOMAIN}", {"Host": DOMAIN})
    timeline, rate = await _load(rig, "timeline", [home] * many)
    arranged = await arranging(rig, home, many)
    single = rig.asking("GET", "/api/v1/notifications?limit=40", rig.tokens.ana)
    grouped = rig.asking("GET", "/api/v2/notifications?limit=40", rig.tokens.ana)
    notices, _ = await _load(rig, "notices", [single] * (many // 2))
    groups, _ = await _load(rig, "notice_groups", [grouped] * (many // 2))
    webfinger, _ = await _load(rig, "webfinger", [finger] * many)
    actor, _ = await _load(rig, "actor", rig.prepared.signed_gets)
    return [timeline, Figure("timeline_rate", rate), *arranged, notices, groups, webfinger, actor]


async def _load(rig: Rig, key: str, requests: list[bytes]) -> tuple[Figure, float]:
    await rig.send(requests[:_WARM], _READERS, 200)
    before = rig.read()
    outcome = await rig.send(requests, _READERS, 200)
    return rig.since(before, key, len(requests)), outcome.rate
