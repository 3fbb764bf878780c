"""As much of HTTP/1.1 as a load needs, cheap enough not to get in the way of what is measured."""

from __future__ import annotations

from msgspec import Struct

_END = b"\r\n\r\n"


class Message(Struct, frozen=True):
    """A request or a response: its first line, its head in lower case, its body."""

    line: bytes
    head: bytes
    body: bytes

    @property
    def closes(self) -> bool:
        """Whether the sender closes the connection behind it."""
        return b"\r\nconnection: close" in self.head

    @property
    def status(self) -> int:
        """Of a response."""
        return int(self.line[9:12])

    def field(self, name: bytes) -> bytes:
        """A header's value, or nothing."""
        start = self.head.find(b"\r\n" + name + b":")
        if start < 0:
            return b""
        start += len(name) + 3
        end = self.head.find(b"\r\n", start)
        return self.head[start : end if end >= 0 else None].strip()


def take(buffer: bytearray) -> Message | None:
    """Take the first complete message out of `buffer`; None while there is none."""
    end = buffer.find(_END)
    if end < 0:
        return None
    line, _, _ = bytes(buffer[:end]).partition(b"\r\n")
    message = Message(line, bytes(buffer[:end]).lower(), b"")
    start = end + len(_END)
    if b"chunked" in message.field(b"transfer-encoding"):
        return _take_chunked(buffer, start, message)
    stop = start + int(message.field(b"content-length") or 0)
    if len(buffer) < stop:
        return None
    body = bytes(buffer[start:stop])
    del buffer[:stop]
    return Message(line, message.head, body)


def _take_chunked(buffer: bytearray, start: int, message: Message) -> Message | None:
    body = bytearray()
    while True:
        end = buffer.find(b"\r\n", start)
        if end < 0:
            return None
        size = int(buffer[start:end].partition(b";")[0], 16)
        if len(buffer) < end + 4 + size:
            return None
        body += buffer[end + 2 : end + 2 + size]
        start = end + 4 + size
        if not size:
            del buffer[:start]
            return Message(message.line, message.head, bytes(body))


def response(status: int, body: bytes = b"", content_type: str = "application/activity+json") -> bytes:
    """A response, whole."""
    return (
        f"HTTP/1.1 {status} OK\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        + body
    )


def request(method: str, target: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """A request, whole; `headers` has the Host."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    length = f"Content-Length: {len(body)}\r\n" if body or method != "GET" else ""
    return f"{method} {target} HTTP/1.1\r\n{lines}{length}\r\n".encode() + body
