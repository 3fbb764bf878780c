"""Pages in a browser: readable by everybody (axe-core), on any width, in light and dark, without scripts."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from tests.browser.conftest import Site

pytestmark = pytest.mark.slow
AXE = (files("axe_playwright_python") / "axe.min.js").read_text()
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


async def opened(browser: Browser, site: Site, path: str, **settings: Any) -> Page:
    page = await browser.new_page(**settings)
    await page.goto(site.url + path)
    for details in await page.locator("details").all():
        await details.evaluate("element => element.open = true")
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_everybody_can_read_the_pages(browser: Browser, site: Site, scheme: Any) -> None:
    for name, path in site.paths.items():
        page = await opened(browser, site, path, color_scheme=scheme)
        await page.evaluate(AXE)
        found = await page.evaluate("rules => axe.run(document, rules)", RULES)
        told = [
            (violation["id"], [node["html"] for node in violation["nodes"]])
            for violation in found["violations"]
        ]
        assert told == [], name
        assert len(found["passes"]) > 10, name
        await page.close()


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
async def test_no_page_scrolls_sideways(browser: Browser, site: Site, width: int) -> None:
    for name, path in site.paths.items():
        page = await opened(browser, site, path, viewport={"width": width, "height": 800})
        beyond = await page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert beyond == 0, name
        await page.close()


async def test_pages_need_no_scripts_and_break_no_rule_of_theirs(browser: Browser, site: Site) -> None:
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    complaints: list[str] = []
    requested: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("request", lambda request: requested.append(request.url))
    for path in site.paths.values():
        await page.goto(site.url + path)
    assert [one for one in complaints if "Failed to load" not in one] == []
    assert all(url.startswith(site.url) for url in requested), requested
    assert any("/static/site.css" in url for url in requested)
    await context.close()


async def test_the_keyboard_reaches_the_content_first(browser: Browser, site: Site) -> None:
    page = await opened(browser, site, site.paths["profile"])
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.className") == "skip"
    await page.keyboard.press("Enter")
    assert page.url.endswith("#main")
    await page.close()


async def test_a_warning_opens_by_the_keyboard(browser: Browser, site: Site) -> None:
    page = await browser.new_page()
    await page.goto(site.url + site.paths["thread"])
    warned = page.locator(".focus .warned")
    assert not await warned.locator(".text").is_visible()
    await warned.locator("summary").focus()
    await page.keyboard.press("Enter")
    assert await warned.locator(".text").is_visible()
    await page.close()
