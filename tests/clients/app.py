"""An app of which a person signs in: OAuth with PKCE, through the pages, as a browser without JavaScript does."""

from __future__ import annotations

import base64
import hashlib
import secrets
from html.parser import HTMLParser
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx

SCOPES = "read write follow push profile admin:read admin:write"
REDIRECT = "https://app.example/callback"


class Form(HTMLParser):
    """The first form of a page: where it goes, and what is filled in."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action = ""
        self.fields: dict[str, str] = {}
        self._seen = False
        self._inside = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form" and not self._seen:
            self._seen = self._inside = True
            self.action = given.get("action", "")
        elif tag == "input" and self._inside and "name" in given:
            self.fields[given["name"]] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False


def signed_in(origin: str, name: str, password: str, scopes: str = SCOPES) -> str:
    """Register an app, have `name` sign in and agree, and return the access token."""
    with httpx.Client(base_url=origin, timeout=30) as browser:
        made = browser.post(
            "/api/v1/apps",
            json={"client_name": "The tests' app", "redirect_uris": REDIRECT, "scopes": scopes},
        )
        app = made.raise_for_status().json()
        verifier = secrets.token_urlsafe(48)
        state = secrets.token_hex(8)
        code = _agreed(browser, app["client_id"], scopes, verifier, state, name, password)
        answer = browser.post(
            "/oauth/token",
            data={
                "grant_type": "authorization_code",
                "client_id": app["client_id"],
                "client_secret": app["client_secret"],
                "redirect_uri": REDIRECT,
                "code": code,
                "code_verifier": verifier,
            },
        )
        token: str = answer.raise_for_status().json()["access_token"]
    return token


def _agreed(
    browser: httpx.Client, client_id: str, scopes: str, verifier: str, state: str, name: str, password: str
) -> str:
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    page = browser.get(
        "/oauth/authorize",
        params={
            "response_type": "code",
            "client_id": client_id,
            "redirect_uri": REDIRECT,
            "scope": scopes,
            "state": state,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        },
        follow_redirects=True,
    )
    page = _send(browser, page, login=name, password=password)
    while page.status_code in (302, 303) and not page.headers["location"].startswith(REDIRECT):
        page = browser.get(urljoin(str(page.url), page.headers["location"]))
    if not page.is_redirect:
        page = _send(browser, page, decision="allow")
    address = page.headers["location"]
    assert address.startswith(REDIRECT), page.text
    answer = parse_qs(urlsplit(address).query)
    assert answer["state"] == [state]
    return answer["code"][0]


def _send(browser: httpx.Client, page: httpx.Response, **filled: str) -> httpx.Response:
    """Fill in the page's form and send it; where it leads is not followed."""
    assert page.status_code == 200, page.text
    form = Form(page.text)
    target = urljoin(str(page.url), form.action) if form.action else str(page.url)
    return browser.post(target, data={**form.fields, **filled})
