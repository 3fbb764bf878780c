"""Net: the only way out to other servers. Guarded, bounded, signed; see PROTOCOL sections 3, 7 and 8."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime

from aiohttp.abc import AbstractResolver

from fedi.activitypub.keys import SigningKey
from fedi.errors import FetchError, RemoteInvalid
from fedi.net import documents
from fedi.net.exchange import Exchange, Question
from fedi.net.failures import Failures
from fedi.net.flights import Flights
from fedi.net.guard import Guard
from fedi.net.limits import Lanes
from fedi.net.troubles import HostTrouble, NotAsked
from fedi.net.urls import Addresses, Target
from fedi.net.values import MIB, Answer, Document, NetSettings, Reply, Sink
from fedi.net.wire import Wire

__all__ = ["Answer", "Document", "Net", "NetSettings", "Reply"]


class Net:
    """The client of one process. Make it anywhere, use it on one event loop, and close it there.

    `now` gives aware datetimes; `resolver` replaces the system's name resolution (aiohttp's interface).
    """

    def __init__(
        self,
        settings: NetSettings,
        *,
        now: Callable[[], datetime],
        resolver: AbstractResolver | None = None,
    ) -> None:
        guard = Guard(settings.allow_private)
        self._settings = settings
        self._addresses = Addresses(
            guard, allow_http=settings.allow_http, own_authorities=settings.own_authorities
        )
        self._failures = Failures(lambda: now().timestamp())
        self._exchange = Exchange(
            settings,
            wire=Wire(settings, guard, resolver),
            addresses=self._addresses,
            failures=self._failures,
            now=now,
        )
        self._lanes = Lanes(settings)
        self._flights: Flights[Document] = Flights()

    async def fetch(
        self, uri: str, *, signer: SigningKey | None, fresh: bool = False, calling: bool = False
    ) -> Document:
        """Get an ActivityPub object from where its `id` says it lives; the fragment of `uri` is ignored.

        Callers who want the same object, signed alike, at the same time share one request. Failures are
        remembered and raised again without asking, for a time that fits their meaning; `fresh` asks anyway.
        `calling` says that a request has come in that claims to be from that host: so it may be up again.
        Raises the FetchErrors; RemoteGone for a Tombstone as well.
        """
        target = self._addresses.target(uri)
        key = (target.url, signer.id if signer is not None else None)
        if not fresh:
            self._failures.check(key)
            fresh = calling and self._failures.may_probe(target.authority)
        if not fresh:
            self._failures.check_host(target.authority)
        question = Question(documents.ACCEPT, signer, self._settings.max_body, fresh)
        return await self._flights.join(key, lambda: self._remembering(key, target, question))

    async def get(
        self,
        url: str,
        *,
        accept: str,
        content_types: Collection[str],
        max_bytes: int = MIB,
        signer: SigningKey | None = None,
    ) -> Answer:
        """Get something that is not an ActivityPub object: WebFinger, host-meta, NodeInfo.

        `content_types` are media types in lower case, without parameters. Raises the FetchErrors for every
        status but 200, and RemoteInvalid for another type or more than `max_bytes`.
        """
        target = self._addresses.target(url)
        answer = await self._placed(target, Question(accept, signer, max_bytes))
        documents.check_type(answer, content_types)
        return answer

    async def download(self, url: str, sink: Sink, *, accept: str, max_bytes: int, seconds: float) -> None:
        """Get a file of any size, piece by piece. Raises the FetchErrors, and what `sink` raises."""
        target = self._addresses.target(url)
        question = Question(accept, None, max_bytes, sink=sink, seconds=seconds)
        await self._placed(target, question)

    async def post(
        self, inbox: str, body: bytes, *, signer: SigningKey, headers: Mapping[str, str] | None = None
    ) -> Reply:
        """Deliver an activity. Every HTTP status is a Reply; raises Unreachable or AddressRefused without.

        `headers` are sent along unsigned. Redirects are not followed: they are reported as their status.
        """
        target = self._addresses.target(inbox)
        try:
            return await self._exchange.post(target, body, signer, headers or {})
        except HostTrouble as trouble:
            self._failures.note_host(trouble)
            raise

    async def push(self, endpoint: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        """Send a Web Push message to where an app wants it: its headers say who we are, nothing else is signed.

        Every HTTP status is a Reply. Raises Unreachable, also without asking while the host is in trouble, and
        AddressRefused.
        """
        target = self._addresses.target(endpoint)
        self._failures.check_host(target.authority)
        try:
            return await self._exchange.post(target, body, None, headers)
        except HostTrouble as trouble:
            self._failures.note_host(trouble)
            raise

    def check_endpoint(self, endpoint: str) -> None:
        """Raise AddressRefused or RemoteInvalid for an address that nothing would ever be sent to."""
        self._addresses.target(endpoint)

    async def ask(self, url: str, body: bytes, *, headers: Mapping[str, str], max_bytes: int = MIB) -> Answer:
        """POST a question to a service, unsigned. Raises the FetchErrors for every status but 200."""
        return await self._exchange.ask(self._addresses.target(url), body, headers, max_bytes)

    async def close(self) -> None:
        """Stop what is under way and close every connection."""
        await self._flights.close()
        await self._exchange.close()

    async def _remembering(self, key: tuple[str, str | None], target: Target, question: Question) -> Document:
        try:
            document = await self._document(target, question)
        except (NotAsked, HostTrouble):
            raise  # says nothing about this document
        except FetchError as error:
            self._failures.note(key, error)
            raise
        self._failures.clear(key)
        return document

    async def _document(self, target: Target, question: Question) -> Document:
        """Fetch, and once more from the `id` if that is another address of the same host (PROTOCOL 8.1)."""
        answer = await self._placed(target, question)
        data = documents.read(answer)
        found, own = self._addresses.target(answer.url), self._addresses.target(data["id"])
        if own.authority != found.authority:
            raise RemoteInvalid(f"{found.url} claims an id on another host: {own.url}")
        if own.url != found.url:
            answer = await self._placed(own, question)
            data = documents.read(answer)
            if answer.url != own.url or self._addresses.target(data["id"]).url != own.url:
                raise RemoteInvalid(f"{own.url} is not found at its own id")
        documents.check_alive(data)
        return Document(data["id"], data)

    async def _placed(self, target: Target, question: Question) -> Answer:
        if not question.fresh:
            self._failures.check_host(target.authority)
        async with self._lanes.place(target.authority):
            try:
                return await self._exchange.get(target, question)
            except HostTrouble as trouble:
                self._failures.note_host(trouble)
                raise
