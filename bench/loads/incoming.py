"""Posts that come in: the main work of a server."""

from __future__ import annotations

import msgspec

from bench import world
from bench.prepared import SENDERS
from bench.rig import Figure, Rig
from bench.server import Failed

_WAITING = "SELECT COUNT(*) FROM received WHERE state = 'waiting'"
_POSTS = "SELECT COUNT(*) FROM posts"
_HOME = f"SELECT COUNT(*) FROM home_entries WHERE account_id = {world.ANA}"
_NOTICES = "SELECT COUNT(*) FROM notifications"
_WARM = 32


async def incoming(rig: Rig) -> list[Figure]:
    """Posts of followed authors, until each is in the home timeline; with 16 and 64 senders, and with a mention."""
    await rig.send(rig.prepared.warming(_WARM), 4, 202)
    await rig.until(_WAITING)
    found: list[Figure] = []
    for senders in SENDERS:
        for mention in (False, True):
            found += await _one(rig, senders, mention)
    return found


async def _one(rig: Rig, senders: int, mention: bool) -> list[Figure]:
    requests = rig.prepared.creates(senders, mention)
    home, notices = await rig.value(_HOME), await rig.value(_NOTICES)
    before = rig.read()
    outcome = await rig.send(requests, senders, 202)
    await rig.until(_WAITING)
    name = "mention" if mention else "create"
    cpu = rig.since(before, f"{name}_{senders}", len(requests))
    if await rig.value(_HOME) - home != len(requests):
        raise Failed(
            f"only {await rig.value(_HOME) - home} of {len(requests)} posts are in the home timeline"
        )
    if mention and await rig.value(_NOTICES) - notices != len(requests):
        raise Failed("a mention was not told")
    await _are_visible(rig, requests)
    if mention:
        return [cpu]
    return [cpu, Figure(f"accepts_{senders}", outcome.rate), Figure(f"p99_{senders}", outcome.p99_ms)]


async def _are_visible(rig: Rig, requests: list[bytes]) -> None:
    """The person sees them, by the API: the newest are all of this load."""
    sent = {msgspec.json.decode(request.partition(b"\r\n\r\n")[2])["object"]["id"] for request in requests}
    asked = rig.asking("GET", "/api/v1/timelines/home?limit=40", rig.tokens.ana)
    seen = msgspec.json.decode((await rig.send([asked], 1, 200)).last)
    if strange := {status["uri"] for status in seen} - sent:
        raise Failed(f"{strange} in the home timeline, and not what came last")


async def refused(rig: Rig) -> list[Figure]:
    """What changes nothing: activities that were here before, and Deletes of people nobody here has met."""
    again = rig.prepared.creates(SENDERS[0], mention=False)
    await rig.send(again, 16, 202)
    await rig.until(_WAITING)
    posts, before = await rig.value(_POSTS), rig.read()
    await rig.send(again, 16, 202)
    await rig.until(_WAITING)
    figures = [rig.since(before, "duplicate", len(again))]
    if await rig.value(_POSTS) != posts:
        raise Failed("a duplicate made a post")
    await rig.others.counts()
    deletes = rig.prepared.deletes
    before = rig.read()
    await rig.send(deletes, 16, 202)
    figures.append(rig.since(before, "delete", len(deletes)))
    asked = sum((await rig.others.counts()).values())
    return [*figures, Figure("delete_asked", asked / len(deletes))]
