"""/api/v1/annual_reports: a person's year in numbers."""

from __future__ import annotations

from typing import Any

from msgspec import Struct
from quart import Blueprint, Response

from fedi.api import showing
from fedi.api.auth import member
from fedi.api.context import Asker
from fedi.api.entities.accounts import Account
from fedi.api.entities.statuses import Status, statuses
from fedi.api.params import path_id
from fedi.api.responses import answer, nothing
from fedi.errors import NotFound
from fedi.social import looking_back
from fedi.store.annual import Annual, Report
from fedi.store.store import Transaction

routes = Blueprint("api_annual_reports", __name__, url_prefix="/api/v1/annual_reports")

_ACCEPTED = 202
_LAST_YEAR = 9_999


class AnnualReport(Struct):
    """A year; `data` by the schema whose version it names."""

    year: int
    data: dict[str, Any]
    schema_version: int
    share_url: str | None
    account_id: str


class AnnualReports(Struct):
    """Reports, with the posts and people that they name."""

    annual_reports: list[AnnualReport]
    accounts: list[Account]
    statuses: list[Status]


@routes.get("")
@member("read:accounts")
async def reports(me: Asker) -> Response:
    """The reports that one has not marked as read."""
    async with me.services.store.read() as tx:
        return answer(await _wrapped(tx, me, await Annual(tx).of(me.id)))


@routes.get("/<year>")
@member("read:accounts")
async def report(me: Asker, year: str) -> Response:
    """The report of a year."""
    async with me.services.store.read() as tx:
        found = await Annual(tx).one(me.id, _year(year))
        if found is None:
            raise NotFound
        return answer(await _wrapped(tx, me, [found]))


@routes.get("/<year>/state")
@member("read:accounts")
async def state(me: Asker, year: str) -> Response:
    """Whether there is a report of a year, or may be."""
    async with me.services.store.read() as tx:
        return answer({"state": await looking_back.state(tx, me.id, _year(year))})


@routes.post("/<year>/generate")
@member("write:accounts")
async def generate(me: Asker, year: str) -> Response:
    """Have the report of a year made."""
    async with me.services.store.write() as tx:
        before = await looking_back.ask(tx, me.id, _year(year))
    if before == "ineligible":
        raise NotFound
    return nothing() if before == "available" else answer({}, status=_ACCEPTED)


@routes.post("/<year>/read")
@member("write:accounts")
async def read(me: Asker, year: str) -> Response:
    """Mark the report of a year as read."""
    async with me.services.store.write() as tx:
        if not await Annual(tx).viewed(me.id, _year(year)):
            raise NotFound
    return nothing()


async def _wrapped(tx: Transaction, me: Asker, found: list[Report]) -> AnnualReports:
    ids = [int(one) for report in found for one in report.data["top_statuses"].values() if one is not None]
    page = await tx.timelines.shown_among(me.id, ids)
    people = await showing.entities(tx, me, [await me.account(tx)]) if found else []
    entities = [
        AnnualReport(one.year, one.data, one.schema_version, None, str(one.account_id)) for one in found
    ]
    return AnnualReports(entities, people, statuses(page, me.at))


def _year(text: str) -> int:
    year = path_id(text)
    if year > _LAST_YEAR:
        raise NotFound
    return year
