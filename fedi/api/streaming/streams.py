"""The streams there are, as an app asks for them and as they name themselves.

https://docs.joinmastodon.org/methods/streaming/
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from fedi.errors import BadRequest, NotAllowed
from fedi.social.scopes import covers
from fedi.store.members import Session

_PLAIN = frozenset(
    {"user", "user:notification", "direct"}
    | {f"{name}{kind}" for name in ("public", "public:local", "public:remote") for kind in ("", ":media")}
)
_TAGGED = frozenset({"hashtag", "hashtag:local"})
_OWN = frozenset({"user", "user:notification", "direct"})
_LONGEST_TAG = 200


class Stream(Struct, frozen=True):
    """A stream: its name, and the hashtag, list or account that it is of."""

    name: str
    tag: str = ""
    of: int = 0
    """The id of the list, or of the account whose own stream it is; 0: neither."""

    @property
    def label(self) -> tuple[str, ...]:
        """What messages of the stream say about where they come from."""
        if self.name in _TAGGED:
            return (self.name, self.tag)
        return (self.name, str(self.of)) if self.name == "list" else (self.name,)


def asked(params: Mapping[str, str], session: Session) -> Stream:
    """The stream that `stream`, `tag` and `list` name. Raises BadRequest for none, NotAllowed without the scope.

    Whether a list is the asker's own is for the caller to find out.
    """
    name = params.get("stream", "")
    if name in _TAGGED:
        stream = Stream(name, tag=_tag(params.get("tag", "")))
    elif name == "list":
        stream = Stream(name, of=_list(params.get("list", "")))
    elif name in _PLAIN:
        stream = Stream(name, of=session.user.id if name in _OWN else 0)
    else:
        raise BadRequest(public="Unknown stream type")
    _check_scope(stream, session)
    return stream


def _tag(text: str) -> str:
    tag = text.strip().removeprefix("#").lower()
    if not tag or len(tag) > _LONGEST_TAG:
        raise BadRequest(public="No tag for stream provided")
    return tag


def _list(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise BadRequest(public="No list for stream provided")
    return int(text)


def _check_scope(stream: Stream, session: Session) -> None:
    wanted = "read:notifications" if stream.name == "user:notification" else "read:statuses"
    if not covers(session.scopes, wanted):
        raise NotAllowed(public="Access token does not have the required scopes")
