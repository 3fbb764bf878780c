"""Which pictures a page shows: our own. Nothing is fetched from another server, which would tell it who reads us."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlsplit
from zlib import crc32

from fedi.activitypub.uris import same_origin
from fedi.model.people import Account

_HUES = 10


class Pictures(NamedTuple):
    """The origins whose pictures are ours: of the domain, and of the media store where that is elsewhere."""

    origins: tuple[str, ...]

    @classmethod
    def at(cls, url: str, media_url: str) -> Pictures:
        """For a domain at `url` and media at `media_url` (may be empty)."""
        return cls((url, media_url) if media_url else (url,))

    def own(self, url: str | None) -> str | None:
        """The address, if it is one of ours."""
        return url if url and any(same_origin(url, origin) for origin in self.origins) else None

    @property
    def policy(self) -> str:
        """The sources for a Content-Security-Policy."""
        others = [f"{parts.scheme}://{parts.netloc}" for parts in map(urlsplit, self.origins[1:])]
        return " ".join(["'self'", *others])


def hue(account: Account) -> int:
    """A colour of the palette for who has no picture: always the same one."""
    return crc32(account.handle.encode()) % _HUES


def initial(account: Account) -> str:
    """The letter on that colour."""
    for character in account.name or account.username:
        if character.isalnum():
            return character.upper()
    return account.username[:1].upper()
