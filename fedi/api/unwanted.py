"""Whom and what one wants nothing of: /api/v1/blocks, /api/v1/mutes, /api/v1/domain_blocks."""

from __future__ import annotations

from quart import Blueprint, Response

from fedi.api import showing
from fedi.api.auth import member
from fedi.api.context import Asker
from fedi.api.entities.accounts import muted_account
from fedi.api.paging import asked, link
from fedi.api.params import body, query
from fedi.api.responses import answer, nothing
from fedi.errors import Unprocessable
from fedi.social import domain_blocking
from fedi.store.paging import AccountPage

routes = Blueprint("api_unwanted", __name__, url_prefix="/api/v1")


@routes.get("/blocks")
@member("read:blocks")
async def blocks(me: Asker) -> Response:
    """Whom one blocks."""
    ask = asked(query(), default=40, most=80)
    async with me.services.store.read() as tx:
        return await showing.page(tx, me, await tx.blocks.blocked(me.id, ask))


@routes.get("/mutes")
@member("read:mutes")
async def mutes(me: Asker) -> Response:
    """Whom one mutes, and until when."""
    ask = asked(query(), default=40, most=80)
    async with me.services.store.read() as tx:
        found = await tx.mutes.muted(me.id, ask)
    ends = (found[0].id, found[-1].id) if found else (None, None)
    shown = [muted_account(one.account, me.at, one.expires_at) for one in found]
    return answer(shown, link=link(me, AccountPage([one.account for one in found], *ends)))


@routes.get("/domain_blocks")
@member("read:blocks")
async def domain_blocks(me: Asker) -> Response:
    """Which servers one blocks for oneself."""
    ask = asked(query(), default=100, most=200)
    async with me.services.store.read() as tx:
        found = await tx.account_domain_blocks.of(me.id, ask)
    ends = (found[0].id, found[-1].id) if found else (None, None)
    return answer([one.domain for one in found], link=link(me, AccountPage([], *ends)))


@routes.post("/domain_blocks")
@member("write:blocks")
async def block_domain(me: Asker) -> Response:
    """Block a server for oneself."""
    domain = await _domain()
    async with me.services.store.write() as tx:
        await domain_blocking.block_domain(tx, await me.account(tx), domain)
    return nothing()


@routes.delete("/domain_blocks")
@member("write:blocks")
async def unblock_domain(me: Asker) -> Response:
    """Block a server no longer."""
    domain = await _domain()
    async with me.services.store.write() as tx:
        await domain_blocking.unblock_domain(tx, await me.account(tx), domain)
    return nothing()


async def _domain() -> str:
    found = (await body()).text("domain")
    if not found.strip():
        raise Unprocessable(public="Validation failed: Domain can't be blank")
    return found
