"""Times. The store counts milliseconds since 1970; documents and the client API write them out."""

from __future__ import annotations

from datetime import UTC, datetime


def to_ms(at: datetime) -> int:
    """Milliseconds since 1970 of an aware time."""
    return int(at.timestamp() * 1000)


def from_ms(at: int) -> datetime:
    """The aware time, in UTC."""
    return datetime.fromtimestamp(at / 1000, UTC)


def iso(at: int) -> str:
    """As the Mastodon API writes it: 2026-11-22T10:00:00.000Z."""
    return from_ms(at).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at % 1000:03d}Z"
