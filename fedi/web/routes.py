"""The pages of the server itself: its front, what it is, hashtags, and the files beside them."""

from __future__ import annotations

from quart import Blueprint, Quart, Response, request

from fedi.errors import NotFound
from fedi.model.posts import Post
from fedi.social.throttling import EXTENSION, Throttles
from fedi.store.keepers import Keepers
from fedi.store.paging import Range
from fedi.store.timeline_lists import Source, TagQuery
from fedi.store.usage import Usage
from fedi.web import (
    assets,
    authorizing,
    entries,
    joining,
    media_routes,
    passkeys,
    profile_routes,
    security,
    settings,
    signing_in,
)
from fedi.web.paging import asked, older
from fedi.web.rendering import page, services
from fedi.web.visiting import SignInFirst, send_to_sign_in

web = Blueprint("web", __name__)
_FRONT = 15
_LONGEST_TAG = 100
_ROBOTS = (
    "User-agent: *\nDisallow: /api/\nDisallow: /ap/\nDisallow: /oauth/\nDisallow: /authorize_interaction\n"
)


_MEMBERS = (
    signing_in.signing,
    passkeys.passkey,
    authorizing.consent,
    joining.joining,
    settings.settings,
    security.security,
)


def mount(app: Quart) -> None:
    """Add the pages to `app`."""
    app.register_blueprint(web)
    app.register_blueprint(profile_routes.profiles)
    app.register_blueprint(media_routes.media)
    app.extensions.setdefault(EXTENSION, Throttles())
    app.register_error_handler(SignInFirst, send_to_sign_in)
    for part in _MEMBERS:
        app.register_blueprint(part)


@web.get("/")
async def front() -> Response:
    """What this place is, and the latest from here."""
    at = services()
    domain = await at.domain_of(request.host)
    async with at.store.read() as tx:
        latest = await tx.timelines.public(None, Source(local=True), Range(limit=_FRONT))
        return page(
            "front.html",
            base=domain.url,
            domain=domain,
            mode=at.config.registration.mode,
            keepers=await Keepers(tx).of(domain.id),
            counts=await Usage(tx).of(domain.id),
            entries=await entries.of_page(tx, latest),
        )


@web.get("/about")
async def about() -> Response:
    """Who runs this server, how one joins, and what it does with what it knows."""
    at = services()
    domain = await at.domain_of(request.host)
    async with at.store.read() as tx:
        return page(
            "about.html",
            base=domain.url,
            max_age=300,
            domain=domain,
            mode=at.config.registration.mode,
            characters=at.config.limits.characters,
            keepers=await Keepers(tx).of(domain.id),
            counts=await Usage(tx).of(domain.id),
        )


@web.get("/tags/<name>")
async def tag(name: str) -> Response:
    """Posts with a hashtag that are known here, from everywhere."""
    if len(name) > _LONGEST_TAG:
        raise NotFound(f"no tag of {len(name)} characters")
    at, ask = services(), asked()
    domain = await at.domain_of(request.host)
    async with at.store.read() as tx:
        found = await tx.timelines.tagged(None, TagQuery(name.lower()), Source(), ask)
        return page(
            "tag.html",
            base=domain.url,
            name=name,
            entries=await entries.of_page(tx, found),
            older=older(found),
            first=ask.max_id is None,
        )


@web.get("/authorize_interaction")
async def interact() -> Response:
    """Where other servers send their readers who want to answer or follow from here (OStatus, FEP-3b86)."""
    at = services()
    domain = await at.domain_of(request.host)
    uri = request.args.get("uri", "").strip().removeprefix("acct:")[:2048]
    async with at.store.read() as tx:
        known: Post | None = await tx.posts.by_uri(uri) if uri else None
        account = await tx.people.by_uri(uri) or await tx.people.by_handle(uri) if uri else None
    local = (known if known is not None and known.local and known.is_public else None) or (
        account if account is not None and account.is_local else None
    )
    if local is not None and local.url is not None:
        return Response("", status=302, headers={"Location": local.url}, content_type="text/plain")
    return page("interact.html", base=domain.url, max_age=0, domain=domain, uri=uri)


@web.get("/static/<name>")
async def static(name: str) -> Response:
    """A file; for good where its version is named."""
    found = assets.find(name)
    if found is None:
        raise NotFound(f"no file {name}")
    for_good = request.args.get("v") == found.version
    response = Response(found.body, content_type=found.content_type)
    response.headers["Cache-Control"] = (
        "public, max-age=31536000, immutable" if for_good else "public, max-age=3600"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    # An SVG that is opened by itself is a page too.
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return response


@web.get("/favicon.svg")
@web.get("/favicon.ico")
async def favicon() -> Response:
    """The mark of the server; browsers read it as SVG under either name."""
    return await static("favicon.svg")


@web.get("/robots.txt")
async def robots() -> Response:
    """Pages may be indexed (each says itself when not); what is for programs need not be."""
    return Response(
        _ROBOTS, content_type="text/plain; charset=utf-8", headers={"Cache-Control": "public, max-age=86400"}
    )
