"""What entities are relative to: the domain that was asked, and how times are written."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

from msgspec import Struct

from fedi.activitypub.uris import Addresses
from fedi.model import proxied
from fedi.model.people import Domain

_DAY_MS = 86_400_000
_EPOCH = date(1970, 1, 1)


class Here(Struct, frozen=True):
    """A domain hosted here, as entities need it."""

    domain_id: int
    name: str
    url: str
    avatar: str
    header: str
    base: str
    """What the domain's own addresses start with."""
    media_key: str
    """Signs the addresses of our proxy. Secret."""

    @property
    def addresses(self) -> Addresses:
        """The domain's addresses."""
        return Addresses(self.url)

    def media(self, url: str, *, profile: bool = False) -> str:
        """Where our proxy shows a file of another server; `profile`: of an avatar, a header or an emoji."""
        return proxied.address(self.media_key, self.url, url, profile=profile)

    def picture(self, url: str) -> str:
        """The address of an avatar, a header or an emoji: of another server's through our proxy."""
        return url if url.startswith(self.base) else self.media(url, profile=True)

    def acct(self, username: str, domain: str) -> str:
        """A handle as the API writes it: the name alone for people of this domain."""
        return username if domain == self.name else f"{username}@{domain}"


@lru_cache(maxsize=1024)
def here(domain: Domain) -> Here:
    """The domain, ready for entities."""
    return Here(
        domain_id=domain.id,
        name=domain.name,
        url=domain.url,
        avatar=f"{domain.url}/static/missing-avatar.svg",
        header=f"{domain.url}/static/missing-header.svg",
        base=f"{domain.url}/",
        media_key=domain.media_key,
    )


@lru_cache(maxsize=4096)
def _day(number: int) -> str:
    return (_EPOCH + timedelta(days=number)).isoformat()


@lru_cache(maxsize=4096)
def time(at: int) -> str:
    """A time (ms since 1970) as 2026-11-22T10:00:00.000Z. Pages hold dozens of times, mostly of few days."""
    day, rest = divmod(at, _DAY_MS)
    seconds, ms = divmod(rest, 1000)
    minutes, seconds = divmod(seconds, 60)
    return f"{_day(day)}T{minutes // 60:02}:{minutes % 60:02}:{seconds:02}.{ms:03}Z"


def midnight(at: int) -> str:
    """The start of that day, in the same form: when exactly an account was made is nobody's business."""
    return f"{_day(at // _DAY_MS)}T00:00:00.000Z"


def day(at: int | None) -> str | None:
    """The day alone, 2026-11-22."""
    return None if at is None else _day(at // _DAY_MS)
