"""Application, CredentialApplication, Token, and what OAuth clients read about this server (RFC 8414)."""

from __future__ import annotations

from msgspec import Struct

from fedi.model.apps import App
from fedi.social.authorizing import RESPONSE_MODES, Issued
from fedi.social.scopes import SCOPES


class Application(Struct, frozen=True, kw_only=True):
    """An app, as it is told about itself."""

    id: str
    name: str
    website: str | None
    scopes: list[str]
    redirect_uri: str
    redirect_uris: list[str]
    vapid_key: str


class CredentialApplication(Application, frozen=True, kw_only=True):
    """An app with what it proves itself by. 0: the secret does not expire."""

    client_id: str
    client_secret: str
    client_secret_expires_at: int = 0


class Token(Struct, frozen=True):
    """An access token; `created_at` in seconds."""

    access_token: str
    token_type: str
    scope: str
    created_at: int


class Discovery(Struct, frozen=True, kw_only=True):
    """Metadata of the authorization server (RFC 8414, and what Mastodon adds)."""

    issuer: str
    service_documentation: str
    authorization_endpoint: str
    token_endpoint: str
    app_registration_endpoint: str
    revocation_endpoint: str
    userinfo_endpoint: str
    scopes_supported: list[str]
    response_types_supported: list[str]
    response_modes_supported: list[str]
    grant_types_supported: list[str]
    token_endpoint_auth_methods_supported: list[str]
    code_challenge_methods_supported: list[str]


def application(app: App, vapid_key: str) -> Application:
    """The entity of an app."""
    return Application(**_shared(app, vapid_key))  # type: ignore[arg-type]


def credentials(app: App, secret: str, vapid_key: str) -> CredentialApplication:
    """The entity of an app that was made just now."""
    return CredentialApplication(
        **_shared(app, vapid_key),  # type: ignore[arg-type]
        client_id=app.client_id,
        client_secret=secret,
    )


def _shared(app: App, vapid_key: str) -> dict[str, object]:
    return {
        "id": str(app.id),
        "name": app.name,
        "website": app.website,
        "scopes": app.scopes.split(),
        "redirect_uri": "\n".join(app.redirect_uris),
        "redirect_uris": list(app.redirect_uris),
        "vapid_key": vapid_key,
    }


def token(issued: Issued) -> Token:
    """The entity of a token."""
    return Token(issued.token, "Bearer", issued.scopes, issued.created_at // 1000)


def discovery(url: str, *, password_grant: bool) -> Discovery:
    """What clients need to know of the server at `url`."""
    return Discovery(
        issuer=f"{url}/",
        service_documentation="https://docs.joinmastodon.org/",
        authorization_endpoint=f"{url}/oauth/authorize",
        token_endpoint=f"{url}/oauth/token",
        app_registration_endpoint=f"{url}/api/v1/apps",
        revocation_endpoint=f"{url}/oauth/revoke",
        userinfo_endpoint=f"{url}/oauth/userinfo",
        scopes_supported=sorted(SCOPES),
        response_types_supported=["code"],
        response_modes_supported=list(RESPONSE_MODES),
        grant_types_supported=[
            "authorization_code",
            "client_credentials",
            *(["password"] if password_grant else []),
        ],
        token_endpoint_auth_methods_supported=["client_secret_basic", "client_secret_post", "none"],
        code_challenge_methods_supported=["S256"],
    )
