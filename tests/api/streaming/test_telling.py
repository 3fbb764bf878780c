"""An event as text: encoded once for all who hear it under the same name."""

from __future__ import annotations

import msgspec

from fedi.api.streaming.streams import Stream
from fedi.api.streaming.telling import Telling


def test_own_streams_of_many_people_share_one_text() -> None:
    telling = Telling("update", '{"id":"1"}')
    first = telling.frame(Stream("user", of=1))
    assert telling.frame(Stream("user", of=2)) is first
    assert msgspec.json.decode(first) == {"stream": ["user"], "event": "update", "payload": '{"id":"1"}'}


def test_lists_and_hashtags_say_which() -> None:
    telling = Telling("delete", "7")
    labels = [
        msgspec.json.decode(telling.frame(stream))["stream"]
        for stream in (Stream("list", of=3), Stream("list", of=4), Stream("hashtag", tag="cats"))
    ]
    assert labels == [["list", "3"], ["list", "4"], ["hashtag", "cats"]]
