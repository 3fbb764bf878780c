"""The way from an app to a token, as an app goes it."""

from __future__ import annotations

import asyncio

import httpx

from tests.clients.app import signed_in
from tests.clients.conftest import PASSWORD, Two


async def test_an_app_signs_in_with_pkce(two: Two) -> None:
    token = await asyncio.to_thread(two.token, "bo")
    async with httpx.AsyncClient(base_url=two.here.site.origin) as client:
        headers = {"Authorization": f"Bearer {token}"}
        me = (await client.get("/api/v1/accounts/verify_credentials", headers=headers)).json()
        app = (await client.get("/api/v1/apps/verify_credentials", headers=headers)).json()
    assert (me["username"], app["name"]) == ("bo", "The tests' app")


async def test_an_app_gets_what_was_agreed_to(two: Two) -> None:
    token = await asyncio.to_thread(signed_in, two.here.site.origin, "bo", PASSWORD, "read:accounts")
    async with httpx.AsyncClient(base_url=two.here.site.origin) as client:
        headers = {"Authorization": f"Bearer {token}"}
        assert (await client.get("/api/v1/accounts/verify_credentials", headers=headers)).status_code == 200
        assert (await client.get("/api/v1/timelines/home", headers=headers)).status_code == 403
