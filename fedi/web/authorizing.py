"""/oauth/authorize: a person is asked what an app may do for them, and the app is told."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

from quart import Blueprint, Response, request

from fedi.errors import OAuthRefused
from fedi.social import authorizing
from fedi.social.authorizing import Request, Wish
from fedi.store.sessions import Browser
from fedi.web import visiting
from fedi.web.visiting import Guest

consent = Blueprint("authorizing", __name__)
_NATIVE = "/oauth/authorize/native"


@consent.get("/oauth/authorize")
async def ask() -> Response:
    """What the app wants, to agree to or not. Whoever is not signed in does that first."""
    guest = await visiting.guest()
    try:
        wanted = await authorizing.examine(guest.services, _wish(request.args))
    except OAuthRefused as error:
        return _refuse(guest, error)
    again = request.args.get("force_login", "").lower() in ("1", "true", "t", "on", "yes")
    if guest.member is None or again:
        pending = guest.browser is not None and guest.browser.pending and not again
        return visiting.go(visiting.sign_in_address(_without_force(), again=again, pending=pending))
    return await _ask(guest, guest.member, wanted)


def _without_force() -> str:
    """This page, for somebody who has just signed in anew."""
    pairs = [(name, value) for name, value in request.args.items(multi=True) if name != "force_login"]
    return f"{request.path}?{urlencode(pairs)}"


async def _ask(guest: Guest, member: Browser, wanted: Request) -> Response:
    async with guest.services.store.read() as tx:
        account = await tx.people.by_id(member.user.id)
    return visiting.page(
        guest,
        "authorize.html",
        leads_out=True,
        app=wanted.app,
        account=account,
        scopes=Asked(wanted.scopes),
        fields={name: request.args.get(name, "") for name in Wish.__struct_fields__},
        destination=_destination(wanted.redirect_uri),
        again=visiting.sign_in_address(_without_force(), again=True),
    )


class Asked:
    """Scopes, sorted for a list that a person reads: what is seen, what is changed, and the rest."""

    def __init__(self, scopes: str) -> None:
        names = scopes.split()
        self.whole = [name for name in names if name in ("profile", "read", "write", "follow", "push")]
        self.whole += [name for name in names if name in ("admin:read", "admin:write")]
        self.read = _below(names, "read:")
        self.write = _below(names, "write:")
        self.admin_read = _below(names, "admin:read:")
        self.admin_write = _below(names, "admin:write:")


def _below(names: list[str], prefix: str) -> list[str]:
    return [name.removeprefix(prefix) for name in names if name.startswith(prefix)]


def _destination(redirect_uri: str) -> str:
    """Where the person goes on to, in short: a host; or "" for an app on their device."""
    parts = urlsplit(redirect_uri)
    return parts.netloc if parts.scheme in ("http", "https") else ""


@consent.post("/oauth/authorize")
async def decide() -> Response:
    """The person said yes, or no."""
    guest, member = await visiting.member()
    given = await visiting.form(guest)
    try:
        wanted = await authorizing.examine(guest.services, _wish(given))
    except OAuthRefused as error:
        return _refuse(guest, error)
    if given.get("decision") != "allow":
        if wanted.out_of_band:
            return visiting.page(guest, "authorized.html", code="", app=wanted.app.name)
        return _tell(
            wanted,
            error="access_denied",
            error_description="The resource owner or authorization server denied the request.",
        )
    code = await authorizing.grant(guest.services, wanted, member.user)
    if wanted.out_of_band:
        return visiting.go(f"{_NATIVE}?{urlencode({'code': code})}")
    return _tell(wanted, code=code)


@consent.get(_NATIVE)
async def show() -> Response:
    """The code, to be carried to the app by hand."""
    guest, _ = await visiting.member()
    code = request.args.get("code", "")
    if (
        not code
        or len(code) > 100
        or not code.replace("-", "").replace("_", "").isalnum()
        or not code.isascii()
    ):
        return _refuse(guest, OAuthRefused("invalid_request", "Missing required parameter: code."))
    return visiting.page(guest, "authorized.html", code=code, app="")


def _wish(given: Mapping[str, str]) -> Wish:
    return Wish(**{name: given.get(name, "") for name in Wish.__struct_fields__})


def _tell(wanted: Request, **values: str) -> Response:
    """Back to the app."""
    query = urlencode({**values, **({"state": wanted.state} if wanted.state else {})})
    uri = wanted.redirect_uri
    if wanted.response_mode == "fragment":
        return visiting.go(f"{uri}#{query}")
    return visiting.go(f"{uri}{'&' if '?' in uri else '?'}{query}")


def _refuse(guest: Guest, error: OAuthRefused) -> Response:
    return visiting.page(
        guest, "authorize_refused.html", status=error.status, code=error.code, description=error.public
    )
