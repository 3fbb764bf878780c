"""Blocked mail providers: /api/v1/admin/email_domain_blocks."""

from __future__ import annotations

from collections.abc import Sequence

from quart import Blueprint, Response

from fedi.api.admin.guard import staff
from fedi.api.context import Asker
from fedi.api.entities.admin_blocks import EmailDomainBlock as Entity
from fedi.api.entities.admin_blocks import email_domain_block
from fedi.api.paging import asked, link
from fedi.api.params import body, path_id, query
from fedi.api.responses import answer, nothing
from fedi.errors import NotFound
from fedi.model.permissions import MANAGE_BLOCKS
from fedi.social import signup_blocking
from fedi.store.email_blocks import EmailDomainBlock
from fedi.store.paging import AccountPage
from fedi.store.store import Transaction

routes = Blueprint("api_admin_email_domain_blocks", __name__, url_prefix="/api/v1/admin/email_domain_blocks")

_READ, _WRITE = "admin:read:email_domain_blocks", "admin:write:email_domain_blocks"


@routes.get("")
@staff(MANAGE_BLOCKS, _READ)
async def blocks(me: Asker) -> Response:
    """Every blocked provider, with what was tried."""
    async with me.services.store.read() as tx:
        found = await tx.email_blocks.domains(asked(query(), default=100, most=200))
        shown = await _entities(tx, found)
    page = AccountPage([], found[0].id if found else None, found[-1].id if found else None)
    return answer(shown, link=link(me, page))


@routes.get("/<block_id>")
@staff(MANAGE_BLOCKS, _READ)
async def one(me: Asker, block_id: str) -> Response:
    """A blocked provider."""
    async with me.services.store.read() as tx:
        return answer((await _entities(tx, [await _find(tx, block_id)]))[0])


@routes.post("")
@staff(MANAGE_BLOCKS, _WRITE)
async def block(me: Asker) -> Response:
    """Block a provider, or with `allow_with_approval` have a moderator read each request."""
    params = await body()
    async with me.services.store.write() as tx:
        made = await signup_blocking.block_provider(
            tx,
            params.text("domain"),
            allow_with_approval=params.flag("allow_with_approval"),
            by_id=me.id,
        )
        return answer((await _entities(tx, [made]))[0])


@routes.delete("/<block_id>")
@staff(MANAGE_BLOCKS, _WRITE)
async def unblock(me: Asker, block_id: str) -> Response:
    """No longer block a provider."""
    async with me.services.store.write() as tx:
        await signup_blocking.unblock_provider(tx, await _find(tx, block_id), by_id=me.id)
    return nothing()


async def _entities(tx: Transaction, found: Sequence[EmailDomainBlock]) -> list[Entity]:
    history = await tx.email_blocks.history([one.id for one in found])
    return [email_domain_block(one, history[one.id]) for one in found]


async def _find(tx: Transaction, block_id: str) -> EmailDomainBlock:
    found = await tx.email_blocks.domain_by_id(path_id(block_id))
    if found is None:
        raise NotFound
    return found
