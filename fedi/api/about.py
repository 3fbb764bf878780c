"""/api/v1/instance/...: what a server says of itself, whom it knows and blocks, and how much goes on."""

from __future__ import annotations

from datetime import date
from hashlib import sha256

from msgspec import Struct
from quart import Blueprint, Response, current_app

from fedi.api.auth import anyone
from fedi.api.context import Asker
from fedi.api.entities import instance as entities
from fedi.api.entities.here import time
from fedi.api.responses import answer
from fedi.api.site import site_of
from fedi.errors import NotFound
from fedi.model.site import Shown, Site, Terms
from fedi.social import pages
from fedi.social.site import current_terms
from fedi.social.translation_languages import Languages
from fedi.store.domain_blocks import DomainBlock
from fedi.store.peers import Peers
from fedi.store.weeks import Weeks

routes = Blueprint("api_about", __name__, url_prefix="/api/v1/instance")
EXTENSION = "fedi_languages"


class ExtendedDescription(Struct):
    """A long text, as HTML."""

    updated_at: str
    content: str


class TermsOfService(Struct):
    """Terms of service, as HTML; `effective`: they hold."""

    effective_date: str
    effective: bool
    content: str
    succeeded_by: str | None


class PublicBlock(Struct):
    """A server that is blocked here. `digest` tells those who know the name which one it is."""

    domain: str
    digest: str
    severity: str
    comment: str | None


class Activity(Struct):
    """A week; numbers are written as texts, the week as seconds since 1970."""

    week: str
    statuses: str
    logins: str
    registrations: str


@routes.get("/rules")
@anyone()
async def rules(asker: Asker) -> Response:
    """The rules of the house."""
    return answer(entities.rules(await site_of(asker)))


@routes.get("/extended_description")
@anyone()
async def extended_description(asker: Asker) -> Response:
    """What the server is about, at length."""
    site = await site_of(asker)
    at = _set_at(asker, site, "extended_description")
    return answer(ExtendedDescription(at, pages.to_html(site.extended_description)))


@routes.get("/privacy_policy")
@anyone()
async def privacy_policy(asker: Asker) -> Response:
    """What happens with people's data."""
    site = await site_of(asker)
    text = site.privacy_policy or pages.PRIVACY.replace("{domain}", asker.domain.name)
    return answer(ExtendedDescription(_set_at(asker, site, "privacy_policy"), pages.to_html(text)))


@routes.get("/terms_of_service")
@anyone()
async def terms_of_service(asker: Asker) -> Response:
    """The terms that hold, if there are any."""
    site, today = await site_of(asker), asker.services.now().date()
    found = current_terms(site, today)
    if found is None:
        raise NotFound
    return answer(_terms(site, found, today))


@routes.get("/terms_of_service/<day>")
@anyone()
async def terms_of_that_day(asker: Asker, day: str) -> Response:
    """The terms that came into force, or will, on a day."""
    site = await site_of(asker)
    for found in site.terms:
        if found.effective_date == day:
            return answer(_terms(site, found, asker.services.now().date()))
    raise NotFound


@routes.get("/translation_languages")
@anyone()
async def translation_languages(asker: Asker) -> Response:
    """From which languages into which posts can be translated."""
    languages: Languages = current_app.extensions.setdefault(EXTENSION, Languages())
    return answer(await languages.of(asker.services))


@routes.get("/peers")
@anyone()
async def peers(asker: Asker) -> Response:
    """The servers that are known here."""
    if not (await site_of(asker)).peers:
        raise NotFound
    async with asker.services.store.read() as tx:
        return answer(await Peers(tx).names())


@routes.get("/activity")
@anyone()
async def activity(asker: Asker) -> Response:
    """How much went on in each of the last twelve weeks, this one first."""
    if not (await site_of(asker)).activity:
        raise NotFound
    async with asker.services.store.read() as tx:
        weeks = await Weeks(tx).latest()
    return answer(
        [
            Activity(str(one.begins // 1000), str(one.posts), str(one.visitors), str(one.joined))
            for one in weeks
        ]
    )


@routes.get("/domain_blocks")
@anyone()
async def domain_blocks(asker: Asker) -> Response:
    """Servers that are blocked or limited here, the strictest first, as far as the admins tell whom."""
    site = await site_of(asker)
    if not _is_shown(site.domain_blocks, asker):
        raise NotFound
    comments = _is_shown(site.domain_block_comments, asker)
    async with asker.services.store.read() as tx:
        blocks = [one for one in await tx.blocks.domains() if one.severity in ("suspend", "silence")]
    blocks.sort(key=lambda one: (one.severity != "suspend", one.name))
    return answer([_block(one, comments=comments) for one in blocks])


def _set_at(asker: Asker, site: Site, key: str) -> str:
    """When a text was set; where it never was, it is as old as the domain."""
    return time(site.updated.get(key, asker.domain.created_at))


def _terms(site: Site, found: Terms, today: date) -> TermsOfService:
    later = [one.effective_date for one in site.terms if one.effective_date > found.effective_date]
    return TermsOfService(
        effective_date=found.effective_date,
        effective=found.effective_date <= today.isoformat(),
        content=pages.to_html(found.text),
        succeeded_by=min(later, default=None),
    )


def _is_shown(shown: Shown, asker: Asker) -> bool:
    return shown == "all" or (shown == "users" and asker.session is not None)


def _block(block: DomainBlock, *, comments: bool) -> PublicBlock:
    name = _veiled(block.name) if block.obfuscate else block.name
    return PublicBlock(
        domain=name,
        digest=sha256(block.name.encode()).hexdigest(),
        severity=block.severity,
        comment=(block.public_comment or "") if comments else None,
    )


def _veiled(name: str) -> str:
    """A name of which only the ends are told: whoever knows it recognises it."""
    shown = max(len(name) // 4, 1)
    return "".join(
        one if at < shown or at >= len(name) - shown or one == "." else "*" for at, one in enumerate(name)
    )
