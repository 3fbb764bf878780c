"""Numbers for moderators: /api/v1/admin/measures, /dimensions and /retention."""

from __future__ import annotations

import platform
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from quart import Blueprint, Response

from fedi.api.admin.guard import staff
from fedi.api.context import Asker
from fedi.api.entities import admin_statistics as entities
from fedi.api.params import Params, body
from fedi.api.responses import answer
from fedi.config import version
from fedi.model.permissions import VIEW_DASHBOARD
from fedi.store.dimensions import DIMENSIONS, Dimensions
from fedi.store.measures import DAY_MS, MEASURES, Measures

routes = Blueprint("api_admin_statistics", __name__, url_prefix="/api/v1/admin")

_READ = "admin:read"
_EPOCH = date(1970, 1, 1)
_DAYS_MAX = 366
_KEYS_MAX = 20
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")


class Period(NamedTuple):
    """Days since 1970, the last one not included."""

    start: int
    end: int


@routes.post("/measures")
@staff(VIEW_DASHBOARD, _READ)
async def measures(me: Asker) -> Response:
    """How many of something, on each day of a period and in the one before."""
    params = await body()
    period = _period(params, _today(me))
    found = []
    async with me.services.store.read() as tx:
        counting = Measures(tx)
        for key in _keys(params, MEASURES.__contains__):
            about = _about(params, key)
            if period is None or (about == "" and key.startswith(("tag_", "instance_"))):
                continue
            days = await counting.days(key, *period, about=about)
            before = None
            if not key.startswith("instance_"):
                length = period.end - period.start
                before = sum(
                    (await counting.days(key, period.start - length, period.start, about=about)).values()
                )
            found.append(entities.measure(key, range(*period), days, before))
    return answer(found)


@routes.post("/dimensions")
@staff(VIEW_DASHBOARD, _READ)
async def dimensions(me: Asker) -> Response:
    """What most of something is, in a period (without one: in the last 30 days)."""
    params = await body()
    today = _today(me)
    period = _period(params, today) or Period(today - 29, today + 1)
    limit = params.number("limit", 10, lowest=1, highest=100)
    found = []
    async with me.services.store.read() as tx:
        counting = Dimensions(tx)
        for key in _keys(
            params, lambda one: one in DIMENSIONS or one in ("space_usage", "software_versions")
        ):
            if key == "space_usage":
                _, size = await counting.database()
                found.append(entities.space(_engine(me), size, await counting.media()))
            elif key == "software_versions":
                engine, _ = await counting.database()
                found.append(entities.versions(version(), platform.python_version(), _engine(me), engine))
            else:
                about = _about(params, key)
                start, end = (day * DAY_MS for day in period)
                found.append(
                    entities.dimension(key, await counting.ranking(key, start, end, limit, about=about))
                )
    return answer(found)


@routes.post("/retention")
@staff(VIEW_DASHBOARD, _READ)
async def retention(me: Asker) -> Response:
    """Of the people who came in a day or a month, how many were here in it and in each that followed."""
    params = await body()
    period = _period(params, _today(me))
    if period is None:
        return answer([])
    frequency = "month" if params.text("frequency") == "month" else "day"
    async with me.services.store.read() as tx:
        joined = await Measures(tx).joined(*period)
        returned = await Measures(tx).returned(*period)
    return answer(entities.cohorts(frequency, range(*period), joined, returned))


def _keys(params: Params, known: Callable[[str], bool]) -> list[str]:
    asked = params.texts("keys") or []
    return [key for key in dict.fromkeys(asked[:_KEYS_MAX]) if known(key)]


def _about(params: Params, key: str) -> str:
    if key.startswith("tag_"):
        return params.part(key).text("id").strip().removeprefix("#")
    return params.part(key).text("domain").strip().lower() if key.startswith("instance_") else ""


def _period(params: Params, today: int) -> Period | None:
    """The days from `start_at` to `end_at`, at most a year of them. None where one is missing or no date."""
    start, end = _day(params.text("start_at")), _day(params.text("end_at"))
    if start is None or end is None or end < start:
        return None
    end = min(end, today)
    return Period(max(start, end - _DAYS_MAX + 1), end + 1) if end >= start else None


def _day(text: str) -> int | None:
    match = _DATE.match(text.strip())
    if match is None:
        return None
    try:
        return (date(int(match[1]), int(match[2]), int(match[3])) - _EPOCH) // timedelta(days=1)
    except ValueError:
        return None


def _today(me: Asker) -> int:
    return (datetime.fromtimestamp(me.services.store.clock() / 1000, UTC).date() - _EPOCH).days


def _engine(me: Asker) -> str:
    return me.services.config.database.engine
