"""The budgets (DESIGN section 6), and what GoToSocial 0.20 on SQLite needs for the same work on a machine like ours."""

from __future__ import annotations

from msgspec import Struct

FASTEST = "uvicorn"


class Budget(Struct, frozen=True):
    """A line of the table. `limit` is a most, or with `at_least` a least; `fastest` is stricter, under uvicorn."""

    key: str
    work: str
    unit: str
    gotosocial: str = ""
    limit: float | None = None
    fastest: float | None = None
    at_least: bool = False

    def limit_for(self, engine: str) -> float | None:
        """What is asked of this HTTP server."""
        return self.fastest if engine == FASTEST and self.fastest is not None else self.limit

    def is_met(self, value: float, engine: str) -> bool:
        """Whether `value` keeps the budget; what has none is kept by anything."""
        limit = self.limit_for(engine)
        if limit is None:
            return True
        return value >= limit if self.at_least else value <= limit


def _incoming(key: str, work: str, theirs: str) -> list[Budget]:
    return [
        Budget(f"{key}_{many}", f"{work}, {many} senders", "ms", theirs, limit=1.5, fastest=1.0)
        for many in (16, 64)
    ]


BUDGETS = (
    *_incoming("create", "Create to home timeline", "7-8"),
    *_incoming("mention", "Create with a mention", "10-16"),
    Budget("accepts_16", "durable 202s, 16 senders", "/s", "360-500", limit=1000, at_least=True),
    Budget("accepts_64", "durable 202s, 64 senders", "/s", "660-860", limit=1000, at_least=True),
    Budget("p99_16", "p99 of the 202, 16 senders", "ms wall", "170", limit=100),
    Budget("p99_64", "p99 of the 202, 64 senders", "ms wall", "520", limit=100),
    Budget("duplicate", "a duplicate", "ms", limit=1),
    Budget("delete", "Delete of an unknown actor", "ms", limit=1),
    Budget("delete_asked", "- requests that made", "each", limit=0),
    Budget("stranger", "an unknown actor follows", "ms", "70", limit=6),
    Budget("stranger_asked", "- requests that made", "each", "11", limit=3),
    Budget("deliver_cold", "delivery, new TLS connection", "ms", "2.6-3.1", limit=3),
    Budget("deliver_warm", "delivery, kept connection", "ms", "1.65", limit=1.5),
    Budget("timeline", "home timeline of 20 posts", "ms", "0.78", limit=1.5, fastest=0.75),
    Budget("timeline_rate", "- of them, 16 readers", "/s", "2,300"),
    Budget("filtered", "- for who has 5 filters of 4 words", "ms", limit=3),
    Budget("list", "a list of 16, for the same person", "ms", limit=3),
    Budget("notices", "40 notices", "ms", limit=3),
    Budget("notice_groups", "40 groups of notices", "ms", limit=3),
    Budget("stream", "a post, streamed to 1,000 followers", "ms", limit=50),
    Budget("streams_idle", "2,000 idle WebSockets", "MiB", limit=200),
    Budget("webfinger", "WebFinger", "ms", "0.05", fastest=0.3),
    Budget("actor", "actor document, signed GET", "ms", "0.21", fastest=0.4),
    Budget("idle", "idle process", "MiB", "132", limit=90),
    Budget("loaded", "the most under these loads", "MiB", "180-280", limit=200),
    Budget("start", "start with many posts", "s", "1.3", limit=1),
    Budget("publish", "publishing to a crowd", "ms wall", limit=50),
    Budget("publish_rows", "- rows beyond one per server", "rows", limit=16),
    Budget("publish_cpu", "- CPU, fan-out included", "ms"),
    Budget("publish_grown", "- memory it took", "MiB", limit=16),
)


_TIMES = {budget.key for budget in BUDGETS if budget.unit == "ms"}


def scale(key: str, speed: float) -> float:
    """What a figure is multiplied by when the machine is slower by `speed`: only processor time changes."""
    return speed if key in _TIMES else 1.0
