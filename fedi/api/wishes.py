"""What an app sends to have something posted, read into a wish."""

from __future__ import annotations

from datetime import UTC, datetime

from quart import request

from fedi.api.context import Asker
from fedi.api.params import Params
from fedi.errors import Unprocessable
from fedi.model.polls import PollDraft
from fedi.model.times import to_ms
from fedi.social.composing import Wish

MEDIA_MOST = 40
_OPTIONS_MOST = 100
_YEARS = 10**15  # ms: beyond any calendar


def wish_of(params: Params, me: Asker) -> Wish:
    """The post that is asked for, with the person's defaults."""
    assert me.session is not None
    user = me.session.user
    return Wish(
        text=params.text("status"),
        spoiler_text=params.text("spoiler_text"),
        sensitive=params.flag("sensitive", user.default_sensitive),
        visibility=params.text("visibility") or user.default_visibility,
        language=params.text("language") or user.default_language,
        in_reply_to_id=params.id("in_reply_to_id"),
        media_ids=tuple(params.ids("media_ids", MEDIA_MOST)),
        poll=poll_of(params),
        quoted_status_id=params.id("quoted_status_id"),
        quote_approval_policy=params.text("quote_approval_policy") or user.default_quote_policy,
        application_id=me.session.app_id,
        idempotency=request.headers.get("Idempotency-Key", "")[:255] or None,
    )


def poll_of(params: Params) -> PollDraft | None:
    """The poll that is to be asked, None if there is none."""
    if not params.given("poll"):
        return None
    told = params.part("poll")
    options = told.texts("options") or []
    if not any(options):
        return None
    return PollDraft(
        options=tuple(option.strip() for option in options[:_OPTIONS_MOST]),
        seconds=told.number("expires_in", 0),
        multiple=told.flag("multiple"),
        hide_totals=told.flag("hide_totals"),
    )


def time_of(params: Params, name: str) -> int | None:
    """A time in ms since 1970; None if there is none. Raises Unprocessable for what is no time."""
    value = params.text(name).strip()
    if not value:
        return None
    try:
        moment = datetime.fromisoformat(value[:40])
    except ValueError:
        raise Unprocessable(public="Validation failed: Scheduled at is invalid") from None
    try:
        at = to_ms(moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC))
    except OverflowError:
        at = _YEARS
    return min(max(at, 0), _YEARS)
