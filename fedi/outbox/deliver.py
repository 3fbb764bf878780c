"""The deliverer: leases lanes, lets them run side by side, and writes what came of them, many at a time.

A round is one transaction, which settles the turns that ended and claims lanes for the next ones, and a few
questions for what those lanes send. What is between, signing and sending, needs no database.
"""

from __future__ import annotations

import asyncio
import random
import secrets

import structlog

from fedi.outbox.lanes import TURN_SECONDS, Mail, Poster, Turn, take
from fedi.outbox.retry import Rng
from fedi.outbox.settling import settle
from fedi.services import Services
from fedi.store.deliveries import Delivery
from fedi.store.lanes import Lane, Lanes
from fedi.store.store import Transaction

log = structlog.get_logger()

LANES = 64
"""Lanes that send at once. A slow one no longer counts after `_SLOW_SECONDS`, up to `_MOST` altogether."""

PER_TURN = 32
"""Deliveries of a lane's turn."""

_SLOW_SECONDS = 2.0
_MOST = 4 * LANES
_ENOUGH = LANES // 2  # turns that end before a round begins at once
_LINGER_SECONDS = 0.02  # how long the first one waits for them
_POLL_SECONDS = 1.0
_LEASE_MS = 30_000  # a killed process's lanes stand still for as long
_RENEW_SECONDS = 8.0
_AGAIN_SECONDS = 2.0  # after the database failed us


class Deliverer:
    """Delivers what waits, until told to stop. Any number of them share the work."""

    def __init__(self, services: Services, *, net: Poster | None = None, rng: Rng = random.random) -> None:
        self._services = services
        self._store = services.store
        self._net: Poster = net or services.net
        self._rng = rng
        self._owner = f"{self._store.owner}:{secrets.token_hex(4)}"
        self._active: dict[asyncio.Task[None], Turn] = {}
        self._ended: list[Turn] = []
        self._news = asyncio.Event()
        self._stop = asyncio.Event()
        self._renewed_at = 0.0

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until `stop` is set; then let what is under way finish, within a limit, and give lanes back."""
        self._stop = stop
        watchers = [asyncio.create_task(self._watch()), asyncio.create_task(self._watch_stop())]
        try:
            while not stop.is_set():
                self._news.clear()
                wait = _AGAIN_SECONDS
                try:
                    wait = await self._round()
                except Exception:
                    log.exception("a round of deliveries failed")
                await self._rest(wait)
        finally:
            for watcher in watchers:
                watcher.cancel()
            await asyncio.gather(*watchers, return_exceptions=True)
            await self._finish()

    async def drain(self) -> None:
        """Deliver all that is due now, and return: for tests and commands."""
        while await self._round() == 0.0 or self._active or self._ended:
            if self._active:
                await asyncio.wait(self._active)
                await asyncio.sleep(0)  # the callbacks of the tasks that ended

    async def _round(self) -> float:
        """Settle, claim and start; how long (seconds) there is nothing more to do."""
        room, late = self._room(), self._is_lease_old()
        async with self._store.read() as tx:
            due = await Lanes(tx, self._owner).next_due()
        is_due = due is not None and due <= self._store.clock()
        if not self._ended and not late and not (is_due and room):
            return _POLL_SECONDS if due is None or is_due else min(_POLL_SECONDS, self._seconds_until(due))
        ended, self._ended = self._ended, []
        try:
            lanes = await self._settle_and_claim(ended, room if is_due else 0)
        except BaseException:
            self._ended = ended + self._ended
            raise
        try:
            await self._start(lanes)
        except BaseException:
            # Not begun: back to the queue with the next round, and not with the end of their leases.
            self._ended += [Turn(lane, (), 0.0, was_full=True) for lane in lanes]
            raise
        return 0.0

    def _room(self) -> int:
        now = asyncio.get_running_loop().time()
        quick = sum(1 for turn in self._active.values() if now - turn.started < _SLOW_SECONDS)
        return max(0, min(LANES - quick, _MOST - len(self._active)))

    def _seconds_until(self, due: int) -> float:
        return max(0.0, (due - self._store.clock()) / 1000)

    async def _settle_and_claim(self, ended: list[Turn], room: int) -> list[Lane]:
        async with self._store.write() as tx:
            lanes = Lanes(tx, self._owner)
            await lanes.hold(turn.lane.host_id for turn in (*ended, *self._active.values()))
            await settle(tx, lanes, ended, self._rng)
            await self._renew(lanes)
            return await lanes.claim(room, _LEASE_MS) if room else []

    async def _renew(self, lanes: Lanes) -> None:
        if self._is_lease_old():
            await lanes.renew([turn.lane.host_id for turn in self._active.values()], _LEASE_MS)
            self._renewed_at = asyncio.get_running_loop().time()

    def _is_lease_old(self) -> bool:
        return bool(self._active) and (asyncio.get_running_loop().time() - self._renewed_at > _RENEW_SECONDS)

    async def _start(self, lanes: list[Lane]) -> None:
        if not lanes:
            return
        async with self._store.read() as tx:
            suspended = await tx.blocks.domain_severities([lane.name for lane in lanes])
            blocked = [lane for lane in lanes if suspended.get(lane.name) == "suspend"]
            open_lanes = [lane for lane in lanes if lane not in blocked]
            deliveries = await tx.deliveries.of_lanes([lane.host_id for lane in open_lanes], PER_TURN)
            mail = await _mail(tx, deliveries)
        if blocked:
            async with self._store.write() as tx:
                await tx.deliveries.drop_hosts([lane.host_id for lane in blocked])
        by_host: dict[int, list[Delivery]] = {lane.host_id: [] for lane in lanes}
        for delivery in deliveries:
            by_host[delivery.host_id].append(delivery)
        started = asyncio.get_running_loop().time()
        for lane in lanes:
            mine = by_host[lane.host_id]
            self._begin(Turn(lane, mine, started, was_full=len(mine) >= PER_TURN), mail)

    def _begin(self, turn: Turn, mail: Mail) -> None:
        task = asyncio.create_task(take(turn, mail, self._net, self._is_over))
        self._active[task] = turn
        task.add_done_callback(self._end)

    def _end(self, task: asyncio.Task[None]) -> None:
        self._ended.append(self._active.pop(task))
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a lane failed", exc_info=error)
        if len(self._ended) >= _ENOUGH or not self._active:
            self._news.set()
        elif len(self._ended) == 1:
            asyncio.get_running_loop().call_later(_LINGER_SECONDS, self._news.set)

    def _is_over(self, turn: Turn) -> bool:
        return self._stop.is_set() or asyncio.get_running_loop().time() - turn.started > TURN_SECONDS

    async def _rest(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._news.wait()
        except TimeoutError:
            return

    async def _watch(self) -> None:
        while True:
            if await self._store.signals.wait("deliveries", 60):
                self._news.set()

    async def _watch_stop(self) -> None:
        await self._stop.wait()
        self._news.set()

    async def _finish(self) -> None:
        if self._active:
            await asyncio.wait(self._active, timeout=self._services.config.server.stop_seconds / 2)
        cut = list(self._active)
        for task in cut:
            task.cancel()
        await asyncio.gather(*cut, return_exceptions=True)
        await asyncio.sleep(0)  # the callbacks of the tasks that ended
        ended, self._ended = self._ended, []
        if ended:
            await self._settle_and_claim(ended, 0)


async def _mail(tx: Transaction, deliveries: list[Delivery]) -> Mail:
    letters = await tx.activities.letters({delivery.activity_id for delivery in deliveries})
    keys = await tx.keys.signing_keys({letter.account_id for letter in letters.values()})
    private = {letter.account_id for letter in letters.values() if letter.followers_only}
    hosts = {delivery.host_id for delivery in deliveries}
    return Mail(letters, keys, await tx.deliveries.digests(private, hosts) if private else {})
