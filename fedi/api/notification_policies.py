"""Whose notices somebody wants: the policy, in both of its forms."""

from __future__ import annotations

import msgspec
from msgspec import Struct
from quart import Blueprint, Response

from fedi.api.auth import member
from fedi.api.context import Asker
from fedi.api.params import Params, body
from fedi.api.responses import answer
from fedi.errors import Unprocessable
from fedi.store.notice_policies import WORDS, Policy
from fedi.store.store import Transaction

routes = Blueprint("api_notification_policies", __name__, url_prefix="/api")

# The first form of the policy knew yes and no.
_OLD_NAMES = {
    "filter_not_following": "for_not_following",
    "filter_not_followers": "for_not_followers",
    "filter_new_accounts": "for_new_accounts",
    "filter_private_mentions": "for_private_mentions",
}


class Summary(Struct):
    """How much is held back."""

    pending_requests_count: int
    pending_notifications_count: int


class NotificationPolicy(Struct):
    """What is done with notices from whom."""

    for_not_following: str
    for_not_followers: str
    for_new_accounts: str
    for_private_mentions: str
    for_limited_accounts: str
    summary: Summary


@routes.get("/v2/notifications/policy")
@member("read:notifications")
async def policy(me: Asker) -> Response:
    """What I decided."""
    async with me.services.store.read() as tx:
        return answer(_policy(await tx.notice_policies.policy(me.id), await _summary(me, tx)))


@routes.route("/v2/notifications/policy", methods=["PATCH", "PUT"])
@member("write:notifications")
async def set_policy(me: Asker) -> Response:
    """Decide anew, about what is named."""
    params = await body()
    names = [name for name in Policy.__struct_fields__ if params.given(name)]
    values = {name: _word(params, name) for name in names}
    async with me.services.store.write() as tx:
        decided = await _change(me, tx, values)
        summary = await _summary(me, tx)
    return answer(_policy(decided, summary))


@routes.get("/v1/notifications/policy")
@member("read:notifications")
async def policy_v1(me: Asker) -> Response:
    """What I decided, in the words of the first form."""
    async with me.services.store.read() as tx:
        return answer(_policy_v1(await tx.notice_policies.policy(me.id), await _summary(me, tx)))


@routes.route("/v1/notifications/policy", methods=["PATCH", "PUT"])
@member("write:notifications")
async def set_policy_v1(me: Asker) -> Response:
    """Decide anew in those words."""
    params = await body()
    values = {
        new: "filter" if params.flag(old) else "accept" for old, new in _OLD_NAMES.items() if params.text(old)
    }
    async with me.services.store.write() as tx:
        decided = await _change(me, tx, values)
        summary = await _summary(me, tx)
    return answer(_policy_v1(decided, summary))


def _word(params: Params, name: str) -> str:
    word = params.text(name)
    if word not in WORDS:
        raise Unprocessable(
            public=f"Validation failed: {name.replace('_', ' ').capitalize()} is not included in the list"
        )
    return word


async def _change(me: Asker, tx: Transaction, values: dict[str, str]) -> Policy:
    decided = msgspec.structs.replace(await tx.notice_policies.policy(me.id), **values)
    if values:
        await tx.notice_policies.set_policy(me.id, decided)
    return decided


async def _summary(me: Asker, tx: Transaction) -> Summary:
    return Summary(*await tx.notice_policies.summary(me.id))


def _policy(decided: Policy, summary: Summary) -> NotificationPolicy:
    return NotificationPolicy(**msgspec.structs.asdict(decided), summary=summary)


def _policy_v1(decided: Policy, summary: Summary) -> dict[str, object]:
    return {
        **{old: getattr(decided, new) != "accept" for old, new in _OLD_NAMES.items()},
        "summary": summary,
    }
