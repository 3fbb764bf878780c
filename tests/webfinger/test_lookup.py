"""Handles of people elsewhere: who may carry which, when servers answer well, badly, or each other's questions."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest

from fedi.activitypub import codec, types
from fedi.config import Config
from fedi.errors import FetchError, NotFound, RemoteGone, RemoteInvalid, RemoteMissing, Unreachable
from fedi.model.people import Account
from fedi.net.values import Answer, Document
from fedi.services import Services
from fedi.store.store import Store
from fedi.webfinger import lookup
from tests.builders import HERE_URL, make_domain, make_person
from tests.support import keys

EVA = "https://social.b.test/users/1"


class Servers:
    """Other servers, as `net.client.Net` would see them."""

    def __init__(self) -> None:
        self.actors: dict[str, dict[str, Any]] = {}
        self.fingers: dict[tuple[str, str], Any] = {}
        self.host_meta: dict[str, str] = {}
        self.asked: list[str] = []

    def person(self, uri: str, username: str, **values: Any) -> None:
        key = types.PublicKey(id=f"{uri}#main-key", owner=uri, pem=keys.rsa().public_pem)
        self.actors[uri] = codec.render(
            types.Actor(
                id=uri, preferred_username=username, inbox=f"{uri}/inbox", public_keys=(key,), **values
            )
        )

    def finger(self, host: str, handle: str, uri: str | None, subject: str | None = None) -> None:
        links = [{"rel": "self", "type": "application/activity+json", "href": uri}] if uri else []
        self.fingers[host, f"acct:{handle}"] = {"subject": f"acct:{subject or handle}", "links": links}

    async def fetch(self, uri: str, **_: Any) -> Document:
        self.asked.append(uri)
        if uri not in self.actors:
            raise RemoteMissing(uri)
        return Document(uri, orjson.loads(orjson.dumps(self.actors[uri])))

    async def get(self, url: str, *, content_types: Collection[str], **_: Any) -> Answer:
        self.asked.append(url)
        parts = urlsplit(url)
        if parts.path == "/.well-known/host-meta":
            if parts.netloc not in self.host_meta:
                raise RemoteMissing(url)
            return Answer(url, 200, {}, self.host_meta[parts.netloc].encode())
        found = self.fingers.get((parts.netloc, parse_qs(parts.query)["resource"][0]))
        if isinstance(found, Exception):
            raise found
        if found is None:
            raise RemoteMissing(url)
        return Answer(url, 200, {}, orjson.dumps(found))


@pytest.fixture
def net() -> Servers:
    return Servers()


@pytest.fixture
async def services(store: Store, net: Servers) -> Services:
    await make_domain(store)
    found = Services(Config(domain="a.test", url=HERE_URL), store, net)  # type: ignore[arg-type]
    await found.refresh()
    return found


async def met(services: Services, uri: str) -> Account:
    """An actor that we know from its document alone, its handle not confirmed."""
    return await services.actors.find(uri)


async def confirmed(services: Services, uri: str) -> Account:
    account = await met(services, uri)
    await lookup.confirm(services, {"account_id": account.id})
    return await met(services, uri)


async def test_a_handle_leads_to_its_actor(services: Services, net: Servers) -> None:
    net.person("https://b.test/users/1", "Eva")
    net.finger("b.test", "eva@b.test", "https://b.test/users/1", "Eva@b.test")
    account = await lookup.resolve(services, "@EVA@B.test")
    assert (account.uri, account.handle, account.username) == ("https://b.test/users/1", "eva@b.test", "Eva")
    asked = len(net.asked)
    assert await lookup.resolve(services, "eva@b.test") == account
    assert len(net.asked) == asked


async def test_a_split_domain_from_the_short_handle(services: Services, net: Servers) -> None:
    net.person(EVA, "eva")
    net.finger("b.test", "eva@b.test", EVA)
    net.finger("social.b.test", "eva@social.b.test", EVA, "eva@b.test")
    assert (await lookup.resolve(services, "eva@b.test")).handle == "eva@b.test"


async def test_a_split_domain_from_the_long_handle(services: Services, net: Servers) -> None:
    net.person(EVA, "eva")
    net.finger("b.test", "eva@b.test", EVA)
    net.finger("social.b.test", "eva@social.b.test", EVA, "eva@b.test")
    assert (await lookup.resolve(services, "eva@social.b.test")).handle == "eva@b.test"
    assert (await confirmed(services, EVA)).handle == "eva@b.test"


async def test_a_split_domain_from_the_actor(services: Services, net: Servers) -> None:
    net.person(EVA, "eva")
    net.finger("b.test", "eva@b.test", EVA)
    net.finger("social.b.test", "eva@social.b.test", EVA, "eva@b.test")
    assert (await met(services, EVA)).handle == "eva@social.b.test"
    account = await confirmed(services, EVA)
    assert (account.handle, account.domain) == ("eva@b.test", "b.test")
    assert account.handle_checked_at is not None


async def test_nobody_gives_handles_to_other_servers_people_akkoma_2024_04_1(
    services: Services, net: Servers
) -> None:
    net.person("https://good.test/users/1", "ada")
    net.finger("good.test", "ada@good.test", "https://good.test/users/1")
    net.finger("evil.test", "president@evil.test", "https://good.test/users/1")
    with pytest.raises(RemoteInvalid):
        await lookup.resolve(services, "president@evil.test")
    assert (await confirmed(services, "https://good.test/users/1")).handle == "ada@good.test"


async def test_nobody_takes_a_handle_on_another_domain_akkoma_2024_04_1(
    services: Services, net: Servers
) -> None:
    net.person("https://evil.test/users/1", "ada")
    net.finger("evil.test", "ada@evil.test", "https://evil.test/users/1", "ada@good.test")
    net.finger("good.test", "ada@good.test", "https://good.test/users/1")
    with pytest.raises(RemoteInvalid):
        await lookup.resolve(services, "ada@evil.test")
    account = await confirmed(services, "https://evil.test/users/1")
    assert (account.handle, account.handle_checked_at) == ("ada@evil.test", None)


async def test_a_local_handle_cannot_be_taken(services: Services, net: Servers, store: Store) -> None:
    ana = await make_person(store)
    net.person("https://evil.test/users/1", "ana")
    net.finger("evil.test", "ana@evil.test", "https://evil.test/users/1", "ana@a.test")
    with pytest.raises(NotFound):
        await lookup.resolve(services, "ana@evil.test")
    assert (await lookup.resolve(services, "@ana@a.test")).id == ana.id
    with pytest.raises(NotFound):
        await lookup.resolve(services, "@nobody@a.test")


async def test_the_property_of_the_document_counts_fep_2c59(services: Services, net: Servers) -> None:
    # No WebFinger on the actor's host, and a name that says nothing: the document itself names the handle.
    net.person(EVA, "x7", webfinger="eva@b.test")
    net.finger("b.test", "eva@b.test", EVA)
    assert (await lookup.resolve(services, "eva@b.test")).handle == "eva@b.test"
    net.person("https://social.b.test/users/2", "x8", webfinger="eve@b.test")
    net.finger("b.test", "eve@b.test", "https://social.b.test/users/2")
    assert (await confirmed(services, "https://social.b.test/users/2")).username == "eve"
    net.person("https://social.b.test/users/3", "x9", webfinger="eva@b.test")
    account = await confirmed(services, "https://social.b.test/users/3")
    assert (account.handle, account.handle_checked_at) == ("x9@social.b.test", None)


async def test_host_meta_tells_where_to_ask(services: Services, net: Servers) -> None:
    net.person("https://b.test/users/1", "eva")
    net.host_meta["b.test"] = (
        '<XRD><Link rel="other" template="https://no.test/{uri}"/>'
        "<Link template='https://w.b.test/.well-known/webfinger?a=1&amp;resource={uri}' rel='lrdd'/></XRD>"
    )
    net.finger("w.b.test", "eva@b.test", "https://b.test/users/1")
    assert (await lookup.resolve(services, "eva@b.test")).handle == "eva@b.test"


async def test_host_meta_that_leads_in_a_circle_is_asked_once(services: Services, net: Servers) -> None:
    net.host_meta["b.test"] = (
        '<XRD><Link rel="lrdd" template="https://b.test/.well-known/webfinger?resource={uri}"/></XRD>'
    )
    with pytest.raises(NotFound):
        await lookup.resolve(services, "eva@b.test")
    assert len(net.asked) == 2


async def test_a_wrong_content_type_is_no_answer(services: Services, net: Servers) -> None:
    net.fingers["b.test", "acct:eva@b.test"] = RemoteInvalid("text/html")
    with pytest.raises(NotFound):
        await lookup.resolve(services, "eva@b.test")


async def test_410_means_that_the_account_is_gone(services: Services, net: Servers) -> None:
    net.fingers["b.test", "acct:eva@b.test"] = RemoteGone("410")
    net.host_meta["b.test"] = '<XRD><Link rel="lrdd" template="https://w.b.test/?resource={uri}"/></XRD>'
    with pytest.raises(NotFound):
        await lookup.resolve(services, "eva@b.test")
    assert len(net.asked) == 1


async def test_who_does_not_answer_now_is_asked_again_later(services: Services, net: Servers) -> None:
    net.person("https://b.test/users/1", "eva")
    net.fingers["b.test", "acct:eva@b.test"] = Unreachable("down")
    with pytest.raises(Unreachable):
        await lookup.resolve(services, "eva@b.test")
    with pytest.raises(Unreachable):
        await confirmed(services, "https://b.test/users/1")


@pytest.mark.parametrize("subject", ["eva@", "https://b.test/@eva", "e v a@b.test", "eva@-.test", "a@b@c"])
async def test_a_strange_subject_harms_nothing(services: Services, net: Servers, subject: str) -> None:
    net.person("https://b.test/users/1", "eva")
    net.finger("b.test", "eva@b.test", "https://b.test/users/1", subject)
    try:
        account = await lookup.resolve(services, "eva@b.test")
    except (FetchError, NotFound):
        return
    assert account.handle == "eva@b.test"


async def test_an_actor_of_another_name_is_refused(services: Services, net: Servers) -> None:
    net.finger("b.test", "eva@b.test", None)
    with pytest.raises(RemoteInvalid):
        await lookup.resolve(services, "eva@b.test")
