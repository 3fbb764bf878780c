"""The well-known addresses, as other servers ask them."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import orjson
import pytest

from fedi.config import Config
from fedi.store.store import Store
from fedi.webfinger import jrd
from tests.builders import HERE_URL, make_domain, make_person, make_post, make_stranger
from tests.support.face import Face, make_face


async def finger(face: Face, resource: str, more: str = "") -> Any:
    return await face.ask(f"/.well-known/webfinger?resource={quote(resource, safe='')}{more}", accept="*/*")


@pytest.mark.parametrize(
    "resource",
    ["acct:ana@a.test", "ana@a.test", "acct:@ana@a.test", "acct:ANA@A.Test", "https://a.test/@ana", "actor"],
)
async def test_every_name_of_a_person_leads_to_the_actor(store: Store, resource: str) -> None:
    ana = await make_person(store)
    face = await make_face(store)
    response = await finger(face, ana.uri if resource == "actor" else resource)
    assert response.status_code == 200
    assert response.content_type == "application/jrd+json; charset=utf-8"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    body = await response.get_data()
    found = jrd.parse(body)
    assert (found.subject, found.actor) == ("acct:ana@a.test", ana.uri)
    document = orjson.loads(body)
    assert document["aliases"] == [ana.url, ana.uri]
    links = {link["rel"]: link for link in document["links"]}
    assert links["self"]["type"] == "application/activity+json"
    assert links["http://webfinger.net/rel/profile-page"]["href"] == ana.url
    assert "{uri}" in links["http://ostatus.org/schema/1.0/subscribe"]["template"]
    assert "{object}" in links["https://w3id.org/fep/3b86/Object"]["template"]


async def test_rel_picks_links(store: Store) -> None:
    ana = await make_person(store, avatar_url=f"{HERE_URL}/media/1.png")
    face = await make_face(store)
    avatar = "http://webfinger.net/rel/avatar"
    response = await finger(face, "acct:ana@a.test", f"&rel=self&rel={quote(avatar, safe='')}")
    links = orjson.loads(await response.get_data())["links"]
    assert [(link["rel"], link["href"]) for link in links] == [("self", ana.uri), (avatar, ana.avatar_url)]


async def test_the_domain_itself(store: Store) -> None:
    face = await make_face(store)
    for resource in ("acct:a.test@a.test", f"{HERE_URL}/actor", HERE_URL, f"{HERE_URL}/"):
        found = jrd.parse(await (await finger(face, resource)).get_data())
        assert (found.subject, found.actor) == ("acct:a.test@a.test", f"{HERE_URL}/actor")


async def test_a_split_domain_answers_to_both_and_names_one(store: Store) -> None:
    domain = await make_domain(store, "b.example", "https://social.b.example")
    account = await make_person(store, "eva", domain_id=domain.id, domain=domain.name, handle="eva@b.example")
    face = await make_face(store, Config(domain="b.example", url="https://social.b.example"))
    for resource in ("acct:eva@b.example", "acct:eva@social.b.example"):
        found = jrd.parse(await (await finger(face, resource)).get_data())
        assert (found.subject, found.actor) == ("acct:eva@b.example", account.uri)
    found = jrd.parse(await (await finger(face, "acct:social.b.example@social.b.example")).get_data())
    assert found.actor == "https://social.b.example/actor"


@pytest.mark.parametrize(
    "resource",
    ["", "ana", "acct:ana", "acct:@a.test", "acct:ana@a@b", "acct:ana@a test", "https://", "x" * 3000],
)
async def test_what_is_no_resource_is_400(store: Store, resource: str) -> None:
    await make_person(store)
    face = await make_face(store)
    assert (await finger(face, resource)).status_code == 400
    assert (await face.ask("/.well-known/webfinger", accept="*/*")).status_code == 400


async def test_who_is_not_here_is_404(store: Store) -> None:
    ana = await make_person(store)
    bo = await make_stranger(store)
    post = await make_post(store, ana)
    face = await make_face(store)
    unknown = ["acct:no@a.test", "acct:ana@b.test", f"acct:{bo.handle}", bo.uri, f"{HERE_URL}/@no", post.uri]
    for resource in [
        *unknown,
        f"{HERE_URL}/ap/users/1",
        f"{HERE_URL}/about",
        "https://c.test/@ana",
        post.url,
    ]:
        assert (await finger(face, resource or "")).status_code == 404, resource


@pytest.mark.parametrize(("state", "status"), [("suspended_at", 200), ("deleted_at", 410)])
async def test_who_is_gone_for_good_is_410(store: Store, state: str, status: int) -> None:
    ana = await make_person(store, **{state: 1})
    face = await make_face(store)
    for resource in ("acct:ana@a.test", ana.uri, f"{HERE_URL}/@ana"):
        assert (await finger(face, resource)).status_code == status


async def test_host_meta_leads_to_webfinger(store: Store) -> None:
    face = await make_face(store)
    response = await face.ask("/.well-known/host-meta", accept="application/xrd+xml")
    assert response.content_type == "application/xrd+xml; charset=utf-8"
    root = ElementTree.fromstring(await response.get_data())
    (link,) = root.findall("{http://docs.oasis-open.org/ns/xri/xrd-1.0}Link")
    template = f"{HERE_URL}/.well-known/webfinger?resource={{uri}}"
    assert (link.get("rel"), link.get("template")) == ("lrdd", template)
    as_json = orjson.loads(await (await face.ask("/.well-known/host-meta.json")).get_data())
    assert as_json["links"] == [{"rel": "lrdd", "type": "application/jrd+json", "template": template}]


async def test_nodeinfo_counts_what_is_here(store: Store) -> None:
    ana = await make_person(store)
    bea = await make_person(store, "bea")
    await make_person(store, "cat", suspended_at=1)
    await make_stranger(store)
    async with store.write() as tx:
        await tx.db.run(
            "UPDATE users SET seen_at = :then WHERE id = :id",
            {"then": tx.now - 100 * 86_400_000, "id": bea.id},
        )
    post = await make_post(store, ana)
    await make_post(store, ana, in_reply_to_uri=post.uri, in_reply_to_id=post.id)
    await make_post(store, ana, visibility="direct")
    face = await make_face(store)
    discovery = orjson.loads(await (await face.ask("/.well-known/nodeinfo")).get_data())
    links = {link["rel"].rpartition("/")[2]: link["href"] for link in discovery["links"]}
    assert links["activitystreams#Application"] == f"{HERE_URL}/actor"  # FEP-2677
    for version in ("2.0", "2.1"):
        response = await face.ask(links[version])
        assert f"schema/{version}#" in response.content_type
        document = orjson.loads(await response.get_data())
        assert document["version"] == version
        assert document["software"]["name"] == "fedi"
        assert document["usage"] == {
            "users": {"total": 2, "activeMonth": 1, "activeHalfyear": 2},
            "localPosts": 1,
            "localComments": 1,
        }
        assert document["openRegistrations"] is False
    assert (await face.ask("/nodeinfo/1.0")).status_code == 404
