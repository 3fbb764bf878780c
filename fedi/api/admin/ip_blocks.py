"""Blocked networks: /api/v1/admin/ip_blocks."""

from __future__ import annotations

from quart import Blueprint, Response

from fedi.api.admin.guard import staff
from fedi.api.context import Asker
from fedi.api.entities.admin_blocks import ip_block
from fedi.api.paging import asked, link
from fedi.api.params import Params, body, path_id, query
from fedi.api.responses import answer, nothing
from fedi.errors import NotFound
from fedi.model.permissions import MANAGE_BLOCKS
from fedi.social import signup_blocking
from fedi.social.signup_blocking import Network
from fedi.store.ip_blocks import IpBlock
from fedi.store.paging import AccountPage
from fedi.store.store import Transaction

routes = Blueprint("api_admin_ip_blocks", __name__, url_prefix="/api/v1/admin/ip_blocks")

_READ, _WRITE = "admin:read:ip_blocks", "admin:write:ip_blocks"


@routes.get("")
@staff(MANAGE_BLOCKS, _READ)
async def blocks(me: Asker) -> Response:
    """Every blocked network."""
    async with me.services.store.read() as tx:
        found = await tx.ip_blocks.page(asked(query(), default=100, most=200))
    page = AccountPage([], found[0].id if found else None, found[-1].id if found else None)
    return answer([ip_block(one) for one in found], link=link(me, page))


@routes.get("/<block_id>")
@staff(MANAGE_BLOCKS, _READ)
async def one(me: Asker, block_id: str) -> Response:
    """A blocked network."""
    async with me.services.store.read() as tx:
        return answer(ip_block(await _find(tx, block_id)))


@routes.post("")
@staff(MANAGE_BLOCKS, _WRITE)
async def block(me: Asker) -> Response:
    """Block a network."""
    params = await body()
    async with me.services.store.write() as tx:
        made = await signup_blocking.block_network(tx, _wanted(params, None), by_id=me.id)
    await me.services.refresh()
    return answer(ip_block(made))


@routes.put("/<block_id>")
@staff(MANAGE_BLOCKS, _WRITE)
async def change(me: Asker, block_id: str) -> Response:
    """Block a network in another way; what is not given stays."""
    params = await body()
    async with me.services.store.write() as tx:
        known = await _find(tx, block_id)
        after = await signup_blocking.change_network(
            tx, known, _wanted(params, known), new_end=params.given("expires_in"), by_id=me.id
        )
    await me.services.refresh()
    return answer(ip_block(after))


@routes.delete("/<block_id>")
@staff(MANAGE_BLOCKS, _WRITE)
async def unblock(me: Asker, block_id: str) -> Response:
    """No longer block a network."""
    async with me.services.store.write() as tx:
        await signup_blocking.unblock_network(tx, await _find(tx, block_id), by_id=me.id)
    await me.services.refresh()
    return nothing()


def _wanted(params: Params, known: IpBlock | None) -> Network:
    return Network(
        ip=params.text("ip", known.ip if known else "0.0.0.0/32"),
        severity=params.text("severity", known.severity if known else ""),
        comment=params.text("comment", known.comment if known else ""),
        expires_in=params.number("expires_in", 0) if params.given("expires_in") else None,
    )


async def _find(tx: Transaction, block_id: str) -> IpBlock:
    found = await tx.ip_blocks.by_id(path_id(block_id))
    if found is None:
        raise NotFound
    return found
