"""What the program is given, built once at the start and passed in: nothing below reads a global."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import msgspec

from fedi.config import Config
from fedi.errors import NotAllowed
from fedi.media.library import Library
from fedi.model.people import Domain
from fedi.net.actors import Actors
from fedi.net.client import Net, NetSettings
from fedi.net.signers import Signers
from fedi.store.domain_blocks import Rule
from fedi.store.ip_blocks import NO_ACCESS, IpBlock, severity_of
from fedi.store.store import Store

_REFRESH_MS = 30_000


def utc_now() -> datetime:
    """The time."""
    return datetime.now(UTC)


class Services:
    """The settings, the store, the way out to other servers, and what few rules every request asks for."""

    def __init__(
        self,
        config: Config,
        store: Store,
        net: Net,
        now: Callable[[], datetime] = utc_now,
        helpers: Net | None = None,
    ) -> None:
        self.config = config
        self.store = store
        self.net = net
        self.helpers = helpers or net
        """The way to services that the operator named, which may be on this machine."""
        self.now = now
        self.media = Library(config, store, net)
        self.actors = Actors(store, net)
        self.signers = Signers(store, self.actors, now, lambda: self._domains.keys())
        self._domains: dict[str, Domain] = {}
        self._rules: dict[str, Rule] = {}
        self._ip_blocks: tuple[IpBlock, ...] = ()
        store.limited_federation = config.federation.mode == "allowlist"
        self._read_at = 0

    @classmethod
    async def open(cls, config: Config) -> Services:
        """Connect to the database `config` names, migrate it, and open the way out."""
        store = await Store.open(config.database.url, pool=config.database.pool)
        net = Net(net_settings(config), now=utc_now)
        helpers = Net(helper_settings(config), now=utc_now) if config.translation.engine != "none" else None
        return cls(config, store, net, helpers=helpers)

    async def close(self) -> None:
        """Let go of connections."""
        await self.media.copies.close()
        await self.net.close()
        if self.helpers is not self.net:
            await self.helpers.close()
        await self.store.close()

    async def refresh(self) -> None:
        """Read anew what is kept in memory: the domains hosted here, and who is blocked."""
        async with self.store.read() as tx:
            domains = await tx.domains.all()
            self._ip_blocks = await tx.ip_blocks.active()
        self._domains = {_authority(domain.url): domain for domain in domains}
        self._rules.clear()
        self._read_at = self.store.clock()

    async def domain_of(self, host: str) -> Domain:
        """The domain a request's Host header asks for; the first one when it names none of ours."""
        await self._refresh_if_old()
        return self._domains.get(host.lower()) or next(iter(self._domains.values()))

    def media_key(self, url: str) -> str:
        """What signs addresses of copies of other servers' files, for the domain at `url`."""
        domain = self._domains.get(_authority(url))
        return domain.media_key if domain else ""

    def scheme_of(self, host: str) -> str:
        """http or https: how the domain at this Host header is reached from outside, whatever proxy is between."""
        domain = self._domains.get(host.lower())
        return domain.url.partition(":")[0] if domain else "https"

    async def severity(self, host: str) -> str | None:
        """How a server is blocked here: suspend, silence, noop or not (None). At most half a minute old."""
        return (await self.rule(host)).severity

    async def rule(self, host: str) -> Rule:
        """What moderators decided about a server. At most half a minute old."""
        await self._refresh_if_old()
        if host in self._rules:
            return self._rules[host]
        if len(self._rules) > 50_000:
            self._rules.clear()
        async with self.store.read() as tx:
            found = await tx.blocks.domain_rule(host)
        # Not read back from there: another request may forget everything between two of our steps.
        self._rules[host] = found
        return found

    @property
    def closes_networks(self) -> bool:
        """Whether any network is blocked: then each request is asked for its own."""
        return bool(self._ip_blocks)

    async def check_network(self, ip: str) -> None:
        """Nobody comes in from a network that a moderator closed (`no_access`). Raises NotAllowed."""
        if await self.ip_severity(ip) == NO_ACCESS:
            raise NotAllowed("from a closed network")

    async def ip_severity(self, ip: str) -> str | None:
        """How a network address is blocked here (`store.ip_blocks`). At most half a minute old."""
        await self._refresh_if_old()
        return severity_of(self._ip_blocks, ip) if self._ip_blocks else None

    async def _refresh_if_old(self) -> None:
        if self.store.clock() - self._read_at > _REFRESH_MS:
            await self.refresh()


def net_settings(config: Config, *, ask_ourselves: bool = False) -> NetSettings:
    """How the guarded client goes out, by the settings. Only `fedi doctor` asks our own address."""
    federation = config.federation
    return NetSettings(
        user_agent=config.user_agent,
        allow_http=federation.allow_http,
        allow_private=tuple(str(network) for network in federation.allow_private),
        ca_file=str(federation.ca_file) if federation.ca_file else None,
        own_authorities=frozenset() if ask_ourselves else frozenset({config.host, config.domain}),
        read_seconds=federation.timeout_seconds,
    )


def helper_settings(config: Config) -> NetSettings:
    """The same for services that the operator named: they may be anywhere, this machine included."""
    return msgspec.structs.replace(
        net_settings(config, ask_ourselves=True), allow_http=True, allow_private=("0.0.0.0/0", "::/0")
    )


def _authority(url: str) -> str:
    return url.partition("://")[2].lower()
