"""masto.js, on which web apps are built, against two servers that federate."""

from __future__ import annotations

import asyncio
import base64
import json
import os
from pathlib import Path

from tests.clients.conftest import Two
from tests.clients.test_mastodon_py import picture
from tests.interop.harness.available import unavailable
from tests.interop.harness.node import node

APP = Path(__file__).parent / "masto"
STEPS = [
    "signed in",
    "follow each other",
    "a picture travels",
    "a vote travels",
    "a stream tells of it",
    "a list and a filter",
    "notices, edits, bookmarks, reports",
    "the end",
]


async def test_an_app_lives_through_a_day(two: Two) -> None:
    if not (APP / "node_modules" / "masto").exists():
        unavailable("masto.js is not installed", "make dev")
    ana, zoe = await asyncio.gather(*(asyncio.to_thread(two.token, name) for name in ("ana", "zoe")))
    child = await asyncio.create_subprocess_exec(
        str(node()),
        str(APP / "story.mjs"),
        env={
            **os.environ,
            "HERE": two.here.site.origin,
            "THERE": two.there.site.origin,
            "ANA": ana,
            "ZOE": zoe,
            "HANDLE_OF_ANA": f"ana@{two.here.site.domain}",
            "HANDLE_OF_ZOE": f"zoe@{two.there.site.domain}",
            "PICTURE": base64.b64encode(picture()).decode(),
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, complaint = await child.communicate()
    steps = [json.loads(line)["step"] for line in output.decode().splitlines()]
    assert (child.returncode, steps) == (0, STEPS), complaint.decode()[-3000:]
