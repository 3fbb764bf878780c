"""The store: transactions whose attributes are the tables' modules, and signals when work was committed.

async with store.write() as tx:
    await tx.posts.add(post)
    await tx.jobs.add("fan_out", {"activity": activity_id})     # one fact, one job, one commit

async with store.read() as tx:
    post = await tx.posts.by_id(post_id)
"""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from fedi.later import later
from fedi.store.account_domain_blocks import AccountDomainBlocks
from fedi.store.account_notes import AccountNotes
from fedi.store.activities import Activities
from fedi.store.audiences import Audiences
from fedi.store.audit import Audit
from fedi.store.blocks import Blocks
from fedi.store.conversations import Conversations
from fedi.store.copies import Copies
from fedi.store.database import Database
from fedi.store.deliveries import Deliveries
from fedi.store.domains import Domains
from fedi.store.dossiers import Dossiers
from fedi.store.email_blocks import EmailBlocks
from fedi.store.endorsements import Endorsements
from fedi.store.events import Events
from fedi.store.featured import Featured
from fedi.store.featured_tags import FeaturedTags
from fedi.store.filters import Filters
from fedi.store.followed_tags import FollowedTags
from fedi.store.follows import Follows
from fedi.store.hosts import Hosts
from fedi.store.ids import Ids
from fedi.store.interactions import Interactions
from fedi.store.ip_blocks import IpBlocks
from fedi.store.jobs import Jobs
from fedi.store.keys import Keys
from fedi.store.lists import Lists
from fedi.store.markers import Markers
from fedi.store.media import Uploads
from fedi.store.member_tables import MemberTables
from fedi.store.migrate import migrate
from fedi.store.mutes import Mutes
from fedi.store.notice_policies import NoticePolicies
from fedi.store.notifications import Notifications
from fedi.store.people import People
from fedi.store.people_states import PeopleStates
from fedi.store.post_tables import PostTables
from fedi.store.posts import Posts
from fedi.store.processes import Processes
from fedi.store.push import Push
from fedi.store.queues import Queues
from fedi.store.received import Received
from fedi.store.reports import Reports
from fedi.store.search import Search
from fedi.store.search_index import SearchIndex
from fedi.store.severances import Severances
from fedi.store.signals import Signals
from fedi.store.sqlite import SQLiteDatabase
from fedi.store.statistics import Statistics
from fedi.store.strikes import Strikes
from fedi.store.timelines import Timelines
from fedi.store.tombstones import Tombstones

if TYPE_CHECKING:
    from fedi.store import postgres
else:  # with it comes asyncpg
    postgres = later("fedi.store.postgres")

Clock = Callable[[], int]


def system_clock() -> int:
    """Milliseconds since 1970."""
    return time.time_ns() // 1_000_000


class Transaction(MemberTables, PostTables):
    """One connection, and every table's module on it."""

    @cached_property
    def domains(self) -> Domains:
        """Domains hosted here."""
        return Domains(self)

    @cached_property
    def people(self) -> People:
        """Actors, ours and theirs."""
        return People(self)

    @cached_property
    def keys(self) -> Keys:
        """Keys of actors."""
        return Keys(self)

    @cached_property
    def copies(self) -> Copies:
        """Copies of other servers' files."""
        return Copies(self)

    @cached_property
    def media(self) -> Uploads:
        """What people uploaded, and every file in the storage."""
        return Uploads(self)

    @cached_property
    def conversations(self) -> Conversations:
        """Direct posts by whom they are with."""
        return Conversations(self)

    @cached_property
    def markers(self) -> Markers:
        """Where people stopped reading."""
        return Markers(self)

    @cached_property
    def filters(self) -> Filters:
        """What people do not want to read."""
        return Filters(self)

    @cached_property
    def follows(self) -> Follows:
        """Who follows whom, and the counted inboxes and digests that follow from it."""
        return Follows(self)

    @cached_property
    def blocks(self) -> Blocks:
        """Blocks of people and of domains."""
        return Blocks(self)

    @cached_property
    def mutes(self) -> Mutes:
        """Whom people mute."""
        return Mutes(self)

    @cached_property
    def account_domain_blocks(self) -> AccountDomainBlocks:
        """Servers that single people want nothing of."""
        return AccountDomainBlocks(self)

    @cached_property
    def account_notes(self) -> AccountNotes:
        """What people note about others."""
        return AccountNotes(self)

    @cached_property
    def endorsements(self) -> Endorsements:
        """Whom people show on their profiles."""
        return Endorsements(self)

    @cached_property
    def featured_tags(self) -> FeaturedTags:
        """Hashtags on profiles."""
        return FeaturedTags(self)

    @cached_property
    def followed_tags(self) -> FollowedTags:
        """Hashtags that people follow."""
        return FollowedTags(self)

    @cached_property
    def posts(self) -> Posts:
        """Posts, boosts, edits, mentions and tags."""
        return Posts(self)

    @cached_property
    def featured(self) -> Featured:
        """Pins."""
        return Featured(self)

    @cached_property
    def interactions(self) -> Interactions:
        """Favourites and reactions."""
        return Interactions(self)

    @cached_property
    def timelines(self) -> Timelines:
        """Home and public timelines."""
        return Timelines(self)

    @cached_property
    def lists(self) -> Lists:
        """Lists of people."""
        return Lists(self)

    @cached_property
    def notifications(self) -> Notifications:
        """Notices to local people."""
        return Notifications(self)

    @cached_property
    def notice_policies(self) -> NoticePolicies:
        """Whose notices somebody wants, and what was held back."""
        return NoticePolicies(self)

    @cached_property
    def push(self) -> Push:
        """Where apps want to be woken."""
        return Push(self)

    @cached_property
    def reports(self) -> Reports:
        """Reports."""
        return Reports(self)

    @cached_property
    def people_states(self) -> PeopleStates:
        """What moderators decided about accounts."""
        return PeopleStates(self)

    @cached_property
    def severances(self) -> Severances:
        """Follows that were lost through a decision."""
        return Severances(self)

    @cached_property
    def dossiers(self) -> Dossiers:
        """Accounts as moderators see them."""
        return Dossiers(self)

    @cached_property
    def strikes(self) -> Strikes:
        """Warnings, and appeals against them."""
        return Strikes(self)

    @cached_property
    def audit(self) -> Audit:
        """Who decided what."""
        return Audit(self)

    @cached_property
    def ip_blocks(self) -> IpBlocks:
        """Networks that may not sign up, or not come here."""
        return IpBlocks(self)

    @cached_property
    def email_blocks(self) -> EmailBlocks:
        """E-mail addresses that may not sign up."""
        return EmailBlocks(self)

    @cached_property
    def tombstones(self) -> Tombstones:
        """What is gone."""
        return Tombstones(self)

    @cached_property
    def received(self) -> Received:
        """The inbox queue."""
        return Received(self)

    @cached_property
    def jobs(self) -> Jobs:
        """Other work to do."""
        return Jobs(self)

    @cached_property
    def activities(self) -> Activities:
        """Our activities, rendered."""
        return Activities(self)

    @cached_property
    def deliveries(self) -> Deliveries:
        """What waits for which inbox."""
        return Deliveries(self)

    @cached_property
    def hosts(self) -> Hosts:
        """Other servers, and their lanes."""
        return Hosts(self)

    @cached_property
    def queues(self) -> Queues:
        """How much waits."""
        return Queues(self)

    @cached_property
    def audiences(self) -> Audiences:
        """Who of those that listen is to hear of a post."""
        return Audiences(self)

    @cached_property
    def events(self) -> Events:
        """What streams tell."""
        return Events(self)

    @cached_property
    def search_index(self) -> SearchIndex:
        """The words that posts and people are found by."""
        return SearchIndex(self)

    @cached_property
    def search(self) -> Search:
        """Finding them."""
        return Search(self)

    @cached_property
    def statistics(self) -> Statistics:
        """Counts, for NodeInfo and operators."""
        return Statistics(self)


class Store:
    """A database with the schema in place, and this process's part of the id space."""

    def __init__(self, database: Database, ids: Ids, slot: int, owner: str, clock: Clock) -> None:
        self.database = database
        self.ids = ids
        self.signals = Signals()
        self.clock = clock
        self.owner = owner
        self.limited_federation = False
        """Whether only servers that were let in are met (`federation.mode`)."""
        self._slot = slot

    @classmethod
    async def open(
        cls, url: str, *, clock: Clock = system_clock, folder: Path | None = None, pool: int = 8
    ) -> Store:
        """Open `sqlite:///path` (relative to `folder`) or `postgresql://...`, and migrate it.

        `pool` is how many connections to PostgreSQL this process may have.
        """
        database = await open_database(url, folder, pool)
        await migrate(database, clock())
        owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        async with database.writing() as db:
            slot = await Processes(db).claim(owner, clock())
        return cls(database, Ids(slot), slot, owner, clock)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Transaction]:
        """Read; each statement sees what was committed before it."""
        async with self.database.reading() as db:
            tx = Transaction(db, self.ids, self.clock())
            tx.limited_federation = self.limited_federation
            yield tx

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Transaction]:
        """Read and write, all or nothing; durable when the block has ended."""
        async with self.database.writing() as db:
            tx = Transaction(db, self.ids, self.clock())
            tx.limited_federation = self.limited_federation
            yield tx
            await tx.notifications.settle()
            await tx.events.settle()
            await tx.hosts.changed()
        if tx.topics:
            self.signals.wake(tx.topics)
            await self.database.notify(frozenset(tx.topics))

    async def listen(self) -> None:
        """Pass on what other processes announce, until cancelled."""
        async for topic in self.database.notices():
            self.signals.wake({topic})

    async def listen_until(self, stop: asyncio.Event) -> None:
        """The same, until `stop` is set."""
        listening = asyncio.create_task(self.listen())
        await stop.wait()
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)

    async def renew(self) -> bool:
        """Keep this process's slot; to be called well within its lease."""
        async with self.database.writing() as db:
            return await Processes(db).renew(self._slot, self.owner, self.clock())

    async def close(self) -> None:
        """Give back the slot and close."""
        async with self.database.writing() as db:
            await Processes(db).release(self._slot, self.owner)
        await asyncio.shield(self.database.close())


async def open_database(url: str, folder: Path | None = None, pool: int = 8) -> Database:
    """The engine that `url` names, connected."""
    if url.startswith("sqlite:///"):
        return await SQLiteDatabase.open((folder or Path()) / url.removeprefix("sqlite:///"))
    return await postgres.PostgresDatabase.open(url, pool)
