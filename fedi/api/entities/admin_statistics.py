"""Admin::Measure, Admin::Dimension, Admin::Cohort."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from msgspec import UNSET, Struct, UnsetType

from fedi.api.entities.here import time

_DAY_MS = 86_400_000
_EPOCH = date(1970, 1, 1)
_ENGINES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


class MeasureDay(Struct):
    """A day's count."""

    date: str
    value: str


class Measure(Struct):
    """Counts of a period."""

    key: str
    unit: str | None
    total: str
    data: list[MeasureDay]
    previous_total: str | UnsetType = UNSET


class DimensionEntry(Struct):
    """One of the most."""

    key: str
    human_key: str
    value: str
    unit: str | UnsetType = UNSET
    human_value: str | UnsetType = UNSET


class Dimension(Struct):
    """A ranking."""

    key: str
    data: list[DimensionEntry]


class CohortEntry(Struct):
    """How many of a cohort were there."""

    date: str
    rate: float
    value: str


class Cohort(Struct):
    """People who came in one period."""

    period: str
    frequency: str
    data: list[CohortEntry]


def measure(key: str, days: range, counts: Mapping[int, int], before: int | None) -> Measure:
    """The entity of a measure; `before` is the total of the period before, where it is told."""
    return Measure(
        key=key,
        unit=None,
        total=str(sum(counts.values())),
        data=[MeasureDay(time(day * _DAY_MS), str(counts.get(day, 0))) for day in days],
        previous_total=UNSET if before is None else str(before),
    )


def dimension(key: str, found: Iterable[tuple[str, int]]) -> Dimension:
    """The entity of a ranking."""
    human = {"web": "Website"}
    return Dimension(key, [DimensionEntry(name, human.get(name, name), str(value)) for name, value in found])


def space(engine: str, database: int, media: int) -> Dimension:
    """How much space is used."""
    sizes = ((engine, _ENGINES[engine], database), ("media", "Media storage", media))
    return Dimension(
        "space_usage",
        [DimensionEntry(key, name, str(size), "bytes", _human(size)) for key, name, size in sizes],
    )


def versions(fedi: str, python: str, engine: str, database: str) -> Dimension:
    """What runs here."""
    found = (("fedi", "fedi", fedi), ("python", "Python", python), (engine, _ENGINES[engine], database))
    return Dimension(
        "software_versions",
        [DimensionEntry(key, name, value, human_value=value) for key, name, value in found],
    )


def cohorts(
    frequency: str, days: range, joined: Mapping[int, int], returned: Sequence[tuple[int, int, int]]
) -> list[Cohort]:
    """One cohort for each day or month, with those that followed: `returned` is (came, was here, who) by day."""
    starts = list(dict.fromkeys(_start(frequency, day) for day in days))
    came: dict[int, int] = defaultdict(int)
    for day, people in joined.items():
        came[_start(frequency, day)] += people
    here: dict[tuple[int, int], set[int]] = defaultdict(set)
    for day, visited, who in returned:
        here[_start(frequency, day), _start(frequency, visited)].add(who)
    return [
        Cohort(
            time(first * _DAY_MS),
            frequency,
            [_entry(later, len(here[first, later]), came[first]) for later in starts if later >= first],
        )
        for first in starts
    ]


def _entry(at: int, people: int, of: int) -> CohortEntry:
    return CohortEntry(time(at * _DAY_MS), people / of if of else 0.0, str(people))


def _start(frequency: str, day: int) -> int:
    if frequency == "day":
        return day
    return ((_EPOCH + timedelta(days=day)).replace(day=1) - _EPOCH).days


def _human(size: int) -> str:
    amount = float(size)
    for unit in ("Bytes", "KB", "MB", "GB"):
        if amount < 1024:
            return f"{amount:.3g} {unit}"
        amount /= 1024
    return f"{amount:.3g} TB"
