"""Our server and a stranger's, and what must be true of all that went between them."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import Any

from tests.interop.harness.eventually import eventually
from tests.interop.harness.fedify import Fedify
from tests.interop.harness.person import Person
from tests.interop.harness.views import RemoteNote, Wire
from tests.interop.member import Entity, Member
from tests.interop.ours import Ours


def like(who: Person, what: str, mark: str = "1") -> dict[str, Any]:
    """A Like as `who` may send it by hand."""
    return {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": f"{who.uri}#likes/{mark}",
        "type": "Like",
        "actor": who.uri,
        "object": what,
    }


@dataclass(slots=True)
class Pair:
    """Two servers that federate. Each test brings new people to the stranger's, so that none meets another's past."""

    ours: Ours
    theirs: Fedify
    _numbers: count[int] = field(default_factory=count)

    async def newcomer(self, name: str, *, locked: bool = False) -> Person:
        """Someone on Fedify whom nobody knows yet."""
        return await self.theirs.add_person(f"{name}{next(self._numbers)}", locked=locked)

    async def befriend(self, ours: Member, theirs: Person) -> Entity:
        """Both follow each other, and both servers know; the account of `theirs` as ours shows it."""
        account = await ours.account(theirs.handle)
        await ours.on_account(account["id"], "follow")
        await theirs.follow(ours.handle)

        async def mutual() -> bool:
            between, there = await ours.relationship(account["id"]), await theirs.state()
            here = between["following"] and between["followed_by"]
            return bool(here and ours.uri in there.following and ours.uri in there.followers)

        await eventually(mutual)
        return account

    async def followed(self, ours: Member, theirs: Person) -> Entity:
        """`theirs` follows `ours`, and both servers know; the account of `theirs`."""
        await theirs.follow(ours.handle)

        async def known() -> bool:
            return ours.uri in (await theirs.state()).following

        await eventually(known)
        return await ours.account(theirs.uri)

    async def arrived_here(self, member: Member, uri: str) -> Entity:
        """The status of a note of theirs, once it is here."""

        async def found() -> Entity | None:
            return await member.status(uri)

        return await eventually(found) or {}

    async def arrived_there(self, uri: str, *, saying: str = "") -> RemoteNote:
        """What Fedify knows of a post of ours, once it does, in a form that contains `saying`."""

        async def found() -> RemoteNote | None:
            note = (await self.theirs.state()).remote.get(uri)
            return note if note is not None and saying in (note.content or "") else None

        note = await eventually(found)
        assert note is not None
        return note

    async def known_there(self, uri: str) -> bool:
        return uri in (await self.theirs.state()).remote

    async def deliveries(self) -> list[Wire]:
        """Every POST that we ever made to Fedify."""
        return [each for each in await self.theirs.wire() if each.method == "POST"]

    async def check(self) -> None:
        """Every delivery of ours was taken, for its HTTP signature and nothing else; every one of theirs was too."""
        for each in await self.deliveries():
            verdict: tuple[Any, ...] = (each.verified, each.status)
            assert verdict == (True, 202), each
        assert await self.theirs.refused() == []
        inboxes = [each for each in await self.theirs.sent() if each.method == "POST"]
        assert {each.status for each in inboxes if each.url.startswith(self.ours.site.origin)} <= {202}
