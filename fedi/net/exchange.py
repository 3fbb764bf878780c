"""One call as the other server sees it: signed, knocked again if need be, redirected, within one deadline."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial

import httpx
import msgspec

from fedi.activitypub import signatures
from fedi.activitypub.keys import SigningKey
from fedi.errors import RemoteInvalid, Unreachable
from fedi.net.documents import ACTIVITY_JSON
from fedi.net.failures import Failures
from fedi.net.knocks import MAX_KNOCKS, REFUSALS, Knock, Knocks, following
from fedi.net.retry_after import parse_retry_after
from fedi.net.troubles import refusal
from fedi.net.urls import Addresses, Target
from fedi.net.values import Answer, NetSettings, Reply, Sink
from fedi.net.wire import Wire

_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Question(msgspec.Struct, frozen=True):
    """A GET: what we accept, who signs it, how large an answer may be, and whether to ask a troubled host.

    With a `sink` the body goes there; `seconds` are for all of it, if not the usual ones.
    """

    accept: str
    signer: SigningKey | None
    limit: int
    fresh: bool = False
    sink: Sink | None = None
    seconds: float | None = None


class _Heard(msgspec.Struct, frozen=True):
    """A response; `detail` is None while its body is unread."""

    response: httpx.Response
    detail: str | None = None


class Exchange:
    """Signs, sends, and makes sense of what comes back."""

    def __init__(
        self,
        settings: NetSettings,
        *,
        wire: Wire,
        addresses: Addresses,
        failures: Failures,
        now: Callable[[], datetime],
    ) -> None:
        self._settings, self._wire, self._addresses, self._failures = settings, wire, addresses, failures
        self._now = now
        self._knocks = Knocks(lambda: now().timestamp())
        # RSA takes 0.3 ms with the GIL released: off the event loop, and apart from everyone else's threads.
        self._signing = ThreadPoolExecutor(2, thread_name_prefix="sign")

    async def get(self, target: Target, question: Question) -> Answer:
        """The `200` at the end of the redirects, or the FetchError that fits."""
        seconds = question.seconds or self._settings.total_seconds
        try:
            async with asyncio.timeout(seconds):
                return await self._follow(target, question)
        except TimeoutError:
            raise Unreachable(f"{target.url} took longer than {seconds:g} s") from None

    async def post(
        self, target: Target, body: bytes, signer: SigningKey | None, headers: Mapping[str, str]
    ) -> Reply:
        """The inbox's answer, whatever its status. Redirects are not followed."""
        try:
            async with asyncio.timeout(self._settings.total_seconds):
                heard = await self._knock("POST", target, headers, signer, body)
                detail = await self._wire.glance(heard.response) if heard.detail is None else heard.detail
        except TimeoutError:
            raise Unreachable(f"{target.url} took longer than {self._settings.total_seconds:g} s") from None
        return Reply(heard.response.status_code, self._retry_after(heard.response), detail)

    async def ask(self, target: Target, body: bytes, headers: Mapping[str, str], limit: int) -> Answer:
        """The `200` to an unsigned POST, or the FetchError that fits. Redirects are not followed."""
        try:
            async with asyncio.timeout(self._settings.total_seconds):
                response = await self._send("POST", target, headers, body)
                return await self._answer(_Heard(response), target, Question("", None, limit))
        except TimeoutError:
            raise Unreachable(f"{target.url} took longer than {self._settings.total_seconds:g} s") from None

    async def close(self) -> None:
        """Close the connections and stop the signing threads."""
        await self._wire.close()
        self._signing.shutdown(wait=False, cancel_futures=True)

    async def _follow(self, target: Target, question: Question) -> Answer:
        for _ in range(self._settings.max_redirects + 1):
            if not question.fresh:
                self._failures.check_host(target.authority)
            headers = {"Accept": question.accept}
            if question.sink is not None:  # a file is not unpacked on its way to the disk
                headers["Accept-Encoding"] = "identity"
            heard = await self._knock("GET", target, headers, question.signer)
            response = heard.response
            if response.status_code not in _REDIRECTS:
                return await self._answer(heard, target, question)
            await self._wire.glance(response)
            location = response.headers.get("location")
            if not location:
                raise RemoteInvalid(f"{target.url} redirects to nowhere")
            # Checked and signed anew: the next hop must not inherit anything from this one.
            target = self._addresses.redirected(target, location)
        raise RemoteInvalid(f"more than {self._settings.max_redirects} redirects, the last to {target.url}")

    async def _answer(self, heard: _Heard, target: Target, question: Question) -> Answer:
        response = heard.response
        if response.status_code == 200:
            if question.sink is not None:
                await self._wire.save(response, target, question.limit, question.sink)
                return Answer(target.url, 200, dict(response.headers.items()), b"")
            body = await self._wire.read(response, target, question.limit)
            return Answer(target.url, 200, dict(response.headers.items()), body)
        detail = await self._wire.glance(response) if heard.detail is None else heard.detail
        raise refusal(target.url, target.authority, response.status_code, self._retry_after(response), detail)

    async def _knock(
        self,
        method: str,
        target: Target,
        headers: Mapping[str, str],
        signer: SigningKey | None,
        body: bytes | None = None,
    ) -> _Heard:
        """Send, and sign in another way while the answer suggests it. If none helps, the first answer counts.

        For a server that says "not now" to the signature it can read, and "what is this?" to the other, means
        the first.
        """
        if signer is None:
            return _Heard(await self._send(method, target, headers, body))
        bare = method == "GET" and target.has_query
        knock: Knock | None = self._knocks.first(target.origin, bare=bare)
        tried: tuple[Knock, ...] = ()
        first: _Heard | None = None
        while knock is not None and len(tried) < MAX_KNOCKS:
            signed = await self._sign(method, target, signer, body, knock)
            response = await self._send(method, target, {**headers, **signed}, body)
            tried += (knock,)
            if response.status_code not in REFUSALS:
                if response.status_code < 500 and response.status_code != 429:
                    self._knocks.learn(target.origin, knock, bare=bare)
                return _Heard(response)
            heard = _Heard(response, await self._wire.glance(response))
            first = first or heard
            knock = following(tried, response.status_code, bare=bare)
        assert first is not None
        return first

    async def _send(
        self, method: str, target: Target, headers: Mapping[str, str], body: bytes | None
    ) -> httpx.Response:
        response = await self._wire.send(method, target, headers, body)
        if response.status_code != 429:
            self._failures.clear_host(target.authority)
        return response

    async def _sign(
        self, method: str, target: Target, signer: SigningKey, body: bytes | None, knock: Knock
    ) -> dict[str, str]:
        sign = partial(
            signatures.sign,
            knock.scheme,
            method,
            target.url,
            body,
            signer,
            self._now(),
            content_type=None if body is None else ACTIVITY_JSON,
            with_query=knock.with_query,
        )
        return await asyncio.get_running_loop().run_in_executor(self._signing, sign)

    def _retry_after(self, response: httpx.Response) -> float | None:
        return parse_retry_after(response.headers.get("retry-after"), self._now())
