"""fedi and Fedify find each other's people, posts and collections."""

from __future__ import annotations

from tests.interop.harness.person import Person
from tests.interop.member import Member
from tests.interop.pair import Pair


async def test_we_find_them_by_handle_and_by_address(pair: Pair, ana: Member, bo: Person) -> None:
    [by_handle] = (await ana.find(bo.handle))["accounts"]
    [by_uri] = (await ana.find(bo.uri))["accounts"]
    assert by_handle == by_uri
    assert (by_handle["uri"], f"@{by_handle['acct']}") == (bo.uri, bo.handle)
    note = await bo.post("to be found", hashtags=["Found"])
    [status] = (await ana.find(note))["statuses"]
    assert (status["uri"], status["account"]["uri"]) == (note, bo.uri)
    assert (await ana.find(f"@nobody@{pair.theirs.site.domain}"))["accounts"] == []
    assert (await ana.find(f"{pair.theirs.site.origin}/notes/none"))["statuses"] == []
    await pair.check()


async def test_they_find_us_by_handle_and_by_address(pair: Pair, ana: Member, bo: Person) -> None:
    by_handle = await bo.lookup(ana.handle)
    assert (by_handle["type"], by_handle["document"]["id"]) == ("Person", ana.uri)
    assert (await bo.lookup(ana.uri))["document"]["preferredUsername"] == "ana"
    profile = f"{pair.ours.site.origin}/@ana"
    assert (await bo.lookup(profile))["document"]["id"] == ana.uri
    post = await ana.post("to be found")
    assert (await bo.lookup(post["uri"]))["document"]["attributedTo"] == ana.uri
    assert (await bo.lookup(post["url"]))["document"]["id"] == post["uri"]
    create = await bo.lookup(f"{post['uri']}/activity")
    assert (create["type"], create["document"]["object"]["id"]) == ("Create", post["uri"])
    assert (await bo.lookup(f"{pair.ours.site.origin}/actor"))["type"] == "Application"
    await pair.check()


async def test_they_read_our_collections_to_the_end(pair: Pair, ana: Member, bo: Person) -> None:
    posts = [await ana.post(f"note {number}") for number in range(25)]
    hidden = await ana.post("for friends", to="private")
    outbox = await bo.traverse(f"{ana.uri}/outbox")
    newest = [f"{post['uri']}/activity" for post in reversed(posts)]
    assert outbox["items"][:25] == newest
    assert f"{hidden['uri']}/activity" not in outbox["items"]
    # As Mastodon has it, the total is that of the profile, and counts what only friends may read.
    profile = await ana.get("/api/v1/accounts/verify_credentials")
    assert outbox["total"] == profile["statuses_count"] > len(outbox["items"])

    followers = [await pair.newcomer("fan") for _ in range(3)]
    for each in followers:
        await pair.befriend(ana, each)
    for collection in ("followers", "following"):
        found = await bo.traverse(f"{ana.uri}/{collection}")
        assert {each.uri for each in followers} <= set(found["items"])
        assert found["total"] == len(found["items"])
    await pair.check()
