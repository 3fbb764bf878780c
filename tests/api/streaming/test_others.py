"""What streams tell beside posts: conversations to whom they are of, and that filters have changed."""

from __future__ import annotations

from tests.api.conftest import Api
from tests.api.streaming.conftest import Streams


async def test_conversations_and_changed_filters(api: Api, streams: Streams) -> None:
    (_, hers), (_, his) = await api.member("ana"), await api.member("bo")
    direct = await streams.socket(hers, "?stream=direct")
    home = await streams.socket(hers, "?stream=user")
    # From somebody she does not follow: the notice is held back, the conversation is told.
    first = await his.post("/api/v1/statuses", json={"status": "@ana psst", "visibility": "direct"})
    label, event, talk = await direct.heard()
    assert (label, event) == (["direct"], "conversation")
    assert (await hers.get("/api/v1/conversations")) == [talk]
    assert (talk["last_status"]["id"], talk["unread"]) == (first["id"], True)
    await hers.post("/api/v2/filters", json={"title": "x", "context": ["home"]})
    assert await home.heard() == (["user"], "filters_changed", None)
    await direct.hang_up()
    await home.hang_up()
