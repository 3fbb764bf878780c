"""Filters, of today and as older apps know them: made, changed, and what they match in every list of statuses."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import Any

import pytest

from fedi.model.people import Account
from fedi.model.posts import Attachment, Post
from fedi.store.store import Store
from tests.api.conftest import Api, Client, Counting
from tests.builders import build_post, make_stranger

V2, V1 = "/api/v2/filters", "/api/v1/filters"
PICTURE = Attachment(id="1", type="image", url="https://b.test/1.png", description="A Spoilt dinner")


async def publish(api: Api, author: Account, content: str, **values: Any) -> Post:
    async with api.store.write() as tx:
        post = build_post(tx, author, content, **values)
        await tx.posts.add(post, values.get("mentioned", ()))
        await tx.timelines.push(post.id, author)
    return post


async def words(client: Client, *keywords: str, whole: bool = True, **values: Any) -> dict[str, Any]:
    attributes = [{"keyword": one, "whole_word": whole} for one in keywords]
    made: dict[str, Any] = await client.post(
        V2, json={"title": "Off", "context": ["home"], "keywords_attributes": attributes, **values}
    )
    return made


def matched(statuses: list[dict[str, Any]]) -> list[Any]:
    return [[one["keyword_matches"] for one in status["filtered"]] for status in statuses]


@pytest.mark.operation(
    "GET /api/v2/filters",
    "POST /api/v2/filters",
    "GET /api/v2/filters/{id}",
    "PUT /api/v2/filters/{id}",
    "DELETE /api/v2/filters/{id}",
)
async def test_a_filter_is_made_changed_and_deleted(api: Api) -> None:
    _, hers = await api.member("ana")
    assert await hers.get(V2) == []
    made = await hers.post(
        V2,
        json={
            "title": "Sport",
            "context": ["home", "public", "home"],
            "expires_in": 3600,
            "filter_action": "hide",
            "keywords_attributes": [{"keyword": "goal"}, {"keyword": "match", "whole_word": False}],
        },
    )
    assert (made["title"], made["context"], made["filter_action"]) == ("Sport", ["home", "public"], "hide")
    assert made["expires_at"] is not None
    goal, match = made["keywords"]
    assert (goal["keyword"], goal["whole_word"], match["whole_word"]) == ("goal", True, False)
    assert (await hers.get(V2), await hers.get(f"{V2}/{made['id']}")) == ([made], made)
    changes = [
        {"id": goal["id"], "_destroy": True},
        {"id": match["id"], "keyword": "set"},
        {"keyword": "ball"},
    ]
    reply = await hers.ask(
        "PUT", f"{V2}/{made['id']}", json={"expires_in": "", "keywords_attributes": changes}
    )
    after = reply.json
    assert (after["title"], after["expires_at"], after["filter_action"]) == ("Sport", None, "hide")
    assert [(one["keyword"], one["whole_word"]) for one in after["keywords"]] == [
        ("set", False),
        ("ball", True),
    ]
    assert await hers.get(V2) == [after]
    assert (await hers.ask("DELETE", f"{V2}/{made['id']}")).json == {}
    assert await hers.get(V2) == []


async def test_filters_by_form_in_both_spellings(api: Api) -> None:
    _, hers = await api.member("ana")
    made = await hers.post(
        V2,
        data="title=x&context[]=home&keywords_attributes[][keyword]=a&keywords_attributes[][whole_word]=false"
        "&keywords_attributes[][keyword]=b",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert [(one["keyword"], one["whole_word"]) for one in made["keywords"]] == [("a", False), ("b", True)]
    first, second = (one["id"] for one in made["keywords"])
    form = {
        "keywords_attributes[0][id]": first,
        "keywords_attributes[0][_destroy]": "true",
        "keywords_attributes[1][id]": second,
        "keywords_attributes[1][whole_word]": "false",
    }
    after = (await hers.ask("PUT", f"{V2}/{made['id']}", form=form)).json
    assert after["keywords"] == [{"id": second, "keyword": "b", "whole_word": False}]


@pytest.mark.operation(
    "GET /api/v2/filters/{filter_id}/keywords",
    "POST /api/v2/filters/{filter_id}/keywords",
    "GET /api/v2/filters/keywords/{id}",
    "PUT /api/v2/filters/keywords/{id}",
    "DELETE /api/v2/filters/keywords/{id}",
)
async def test_keywords_one_by_one(api: Api) -> None:
    _, hers = await api.member("ana")
    made = await words(hers, "one")
    second = await hers.post(f"{V2}/{made['id']}/keywords", json={"keyword": "two", "whole_word": False})
    assert await hers.get(f"{V2}/{made['id']}/keywords") == [*made["keywords"], second]
    path = f"{V2}/keywords/{second['id']}"
    changed = (await hers.ask("PUT", path, form={"keyword": "three", "whole_word": "true"})).json
    assert changed == {"id": second["id"], "keyword": "three", "whole_word": True}
    assert await hers.get(path) == changed
    assert (await hers.ask("DELETE", path)).json == {}
    await hers.get(path, status=404)
    assert await hers.get(f"{V2}/{made['id']}/keywords") == made["keywords"]


@pytest.mark.operation(
    "GET /api/v2/filters/{filter_id}/statuses",
    "POST /api/v2/filters/{filter_id}/statuses",
    "GET /api/v2/filters/statuses/{id}",
    "DELETE /api/v2/filters/statuses/{id}",
)
async def test_single_statuses(api: Api) -> None:
    ana, hers = await api.member("ana")
    far, friend = await make_stranger(api.store), await make_stranger(api.store, "di")
    await api.follow(ana, friend)
    post = await publish(api, far, "<p>x</p>")
    secret = await publish(api, far, "<p>x</p>", visibility="private")
    await publish(api, friend, "", boost_of_id=post.id)
    made = await words(hers)
    path = f"{V2}/{made['id']}/statuses"
    entry = await hers.post(path, json={"status_id": str(post.id)})
    assert entry["status_id"] == str(post.id)
    assert await hers.get(path) == [entry]
    assert await hers.get(f"{V2}/statuses/{entry['id']}") == entry
    for status_id in (str(post.id), str(secret.id), "1", ""):
        await hers.post(path, status=422, json={"status_id": status_id})
    (boost,) = await hers.get("/api/v1/timelines/home")
    (result,) = boost["reblog"]["filtered"]
    assert (result["status_matches"], result["keyword_matches"]) == ([str(post.id)], None)
    assert result["filter"]["id"] == made["id"]
    assert boost["filtered"] == [result]
    assert (await hers.ask("DELETE", f"{V2}/statuses/{entry['id']}")).json == entry
    assert await hers.get(path) == []
    (boost,) = await hers.get("/api/v1/timelines/home")
    assert boost["filtered"] == []
    assert (await hers.ask("DELETE", f"{V2}/statuses/{entry['id']}")).status == 404


@pytest.mark.operation(
    "GET /api/v1/filters",
    "POST /api/v1/filters",
    "GET /api/v1/filters/{id}",
    "PUT /api/v1/filters/{id}",
    "DELETE /api/v1/filters/{id}",
)
async def test_filters_as_older_apps_know_them(api: Api) -> None:
    _, hers = await api.member("ana")
    values = {"phrase": "cats", "context": ["home", "thread"], "irreversible": True, "expires_in": 60}
    made = await hers.post(V1, json=values)
    assert (made["phrase"], made["irreversible"], made["whole_word"]) == ("cats", True, False)
    (whole,) = await hers.get(V2)
    assert (whole["title"], whole["filter_action"]) == ("cats", "hide")
    assert [one["id"] for one in whole["keywords"]] == [made["id"]]
    changes = {"phrase": "dogs", "context": ["home"], "expires_in": None, "whole_word": True}
    after = (await hers.ask("PUT", f"{V1}/{made['id']}", json=changes)).json
    assert (after["phrase"], after["context"], after["expires_at"]) == ("dogs", ["home"], None)
    assert (after["whole_word"], after["irreversible"]) == (True, True)
    assert (await hers.get(V2))[0]["title"] == "dogs"
    assert (await hers.get(V1), await hers.get(f"{V1}/{made['id']}")) == ([after], after)
    assert (await hers.ask("DELETE", f"{V1}/{made['id']}")).json == {}
    assert (await hers.get(V1), await hers.get(V2)) == ([], [])


async def test_older_apps_change_one_keyword_of_several_alone(api: Api) -> None:
    _, hers = await api.member("ana")
    made = await words(hers, "one", "two")
    first = made["keywords"][0]["id"]
    refused = await hers.ask("PUT", f"{V1}/{first}", json={"phrase": "x", "context": ["public"]})
    assert refused.status == 422
    assert await hers.get(V2) == [made]
    changed = (await hers.ask("PUT", f"{V1}/{first}", json={"phrase": "x", "context": ["home"]})).json
    assert changed["phrase"] == "x"
    assert (await hers.ask("DELETE", f"{V1}/{first}")).json == {}
    assert [one["keyword"] for one in (await hers.get(V2))[0]["keywords"]] == ["two"]


async def test_what_is_no_filter_is_refused(api: Api) -> None:
    _, hers = await api.member("ana")
    good = {"title": "x", "context": ["home"]}
    for values, status in (
        ({**good, "title": " "}, 422),
        ({**good, "title": "x" * 257}, 422),
        ({**good, "context": []}, 422),
        ({**good, "context": ["home", "moon"]}, 422),
        ({**good, "filter_action": "burn"}, 422),
        ({**good, "keywords_attributes": [{"keyword": ""}]}, 422),
        ({**good, "keywords_attributes": [{"keyword": "x" * 513}]}, 422),
        ({**good, "keywords_attributes": [{"id": "5", "keyword": "x"}]}, 404),
        ({**good, "keywords_attributes": "x"}, 400),
        ({**good, "keywords_attributes": [{"keyword": str(n)} for n in range(1001)]}, 400),
        ({**good, "expires_in": "soon"}, 400),
    ):
        await hers.post(V2, status=status, json=values)
    assert await hers.post(V1, status=422, json={"phrase": "", "context": ["home"]}) == {
        "error": "Validation failed: Title can't be blank"
    }
    assert await hers.get(V2) == []


async def test_there_is_an_end_to_keywords(api: Api) -> None:
    _, hers = await api.member("ana")
    made = await words(hers, *(f"word {number}" for number in range(999)))
    await hers.post(f"{V2}/{made['id']}/keywords", json={"keyword": "x" * 512})
    await hers.post(f"{V2}/{made['id']}/keywords", status=422, json={"keyword": "one more"})
    long = [{"keyword": f"{number:0512}"} for number in range(40)]
    await hers.post(V2, status=422, json={"title": "x", "context": ["home"], "keywords_attributes": long})
    assert len(await hers.get(V2)) == 1


async def test_filters_are_their_owners_alone(api: Api) -> None:
    (ana, hers), (_, his) = await api.member("ana"), await api.member("bo")
    post = await publish(api, ana, "<p>x</p>")
    made = await words(hers, "x")
    word = made["keywords"][0]["id"]
    entry = await hers.post(f"{V2}/{made['id']}/statuses", json={"status_id": str(post.id)})
    paths = [
        *(("GET", path) for path in (made["id"], f"{made['id']}/keywords", f"{made['id']}/statuses")),
        *((method, made["id"]) for method in ("PUT", "DELETE")),
        *((method, f"keywords/{word}") for method in ("GET", "PUT", "DELETE")),
        *((method, f"statuses/{entry['id']}") for method in ("GET", "DELETE")),
        *(("POST", f"{made['id']}/{what}") for what in ("keywords", "statuses")),
    ]
    for method, path in paths:
        reply = await his.ask(method, f"{V2}/{path}", json={"keyword": "y", "status_id": str(post.id)})
        assert (reply.status, reply.json) == (404, {"error": "Record not found"}), (method, path)
    for method in ("GET", "PUT", "DELETE"):
        assert (await his.ask(method, f"{V1}/{word}", json={"phrase": "y"})).status == 404
    assert (await his.get(V2), await his.get("/api/v1/timelines/public"))[0] == []
    weak = await api.client(ana, "read:statuses write:statuses")
    for path in (V1, V2):
        assert (await weak.ask("GET", path)).status == 403
        assert (await weak.ask("POST", path, json={"title": "x"})).status == 403
        assert (await api.anybody.ask("GET", path)).status == 401
    assert matched(await his.get("/api/v1/timelines/public")) == [[]]


async def test_every_list_of_statuses_tells_what_is_matched(api: Api) -> None:
    ana, hers = await api.member("ana")
    far = await make_stranger(api.store)
    await api.follow(ana, far)
    made = await hers.post("/api/v1/lists", json={"title": "all"})
    await hers.post(f"/api/v1/lists/{made['id']}/accounts", json={"account_ids": [str(far.id)]})
    post = await publish(api, far, "<p>So many <b>spoi</b>lers, dear</p>", tags=("film",))
    await hers.post(f"/api/v1/statuses/{post.id}/favourite")
    await words(hers, "SPOILERS", "other", filter_action="blur")
    for path in (
        "timelines/home",
        "timelines/public",
        "timelines/tag/film",
        f"timelines/list/{made['id']}",
        f"accounts/{far.id}/statuses",
        "favourites",
        f"statuses?id[]={post.id}",
    ):
        (status,) = await hers.get(f"/api/v1/{path}")
        (result,) = status["filtered"]
        assert result["keyword_matches"] == ["SPOILERS"], path
        assert result["filter"]["filter_action"] == "blur"
        assert "keywords" not in result["filter"]
    assert len((await hers.get(f"/api/v1/statuses/{post.id}"))["filtered"]) == 1
    answer = await hers.post("/api/v1/statuses", json={"status": "no", "in_reply_to_id": str(post.id)})
    context = await hers.get(f"/api/v1/statuses/{answer['id']}/context")
    assert len(context["ancestors"][0]["filtered"]) == 1
    assert matched(await api.anybody.get("/api/v1/timelines/public")) == [[]]


@pytest.mark.parametrize(
    ("keyword", "whole", "text", "found"),
    [
        ("cat", True, "my CAT.", True),
        ("cat", True, "category", False),
        ("cat", True, "category or cat", True),
        ("cat", False, "bobcats", True),
        ("#cats", True, "say#cats", True),
        ("naïve", True, "So NAÏVE!", True),
        ("na", True, "naïve", False),
        ("日本", True, "日本語", False),
        ("日本", False, "日本語", True),
        ("a.c", False, "abc", False),
        ("two words", True, "Two words", True),
        ("a&b", False, "a&amp;b", True),
        ("e", True, "he", False),
        ("straße", True, "STRASSE", True),
        ("हिन्दी", True, "मैं हिन्दी बोलता हूँ", True),
        ("हिन", True, "मैं हिन्दी बोलता हूँ", False),
        ("two words", True, "two wordsmiths, two words", True),
        ("two words", True, "two wordsmiths", False),
    ],
)
async def test_words(api: Api, keyword: str, whole: bool, text: str, found: bool) -> None:
    ana, hers = await api.member("ana")
    await publish(api, ana, f"<p>{text}</p>")
    await words(hers, keyword, whole=whole)
    assert matched(await hers.get("/api/v1/timelines/home")) == [[[keyword]] if found else []]


async def test_warnings_pictures_and_what_is_boosted_count_too(api: Api) -> None:
    ana, hers = await api.member("ana")
    far = await make_stranger(api.store)
    warned = await publish(api, ana, "<p>x</p>", summary="Spoilt!")
    await publish(api, ana, "", boost_of_id=(await publish(api, far, "<p>spoilt</p>")).id)
    await publish(api, ana, "<p>x</p>", attachments=(PICTURE,))
    await publish(api, ana, "<p>spoi</p><p>lt</p>")
    await words(hers, "spoilt", "x lt")
    page = await hers.get("/api/v1/timelines/home")
    assert matched(page) == [[], [["spoilt"]], [["spoilt"]], [["spoilt"]]]
    assert page[-1]["id"] == str(warned.id)
    assert matched([page[2]["reblog"]]) == [[["spoilt"]]]


async def test_a_filter_ends(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    ana, hers = await api.member("ana")
    await publish(api, ana, "<p>cats</p>")
    await words(hers, "cats", expires_in=60)
    assert matched(await hers.get("/api/v1/timelines/home")) == [[["cats"]]]
    now = api.store.clock()
    monkeypatch.setattr(api.store, "clock", lambda: now + 61_000)
    assert matched(await hers.get("/api/v1/timelines/home")) == [[]]
    assert len(await hers.get(V2)) == 1


async def test_a_change_in_another_process_is_seen(api: Api, database_url: str) -> None:
    ana, hers = await api.member("ana")
    await publish(api, ana, "<p>cats</p>")
    made = await words(hers, "dogs")
    assert matched(await hers.get("/api/v1/timelines/home")) == [[]]
    other = await Store.open(database_url)
    async with other.write() as tx:
        (known,) = await tx.filters.of(ana.id)
        await tx.db.run("UPDATE filter_keywords SET keyword = 'cats'")
        await tx.filters.changed(ana.id)
    await other.close()
    assert str(known.id) == made["id"]
    assert matched(await hers.get("/api/v1/timelines/home")) == [[["cats"]]]


async def test_filters_cost_no_statement(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    ana, hers = await api.member("ana")
    for _ in range(3):
        await publish(api, ana, "<p>cats</p>")
    statements: list[str] = []
    reading = Store.read

    @asynccontextmanager
    async def counted(store: Store) -> Any:
        async with reading(store) as tx:
            tx.db = Counting(tx.db, statements)
            yield tx

    async def cost() -> int:
        statements.clear()
        await hers.get("/api/v1/timelines/home")
        return len(statements)

    await hers.get("/api/v1/timelines/home")
    with monkeypatch.context() as patched:
        patched.setattr(Store, "read", counted)
        without = await cost()
    made = await words(hers, "cats")
    with monkeypatch.context() as patched:
        patched.setattr(Store, "read", counted)
        # Once after a change they are read, in one trip of three.
        assert [await cost(), await cost()] == [without + 3, without]
    await hers.ask("DELETE", f"{V2}/{made['id']}")
    with monkeypatch.context() as patched:
        patched.setattr(Store, "read", counted)
        assert await cost() == without
