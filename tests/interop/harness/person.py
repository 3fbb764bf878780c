"""Someone who lives on the Fedify server, and does what a test says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from tests.interop.harness.views import PersonState, Received

if TYPE_CHECKING:
    from tests.interop.harness.fedify import Fedify

Visibility = Literal["public", "unlisted", "followers", "direct"]


@dataclass(frozen=True, slots=True)
class Person:
    """A deed returns the URI of its activity, for `undo`; `post` returns that of the note.

    Others are named by handle (`@ana@127.0.0.2:8443`) or URI. A deed returns once it is queued: what comes of it at
    the other end is for `eventually` to see. What Fedify cannot find or do raises StrangerError.
    """

    server: Fedify
    name: str

    @property
    def uri(self) -> str:
        return f"{self.server.site.origin}/users/{self.name}"

    @property
    def handle(self) -> str:
        return f"@{self.name}@{self.server.site.domain}"

    async def _do(self, verb: str, **body: Any) -> str:
        deed: str = (await self.server.call(verb, **{"as": self.name}, **body)).get("id", "")
        return deed

    async def follow(self, target: str) -> str:
        return await self._do("follow", target=target)

    async def block(self, target: str) -> str:
        return await self._do("block", target=target)

    async def boost(self, note: str) -> str:
        return await self._do("boost", object=note)

    async def like(self, note: str) -> str:
        return await self._do("like", object=note)

    async def undo(self, deed: str) -> str:
        """Takes back a follow, block, boost or like, by the URI that it returned."""
        return await self._do("undo", id=deed)

    async def accept(self, actor: str) -> None:
        """Answers a Follow that waits, by its actor's URI; only a locked person has any."""
        await self._do("accept", actor=actor)

    async def reject(self, actor: str) -> None:
        await self._do("reject", actor=actor)

    async def post(
        self,
        content: str,
        *,
        to: Visibility = "public",
        mentions: Sequence[str] = (),
        in_reply_to: str | None = None,
        summary: str | None = None,
        hashtags: Sequence[str] = (),
    ) -> str:
        """`content` is text; mentions are put before it. A reply mentions the author it answers."""
        body = {
            "mentions": list(mentions),
            "inReplyTo": in_reply_to,
            "summary": summary,
            "hashtags": list(hashtags),
        }
        return await self._do("post", content=content, to=to, **body)

    async def edit(self, note: str, content: str) -> str:
        return await self._do("edit", id=note, content=content)

    async def delete(self, note: str) -> str:
        return await self._do("delete", id=note)

    async def flag(self, target: str, *, objects: Sequence[str] = (), content: str = "") -> str:
        """Reports `target` and some of their notes."""
        return await self._do("flag", target=target, objects=list(objects), content=content)

    async def change_profile(
        self, *, name: str | None = None, summary: str | None = None, aliases: Sequence[str] | None = None
    ) -> str:
        """An Update of the actor, to all followers. `aliases` are the URIs of its `alsoKnownAs`."""
        return await self._do("profile", name=name, summary=summary, aliases=aliases)

    async def rotate_keys(self) -> None:
        """New keys under the old ids, told to nobody."""
        await self._do("rotate")

    async def depart(self, *, also_to: Sequence[str] = ()) -> str:
        """A Delete of the actor to all followers and `also_to`; from then on the actor answers 410."""
        return await self._do("depart", alsoTo=list(also_to))

    async def deliver(self, targets: Sequence[str], activity: dict[str, Any]) -> str:
        """Any activity, as JSON without `@context`, `id` and `actor` (or with, to have its own)."""
        return await self._do("deliver", targets=list(targets), activity=activity)

    async def raw(self, url: str, **options: Any) -> dict[str, Any]:
        """Any bytes in a well-signed request: `document` or `body`, `spec`, `method`, `type`.

        Returns `status`, `headers` and `body` of the answer.
        """
        return await self.server.call("raw", **{"as": self.name}, url=url, **options)

    async def lookup(self, target: str) -> dict[str, Any]:
        """What Fedify's lookupObject makes of a handle or URI: its `type`, and the `document` it wrote of it."""
        return await self.server.call("lookup", **{"as": self.name}, target=target)

    async def traverse(self, collection: str) -> dict[str, Any]:
        """A collection as Fedify reads it through all its pages: `type`, `total` and `items`, which are URIs."""
        return await self.server.call("traverse", **{"as": self.name}, target=collection)

    async def state(self) -> PersonState:
        return (await self.server.state()).people[self.name]

    async def received(self, kind: str | None = None) -> list[Received]:
        """Proven activities that concern this person, in order; of one type ("Follow"), if given."""
        return [each for each in await self.server.received(self.name) if kind in (None, each.type)]
