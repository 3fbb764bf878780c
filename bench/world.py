"""What is in the database before a measurement: three people here, and people elsewhere whom they know.

Ids are fixed, so that requests signed once fit every database.
"""

from __future__ import annotations

from msgspec import Struct

from bench.server import DOMAIN, URL
from bench.strangers import Keys, Stranger
from fedi.activitypub.uris import Addresses
from fedi.config import Config
from fedi.model.people import Account, User
from fedi.model.posts import Post
from fedi.services import Services
from fedi.social import members
from fedi.store.store import Transaction

_AT = Addresses(URL)
ANA, DORA, STAR = (1_700_000_000_000 + number << 16 for number in range(1, 4))
"""Account ids: ana reads, dora has a follower on each server that speaks TLS, star is followed by a crowd."""

AUTHORS = 16
"""Strangers whom ana follows, each on a server of their own, numbered from 0."""
_TIMELINE = 40


class Tokens(Struct, frozen=True):
    """Access tokens of the three."""

    ana: str
    dora: str
    star: str
    fans: tuple[str, ...] = ()
    """Of people who follow ana here."""


def actor(person: int) -> str:
    """The actor id of a local person."""
    return _AT.actor(person)


async def people_here(services: Services, tx: Transaction, keys: Keys) -> Tokens:
    """Add ana, dora and star, and return their access tokens. All have the same key: nobody compares."""
    domain = await services.domain_of(DOMAIN)
    for account_id, name in ((ANA, "ana"), (DORA, "dora"), (STAR, "star")):
        at = _AT.actor(account_id)
        account = Account(
            id=account_id,
            uri=at,
            domain_id=domain.id,
            username=name,
            domain=domain.name,
            handle=f"{name}@{domain.name}",
            handle_checked_at=tx.now,
            url=_AT.profile_page(name),
            inbox=_AT.inbox(account_id),
            shared_inbox=_AT.shared_inbox,
            outbox=_AT.outbox(account_id),
            followers_uri=_AT.followers(account_id),
            following_uri=_AT.following(account_id),
            featured_uri=_AT.featured(account_id),
            discoverable=True,
            created_at=tx.now,
        )
        await tx.people.add(account)
        pair = keys.of(account_id)
        await tx.keys.put(_AT.rsa_key(at), account_id, "rsa", pair.public_pem, pair.private_pem)
        user = User(
            id=account_id,
            email=f"{name}@{DOMAIN}",
            password_hash="!",
            confirmed_at=tx.now,
            seen_at=tx.now,
            created_at=tx.now,
        )
        await tx.members.add(user)
    scopes = "read write follow push"
    return Tokens(*[await tx.members.add_token(person, scopes) for person in (ANA, DORA, STAR)])


async def follow_authors(tx: Transaction, authors: list[Stranger], keys: Keys) -> None:
    """Let ana follow `authors`, whose keys are here, and give her a home timeline."""
    for who in authors:
        account = _stranger(tx, who, (await tx.hosts.ensure([who.host]))[who.host])
        await tx.people.add(account)
        await tx.keys.put(who.key_id, account.id, "rsa", keys.of(who.number).public_pem)
        await tx.db.run(
            "INSERT INTO follows (id, follower_id, followee_id, state, uri, local, created_at) "
            "VALUES (:id, :ana, :author, 'following', :uri, TRUE, :now)",
            {
                "id": tx.new_id(),
                "ana": ANA,
                "author": account.id,
                "uri": f"{_AT.actor(ANA)}#{who.number}",
                "now": tx.now,
            },
        )
        await tx.people.update(account.id, local_followers_count=1, followers_count=1)
        for number in range(_TIMELINE // len(authors) + 1):
            await _post(tx, account, number)
    await tx.people.update(ANA, following_count=len(authors))


def _stranger(tx: Transaction, who: Stranger, host_id: int) -> Account:
    name = f"u{who.number}"
    return Account(
        id=tx.new_id(),
        uri=who.uri,
        host_id=host_id,
        username=name,
        domain=who.host,
        handle=f"{name}@{who.host}",
        handle_checked_at=tx.now,
        name=f"Person {name}",
        url=f"http://{who.host}/@{name}",
        inbox=f"{who.uri}/inbox",
        shared_inbox=f"http://{who.host}/inbox",
        followers_uri=f"{who.uri}/followers",
        created_at=tx.now,
        fetched_at=tx.now,
    )


async def _post(tx: Transaction, author: Account, number: int) -> None:
    uri = f"{author.uri}/before/{number}"
    post = Post(
        id=tx.new_id(),
        uri=uri,
        url=uri,
        account_id=author.id,
        local=False,
        visibility="public",
        content="<p>Before anything was measured, there was this.</p>",
        language="en",
        created_at=tx.now,
        fetched_at=tx.now,
    )
    await tx.posts.add(post)
    await tx.timelines.push(post.id, author, created=post.created_at)


async def followers_of_dora(tx: Transaction, hosts: list[str]) -> None:
    """One follower of dora's on each of `hosts`, which speak TLS."""
    ids = await tx.hosts.ensure(hosts)
    rows = [{"dora": DORA, "inbox": f"https://{host}/inbox", "host": ids[host]} for host in hosts]
    await tx.db.run_many(
        "INSERT INTO follower_inboxes (account_id, inbox, host_id, followers) VALUES (:dora, :inbox, :host, 1)",
        rows,
    )
    await tx.people.update(DORA, followers_count=len(hosts))


async def open_services(config: Config) -> Services:
    """The services of a database that has no domain yet, set up as the server's own first start would."""
    services = await Services.open(config)
    await members.ensure_domain(services)
    return services
