"""What the people of the demo say and do: enough of everything that a visitor sees a network, not a list."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from msgspec import Struct

from fedi.cli.running import Refused
from fedi.model.people import Account
from fedi.model.posts import Post
from fedi.services import Services
from fedi.social import boosting, favouriting, following, members, mentioning, posting
from fedi.social.posting import Draft
from fedi.webfinger import lookup

_PATIENCE_SECONDS = 60
_SCOPES = "read write follow push"

_PEOPLE = {
    "ana": ("Ana Duarte", "Maps, tides and long walks. I draw the coast one cove at a time."),
    "ines": ("Inès Rolland", "Boulangère. Je parle surtout de levain, parfois de politique du levain."),
    "bo": ("Bo Lindqvist", "Repairs radios, collects weather. Runs the other server."),
    "mara": ("Mara Okafor", "Night-shift nurse, daylight gardener. Opinions are my tomatoes'."),
}
_OWNERS = ("ana", "bo")
_POSTS = {
    "ana": [
        "First light at the north pier. The tide table was wrong by **eleven minutes**, the gulls were not. #coast",
        "Redrew the estuary from last week's soundings. The sandbank has moved again. #maps",
    ],
    "ines": ["Le levain a doublé en quatre heures ce matin. L'été arrive. #pain"],
    "bo": [
        "Got the 1962 receiver working. First thing it picked up: the shipping forecast. #radio",
        "A small server is a garden, not a factory.",
    ],
    "mara": ["Three a.m. and the ward is quiet. Best hour for reading old #maps."],
}


class Login(Struct, frozen=True):
    """How to sign in as somebody of the demo."""

    name: str
    handle: str
    page: str
    password: str
    token: str


class _Side(Struct, frozen=True):
    services: Services
    names: tuple[str, str]


async def tell(first: Services, second: Services, say: Callable[[str], None]) -> list[Login]:
    """Make the people, let them follow each other across the two servers, and post; who they are."""
    sides = (_Side(first, ("ana", "ines")), _Side(second, ("bo", "mara")))
    logins = [await _person(side.services, name) for side in sides for name in side.names]
    handles = {login.name: login.handle for login in logins}
    say("People follow each other ...")
    for side, other in (sides, sides[::-1]):
        for name in side.names:
            for friend in (*other.names, *side.names):
                if friend != name:
                    await _follow(side.services, name, handles[friend])
    for side in sides:
        await _until(lambda side=side: _all_followed(side), "the follows to be accepted")  # type: ignore[misc]
    say("... and post ...")
    said: list[Post] = []
    for side in sides:
        for name in side.names:
            said += [await _post(side.services, name, text) for text in _POSTS[name]]
    for side in sides:
        await _until(lambda side=side: _has_all(side, said), "the posts to arrive")  # type: ignore[misc]
    await _talk(sides, handles, {post.uri: post for post in said})
    return logins


async def _talk(sides: tuple[_Side, _Side], handles: dict[str, str], said: dict[str, Post]) -> None:
    here, there = sides
    pier, *_ = [uri for uri, post in said.items() if "north pier" in post.content]
    radio, *_ = [uri for uri, post in said.items() if "1962" in post.content]
    reply = await _post(
        there.services, "bo", f"{handles['ana']} Eleven minutes is a record. Spring tide?", pier
    )
    await _like(there.services, "mara", pier)
    await _boost(there.services, "bo", pier)
    await _like(here.services, "ana", radio)
    await _boost(here.services, "ines", radio)
    await _until(lambda: _has(here.services, reply.uri), "the reply to arrive")
    await _post(
        here.services, "ana", f"{handles['bo']} Wind from the west, two days of it. Come and see!", reply.uri
    )
    await _post(here.services, "ines", f"{handles['mara']} Des tomates contre du pain ?", visibility="direct")


async def _person(services: Services, name: str) -> Login:
    title, summary = _PEOPLE[name]
    domain = await services.domain_of(services.config.host)
    async with services.store.read() as tx:
        account = await tx.people.local_by_name(domain.id, name)
    password = f"{name}-demo-password"
    if account is None:
        role = "owner" if name in _OWNERS else "user"
        account = await members.create(services, domain, name, f"{name}@example.org", password, role)
        async with services.store.write() as tx:
            await tx.people.update(
                account.id, name=title, summary=f"<p>{summary}</p>", summary_source=summary, discoverable=True
            )
    async with services.store.write() as tx:
        token = await tx.members.add_token(account.id, _SCOPES)
    return Login(name, f"@{account.username}@{account.domain}", account.url or account.uri, password, token)


async def _of(services: Services, name: str) -> Account:
    async with services.store.read() as tx:
        account = await tx.people.by_handle(f"{name}@{services.config.domain}")
    assert account is not None
    return account


async def _follow(services: Services, name: str, handle: str) -> None:
    followee = await lookup.resolve(services, handle)
    follower = await _of(services, name)
    async with services.store.write() as tx:
        await following.ask(tx, follower, followee)


async def _post(
    services: Services, name: str, text: str, reply_to: str | None = None, visibility: str = "public"
) -> Post:
    author = await _of(services, name)
    mentions = await mentioning.resolve_all(services, text, author)
    language = "fr" if name == "ines" else "en"
    async with services.store.write() as tx:
        parent = await tx.posts.by_uri(reply_to) if reply_to else None
        draft = Draft(
            text=text, visibility=visibility, language=language, in_reply_to=parent, mentions=mentions
        )
        return await posting.create(tx, author, draft)


async def _like(services: Services, name: str, uri: str) -> None:
    account = await _of(services, name)
    async with services.store.write() as tx:
        if post := await tx.posts.by_uri(uri):
            await favouriting.favourite(tx, account, post)


async def _boost(services: Services, name: str, uri: str) -> None:
    account = await _of(services, name)
    async with services.store.write() as tx:
        if post := await tx.posts.by_uri(uri):
            await boosting.boost(tx, account, post)


async def _all_followed(side: _Side) -> bool:
    for name in side.names:
        account = await _of(side.services, name)
        if account.following_count < len(_PEOPLE) - 1:
            return False
    return True


async def _has(services: Services, uri: str) -> bool:
    async with services.store.read() as tx:
        return await tx.posts.by_uri(uri) is not None


async def _has_all(side: _Side, posts: list[Post]) -> bool:
    async with side.services.store.read() as tx:
        return len(await tx.posts.by_uris([post.uri for post in posts])) == len(posts)


async def _until(probe: Callable[[], Awaitable[bool]], what: str) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not await probe():
        if time.monotonic() > deadline:
            raise Refused(public=f"Waited a minute for {what}. `fedi queue show` says what is stuck.")
        await asyncio.sleep(0.1)
