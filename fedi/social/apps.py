"""Registering apps (Mastodon's POST /api/v1/apps), and their proof of who they are (RFC 6749 section 2.3)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from hmac import compare_digest
from urllib.parse import urlsplit

from fedi.errors import OAuthRefused, Unprocessable
from fedi.model.apps import App
from fedi.services import Services
from fedi.social.scopes import SCOPES
from fedi.store.secrets import digest
from fedi.store.store import Transaction

OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
"""In place of an address: the code is shown, and the person copies it."""
_LONGEST_NAME = 60
_LONGEST_URI = 2_000
_MOST_URIS = 50
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]{0,63}:")
# Schemes that a browser would run, or that lead to files.
_FORBIDDEN = frozenset(
    ["about", "blob", "data", "file", "filesystem", "javascript", "mailto", "vbscript", "view-source"]
)
_BAD_CHARACTER = re.compile(r"[\x00-\x20\x7f<>\"\\^`{|}]")
_UNKNOWN = (
    "Client authentication failed due to unknown client, no client authentication included, or unsupported "
    "authentication method."
)


async def register(
    services: Services,
    name: str,
    redirect_uris: Sequence[str],
    scopes: str = "",
    website: str = "",
    *,
    confidential: bool = True,
) -> tuple[App, str]:
    """Make an app; it, and its secret. Raises Unprocessable, with the reason, for what cannot be one."""
    name = name.strip()
    if not name:
        raise _invalid("Application name can't be blank")
    if len(name) > _LONGEST_NAME:
        raise _invalid(f"Application name is too long (maximum is {_LONGEST_NAME} characters)")
    uris = tuple(dict.fromkeys(redirect_uris))
    if not uris:
        raise _invalid("Redirect URI can't be blank")
    if len(uris) > _MOST_URIS:
        raise _invalid(f"There are too many redirect URIs (maximum is {_MOST_URIS})")
    for uri in uris:
        check_redirect_uri(uri)
    wanted = list(dict.fromkeys(scopes.split())) or ["read"]
    if not SCOPES.issuperset(wanted):
        raise _invalid("Scopes doesn't match configured on the server.")
    async with services.store.write() as tx:
        return await tx.apps.add(
            name, _website(website.strip()), uris, " ".join(wanted), confidential=confidential
        )


def check_redirect_uri(uri: str) -> None:
    """Raise Unprocessable unless an app may be called back at `uri`."""
    if len(uri) > _LONGEST_URI:
        raise _invalid(f"Redirect URI is too long (maximum is {_LONGEST_URI} characters)")
    scheme = _SCHEME.match(uri)
    if scheme is None or _BAD_CHARACTER.search(uri):
        raise _invalid("Redirect URI must be an absolute URI.")
    kind = scheme[0][:-1].lower()
    if kind in _FORBIDDEN:
        raise _invalid("Redirect URI is forbidden by the server.")
    if "#" in uri:
        raise _invalid("Redirect URI cannot contain a fragment.")
    if kind in ("http", "https") and not _host(uri):
        raise _invalid("Redirect URI must be an absolute URI.")


def _website(text: str) -> str | None:
    if not text:
        return None
    if len(text) > _LONGEST_URI or not text.startswith(("https://", "http://")) or not _host(text):
        raise _invalid("Website must be a valid URL")
    return text


def _host(uri: str) -> str | None:
    try:
        return urlsplit(uri).hostname
    except ValueError:
        return None


async def prove(tx: Transaction, client_id: str, secret: str) -> App:
    """The app that says so and knows its secret. Raises OAuthRefused for others."""
    app = await known(tx, client_id)
    if not secret and not app.confidential:
        return app
    if not compare_digest(app.secret_hash, digest(secret)):
        raise unknown()
    return app


async def known(tx: Transaction, client_id: str) -> App:
    """The app with this client id. Raises OAuthRefused if there is none."""
    app = await tx.apps.by_client_id(client_id) if 1 <= len(client_id) <= 200 else None
    if app is None:
        raise unknown()
    return app


def unknown() -> OAuthRefused:
    """We do not know this app, or it did not prove itself."""
    return OAuthRefused("invalid_client", _UNKNOWN, status=401)


def _invalid(sentence: str) -> Unprocessable:
    return Unprocessable(public=f"Validation failed: {sentence}")
