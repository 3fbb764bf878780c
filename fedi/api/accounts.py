"""GET /api/v1/accounts/...: who somebody is, what they posted, whom they follow."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from msgspec import Struct
from quart import Blueprint, Response

from fedi.api import showing
from fedi.api.auth import anyone, member
from fedi.api.context import Asker
from fedi.api.entities.accounts import Account, credential_account
from fedi.api.entities.statuses import statuses
from fedi.api.paging import asked, link
from fedi.api.params import Params, path_id, query
from fedi.api.responses import answer
from fedi.errors import NotFound
from fedi.model import people
from fedi.social import reading
from fedi.store.follow_lists import Listed
from fedi.store.paging import PostPage
from fedi.store.store import Transaction
from fedi.store.timeline_lists import AccountPosts

routes = Blueprint("api_accounts", __name__, url_prefix="/api/v1/accounts")

FollowList = Callable[..., Awaitable[list[Listed]]]

_MOST = 100
_FAMILIAR_MOST = 40


class FamiliarFollowers(Struct):
    """Whom one follows among the followers of an account."""

    id: str
    accounts: list[Account]


@routes.get("")
@anyone("read:accounts")
async def several(asker: Asker) -> Response:
    """Those of the accounts `id[]` that are here, in that order."""
    ids = query().ids("id", _MOST)
    async with asker.services.store.read() as tx:
        known = await tx.people.by_ids(ids)
        found = [known[one] for one in ids if one in known and known[one].deleted_at is None]
        return answer(await showing.entities(tx, asker, found))


@routes.get("/verify_credentials")
@member("profile", "read:accounts", confirmed=False)
async def verify_credentials(me: Asker) -> Response:
    """Who one is."""
    return await credentials(me)


async def credentials(me: Asker) -> Response:
    """The account of the member who asks, as its owner sees it."""
    async with me.services.store.read() as tx:
        person, user = await me.account(tx), await tx.members.by_id(me.id)
        if user is None:
            raise NotFound
        requests = await tx.follows.count_requests(me.id)
    return answer(credential_account(person, user, requests, me.at))


@routes.get("/lookup")
@anyone("read:accounts")
async def lookup(asker: Asker) -> Response:
    """The account with a handle, if it is known here."""
    handle = query().text("acct").strip().removeprefix("@")
    if "@" not in handle:
        handle = f"{handle}@{asker.domain.name}"
    async with asker.services.store.read() as tx:
        person = await tx.people.by_handle(handle)
        if person is None or person.deleted_at is not None:
            raise NotFound
        return answer(await showing.entity(tx, asker, person))


@routes.get("/familiar_followers")
@member("read:follows")
async def familiar_followers(me: Asker) -> Response:
    """Whom one follows among the followers of the accounts `id[]`."""
    ids = query().ids("id", _FAMILIAR_MOST)
    async with me.services.store.read() as tx:
        known = await tx.people.by_ids(ids)
        found = await tx.follows.familiar(me.id, [one for one in ids if one in known])
        everybody = {one.id: one for group in found.values() for one in group}
        shown = await showing.entities(tx, me, list(everybody.values()))
    by_id = dict(zip(everybody, shown, strict=True))
    return answer(
        [FamiliarFollowers(str(one), [by_id[person.id] for person in group]) for one, group in found.items()]
    )


@routes.get("/<account_id>")
@anyone("read:accounts")
async def one(asker: Asker, account_id: str) -> Response:
    """An account; of somebody suspended, little more than the name."""
    async with asker.services.store.read() as tx:
        person = await reading.anyone(tx, path_id(account_id))
        return answer(await showing.entity(tx, asker, person))


@routes.get("/<account_id>/statuses")
@anyone("read:statuses")
async def posts(asker: Asker, account_id: str) -> Response:
    """What an account posted, as far as one may see it."""
    params = query()
    async with asker.services.store.read() as tx:
        person = await reading.anyone(tx, path_id(account_id))
        if not person.is_active:
            page = PostPage([])
        elif params.flag("pinned"):
            page = await _pinned(tx, asker, person.id)
        else:
            page = await tx.timelines.of_account(asker.viewer_id, person.id, _which(params), asked(params))
    return answer(statuses(page, asker.at), link=link(asker, page))


@routes.get("/<account_id>/followers")
@anyone("read:accounts")
async def followers(asker: Asker, account_id: str) -> Response:
    """Who follows an account, of whom we know."""
    return await _follows(asker, account_id, lambda tx: tx.follows.followers)


@routes.get("/<account_id>/following")
@anyone("read:accounts")
async def following(asker: Asker, account_id: str) -> Response:
    """Whom an account follows, of whom we know."""
    return await _follows(asker, account_id, lambda tx: tx.follows.following)


async def _follows(asker: Asker, account_id: str, chosen: Callable[[Transaction], FollowList]) -> Response:
    ask = asked(query(), default=40, most=80)
    async with asker.services.store.read() as tx:
        person = await reading.anyone(tx, path_id(account_id))
        found = []
        if not await _hides(tx, asker, person):
            found = await chosen(tx)(
                person.id,
                max_id=ask.max_id,
                since_id=ask.since_id,
                min_id=ask.min_id,
                limit=ask.limit,
                viewer=_viewer(asker, person),
            )
        return await showing.page(tx, asker, found)


@routes.get("/<account_id>/identity_proofs")
@member("read:accounts")
async def identity_proofs(me: Asker, account_id: str) -> Response:
    """Proofs by a service that is no more: Mastodon has none since 3.5, and answers with none."""
    async with me.services.store.read() as tx:
        await reading.anyone(tx, path_id(account_id))
    return answer([])


def _viewer(asker: Asker, person: people.Account) -> int | None:
    """For whom a list is filtered: one sees all of one's own."""
    return None if asker.viewer_id == person.id else asker.viewer_id


async def _hides(tx: Transaction, asker: Asker, person: people.Account) -> bool:
    """Whether an account keeps whom it follows to itself, or from the asker whom it blocks."""
    if not person.is_active:
        return True
    viewer = asker.viewer_id
    if viewer == person.id:
        return False
    blocked = viewer is not None and await tx.blocks.between(person.id, viewer) is not None
    return person.hide_collections or blocked


async def _pinned(tx: Transaction, asker: Asker, account_id: int) -> PostPage:
    pins = await tx.featured.of(account_id)
    return await tx.timelines.shown_among(asker.viewer_id, [post.id for post in pins])


def _which(params: Params) -> AccountPosts:
    return AccountPosts(
        exclude_replies=params.flag("exclude_replies"),
        exclude_reblogs=params.flag("exclude_reblogs"),
        only_media=params.flag("only_media"),
        tagged=params.text("tagged").lower().removeprefix("#") or None,
    )
