"""Addresses at which our proxy shows files of other servers: signed, so that it fetches nothing we did not show.

    https://social.example/media/proxy/<signature>/<address, base64url>

The address is inside, so that a page of posts needs no question to the database to make these.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache

PREFIX = "/media/proxy/"
LONGEST = 4_096


@lru_cache(maxsize=8192)
def address(key: str, base: str, url: str, *, profile: bool = False) -> str:
    """Our address for the file at `url`; `profile`: of an avatar, a header or an emoji, which are kept longest."""
    packed = urlsafe_b64encode(url.encode()).decode().rstrip("=")
    return f"{base}{PREFIX}{_signature(key, packed, profile=profile)}/{packed}"


def opened(key: str, signature: str, packed: str) -> tuple[str, bool] | None:
    """The address of the file, and whether it belongs to a profile; None if we did not make this."""
    if not key or len(packed) > LONGEST:
        return None
    for profile in (False, True):
        if hmac.compare_digest(_signature(key, packed, profile=profile), signature):
            return urlsafe_b64decode(packed + "=" * (-len(packed) % 4)).decode(), profile
    return None


def _signature(key: str, packed: str, *, profile: bool) -> str:
    text = ("p" if profile else "f") + packed
    digest = hmac.digest(key.encode(), text.encode(), hashlib.sha256)
    return urlsafe_b64encode(digest[:15]).decode()
