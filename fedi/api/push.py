"""Where an app wants to be woken: /api/v1/push/subscription, one for each token."""

from __future__ import annotations

from msgspec import Struct
from quart import Blueprint, Response

from fedi.api.auth import member
from fedi.api.context import Asker
from fedi.api.params import Params, body
from fedi.api.responses import answer, nothing
from fedi.errors import NotFound, Unauthenticated, Unprocessable
from fedi.net.webpush import Receiver
from fedi.social import pushing
from fedi.store.push import Subscription

routes = Blueprint("api_push", __name__, url_prefix="/api/v1/push/subscription")

_ENDPOINT_MOST = 2_048


class WebPushSubscription(Struct):
    """A subscription as its app sees it."""

    id: str
    endpoint: str
    standard: bool
    alerts: dict[str, bool]
    policy: str
    server_key: str


@routes.post("")
@member("push")
async def subscribe(me: Asker) -> Response:
    """Be woken here, and nowhere else."""
    params = await body()
    given = params.part("subscription")
    keys, endpoint = given.part("keys"), given.text("endpoint").strip()
    if not endpoint or len(endpoint) > _ENDPOINT_MOST:
        raise Unprocessable(public="Validation failed: Endpoint is not a valid URL")
    receiver = Receiver(keys.text("p256dh"), keys.text("auth"), given.flag("standard"))
    made = await pushing.subscribe(
        me.services, me.id, _token(me), endpoint, receiver, _choice(params, pushing.Choice())
    )
    return await _answer(me, made)


@routes.get("")
@member("push")
async def subscription(me: Asker) -> Response:
    """Where I am woken."""
    return await _answer(me, await _mine(me))


@routes.put("")
@member("push")
async def choose(me: Asker) -> Response:
    """Be woken for something else."""
    params = await body()
    mine = await _mine(me)
    choice = _choice(params, pushing.Choice(mine.alerts, mine.policy))
    async with me.services.store.write() as tx:
        changed = await pushing.choose(tx, mine, choice)
    return await _answer(me, changed)


@routes.delete("")
@member("push")
async def unsubscribe(me: Asker) -> Response:
    """Be left alone."""
    async with me.services.store.write() as tx:
        await tx.push.remove_of(_token(me))
    return nothing()


def _token(me: Asker) -> int:
    if me.session is None:
        raise Unauthenticated
    return me.session.token_id


async def _mine(me: Asker) -> Subscription:
    async with me.services.store.read() as tx:
        found = await tx.push.of(_token(me))
    if found is None:
        raise NotFound
    return found


def _choice(params: Params, before: pushing.Choice) -> pushing.Choice:
    """What the app chose. The published schema of PUT has `policy` outside of `data`: both are heard."""
    data = params.part("data")
    alerts = before.alerts
    if data.given("alerts"):
        named = data.part("alerts")
        alerts = pushing.known_alerts([one for one in pushing.ALERTS if named.flag(one)])
    return pushing.Choice(alerts, data.text("policy") or params.text("policy") or before.policy)


async def _answer(me: Asker, found: Subscription) -> Response:
    return answer(
        WebPushSubscription(
            id=str(found.id),
            endpoint=found.endpoint,
            standard=found.standard,
            alerts={one: one in found.alerts for one in pushing.ALERTS},
            policy=found.policy,
            server_key=await pushing.public_key(me.services),
        )
    )
