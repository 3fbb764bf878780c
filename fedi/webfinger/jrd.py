"""JSON Resource Descriptors (RFC 7033 section 4.4): read from other servers, made for our own people."""

from __future__ import annotations

from typing import Any

import msgspec

from fedi.errors import RemoteInvalid

JRD = "application/jrd+json"
ACTIVITY = "application/activity+json"
LD = 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
SELF_TYPES = frozenset({ACTIVITY, LD})


class Link(msgspec.Struct, frozen=True, omit_defaults=True):
    """A link of a descriptor."""

    rel: str
    type: str | None = None
    href: str | None = None
    template: str | None = None
    properties: dict[str, str | None] | None = None


class Descriptor(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a server says about a resource."""

    subject: str
    aliases: list[str] = []
    links: list[Link] = []

    @property
    def actor(self) -> str | None:
        """The id of the actor that the resource is."""
        for link in self.links:
            kind = " ".join((link.type or "").split()).replace("; ", ";").replace(";", "; ")
            if link.rel == "self" and kind in SELF_TYPES and link.href:
                return link.href
        return None

    @property
    def handle(self) -> str | None:
        """`user@domain` of the subject, in lower case; None when it is no acct: URI."""
        subject = self.subject.removeprefix("acct:")
        return subject.lower() if subject.count("@") == 1 and "/" not in subject else None


def parse(body: bytes) -> Descriptor:
    """Read a descriptor. Links that are not understood are left out; raises RemoteInvalid for anything worse."""
    try:
        document: Any = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError) as error:
        raise RemoteInvalid(f"not JSON: {error}") from error
    if not isinstance(document, dict) or not isinstance(document.get("subject"), str):
        raise RemoteInvalid("a WebFinger answer without a subject")
    links = document.get("links")
    return Descriptor(
        document["subject"],
        links=[_link(link) for link in links if _is_link(link)] if isinstance(links, list) else [],
    )


def _is_link(link: Any) -> bool:
    return isinstance(link, dict) and isinstance(link.get("rel"), str)


def _link(link: dict[str, Any]) -> Link:
    texts: dict[str, Any] = {
        name: value for name in ("type", "href", "template") if isinstance(value := link.get(name), str)
    }
    return Link(link["rel"], **texts)
