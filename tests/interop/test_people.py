"""What becomes of people: profiles change, people are reported, move and depart."""

from __future__ import annotations

from fedi.store.paging import Range
from fedi.store.reports import Wanted
from tests.interop.harness.eventually import eventually
from tests.interop.harness.person import Person
from tests.interop.member import Member
from tests.interop.pair import Pair


async def test_a_changed_profile_of_theirs_is_shown(pair: Pair, ana: Member, bo: Person) -> None:
    account = await pair.befriend(ana, bo)
    await bo.change_profile(name="Bo the Second", summary="<p>still <b>here</b></p>")

    async def changed() -> bool:
        found = await ana.get(f"/api/v1/accounts/{account['id']}")
        return (found["display_name"], "still" in found["note"]) == ("Bo the Second", True)

    await eventually(changed)
    assert (await ana.relationship(account["id"]))["following"]
    await pair.check()


async def test_a_report_of_theirs_is_kept(pair: Pair, ana: Member, bo: Person) -> None:
    post = await ana.post("questionable")
    flag = await bo.flag(ana.handle, objects=[post["uri"]], content="rude")

    async def kept() -> list[tuple[int, tuple[int, ...], str]]:
        async with pair.ours.store() as store, store.read() as tx:
            reports = await tx.reports.page(Wanted(), Range())
        return [(each.target_id, each.post_ids, each.comment) for each in reports if each.uri == flag]

    assert await eventually(kept) == [(int(ana.id), (int(post["id"]),), "rude")]
    await pair.check()


async def test_whom_we_follow_is_followed_to_the_new_account(pair: Pair, ana: Member, bo: Person) -> None:
    old = await pair.befriend(ana, bo)
    ida = await pair.newcomer("ida")
    await ida.change_profile(aliases=[bo.uri])
    await bo.deliver([ana.handle], {"type": "Move", "object": bo.uri, "target": ida.uri})

    async def moved() -> bool:
        return (await ida.state()).followers == [ana.uri] and (await bo.state()).followers == []

    await eventually(moved)
    new = await ana.account(ida.uri)

    async def follows() -> bool:
        return bool((await ana.relationship(new["id"]))["following"])

    await eventually(follows)
    assert not (await ana.relationship(old["id"]))["following"]
    await pair.check()


async def test_a_move_that_the_new_account_does_not_confirm_is_ignored(
    pair: Pair, ana: Member, bo: Person
) -> None:
    old = await pair.befriend(ana, bo)
    ida = await pair.newcomer("ida")
    await bo.deliver([ana.handle], {"type": "Move", "object": bo.uri, "target": ida.uri})

    async def asked() -> bool:
        # The old account is looked at first, the new one after it.
        gets = [each for each in await pair.theirs.wire() if each.method == "GET"]
        return any(each.path == f"/users/{ida.name}" for each in gets)

    await eventually(asked)
    async with pair.ours.store() as store:

        async def done() -> bool:
            async with store.read() as tx:
                return await tx.db.row("SELECT id FROM jobs WHERE kind = 'follow_move'", {}) is None

        await eventually(done)
    assert (await ana.relationship(old["id"]))["following"]
    assert (await ida.state()).followers == []
    await pair.check()


async def test_who_departs_is_forgotten_with_all_they_wrote(pair: Pair, ana: Member, bo: Person) -> None:
    account = await pair.befriend(ana, bo)
    note = await bo.post("goodbye", mentions=[ana.handle])
    await pair.arrived_here(ana, note)
    followers = (await ana.get("/api/v1/accounts/verify_credentials"))["followers_count"]
    await bo.depart()

    async def forgotten() -> bool:
        return await ana.status(note) is None

    await eventually(forgotten)
    assert note not in [status["uri"] for status in await ana.home()]
    assert await ana.notices("mention", account["id"]) == []
    assert (await ana.find(bo.uri))["accounts"] == []
    assert (await ana.get("/api/v1/accounts/verify_credentials"))["followers_count"] == followers - 1
    await pair.check()
