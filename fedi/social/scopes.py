"""What a token lets an app do: OAuth scopes, by the names of the Mastodon API.

A scope covers itself and everything below it: `write` covers `write:statuses`, and `follow`, which is older than
the fine ones, covers relationships.
"""

from __future__ import annotations

from collections.abc import Set

from fedi.errors import Unprocessable

_READ = "accounts blocks bookmarks collections favourites filters follows lists mutes notifications search statuses"
_WRITE = (
    "accounts blocks bookmarks collections conversations favourites filters follows lists media mutes "
    "notifications reports statuses"
)
_ADMIN = "accounts canonical_email_blocks domain_allows domain_blocks email_domain_blocks ip_blocks reports"

SCOPES = frozenset(
    [
        "profile",
        "read",
        "write",
        "follow",
        "push",
        "admin:read",
        "admin:write",
        *(f"read:{name}" for name in _READ.split()),
        *(f"write:{name}" for name in _WRITE.split()),
        *(f"admin:{way}:{name}" for way in ("read", "write") for name in _ADMIN.split()),
    ]
)
_FOLLOW = frozenset(f"{way}:{name}" for way in ("read", "write") for name in ("blocks", "follows", "mutes"))


def parse(text: str) -> frozenset[str]:
    """The scopes in a list separated by spaces. Raises Unprocessable for none, or one that there is not."""
    found = frozenset(text.split())
    if not found or not found <= SCOPES:
        wrong = " ".join(sorted(found - SCOPES)) or "none"
        raise Unprocessable(public=f"The requested scope is invalid, unknown, or malformed: {wrong}")
    return found


def covers(granted: Set[str], wanted: str) -> bool:
    """Whether a token with the scopes `granted` may do what needs `wanted`."""
    if wanted in granted:
        return True
    if "follow" in granted and wanted in _FOLLOW:
        return True
    above = wanted
    while ":" in above:
        above = above.rpartition(":")[0]
        if above in granted:
            return True
    return False
