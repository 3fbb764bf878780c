"""Settings of a person: where they are signed in, and which apps may do what."""

from __future__ import annotations

from quart import Blueprint, Response

from fedi.web import agents, visiting
from fedi.web.authorizing import Asked

settings = Blueprint("settings", __name__)


@settings.get("/settings")
async def start() -> Response:
    """The first of them."""
    return visiting.go(visiting.HOME)


@settings.get("/settings/sessions")
async def sessions() -> Response:
    """The browsers that are signed in."""
    guest, member = await visiting.member()
    async with guest.services.store.read() as tx:
        found = await tx.sessions.of(member.user.id)
    visits = [(visit, agents.describe(visit.user_agent)) for visit in found]
    return visiting.page(guest, "settings_sessions.html", visits=visits, here=member.id)


@settings.post("/settings/sessions")
async def end() -> Response:
    """One browser is signed out, or all others."""
    guest, member = await visiting.member()
    given = await visiting.form(guest)
    async with guest.services.store.write() as tx:
        if given.get("session") == "others":
            await tx.sessions.end_others(member.user.id, member.id)
        else:
            await tx.sessions.end(member.user.id, visiting.number(given.get("session", "")))
    return visiting.go("/settings/sessions")


@settings.get("/settings/apps")
async def apps() -> Response:
    """The apps that a person let in."""
    guest, member = await visiting.member()
    async with guest.services.store.read() as tx:
        grants = await tx.grants.of(member.user.id)
    return visiting.page(
        guest, "settings_apps.html", grants=[(grant, Asked(grant.scopes)) for grant in grants]
    )


@settings.post("/settings/apps")
async def withdraw() -> Response:
    """An app is let out."""
    guest, member = await visiting.member()
    given = await visiting.form(guest)
    async with guest.services.store.write() as tx:
        await tx.grants.withdraw(member.user.id, visiting.number(given.get("app", "")))
    return visiting.go("/settings/apps")
