"""OAuth for programs: tokens, revocation, userinfo, discovery. The page for people: web/authorizing."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error
from urllib.parse import unquote_plus

from quart import Blueprint, Response, request

from fedi.api import limits, params
from fedi.api.auth import member
from fedi.api.context import Asker, domain_asked, services
from fedi.api.entities import apps as entities
from fedi.api.params import Params
from fedi.api.responses import answer, nothing
from fedi.errors import OAuthRefused
from fedi.services import Services
from fedi.social import apps, authorizing, requests, signing_in
from fedi.social.authorizing import Issued

routes = Blueprint("api_oauth", __name__)
_UNSUPPORTED = "The authorization grant type is not supported by the authorization server."


# The Authorization header of the first two is the app's proof and no access token: it must not be read as one,
# and so they do without `member` and `anyone`.
@routes.post("/oauth/token")
async def token() -> Response:
    """A grant for a token (RFC 6749 section 4)."""
    at = services()
    limits.count(at, None)
    given = await params.body()
    client = _client(given)
    kind = given.text("grant_type")
    if not kind:
        raise OAuthRefused("invalid_request", "Missing required parameter: grant_type.")
    if kind == "authorization_code":
        code, uri, verifier = (given.text(name) for name in ("code", "redirect_uri", "code_verifier"))
        issued = await authorizing.exchange(at, *client, code, uri, verifier)
    elif kind == "client_credentials":
        issued = await authorizing.for_itself(at, *client, given.text("scope"))
    elif kind == "password" and at.config.oauth.password_grant:
        issued = await _by_password(at, client, given)
    else:
        raise OAuthRefused("unsupported_grant_type", _UNSUPPORTED)
    response = answer(entities.token(issued))
    response.headers["Cache-Control"] = "no-store"
    response.headers["Pragma"] = "no-cache"
    return response


async def _by_password(at: Services, client: tuple[str, str], given: Params) -> Issued:
    domain, _ = await domain_asked()
    login = given.text("username"), given.text("password")
    return await signing_in.by_password_grant(
        at, requests.throttles(), domain, requests.network(at), client, login, given.text("scope")
    )


@routes.post("/oauth/revoke")
async def revoke() -> Response:
    """A token is given back (RFC 7009)."""
    at = services()
    limits.count(at, None)
    given = await params.body()
    await authorizing.revoke(at, *_client(given), given.text("token"))
    return nothing()


def _client(given: Params) -> tuple[str, str]:
    """The app's name for itself, and its secret: from the header, or from the body."""
    scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return given.text("client_id"), given.text("client_secret")
    try:
        client, colon, secret = b64decode(credentials.strip(), validate=True).decode().partition(":")
    except (Error, UnicodeDecodeError):
        raise apps.unknown() from None
    if not colon:
        raise apps.unknown()
    # RFC 6749 section 2.3.1: both are form-encoded first.
    return unquote_plus(client), unquote_plus(secret)


@routes.route("/oauth/userinfo", methods=["GET", "POST"])
@member("profile")
async def userinfo(asker: Asker) -> Response:
    """Who signed in, in the words of OpenID Connect."""
    async with asker.services.store.read() as tx:
        account = await asker.account(tx)
    return answer(
        {
            "iss": f"{asker.domain.url}/",
            "sub": account.uri,
            "name": account.name or account.username,
            "preferred_username": account.username,
            "profile": account.url,
            "picture": account.avatar_url or f"{asker.domain.url}/static/missing-avatar.svg",
        }
    )


@routes.get("/.well-known/oauth-authorization-server")
async def discovery() -> Response:
    """What clients need to know (RFC 8414)."""
    domain, _ = await domain_asked()
    found = entities.discovery(domain.url, password_grant=services().config.oauth.password_grant)
    response = answer(found)
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response
