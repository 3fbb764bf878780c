"""A browser without a screen and without scripts: it keeps cookies, and fills in the forms of pages."""

from __future__ import annotations

from html.parser import HTMLParser
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urljoin, urlsplit

from quart import Quart

from fedi.store.store import Store

PASSWORD = "correct horse"
_HOST = "https://a.test"


class Form:
    """A form of a page: where it goes, and what it carries."""

    def __init__(self, action: str) -> None:
        self.action = action
        self.fields: dict[str, str] = {}


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(given.get("action", "")))
        elif tag == "input" and self.forms and "name" in given:
            self.forms[-1].fields[given["name"]] = given.get("value", "")


class Shown:
    """What came back."""

    def __init__(self, response: Any, html: str) -> None:
        self.status: int = response.status_code
        self.headers = response.headers
        self.html = html
        self.location: str = response.headers.get("Location", "")
        parser = _Forms()
        parser.feed(html)
        self.forms = parser.forms


class Surfer:
    """Somebody with a browser. `at` is the address of the page in front of them."""

    def __init__(self, app: Quart) -> None:
        self.client: Any = app.test_client(use_cookies=False)
        self.cookies: dict[str, str] = {}
        self.at = "/"
        self.page: Shown | None = None

    async def get(self, path: str, **headers: str) -> Shown:
        return await self._ask("GET", path, headers)

    async def post(self, path: str, fields: dict[str, str], **headers: str) -> Shown:
        return await self._ask("POST", path, headers, form=fields)

    async def send(self, values: dict[str, str], form: int = 0, **headers: str) -> Shown:
        """Fill in a form of the page, and send it."""
        assert self.page is not None
        found = self.page.forms[form]
        return await self.post(
            urljoin(self.at, found.action or self.at), {**found.fields, **values}, **headers
        )

    async def follow(self) -> Shown:
        """Go where the last answer leads, as long as that is here."""
        assert self.page is not None
        while self.page.location.startswith("/"):
            await self.get(self.page.location)
        return self.page

    async def sign_in(self, login: str, password: str = PASSWORD) -> Shown:
        await self.get("/auth/sign_in?again=1")
        return await self.send({"login": login, "password": password})

    async def _ask(self, method: str, path: str, headers: dict[str, str], **how: Any) -> Shown:
        sent = {
            "Host": "a.test",
            "Accept": "text/html",
            **{n.replace("_", "-"): v for n, v in headers.items()},
        }
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        address = urlsplit(urljoin(_HOST, path))
        target = f"{address.path}?{address.query}" if address.query else address.path
        response = await self.client.open(target, method=method, headers=sent, scheme="https", **how)
        for line in response.headers.getlist("Set-Cookie"):
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
                if morsel["max-age"] == "0" or not morsel.value:
                    del self.cookies[name]
        self.page = Shown(response, await response.get_data(as_text=True))
        self.at = target
        return self.page


async def set_password(store: Store, account_id: int, password_hash: str) -> None:
    """Give a person a password."""
    async with store.write() as tx:
        await tx.members.update(account_id, password_hash=password_hash)
