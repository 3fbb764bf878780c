"""ScheduledStatus. https://docs.joinmastodon.org/entities/ScheduledStatus/."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from fedi.api.entities.attachments import MediaAttachment, attachment
from fedi.api.entities.here import Here, time
from fedi.social.scheduling import wish_of
from fedi.store.scheduled import Scheduled


class ScheduledStatus(Struct):
    """A status that waits for its time, with the parameters it was asked for with."""

    id: str
    scheduled_at: str
    params: dict[str, Any]
    media_attachments: list[MediaAttachment]


def scheduled(found: Scheduled, at: Here) -> ScheduledStatus:
    """The entity of a post for later."""
    wish = wish_of(found)
    poll = wish.poll
    return ScheduledStatus(
        str(found.id),
        time(found.scheduled_at),
        {
            "text": wish.text,
            "spoiler_text": wish.spoiler_text,
            "sensitive": wish.sensitive,
            "visibility": wish.visibility,
            "language": wish.language,
            "in_reply_to_id": wish.in_reply_to_id,
            "media_ids": [str(one) for one in wish.media_ids] or None,
            "poll": None
            if poll is None
            else {
                "options": list(poll.options),
                "expires_in": poll.seconds,
                "multiple": poll.multiple,
                "hide_totals": poll.hide_totals,
            },
            "quoted_status_id": None if wish.quoted_status_id is None else str(wish.quoted_status_id),
            "quote_approval_policy": wish.quote_approval_policy or "public",
            "application_id": wish.application_id or 0,
            "idempotency": wish.idempotency,
            "scheduled_at": None,
            "with_rate_limit": False,
        },
        [attachment(one, at) for one in found.attachments],
    )
