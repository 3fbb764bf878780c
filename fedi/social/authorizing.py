"""OAuth 2 (RFC 6749, with PKCE of RFC 7636 and the advice of RFC 9700): what an app asks for, and what it gets."""

from __future__ import annotations

import hashlib
import re
from base64 import urlsafe_b64encode
from hmac import compare_digest
from ipaddress import ip_address
from urllib.parse import urlsplit, urlunsplit

from msgspec import Struct

from fedi.errors import OAuthRefused
from fedi.model.apps import App
from fedi.model.people import User
from fedi.services import Services
from fedi.social import apps
from fedi.social.scopes import SCOPES, covers
from fedi.store.grants import Code
from fedi.store.store import Transaction

RESPONSE_MODES = ("query", "fragment")
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_LONGEST_STATE = 4_000
_BAD_GRANT = (
    "The provided authorization grant is invalid, expired, revoked, does not match the redirection URI used in "
    "the authorization request, or was issued to another client."
)
_BAD_SCOPE = "The requested scope is invalid, unknown, or malformed."


class Request(Struct, frozen=True):
    """What an app wants a person to agree to."""

    app: App
    redirect_uri: str
    scopes: str
    state: str
    challenge: str | None
    response_mode: str = "query"

    @property
    def out_of_band(self) -> bool:
        """The person carries the code to the app by hand."""
        return self.redirect_uri == apps.OUT_OF_BAND


class Wish(Struct, frozen=True):
    """The parameters of an authorization request, as they were sent."""

    client_id: str = ""
    redirect_uri: str = ""
    response_type: str = ""
    response_mode: str = ""
    scope: str = ""
    state: str = ""
    code_challenge: str = ""
    code_challenge_method: str = ""


async def examine(services: Services, wish: Wish) -> Request:
    """The request, if it may be put before a person. Raises OAuthRefused.

    None of these errors goes to the redirect URI: anybody can register an app, and whoever follows a link to us
    should not end up elsewhere without having agreed to anything (RFC 9700 section 4.11.2).
    """
    for name in ("client_id", "redirect_uri", "response_type"):
        if not getattr(wish, name):
            raise _missing(name)
    async with services.store.read() as tx:
        app = await apps.known(tx, wish.client_id)
    if not any(_same(registered, wish.redirect_uri) for registered in app.redirect_uris):
        raise OAuthRefused("invalid_redirect_uri", "The redirect URI included is not valid.")
    if wish.response_type != "code":
        raise OAuthRefused(
            "unsupported_response_type", "The authorization server does not support this response type."
        )
    if wish.response_mode and wish.response_mode not in RESPONSE_MODES:
        raise OAuthRefused(
            "unsupported_response_mode", "The authorization server does not support this response mode."
        )
    if len(wish.state) > _LONGEST_STATE:
        raise OAuthRefused("invalid_request", "The parameter state is too long.")
    return Request(
        app,
        wish.redirect_uri,
        _scopes(app, wish.scope),
        wish.state,
        _challenge(app, wish),
        wish.response_mode or "query",
    )


def _challenge(app: App, wish: Wish) -> str | None:
    if not wish.code_challenge:
        if wish.code_challenge_method or not app.confidential:
            raise _missing("code_challenge")
        return None
    # RFC 7636 makes `plain` the default; we know S256 only, and do not guess.
    if wish.code_challenge_method != "S256":
        raise OAuthRefused("invalid_code_challenge_method", "The code_challenge_method must be S256.")
    if not _CHALLENGE.fullmatch(wish.code_challenge):
        raise OAuthRefused("invalid_request", "The code_challenge is not the base64url of a SHA-256 hash.")
    return wish.code_challenge


def _same(registered: str, asked: str) -> bool:
    """Exactly the same; only the port of a loopback address is free (RFC 8252 section 7.3)."""
    return registered == asked or (
        (bare := _without_port(registered)) is not None and bare == _without_port(asked)
    )


def _without_port(uri: str) -> str | None:
    try:
        parts = urlsplit(uri)
        if (
            parts.scheme != "http"
            or parts.username is not None
            or not ip_address(parts.hostname or "").is_loopback
        ):
            return None
        return urlunsplit((parts.scheme, parts.hostname or "", parts.path, parts.query, parts.fragment))
    except ValueError:
        return None


def _scopes(app: App, asked: str) -> str:
    """The scopes to grant, as they were asked for; `read` if none were. Raises OAuthRefused for too much."""
    wanted = list(dict.fromkeys(asked.split())) or ["read"]
    granted = frozenset(app.scopes.split())
    if not SCOPES.issuperset(wanted) or not all(covers(granted, scope) for scope in wanted):
        raise OAuthRefused("invalid_scope", _BAD_SCOPE)
    return " ".join(wanted)


async def grant(services: Services, request: Request, user: User) -> str:
    """The person agreed: the code for the app."""
    async with services.store.write() as tx:
        return await tx.grants.add_code(
            request.app.id, user.id, request.redirect_uri, request.scopes, request.challenge
        )


class Issued(Struct, frozen=True):
    """An access token, shown once. `created_at` in ms."""

    token: str
    scopes: str
    created_at: int


async def exchange(
    services: Services, client_id: str, secret: str, code: str, redirect_uri: str, verifier: str
) -> Issued:
    """An authorization code for a token. Raises OAuthRefused."""
    for name, value in (("code", code), ("redirect_uri", redirect_uri)):
        if not value:
            raise _missing(name)
    async with services.store.write() as tx:
        app = await apps.prove(tx, client_id, secret)
        issued = await _redeem(tx, app, code, redirect_uri, verifier)
    # Outside: what is revoked because a code came twice has to be committed.
    if issued is None:
        raise OAuthRefused("invalid_grant", _BAD_GRANT)
    return issued


async def _redeem(tx: Transaction, app: App, code: str, redirect_uri: str, verifier: str) -> Issued | None:
    found = await tx.grants.code(code)
    if found is None or found.app_id != app.id:
        return None
    if found.token_id is not None:  # somebody has a copy: RFC 6749 section 4.1.2
        await tx.members.revoke(found.token_id)
        return None
    if found.expires_at <= tx.now or found.redirect_uri != redirect_uri or not _proves(found, verifier):
        return None
    token_id, token = await tx.members.issue(found.user_id, found.scopes, app.id)
    await tx.grants.use_code(code, token_id)
    return Issued(token, found.scopes, tx.now)


def _proves(code: Code, verifier: str) -> bool:
    """Whether whoever brings the code is who asked for it (RFC 7636 section 4.6)."""
    if code.challenge is None:
        return not verifier  # else a stripped challenge would go unnoticed (RFC 9700 section 4.8.2)
    if not _VERIFIER.fullmatch(verifier):
        return False
    made = urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return compare_digest(made, code.challenge)


async def for_itself(services: Services, client_id: str, secret: str, scope: str) -> Issued:
    """A token of an app that stands for nobody (client credentials). Raises OAuthRefused."""
    async with services.store.write() as tx:
        app = await apps.prove(tx, client_id, secret)
        if not app.confidential:
            raise apps.unknown()
        scopes = _scopes(app, scope)
        return Issued(await tx.apps.add_token(app.id, scopes), scopes, tx.now)


async def for_person(tx: Transaction, app: App, user_id: int, scope: str) -> Issued:
    """A token of an app for a person who asked for it by other means. Raises OAuthRefused for too much."""
    scopes = _scopes(app, scope)
    return Issued(await tx.members.add_token(user_id, scopes, app.id), scopes, tx.now)


async def revoke(services: Services, client_id: str, secret: str, token: str) -> None:
    """An app gives back a token (RFC 7009): of its own, or one that there is not. Raises OAuthRefused."""
    async with services.store.write() as tx:
        try:
            app = await apps.prove(tx, client_id, secret)
        except OAuthRefused:
            raise OAuthRefused(
                "unauthorized_client", "You are not authorized to revoke this token", status=403
            ) from None
        if await tx.grants.revoke_token(token, app.id) or await tx.apps.revoke_token(token, app.id):
            return
        foreign = await tx.members.any_by_token(token) or await tx.apps.by_token(token)
    if foreign is not None:
        raise OAuthRefused("unauthorized_client", "You are not authorized to revoke this token", status=403)


def _missing(name: str) -> OAuthRefused:
    return OAuthRefused("invalid_request", f"Missing required parameter: {name}.")
