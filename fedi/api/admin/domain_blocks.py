"""Blocked servers: /api/v1/admin/domain_blocks."""

from __future__ import annotations

from typing import Any

from quart import Blueprint, Response

from fedi.api.admin.guard import staff
from fedi.api.context import Asker
from fedi.api.entities.admin_blocks import domain_block
from fedi.api.paging import asked, link
from fedi.api.params import Params, body, path_id, query
from fedi.api.responses import answer, nothing
from fedi.errors import NotFound
from fedi.model.permissions import MANAGE_FEDERATION
from fedi.social import defederating
from fedi.social.defederating import AlreadyBlocked, Terms
from fedi.store.domain_blocks import SILENCE, DomainBlock
from fedi.store.paging import AccountPage
from fedi.store.store import Transaction

routes = Blueprint("api_admin_domain_blocks", __name__, url_prefix="/api/v1/admin/domain_blocks")

_READ, _WRITE = "admin:read:domain_blocks", "admin:write:domain_blocks"


@routes.get("")
@staff(MANAGE_FEDERATION, _READ)
async def blocks(me: Asker) -> Response:
    """Every blocked server."""
    async with me.services.store.read() as tx:
        found = await tx.blocks.domain_page(asked(query(), default=100, most=200))
    page = AccountPage([], found[0].id if found else None, found[-1].id if found else None)
    return answer([domain_block(one) for one in found], link=link(me, page))


@routes.get("/<block_id>")
@staff(MANAGE_FEDERATION, _READ)
async def one(me: Asker, block_id: str) -> Response:
    """A blocked server."""
    async with me.services.store.read() as tx:
        return answer(domain_block(await _find(tx, block_id)))


@routes.post("")
@staff(MANAGE_FEDERATION, _WRITE)
async def block(me: Asker) -> Response:
    """Block a server; with one that a block covers already, the answer says which."""
    params = await body()
    try:
        async with me.services.store.write() as tx:
            made = await defederating.block(tx, params.text("domain"), _terms(params, None), by_id=me.id)
    except AlreadyBlocked as error:
        known: dict[str, Any] = {"error": error.public, "existing_domain_block": domain_block(error.block)}
        return answer(known, status=422)
    await me.services.refresh()
    return answer(domain_block(made))


@routes.put("/<block_id>")
@staff(MANAGE_FEDERATION, _WRITE)
async def change(me: Asker, block_id: str) -> Response:
    """Block a server in another way; what is not given stays."""
    params = await body()
    async with me.services.store.write() as tx:
        known = await _find(tx, block_id)
        after = await defederating.change(tx, known, _terms(params, known), by_id=me.id)
    await me.services.refresh()
    return answer(domain_block(after))


@routes.delete("/<block_id>")
@staff(MANAGE_FEDERATION, _WRITE)
async def lift(me: Asker, block_id: str) -> Response:
    """No longer block a server."""
    async with me.services.store.write() as tx:
        await defederating.lift(tx, await _find(tx, block_id), by_id=me.id)
    await me.services.refresh()
    return nothing()


def _terms(params: Params, known: DomainBlock | None) -> Terms:
    def words(name: str, before: str | None) -> str | None:
        return params.text(name, before or "").strip() or None

    return Terms(
        severity=params.text("severity", known.severity if known else SILENCE),
        reject_media=params.flag("reject_media", known is not None and known.reject_media),
        reject_reports=params.flag("reject_reports", known is not None and known.reject_reports),
        private_comment=words("private_comment", known.private_comment if known else None),
        public_comment=words("public_comment", known.public_comment if known else None),
        obfuscate=params.flag("obfuscate", known is not None and known.obfuscate),
    )


async def _find(tx: Transaction, block_id: str) -> DomainBlock:
    found = await tx.blocks.domain_by_id(path_id(block_id))
    if found is None:
        raise NotFound
    return found
