"""Builders: a test names only what matters to it, the rest is ordinary."""

from __future__ import annotations

import itertools
from typing import Any

from fedi.activitypub import uris
from fedi.model.people import Account, Domain, User
from fedi.model.posts import Post
from fedi.store.store import Store, Transaction
from tests.support import keys

HERE = "a.test"
HERE_URL = "https://a.test"
_numbers = itertools.count(1)


async def make_domain(store: Store, name: str = HERE, url: str = HERE_URL) -> Domain:
    """A domain hosted here, with its instance actor."""
    async with store.write() as tx:
        if found := await tx.domains.by_name(name):
            return found
        domain = await tx.domains.add(name, url)
        actor = f"{url}/actor"
        account = Account(
            id=tx.new_id(),
            uri=actor,
            domain_id=domain.id,
            type="Application",
            username=name,
            domain=name,
            handle=f"{name}@{name}",
            handle_checked_at=1,
            inbox=f"{actor}/inbox",
            outbox=f"{actor}/outbox",
            created_at=tx.now,
        )
        await tx.people.add(account)
        pair = keys.rsa()
        await tx.keys.put(f"{actor}#main-key", account.id, "rsa", pair.public_pem, pair.private_pem)
        await tx.domains.set_actor(domain.id, account.id)
        found = await tx.domains.by_id(domain.id)
    assert found is not None
    return found


async def make_person(store: Store, name: str = "ana", *, role: str = "user", **values: Any) -> Account:
    """A local person with keys, who can sign in (the password hash is not a real one)."""
    domain = await make_domain(store)
    async with store.write() as tx:
        account_id = tx.new_id()
        at = uris.Addresses(domain.url)
        actor = at.actor(account_id)
        account = Account(
            **{
                "id": account_id,
                "uri": actor,
                "domain_id": domain.id,
                "username": name,
                "domain": domain.name,
                "handle": f"{name}@{domain.name}".lower(),
                "handle_checked_at": 1,
                "name": name.capitalize(),
                "url": at.profile_page(name),
                "inbox": at.inbox(account_id),
                "shared_inbox": at.shared_inbox,
                "outbox": at.outbox(account_id),
                "followers_uri": at.followers(account_id),
                "following_uri": at.following(account_id),
                "featured_uri": at.featured(account_id),
                "discoverable": True,
                "created_at": tx.now,
                **values,
            }
        )
        await tx.people.add(account)
        pair, edwards = keys.rsa(), keys.ed25519()
        await tx.keys.put(at.rsa_key(actor), account_id, "rsa", pair.public_pem, pair.private_pem)
        await tx.keys.put(
            at.ed25519_key(actor), account_id, "ed25519", edwards.public_pem, edwards.private_pem
        )
        await tx.members.add(
            User(
                id=account_id,
                email=f"{name}@mail.test",
                password_hash="!",
                role=role,
                confirmed_at=tx.now,
                seen_at=tx.now,
                created_at=tx.now,
            )
        )
    return account


async def make_stranger(store: Store, name: str = "bo", host: str = "b.test", **values: Any) -> Account:
    """A person of another server, as if fetched before, with a key nobody has the private half of."""
    async with store.write() as tx:
        host_id = (await tx.hosts.ensure([host]))[host]
        actor = f"https://{host}/users/{name}"
        account = Account(
            **{
                "id": tx.new_id(),
                "uri": actor,
                "host_id": host_id,
                "username": name,
                "domain": host,
                "handle": f"{name}@{host}".lower(),
                "handle_checked_at": tx.now,
                "name": name.capitalize(),
                "url": f"https://{host}/@{name}",
                "inbox": f"{actor}/inbox",
                "shared_inbox": f"https://{host}/inbox",
                "outbox": f"{actor}/outbox",
                "followers_uri": f"{actor}/followers",
                "following_uri": f"{actor}/following",
                "created_at": tx.now,
                "fetched_at": tx.now,
                **values,
            }
        )
        await tx.people.add(account)
        await tx.keys.put(f"{actor}#main-key", account.id, "rsa", keys.rsa().public_pem)
    return account


async def make_post(store: Store, author: Account, content: str = "<p>hello</p>", **values: Any) -> Post:
    """A post, put into the store as it is: nothing is sent."""
    async with store.write() as tx:
        post = build_post(tx, author, content, **values)
        await tx.posts.add(post)
    return post


def build_post(tx: Transaction, author: Account, content: str = "<p>hello</p>", **values: Any) -> Post:
    """A post that is not stored yet."""
    post_id = tx.new_id()
    if author.is_local:
        origin = author.uri.partition("/ap/")[0]
        uri = uris.Addresses(origin).post(post_id)
        url = uris.Addresses(origin).post_page(author.username, post_id)
    else:
        uri = f"https://{author.domain}/notes/{next(_numbers)}"
        url = uri
    return Post(
        **{
            "id": post_id,
            "uri": uri,
            "url": url,
            "account_id": author.id,
            "local": author.is_local,
            "visibility": "public",
            "content": content,
            "created_at": tx.now,
            **values,
        }
    )
