"""What this server is: /api/v1/instance and /api/v2/instance."""

from __future__ import annotations

from quart import Blueprint, Response, current_app

from fedi.api.auth import anyone
from fedi.api.context import Asker
from fedi.api.entities import instance as entities
from fedi.api.entities.accounts import account
from fedi.api.responses import answer
from fedi.api.site import site_of
from fedi.social import pushing
from fedi.social.counting import Counter
from fedi.store.statistics import Counts

routes = Blueprint("api_instance", __name__, url_prefix="/api")
EXTENSION = "fedi_counter"


@routes.get("/v2/instance")
@anyone()
async def instance(asker: Asker) -> Response:
    """The server."""
    return answer(entities.instance(await _facts(asker)))


@routes.get("/v1/instance")
@anyone()
async def instance_v1(asker: Asker) -> Response:
    """The server, for older apps."""
    return answer(entities.instance_v1(await _facts(asker)))


async def _facts(asker: Asker) -> entities.Facts:
    site = await site_of(asker)
    key = await pushing.public_key(asker.services)
    person = None
    async with asker.services.store.read() as tx:
        if site.contact_account:
            handle = site.contact_account.removeprefix("@")
            person = await tx.people.by_handle(handle if "@" in handle else f"{handle}@{asker.domain.name}")
    return entities.Facts(
        config=asker.services.config,
        site=site,
        counts=await _counts(asker),
        at=asker.at,
        contact=account(person, asker.at) if person is not None and person.is_active else None,
        vapid_key=key,
        now=asker.services.store.clock(),
    )


async def _counts(asker: Asker) -> Counts:
    counter: Counter = current_app.extensions.setdefault(EXTENSION, Counter())
    return await counter.counts(asker.services)
