"""Retry-After (RFC 9110 section 10.2.3): seconds or a date, as seconds from now."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from fedi.net.values import DAY


def parse_retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds to wait, between 0 and a day; None if nothing usable was said."""
    if value is None or len(value := value.strip()) > 64:
        return None
    if value.isascii() and value.isdecimal():
        return min(float(value), DAY)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    if moment.tzinfo is None:  # "-0000": the time is UTC, the place unknown (RFC 5322 section 3.3)
        moment = moment.replace(tzinfo=UTC)
    return min(max((moment - now).total_seconds(), 0.0), DAY)
