"""Who a post is for: `to` and `cc` on the wire, one of the Mastodon API's four words inside."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal, TypeAlias

from fedi.activitypub.types import PUBLIC

Visibility: TypeAlias = Literal["public", "unlisted", "private", "direct"]


def visibility(to: Collection[str], cc: Collection[str], followers: str | None) -> Visibility:
    """The visibility of a post addressed to `to` and `cc`, by an author with the collection `followers`.

    As Mastodon reads it, with one thing from Misskey: the followers may stand in `cc` too. `to` and `cc` are
    as `codec` gives them, with the public address in full. Without a known `followers`, what is not public is
    direct: the narrower reading.
    """
    if PUBLIC in to:
        return "public"
    if PUBLIC in cc:
        return "unlisted"
    if followers is not None and (followers in to or followers in cc):
        return "private"
    return "direct"


def address(
    visibility: Visibility, *, followers: str, mentions: Sequence[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The `to` and `cc` of a post, where `mentions` are the ids of the actors it names."""
    named = tuple(dict.fromkeys(mentions))
    match visibility:
        case "public":
            return (PUBLIC,), (followers, *named)
        case "unlisted":
            return (followers,), (PUBLIC, *named)
        case "private":
            return (followers,), named
        case "direct":
            return named, ()
