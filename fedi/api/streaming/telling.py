"""An event as text: made once, whoever gets it."""

from __future__ import annotations

import msgspec

from fedi.api.streaming.streams import Stream

_encode = msgspec.json.encode


class Telling:
    """An event of a stream with its payload: text, or nothing."""

    __slots__ = ("_frames", "_line", "event", "payload")

    def __init__(self, event: str, payload: str | None) -> None:
        self.event = event
        self.payload = payload
        self._frames: dict[tuple[str, ...], str] = {}
        self._line: bytes | None = None

    def frame(self, stream: Stream) -> str:
        """A message of a WebSocket. The payload is JSON inside a JSON string, as apps expect."""
        label = stream.label  # a thousand people's own streams have the same
        found = self._frames.get(label)
        if found is None:
            message: dict[str, object] = {"stream": label, "event": self.event}
            if self.payload is not None:
                message["payload"] = self.payload
            found = self._frames[label] = _encode(message).decode()
        return found

    def line(self) -> bytes:
        """A server-sent event (HTML: server-sent events)."""
        if self._line is None:
            self._line = f"event: {self.event}\ndata: {self.payload or ''}\n\n".encode()
        return self._line
