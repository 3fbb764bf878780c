"""What Fedify's control port answers, typed. The field names are those of ../fedify/{world,wire,record}.mjs."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

Signature = Literal["rfc9421", "cavage", "none"]


class View(msgspec.Struct, frozen=True, rename="camel"):
    """Read from JSON; unknown fields are ignored."""


class Wire(View, frozen=True):
    """A request that came in. A verdict is True, False, or None where there was nothing to judge.

    `verified` is about the HTTP signature, `ld_signature` about RsaSignature2017, `proof` about FEP-8b32. Fedify
    itself stops at the first that holds; here each was checked with Fedify's own code. GETs of the instance actor
    are not judged, because two servers that check each other's key requests would never end.
    """

    method: str
    path: str
    signature: Signature
    verified: bool | None
    ld_signature: bool | None
    proof: bool | None
    status: int | None
    headers: dict[str, str]
    document: Any = None


class Received(View, frozen=True):
    """An activity whose sender Fedify holds proven. `inbox` is a person's name or "shared"."""

    type: str
    id: str | None
    actor: str | None
    inbox: str
    people: list[str]
    wire: Wire

    @property
    def document(self) -> dict[str, Any]:
        """The activity as it came over the wire."""
        document: dict[str, Any] = self.wire.document
        return document


class Refused(View, frozen=True):
    """An activity that was answered with 401. `reason`: noSignature, invalidSignature or keyFetchError."""

    type: str
    id: str | None
    reason: str


class Sent(View, frozen=True):
    """A request that went out. No `status` while it is under way, or when it failed with `error`."""

    method: str
    url: str
    signature: Signature
    status: int | None = None
    error: str | None = None


class PersonState(View, frozen=True):
    """Actor URIs. `asked`: Follows sent and not refused; `requests`: those that wait for a locked person."""

    locked: bool
    followers: list[str]
    following: list[str]
    asked: list[str]
    requests: list[str]
    blocked: list[str]
    blocked_by: list[str]


class NoteState(View, frozen=True):
    """A note written there: `likes` and `shares` are actor URIs, `replies` note URIs."""

    author: str
    content: str
    visibility: str
    likes: list[str]
    shares: list[str]
    replies: list[str]
    deleted: str | None = None


class RemoteNote(View, frozen=True):
    """A note that arrived in a Create or Update and has not been deleted since."""

    type: str
    attributed_to: str | None
    content: str | None
    summary: str | None
    in_reply_to: str | None
    to: list[str]
    cc: list[str]


class State(View, frozen=True):
    """People by name, notes by URI."""

    people: dict[str, PersonState]
    notes: dict[str, NoteState]
    remote: dict[str, RemoteNote]
