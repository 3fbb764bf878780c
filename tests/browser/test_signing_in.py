"""Letting an app in, in a real browser: without scripts, by the keyboard, readable by everybody, and with a passkey."""

from __future__ import annotations

import asyncio
import os
import re
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pyotp
import pytest
from hypercorn.asyncio import serve
from hypercorn.config import Config as Hypercorn
from playwright.async_api import Browser, Page

from fedi.config import Config
from fedi.social import apps, members, passwords, registering
from fedi.store.store import Store
from tests.browser.test_pages import AXE, RULES
from tests.peer import World
from tests.support import keys as spare_keys
from tests.support.databases import SQLiteTemplates
from tests.support.surfer import PASSWORD

pytestmark = pytest.mark.slow
SHOTS = os.environ.get("FEDI_SCREENSHOTS")
"""A folder to keep pictures of the pages in, for people who want to look."""


class Lab:
    """Our server on a loopback port, with somebody who can sign in and an app."""

    def __init__(self, world: World, url: str) -> None:
        self.world = world
        self.url = url
        self.client_id = ""
        self.invitation = ""

    def request(self, **values: str) -> str:
        """Where the app sends people."""
        wish = {
            "client_id": self.client_id,
            "redirect_uri": f"{self.url}/about?from=app",
            "response_type": "code",
        }
        return (
            f"{self.url}/oauth/authorize?{urlencode({**wish, 'scope': 'read write:statuses push', **values})}"
        )


@pytest.fixture
async def lab(
    sqlite_templates: SQLiteTemplates, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Lab]:
    """Served until the test ends."""
    monkeypatch.setattr(members.keys, "generate_rsa", spare_keys.rsa)
    hasher = passwords.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", hasher)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = Config.load(
        None,
        {
            "FEDI_DOMAIN": f"localhost:{port}",
            "FEDI_FEDERATION__ALLOW_HTTP": "true",
            "FEDI_REGISTRATION__MODE": "approval",
            "FEDI_LIMITS__RATES__LOGIN": "1000 per day",
        },
    )
    store = await Store.open(await sqlite_templates.fresh(tmp_path))
    made = Lab(World(store, config), config.url)
    services = made.world.services
    domain = await members.ensure_domain(services)
    await services.refresh()
    await members.create(services, domain, "ana", "ana@mail.test", PASSWORD)
    app, _ = await apps.register(
        services,
        "Reading Room",
        [f"{config.url}/about?from=app", apps.OUT_OF_BAND],
        "read write push",
        "https://reading.example",
    )
    made.client_id = app.client_id
    made.invitation = await registering.invite(services, domain)
    settings = Hypercorn()
    settings.bind = [f"127.0.0.1:{port}"]
    settings.errorlog = None
    stop = asyncio.Event()
    serving = asyncio.create_task(serve(made.world.app, settings, shutdown_trigger=stop.wait))  # type: ignore[arg-type]
    yield made
    stop.set()
    await serving
    await store.close()


async def sign_in(page: Page, lab: Lab) -> None:
    await page.goto(f"{lab.url}/auth/sign_in")
    await page.fill("#login", "ana")
    await page.fill("#password", PASSWORD)
    await page.click("button.main")


async def look(page: Page, name: str, width: int) -> None:
    """Whatever is in front of us: readable by everybody, and not wider than the screen."""
    await page.evaluate(AXE)
    found = await page.evaluate("rules => axe.run(document, rules)", RULES)
    told = [(one["id"], [node["html"] for node in one["nodes"]]) for one in found["violations"]]
    assert told == [], name
    beyond = await page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert beyond == 0, name
    if SHOTS:
        await page.screenshot(path=f"{SHOTS}/{name}-{width}.png", full_page=True)


async def test_an_app_is_let_in_without_scripts(browser: Browser, lab: Lab) -> None:
    context = await browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = await context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    await page.goto(lab.request(state="s 1"))
    await page.fill("#login", "ana@mail.test")
    await page.fill("#password", "wrong horse")
    await page.click("button.main")
    assert await page.locator(".alert").is_visible()
    assert await page.input_value("#login") == "ana@mail.test"
    await page.fill("#password", PASSWORD)
    await page.click("button.main")
    assert "Reading Room" in await page.inner_text("h1")
    await page.click("text=Français")
    assert "Autoriser" in await page.inner_text("h1")
    await page.click("button[value=allow]")
    assert re.fullmatch(re.escape(f"{lab.url}/about?from=app&code=") + r"[\w-]{43}&state=s\+1", page.url)
    assert [one for one in complaints if "422" not in one] == []
    await context.close()


async def test_by_the_keyboard_alone(browser: Browser, lab: Lab) -> None:
    page = await browser.new_page()
    await page.goto(lab.request(redirect_uri=apps.OUT_OF_BAND))
    await page.focus("#login")
    await page.keyboard.type("ana")
    await page.keyboard.press("Tab")
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_selector("button[value=allow]")
    await page.focus(".as a")
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.value") == "allow"
    await page.keyboard.press("Enter")
    await page.wait_for_selector("#code")
    assert re.fullmatch(r"[\w-]{43}", await page.inner_text("#code"))
    await page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
async def test_everybody_can_read_the_pages(browser: Browser, lab: Lab, scheme: Any, width: int) -> None:
    context = await browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 800})
    page = await context.new_page()
    for name, path in {
        "sign_in": lab.request(),
        "sign_up": f"{lab.url}/auth/sign_up",
        "invited": lab.invitation,
        "password": f"{lab.url}/auth/password",
        "refused": lab.request(scope="admin:write"),
    }.items():
        await page.goto(path)
        await look(page, f"{name}-{scheme}", width)
    await page.goto(f"{lab.url}/auth/sign_up")
    await page.evaluate("document.querySelector('form').noValidate = true")
    await page.fill("#username", "a b")
    await page.click("button.main")
    await look(page, f"sign_up_wrong-{scheme}", width)
    await sign_in(page, lab)
    await page.goto(lab.request(scope="read write:statuses write:media push"))
    await look(page, f"authorize-{scheme}", width)
    await page.goto(lab.request(redirect_uri=apps.OUT_OF_BAND))
    await page.click("button[value=allow]")
    await look(page, f"code-{scheme}", width)
    await page.goto(f"{lab.url}/oauth/authorize?{urlencode({'lang': 'fr'})}")
    for name in ("security", "sessions", "apps"):
        await page.goto(f"{lab.url}/settings/{name}")
        for details in await page.locator("details").all():
            await details.evaluate("element => element.open = true")
        await look(page, f"{name}-{scheme}", width)
    await context.close()


@pytest.mark.parametrize("width", [360, 1280])
async def test_setting_up_codes(browser: Browser, lab: Lab, width: int) -> None:
    context = await browser.new_context(viewport={"width": width, "height": 800})
    page = await context.new_page()
    await sign_in(page, lab)
    await page.goto(f"{lab.url}/settings/security")
    await page.fill("#totp-begin", PASSWORD)
    await page.click("text=Set up codes >> nth=-1")
    await look(page, "totp", width)
    secret = (await page.inner_text(".secret code")).replace(" ", "")
    await page.fill("#code", pyotp.TOTP(secret).now())
    await page.click("button.main")
    assert await page.locator(".codes code").count() == 10
    await look(page, "codes", width)
    code = await page.locator(".codes code").first.inner_text()
    other = await (await browser.new_context(viewport={"width": width, "height": 800})).new_page()
    await sign_in(other, lab)
    await look(other, "second_factor", width)
    await other.fill("#code", code)
    await other.click("form button >> nth=-1")
    assert "/settings/security" in other.url
    await other.context.close()
    await context.close()


async def test_a_passkey_takes_the_place_of_the_password(browser: Browser, lab: Lab) -> None:
    context = await browser.new_context()
    page = await context.new_page()
    device = await context.new_cdp_session(page)
    await device.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
               "isUserVerified": True, "automaticPresenceSimulation": True}  # fmt: skip
    await device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    await sign_in(page, lab)
    await page.goto(f"{lab.url}/settings/security")
    await page.fill("#name", "My phone")
    await page.fill("#passkey-add", PASSWORD)
    await page.click("text=Add a passkey")
    await page.wait_for_selector("text=My phone")
    assert await page.locator(".codes code").count() == 10
    await context.clear_cookies()
    await page.goto(f"{lab.url}/auth/sign_in?return_to=/settings/apps")
    await page.click("text=Sign in with a passkey")
    await page.wait_for_url(f"{lab.url}/settings/apps")
    await context.clear_cookies()
    await sign_in(page, lab)
    await page.click("text=Go on with your passkey")
    await page.wait_for_url(f"{lab.url}/settings/security")
    async with lab.world.store.write() as tx:
        await tx.db.run("DELETE FROM passkeys")
    await context.clear_cookies()
    await page.goto(f"{lab.url}/auth/sign_in")
    await page.click("text=Sign in with a passkey")
    await page.wait_for_selector("text=That passkey is not known here.")
    await context.close()
