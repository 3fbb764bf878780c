"""Someone who lives on our server, and uses it as an app does: through the client API."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from typing import Any

import httpx

from tests.interop.harness.site import Site

ANSWER_SECONDS = 30.0
Entity = dict[str, Any]


class ApiError(Exception):
    """The API refused; its status and words."""


@dataclass(frozen=True, slots=True)
class Member:
    """Entities are those of the Mastodon API, as dictionaries; statuses and accounts are named by their ids here."""

    site: Site
    tls: ssl.SSLContext | bool
    name: str
    token: str
    id: str
    uri: str

    @classmethod
    async def signed_in(cls, site: Site, tls: ssl.SSLContext | bool, name: str, token: str) -> Member:
        """The owner of `token`."""
        stranger = cls(site, tls, name, token, id="", uri="")
        account = await stranger.get("/api/v1/accounts/verify_credentials")
        return cls(site, tls, name, token, account["id"], account["uri"])

    @property
    def handle(self) -> str:
        return f"@{self.name}@{self.site.domain}"

    async def _call(self, method: str, path: str, **options: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"}
        async with httpx.AsyncClient(verify=self.tls, headers=headers, timeout=ANSWER_SECONDS) as client:
            response = await client.request(method, f"{self.site.origin}{path}", **options)
        if not response.is_success:
            raise ApiError(f"{method} {path}: {response.status_code} {response.text[:500]}")
        return response.json()

    async def get(self, path: str, **query: Any) -> Any:
        return await self._call("GET", path, params=query)

    async def make(self, path: str, **body: Any) -> Entity:
        """What a POST answers."""
        done: Entity = await self._call("POST", path, json=body)
        return done

    async def post(
        self, text: str, *, to: str = "public", in_reply_to: str | None = None, summary: str = ""
    ) -> Entity:
        """`to` is a visibility: public, unlisted, private or direct."""
        body = {"status": text, "visibility": to, "in_reply_to_id": in_reply_to, "spoiler_text": summary}
        return await self.make("/api/v1/statuses", **body)

    async def edit(self, status: str, text: str) -> Entity:
        edited: Entity = await self._call("PUT", f"/api/v1/statuses/{status}", json={"status": text})
        return edited

    async def delete(self, status: str) -> None:
        await self._call("DELETE", f"/api/v1/statuses/{status}")

    async def on_status(self, status: str, verb: str) -> Entity:
        """`reblog`, `unreblog`, `favourite`, `unfavourite`."""
        return await self.make(f"/api/v1/statuses/{status}/{verb}")

    async def on_account(self, account: str, verb: str) -> Entity:
        """`follow`, `unfollow`, `block`, `unblock`, `remove_from_followers`; the relationship then."""
        return await self.make(f"/api/v1/accounts/{account}/{verb}")

    async def answer(self, account: str, verb: str) -> Entity:
        """`authorize` or `reject` who asks to follow."""
        return await self.make(f"/api/v1/follow_requests/{account}/{verb}")

    async def requests(self) -> list[str]:
        """Actor URIs of those who ask to follow."""
        return [each["uri"] for each in await self.get("/api/v1/follow_requests")]

    async def find(self, text: str, *, resolve: bool = True) -> Entity:
        """`accounts`, `statuses` and `hashtags` that fit; `resolve` asks other servers."""
        query = {"q": text, "resolve": str(resolve).lower()}
        found: Entity = await self.get("/api/v2/search", **query)
        return found

    async def account(self, target: str) -> Entity:
        """The account of a handle or URI, wherever it lives."""
        accounts: list[Entity] = (await self.find(target))["accounts"]
        assert len(accounts) == 1, f"{target} finds {accounts}"
        return accounts[0]

    async def status(self, uri: str) -> Entity | None:
        """The status of a URI if it is here and this member may see it; no server is asked."""
        statuses: list[Entity] = (await self.find(uri, resolve=False))["statuses"]
        return statuses[0] if statuses else None

    async def relationship(self, account: str) -> Entity:
        found: list[Entity] = await self.get("/api/v1/accounts/relationships", **{"id[]": account})
        return found[0]

    async def home(self) -> list[Entity]:
        timeline: list[Entity] = await self.get("/api/v1/timelines/home", limit=40)
        return timeline

    async def notices(self, kind: str, from_account: str) -> list[Entity]:
        """Notifications of one type, from one account, the latest first."""
        query = {"types[]": kind, "account_id": from_account}
        found: list[Entity] = await self.get("/api/v1/notifications", **query)
        return found
