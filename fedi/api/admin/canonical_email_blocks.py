"""Blocked e-mail addresses, in all their spellings: /api/v1/admin/canonical_email_blocks."""

from __future__ import annotations

from quart import Blueprint, Response

from fedi.api.admin.guard import staff
from fedi.api.context import Asker
from fedi.api.entities.admin_blocks import canonical_email_block
from fedi.api.paging import asked, link
from fedi.api.params import body, path_id, query
from fedi.api.responses import answer, nothing
from fedi.errors import BadRequest, NotFound
from fedi.model.emails import canonical_hash
from fedi.model.permissions import MANAGE_BLOCKS
from fedi.social import signup_blocking
from fedi.store.email_blocks import CanonicalEmailBlock
from fedi.store.paging import AccountPage
from fedi.store.store import Transaction

routes = Blueprint(
    "api_admin_canonical_email_blocks", __name__, url_prefix="/api/v1/admin/canonical_email_blocks"
)

_READ, _WRITE = "admin:read:canonical_email_blocks", "admin:write:canonical_email_blocks"


@routes.get("")
@staff(MANAGE_BLOCKS, _READ)
async def blocks(me: Asker) -> Response:
    """Every blocked address, by its hash: the address itself is not kept."""
    async with me.services.store.read() as tx:
        found = await tx.email_blocks.addresses(asked(query(), default=100, most=200))
    page = AccountPage([], found[0].id if found else None, found[-1].id if found else None)
    return answer([canonical_email_block(one) for one in found], link=link(me, page))


@routes.get("/<block_id>")
@staff(MANAGE_BLOCKS, _READ)
async def one(me: Asker, block_id: str) -> Response:
    """A blocked address."""
    async with me.services.store.read() as tx:
        return answer(canonical_email_block(await _find(tx, block_id)))


@routes.post("/test")
@staff(MANAGE_BLOCKS, _READ)
async def test(me: Asker) -> Response:
    """The blocks that hold for an address, in whatever spelling."""
    email = (await body()).text("email")
    if not email.strip():
        raise BadRequest(public="Required parameter email is missing or empty")
    async with me.services.store.read() as tx:
        found = await tx.email_blocks.address_by_hash(canonical_hash(email))
    return answer([canonical_email_block(found)] if found else [])


@routes.post("")
@staff(MANAGE_BLOCKS, _WRITE)
async def block(me: Asker) -> Response:
    """Block an address, or a hash."""
    params = await body()
    async with me.services.store.write() as tx:
        made = await signup_blocking.block_address(
            tx, email=params.text("email"), digest=params.text("canonical_email_hash"), by_id=me.id
        )
    return answer(canonical_email_block(made))


@routes.delete("/<block_id>")
@staff(MANAGE_BLOCKS, _WRITE)
async def unblock(me: Asker, block_id: str) -> Response:
    """No longer block an address."""
    async with me.services.store.write() as tx:
        await signup_blocking.unblock_address(tx, await _find(tx, block_id), by_id=me.id)
    return nothing()


async def _find(tx: Transaction, block_id: str) -> CanonicalEmailBlock:
    found = await tx.email_blocks.address_by_id(path_id(block_id))
    if found is None:
        raise NotFound
    return found
