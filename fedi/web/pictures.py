"""Which pictures a page shows: our own, and copies of others'.

Nothing is fetched from another server by who reads, which would tell it who that is: our proxy does.
"""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlsplit, urlunsplit
from zlib import crc32

from fedi.activitypub.uris import is_http, same_origin
from fedi.model import proxied
from fedi.model.people import Account

_HUES = 10


class Pictures(NamedTuple):
    """The origins whose pictures are ours: of the domain, and of the media store where that is elsewhere."""

    origins: tuple[str, ...]
    key: str = ""
    """Signs the addresses of copies."""

    @classmethod
    def at(cls, url: str, media_url: str, key: str = "") -> Pictures:
        """For a domain at `url` and media at `media_url` (may be empty)."""
        return cls((url, media_url) if media_url else (url,), key)

    def own(self, url: str | None, *, profile: bool = False) -> str | None:
        """Where a page finds it: ours as it is, of what is elsewhere our copy; None where we cannot make one.

        What the domain itself serves is a path alone, so that a page stays within its own origin ('self' in
        its policy) however it was reached.
        """
        found = self.whole(url, profile=profile)
        return within(found) if found and same_origin(found, self.origins[0]) else found

    def whole(self, url: str | None, *, profile: bool = False) -> str | None:
        """The same, complete: for programs that read the page from elsewhere (og:image)."""
        if not url or any(same_origin(url, origin) for origin in self.origins):
            return url or None
        if not self.key or not is_http(url):
            return None
        return proxied.address(self.key, self.origins[0], url, profile=profile)

    @property
    def policy(self) -> str:
        """The sources for a Content-Security-Policy."""
        others = [f"{parts.scheme}://{parts.netloc}" for parts in map(urlsplit, self.origins[1:])]
        return " ".join(["'self'", *others])


def within(url: str) -> str:
    """The address without its scheme and host."""
    parts = urlsplit(url)
    return urlunsplit(("", "", parts.path, parts.query, ""))


def hue(account: Account) -> int:
    """A colour of the palette for who has no picture: always the same one."""
    return crc32(account.handle.encode()) % _HUES


def initial(account: Account) -> str:
    """The letter on that colour."""
    for character in account.name or account.username:
        if character.isalnum():
            return character.upper()
    return account.username[:1].upper()
