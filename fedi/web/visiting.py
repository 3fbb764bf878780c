"""Who is at the other end: the cookie of a browser, and forms that only our own pages can send.

There is one cookie. Signed out it is a random value that stands for nothing; signing in replaces it by a new one
that the store knows. Either way the token in forms is its hash, so that a form can only come from a page that was
shown to this browser.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from hmac import compare_digest
from typing import Any
from urllib.parse import parse_qsl, urlencode

from msgspec import Struct
from quart import Response, request

from fedi.errors import FediError, NotAllowed, NotFound
from fedi.model.people import Domain
from fedi.services import Services
from fedi.social import requests, signing_in
from fedi.social.signing_in import Visitor
from fedi.store.sessions import KEPT_MS, Browser
from fedi.web import rendering

_LONGEST_PATH = 8_000
HOME = "/settings/security"
"""Where people come to who sign in without having been on the way anywhere."""
_FORM_ACTION = "form-action 'self'; "


class Guest(Struct, frozen=True):
    """A browser: its cookie, and who is signed in with it, the second factor still missing perhaps."""

    services: Services
    domain: Domain
    cookie: str
    fresh: bool
    """The browser does not have the cookie yet."""
    browser: Browser | None

    @property
    def form_token(self) -> str:
        """What forms on pages for this browser carry."""
        return hashlib.sha256(f"form:{self.cookie}".encode()).hexdigest()

    @property
    def member(self) -> Browser | None:
        """Who is signed in, entirely."""
        return None if self.browser is None or self.browser.pending else self.browser

    @property
    def visitor(self) -> Visitor:
        """Where somebody signs in from."""
        agent = request.headers.get("User-Agent", "")
        cookie = "" if self.fresh else self.cookie
        return Visitor(requests.network(self.services), requests.address(self.services), agent, cookie)


class SignInFirst(FediError):
    """The page is for members: first to the page to sign in, then back."""

    status = 401

    def __init__(self, *, pending: bool = False) -> None:
        super().__init__(public="Sign in first.")
        self.pending = pending


async def guest() -> Guest:
    """Who asks for this page."""
    services = rendering.services()
    domain = await services.domain_of(request.host)
    cookie = request.cookies.get(_name(domain), "")
    if not 20 <= len(cookie) <= 100:
        return Guest(services, domain, secrets.token_urlsafe(32), True, None)
    return Guest(services, domain, cookie, False, await signing_in.browser(services, cookie, domain))


async def member() -> tuple[Guest, Browser]:
    """The member who asks for this page. Raises SignInFirst for others."""
    found = await guest()
    if found.member is None:
        raise SignInFirst(pending=found.browser is not None)
    return found, found.member


async def form(guest: Guest) -> Mapping[str, str]:
    """What a form of ours was filled in with. Raises NotAllowed for a form that some other page sent."""
    given = await request.form
    token = given.get("form_token", "")
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    if (
        guest.fresh
        or site not in ("same-origin", "none")
        or not compare_digest(token.encode(), guest.form_token.encode())
    ):
        raise NotAllowed(
            f"a form from {site}", public="This form was open for too long. Go back and load the page again."
        )
    return given


def page(
    guest: Guest,
    template: str,
    *,
    status: int = 200,
    leads_out: bool = False,
    script: bool = False,
    **values: Any,
) -> Response:
    """A page for this browser alone.

    `leads_out`: sending its form ends at another site (or in an app), to which browsers apply form-action too.
    `script`: it uses our own scripts.
    """
    response = rendering.page(
        template,
        status=status,
        max_age=0,
        base=guest.domain.url,
        domain=guest.domain,
        form_token=guest.form_token,
        member=guest.member,
        **values,
    )
    headers = response.headers
    policy = headers["Content-Security-Policy"]
    if leads_out:
        policy = policy.replace(_FORM_ACTION, "")
    if script:
        policy += "; script-src 'self'; connect-src 'self'"
    headers["Content-Security-Policy"] = policy
    headers["X-Robots-Tag"] = "noindex"
    # Apps open these pages in a window and look after it.
    del headers["Cross-Origin-Opener-Policy"]
    if guest.fresh:
        keep(response, guest, guest.cookie, signed_in=False)
    return response


def go(where: str) -> Response:
    """To another page, with GET (303)."""
    return Response(
        "", status=303, headers={"Location": where, "Cache-Control": "no-store"}, content_type="text/plain"
    )


def keep(response: Response, guest: Guest, cookie: str, *, signed_in: bool) -> None:
    """Give the browser its cookie."""
    response.set_cookie(
        _name(guest.domain),
        cookie,
        max_age=KEPT_MS // 1000 if signed_in else None,
        path="/",
        httponly=True,
        samesite="Lax",
        secure=_is_secure(guest.domain),
    )


def forget(response: Response, guest: Guest) -> None:
    """Take the cookie away."""
    response.delete_cookie(
        _name(guest.domain), path="/", secure=_is_secure(guest.domain), httponly=True, samesite="Lax"
    )


def back(text: str) -> str:
    """Where to go on to: an address on this server, whatever a link to us said."""
    plain = all(" " < character < "\x7f" for character in text)
    if len(text) > _LONGEST_PATH or not plain or "\\" in text or not text.startswith("/") or text[1:2] == "/":
        return HOME
    return text


def pairs(query: str) -> list[tuple[str, str]]:
    """The parameters of an address."""
    try:
        return parse_qsl(query, max_num_fields=100)
    except ValueError:
        return []


def asked_back() -> str:
    """Where the address of this page says to go on to."""
    return back(request.args.get("return_to", ""))


def here() -> str:
    """This page, to come back to."""
    query = request.query_string.decode("ascii", "replace")
    return f"{request.path}?{query}" if query else request.path


def sign_in_address(return_to: str, *, again: bool = False, pending: bool = False) -> str:
    """The page to sign in, on the way to `return_to`; `again`: even who is signed in."""
    query = urlencode([("return_to", return_to), *([("again", "1")] if again else [])])
    return f"/auth/{'second_factor' if pending else 'sign_in'}?{query}"


async def send_to_sign_in(error: SignInFirst) -> Response:
    """What becomes of SignInFirst."""
    if request.method != "GET":
        return go(sign_in_address(HOME, pending=error.pending))
    return go(sign_in_address(here(), pending=error.pending))


def number(text: str) -> int:
    """An id in a form. Raises NotFound for what cannot be one."""
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise NotFound("no id")
    return int(text)


def _is_secure(domain: Domain) -> bool:
    return domain.url.startswith("https:")


def _name(domain: Domain) -> str:
    # With the prefix, browsers take the cookie over HTTPS from this very host only (RFC 6265bis section 4.1.3.2).
    return "__Host-fedi" if _is_secure(domain) else "fedi"
