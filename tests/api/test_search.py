"""Searching, as apps do it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from fedi.model.people import Account
from fedi.model.posts import Attachment, Post
from fedi.social import indexing
from tests.api.conftest import Api, Client
from tests.builders import make_person, make_post, make_stranger
from tests.support.posts import block, follow


async def statuses(client: Client, text: str, more: str = "") -> list[str]:
    """Words of the posts that are found, in order."""
    found = await client.get(f"/api/v2/search?type=statuses&q={quote(text)}{more}")
    return [one["content"].removeprefix("<p>").removesuffix("</p>") for one in found["statuses"]]


async def write(api: Api, author: Account, text: str, **values: Any) -> Post:
    return await make_post(api.store, author, f"<p>{text}</p>", **values)


@pytest.mark.operation("GET /api/v2/search")
async def test_one_finds_what_one_wrote_was_told_or_kept(api: Api) -> None:
    ana, hers = await api.member("ana")
    bo, his = await api.member("bo")
    far = await make_stranger(api.store, "cy", "c.test")
    mine = await write(api, ana, "my heron one", visibility="private")
    told = await write(api, bo, "told heron two", visibility="direct")
    kept = [await write(api, far, f"kept heron {name}") for name in ("three", "four", "five")]
    await write(api, far, "other heron six")
    async with api.store.write() as tx:
        await tx.posts.mention(told.id, [ana.id])
        await tx.interactions.favourite(ana.id, kept[0].id, "https://a.test/likes/1")
        await tx.db.run(
            "INSERT INTO bookmarks (id, account_id, post_id, created_at) VALUES (:id, :account, :post, 1)",
            {"id": tx.new_id(), "account": ana.id, "post": kept[1].id},
        )
    await make_post(api.store, ana, "", boost_of_id=kept[2].id)
    assert await statuses(hers, "heron") == []  # not looked at yet
    await indexing.everything(api.store)
    assert await statuses(hers, "HERON") == [
        "kept heron five", "kept heron four", "kept heron three", "told heron two", "my heron one",
    ]  # fmt: skip
    assert await statuses(his, "heron") == ["told heron two"]
    assert await statuses(hers, "heron in:public") == []
    assert await statuses(hers, "heron -kept -two") == ["my heron one"]
    assert await statuses(hers, '"heron one"') == ["my heron one"]
    assert await statuses(hers, '"one heron"') == []
    assert await statuses(hers, "heron from:me") == ["my heron one"]
    assert await statuses(hers, "from:me") == ["my heron one"]
    assert await statuses(hers, "heron -from:me from:bo") == ["told heron two"]
    assert await statuses(hers, "heron from:@nobody@x.test") == []
    assert await statuses(hers, "heron", f"&account_id={bo.id}") == ["told heron two"]
    assert await statuses(api.anybody, "heron") == []
    assert mine.id


async def test_public_posts_of_those_who_agree(api: Api) -> None:
    _, hers = await api.member("ana")
    bo = await make_person(api.store, "bo")
    shy = await make_stranger(api.store, "cy", "c.test")
    open_ = await make_stranger(api.store, "di", "d.test", indexable=True)
    await write(api, bo, "egret by bo")
    await write(api, shy, "egret by shy")
    found = await write(api, open_, "egret by open")
    await write(api, open_, "egret quietly", visibility="unlisted")
    await write(api, open_, "egret secretly", visibility="private")
    await indexing.everything(api.store)
    assert await statuses(hers, "egret") == ["egret by open"]
    async with api.store.write() as tx:
        await tx.people.update(shy.id, indexable=True)  # what is here already is found from then on
    await indexing.everything(api.store)
    assert await statuses(hers, "egret") == ["egret by open", "egret by shy"]
    async with api.store.write() as tx:
        await tx.people.update(shy.id, indexable=False)
        await tx.people.update(open_.id, silenced_at=1)
    assert await statuses(hers, "egret") == []
    async with api.store.write() as tx:
        await tx.people.update(open_.id, silenced_at=None)
        await tx.posts.delete(found)
    assert await statuses(hers, "egret") == []


async def test_a_follow_shows_what_it_hides_and_a_block_hides_it(api: Api) -> None:
    ana, hers = await api.member("ana")
    bo = await make_person(api.store, "bo", indexable=True)
    told = await write(api, bo, "ibis for you", visibility="private")
    await write(api, bo, "ibis for all")
    async with api.store.write() as tx:
        await tx.interactions.favourite(ana.id, told.id, "https://a.test/likes/1")
    await indexing.everything(api.store)
    assert await statuses(hers, "ibis") == ["ibis for all"]
    await follow(api.store, ana, bo)
    assert await statuses(hers, "ibis") == ["ibis for all", "ibis for you"]
    await block(api.store, ana, bo)
    assert await statuses(hers, "ibis") == []


async def test_operators(api: Api) -> None:
    ana, hers = await api.member("ana")

    def file(kind: str, says: str | None = None) -> tuple[Attachment, ...]:
        return (Attachment(id="1", type=kind, url="https://a.test/1", description=says),)

    picture = await write(api, ana, "picture", attachments=file("image", "a spoonbill"), language="pt")
    await write(api, ana, "film", attachments=file("video"), sensitive=True)
    await write(api, ana, "sound", attachments=file("audio"))
    await write(api, ana, '<a href="https://news.test/">link</a>')
    await write(api, ana, "answer", in_reply_to_uri=picture.uri, language="en")
    old = await write(api, ana, "old", id=(1_700_000_000_000 << 16) + 1, uri="https://a.test/ap/posts/old")
    await indexing.everything(api.store)
    assert await statuses(hers, "spoonbill") == ["picture"]
    assert await statuses(hers, "has:media") == ["sound", "film", "picture"]
    assert await statuses(hers, "has:image") == ["picture"]
    assert await statuses(hers, "has:video") == ["film"]
    assert await statuses(hers, "has:audio from:me") == ["sound"]
    assert len(await statuses(hers, "has:link")) == 1
    assert await statuses(hers, "has:poll") == await statuses(hers, "has:embed") == []
    assert await statuses(hers, "is:reply") == ["answer"]
    assert await statuses(hers, "is:sensitive") == ["film"]
    assert await statuses(hers, "language:pt") == ["picture"]
    assert await statuses(hers, "has:media -language:pt -has:video") == ["sound"]
    assert await statuses(hers, "before:2023-11-15") == ["old"]
    assert await statuses(hers, "during:2023-11-14 old") == ["old"]
    assert await statuses(hers, "old after:2023-11-14") == []
    assert await statuses(hers, "from:me", f"&max_id={picture.id}") == ["old"]
    assert await statuses(hers, "from:me", f"&min_id={old.id}&limit=1") == ["picture"]
    assert await statuses(hers, "from:me -has:media", "&limit=1&offset=1") == [
        '<a href="https://news.test/">link</a>'
    ]


async def test_edits_are_found(api: Api) -> None:
    ana, hers = await api.member("ana")
    before = await write(api, ana, "a stork")
    await indexing.everything(api.store)
    async with api.store.write() as tx:
        await tx.db.run("UPDATE posts SET content = '<p>a crane</p>' WHERE id = :id", {"id": before.id})
    await indexing.everything(api.store)
    assert await statuses(hers, "stork") == []
    assert await statuses(hers, "crane") == ["a crane"]


async def test_questions_that_mean_nothing(api: Api) -> None:
    ana, hers = await api.member("ana")
    await write(api, ana, "plain")
    await indexing.everything(api.store)
    for text in (
        '"',
        "*",
        "'; --",
        "a AND b OR (",
        "NEAR(a b)",
        "plain:",
        '"plain" "',
        "\x00",
        "&|!<->",
        "word" * 200,
    ):
        await statuses(hers, text)
    assert await statuses(hers, '"plain') == ["plain"]
    await hers.get("/api/v2/search?q=x&type=things", status=400)
    await hers.get("/api/v2/search?q=x&limit=abc", status=400)
    await hers.get("/api/v2/search?q=x&limit=-4&offset=99999999999&max_id=99999999999999999999")
    await api.anybody.get("/api/v2/search?q=x&offset=3&type=accounts", status=401)
    weak = await api.client(ana, "read:statuses")
    await weak.get("/api/v2/search?q=x", status=403)


@pytest.mark.operation("GET /api/v1/accounts/search", "GET /api/v2/search")
async def test_people(api: Api) -> None:
    ana, hers = await api.member("ana")
    async with api.store.write() as tx:
        await tx.people.update(ana.id, name="Ana Ördög")
    known = await make_stranger(api.store, "anton", "c.test", followers_count=500)
    friend = await make_stranger(api.store, "bob", "d.test", followers_count=1)
    async with api.store.write() as tx:
        await tx.people.update(friend.id, name="Mister Antonov")
    gone = await make_stranger(api.store, "antigone", "e.test", suspended_at=1)
    await follow(api.store, ana, friend)
    await indexing.everything(api.store)

    async def find(text: str, more: str = "") -> list[str]:
        found = await hers.get(f"/api/v1/accounts/search?q={quote(text)}{more}")
        both = (await hers.get(f"/api/v2/search?type=accounts&q={quote(text)}{more}"))["accounts"]
        assert [one["acct"] for one in both] == [one["acct"] for one in found]
        return [one["acct"] for one in found]

    assert await find("ant") == ["bob@d.test", "anton@c.test"]  # whom one follows comes first
    assert await find("anton") == ["anton@c.test", "bob@d.test"]  # but for the very name
    assert await find("ant", "&following=true") == ["bob@d.test"]
    assert await find("ant", "&limit=1&offset=1") == ["anton@c.test"]
    assert await find("ordog") == ["ana"]
    assert await find("mister ant") == ["bob@d.test"]
    assert await find("@anton@c.test") == ["anton@c.test"]
    assert await find("@anton@c") == ["anton@c.test"]
    assert await find("#ant") == await find("ant @x") == await find("") == []
    async with api.store.write() as tx:
        await tx.people.update(known.id, name="Somebody Else", username="zed")
    await indexing.everything(api.store)
    assert await find("somebody") == ["zed@c.test"]
    assert gone.id
    await api.anybody.get("/api/v1/accounts/search?q=a", status=401)
    weak = await api.client(ana, "read:statuses")
    await weak.get("/api/v1/accounts/search?q=a", status=403)


async def test_accounts_elsewhere_are_asked_for_by_handle(api: Api) -> None:
    _, hers = await api.member("ana")
    far = api.world.peer("b.test").person("far")
    search = "/api/v1/accounts/search?q=@far@b.test"
    assert await hers.get(search) == []
    assert [one["uri"] for one in await hers.get(f"{search}&resolve=true")] == [far.uri]


async def test_hashtags(api: Api) -> None:
    ana, hers = await api.member("ana")
    await make_post(api.store, ana, tags=("cats", "catnip"))
    await make_post(api.store, ana, tags=("catsecret",), visibility="private")
    async with api.store.write() as tx:
        day = tx.now // 86_400_000
        await tx.db.run(
            "INSERT INTO tag_days (tag, day, uses, accounts) VALUES ('catnip', :day, 5, 3)", {"day": day}
        )
        await tx.db.run("INSERT INTO hashtags (name, listable, reviewed_at) VALUES ('cats', TRUE, 1)")
    found = (await hers.get("/api/v2/search?q=cat&type=hashtags"))["hashtags"]
    assert [one["name"] for one in found] == ["catnip", "cats"]
    assert found[0]["history"][0] == {"day": str(day * 86_400), "uses": "5", "accounts": "3"}
    assert [len(one["history"]) for one in found] == [7, 7]
    found = (await hers.get("/api/v2/search?q=%23CATS&type=hashtags"))["hashtags"]
    assert [one["name"] for one in found] == ["cats"]
    found = (await hers.get("/api/v2/search?q=cat&type=hashtags&exclude_unreviewed=true"))["hashtags"]
    assert [one["name"] for one in found] == ["cats"]
    async with api.store.write() as tx:
        await tx.db.run("UPDATE hashtags SET listable = FALSE")
    assert (await hers.get("/api/v2/search?q=cats&type=hashtags"))["hashtags"] == []


async def test_what_no_database_keeps_is_nowhere(api: Api) -> None:
    _, hers = await api.member("ana")
    nothing = {"accounts": [], "statuses": [], "hashtags": [], "collections": []}
    for text in ("\x00", "a\x00b", "@a\x00@b.test", "#a\x00", "https://b.test/\x00", "from:\x00", "\ud83d"):
        encoded = quote(text.encode("utf-8", "surrogatepass"))
        assert await hers.get(f"/api/v2/search?q={encoded}") == nothing
        assert await hers.get(f"/api/v1/accounts/search?q={encoded}") == []
    for path in ("/api/v1/tags/a%00b", "/api/v1/statuses/1%00", "/api/v1/instance/terms_of_service/%00"):
        await hers.get(path, status=404)
