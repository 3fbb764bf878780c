"""Servers that are let in where only those are met: /api/v1/admin/domain_allows."""

from __future__ import annotations

from quart import Blueprint, Response

from fedi.api.admin.guard import staff
from fedi.api.context import Asker
from fedi.api.entities.admin_blocks import domain_allow
from fedi.api.paging import asked, link
from fedi.api.params import body, path_id, query
from fedi.api.responses import answer, nothing
from fedi.errors import NotFound
from fedi.model.permissions import MANAGE_FEDERATION
from fedi.social import defederating
from fedi.store.domain_blocks import DomainAllow
from fedi.store.paging import AccountPage
from fedi.store.store import Transaction

routes = Blueprint("api_admin_domain_allows", __name__, url_prefix="/api/v1/admin/domain_allows")

_READ, _WRITE = "admin:read:domain_allows", "admin:write:domain_allows"


@routes.get("")
@staff(MANAGE_FEDERATION, _READ)
async def allows(me: Asker) -> Response:
    """Every server that is let in."""
    async with me.services.store.read() as tx:
        found = await tx.blocks.allows(asked(query(), default=100, most=200))
    page = AccountPage([], found[0].id if found else None, found[-1].id if found else None)
    return answer([domain_allow(one) for one in found], link=link(me, page))


@routes.get("/<allow_id>")
@staff(MANAGE_FEDERATION, _READ)
async def one(me: Asker, allow_id: str) -> Response:
    """A server that is let in."""
    async with me.services.store.read() as tx:
        return answer(domain_allow(await _find(tx, allow_id)))


@routes.post("")
@staff(MANAGE_FEDERATION, _WRITE)
async def allow(me: Asker) -> Response:
    """Let a server in."""
    params = await body()
    async with me.services.store.write() as tx:
        made = await defederating.allow(tx, params.text("domain"), by_id=me.id)
    await me.services.refresh()
    return answer(domain_allow(made))


@routes.delete("/<allow_id>")
@staff(MANAGE_FEDERATION, _WRITE)
async def disallow(me: Asker, allow_id: str) -> Response:
    """No longer let a server in."""
    async with me.services.store.write() as tx:
        await defederating.disallow(tx, await _find(tx, allow_id), by_id=me.id)
    await me.services.refresh()
    return nothing()


async def _find(tx: Transaction, allow_id: str) -> DomainAllow:
    found = await tx.blocks.allow_by_id(path_id(allow_id))
    if found is None:
        raise NotFound
    return found
