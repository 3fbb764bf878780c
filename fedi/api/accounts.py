"""GET /api/v1/accounts/...: who somebody is, what they posted, whom they follow."""

from __future__ import annotations

from quart import Blueprint, Response

from fedi.api.auth import anyone, member
from fedi.api.context import Asker
from fedi.api.entities.accounts import account, credential_account
from fedi.api.entities.statuses import statuses
from fedi.api.paging import asked, link
from fedi.api.params import Params, path_id, query
from fedi.api.responses import answer
from fedi.errors import NotFound
from fedi.social import reading
from fedi.store.follow_lists import Listed
from fedi.store.paging import AccountPage, PostPage
from fedi.store.store import Transaction
from fedi.store.timeline_lists import AccountPosts

routes = Blueprint("api_accounts", __name__, url_prefix="/api/v1/accounts")

_REQUESTS_SHOWN = 100


@routes.get("/verify_credentials")
@member("profile", "read:accounts")
async def verify_credentials(me: Asker) -> Response:
    """Who one is."""
    assert me.session is not None
    async with me.services.store.read() as tx:
        person = await me.account(tx)
        requests = await tx.follows.requests(me.id, limit=_REQUESTS_SHOWN) if person.locked else []
    return answer(credential_account(person, me.session.user, len(requests), me.at))


@routes.get("/lookup")
@anyone("read:accounts")
async def lookup(asker: Asker) -> Response:
    """The account with a handle, if it is known here."""
    handle = query().text("acct").strip().removeprefix("@")
    if "@" not in handle:
        handle = f"{handle}@{asker.domain.name}"
    async with asker.services.store.read() as tx:
        person = await tx.people.by_handle(handle)
    if person is None or not person.is_active:
        raise NotFound
    return answer(account(person, asker.at))


@routes.get("/<account_id>")
@anyone("read:accounts")
async def one(asker: Asker, account_id: str) -> Response:
    """An account."""
    async with asker.services.store.read() as tx:
        person = await reading.person(tx, path_id(account_id))
    return answer(account(person, asker.at))


@routes.get("/<account_id>/statuses")
@anyone("read:statuses")
async def posts(asker: Asker, account_id: str) -> Response:
    """What an account posted, as far as one may see it."""
    params = query()
    async with asker.services.store.read() as tx:
        person = await reading.person(tx, path_id(account_id))
        if params.flag("pinned"):
            page = await _pinned(tx, asker, person.id)
        else:
            page = await tx.timelines.of_account(asker.viewer_id, person.id, _which(params), asked(params))
    return answer(statuses(page, asker.at), link=link(asker, page))


@routes.get("/<account_id>/followers")
@anyone("read:accounts")
async def followers(asker: Asker, account_id: str) -> Response:
    """Who follows an account, of whom we know."""
    ask = asked(query(), default=40, most=80)
    async with asker.services.store.read() as tx:
        hidden, person_id = await _hides(tx, asker, account_id)
        found = (
            []
            if hidden
            else await tx.follows.followers(person_id, max_id=ask.max_id, min_id=ask.min_id, limit=ask.limit)
        )
    return people(asker, found)


@routes.get("/<account_id>/following")
@anyone("read:accounts")
async def following(asker: Asker, account_id: str) -> Response:
    """Whom an account follows, of whom we know."""
    ask = asked(query(), default=40, most=80)
    async with asker.services.store.read() as tx:
        hidden, person_id = await _hides(tx, asker, account_id)
        found = (
            []
            if hidden
            else await tx.follows.following(person_id, max_id=ask.max_id, min_id=ask.min_id, limit=ask.limit)
        )
    return people(asker, found)


def people(asker: Asker, found: list[Listed]) -> Response:
    """A page of accounts that are listed by the ids of follows."""
    first, last = (found[0].id, found[-1].id) if found else (None, None)
    page = AccountPage([listed.account for listed in found], first, last)
    return answer([account(person, asker.at) for person in page.accounts], link=link(asker, page))


async def _hides(tx: Transaction, asker: Asker, account_id: str) -> tuple[bool, int]:
    """Whether an account keeps whom it follows to itself, or from the asker whom it blocks; and its id."""
    person = await reading.person(tx, path_id(account_id))
    viewer = asker.viewer_id
    if viewer == person.id:
        return False, person.id
    blocked = viewer is not None and await tx.blocks.between(person.id, viewer) is not None
    return person.hide_collections or blocked, person.id


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
