"""Web Push: the key of the server."""

from __future__ import annotations

import asyncio

from fedi.social import pushing
from tests.peer import World


async def test_the_key_is_made_once_also_by_several_at_the_same_time(world: World) -> None:
    found = await asyncio.gather(*(pushing.public_key(world.services) for _ in range(4)))
    assert len(set(found)) == 1
    async with world.store.write() as tx:
        assert await pushing.vapid_public_key(tx) == found[0]
        assert (await pushing.vapid_key(tx)).private_pem.startswith("-----BEGIN")
