"""The same timeline for somebody who has filters, and a list of everyone they follow."""

from __future__ import annotations

import msgspec

from bench import world
from bench.rig import Figure, Rig
from bench.server import Failed

_FILTERS = 5
_WORDS = ("election", "spoiler", "#quotes", "measured nothing")
_WARM = 64
_READERS = 16
_FOLLOWED = f"SELECT COUNT(*) FROM follows WHERE follower_id = {world.ANA}"


async def arranging(rig: Rig, home: bytes, many: int) -> list[Figure]:
    """Make filters and a list by the API, read both timelines, and leave everything as it was."""
    filters = [await _made(rig, "/api/v2/filters", _filter(number)) for number in range(_FILTERS)]
    members = await _members(rig)
    made = await _made(rig, "/api/v1/lists", {"title": "everyone"})
    await _made(rig, f"/api/v1/lists/{made}/accounts", {"account_ids": members})
    listed = rig.asking("GET", f"/api/v1/timelines/list/{made}?limit=20", rig.tokens.ana)
    figures = [await _load(rig, "filtered", home, many), await _load(rig, "list", listed, many)]
    for path in (*(f"/api/v2/filters/{one}" for one in filters), f"/api/v1/lists/{made}"):
        await rig.send([rig.asking("DELETE", path, rig.tokens.ana)], 1, 200)
    return figures


async def _load(rig: Rig, key: str, request: bytes, many: int) -> Figure:
    seen = msgspec.json.decode((await rig.send([request] * _WARM, _READERS, 200)).last)
    if len(seen) != 20:
        raise Failed(f"{len(seen)} posts on a page of 20")
    before = rig.read()
    await rig.send([request] * many, _READERS, 200)
    return rig.since(before, key, many)


async def _members(rig: Rig) -> list[str]:
    asked = rig.asking("GET", f"/api/v1/accounts/{world.ANA}/following?limit=80", rig.tokens.ana)
    found = msgspec.json.decode((await rig.send([asked], 1, 200)).last)
    if len(found) != await rig.value(_FOLLOWED):
        raise Failed("not everyone whom ana follows is among them")
    return [one["id"] for one in found]


async def _made(rig: Rig, path: str, values: dict[str, object]) -> str:
    sent = rig.asking("POST", path, rig.tokens.ana, msgspec.json.encode(values))
    made = msgspec.json.decode((await rig.send([sent], 1, 200)).last)
    return str(made.get("id", ""))


def _filter(number: int) -> dict[str, object]:
    words = [{"keyword": f"{word} {number}", "whole_word": True} for word in _WORDS]
    return {"title": f"Filter {number}", "context": ["home", "public"], "keywords_attributes": words}
