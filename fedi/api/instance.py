"""What this server is, and what a person set: /api/v1/instance, /api/v2/instance, /api/v1/preferences."""

from __future__ import annotations

from typing import Any

from quart import Blueprint, Response, current_app

from fedi.api.auth import anyone, member
from fedi.api.context import Asker
from fedi.api.entities import instance as entities
from fedi.api.responses import answer
from fedi.social.counting import Counter
from fedi.store.statistics import Counts

routes = Blueprint("api_instance", __name__, url_prefix="/api")
EXTENSION = "fedi_counter"


@routes.get("/v2/instance")
@anyone()
async def instance(asker: Asker) -> Response:
    """The server."""
    return answer(entities.instance(asker.services.config, await _counts(asker), asker.at))


@routes.get("/v1/instance")
@anyone()
async def instance_v1(asker: Asker) -> Response:
    """The server, for older apps."""
    return answer(entities.instance_v1(asker.services.config, await _counts(asker), asker.at))


@routes.get("/v1/instance/rules")
@anyone()
async def rules(asker: Asker) -> Response:
    """The rules of the house: there is no way to set any yet."""
    del asker
    return answer([])


@routes.get("/v1/custom_emojis")
@anyone()
async def custom_emojis(asker: Asker) -> Response:
    """Custom emojis of this server: there is no way to add any yet."""
    del asker
    return answer([])


@routes.get("/v1/preferences")
@member("read:accounts")
async def preferences(me: Asker) -> Response:
    """What a person prefers."""
    assert me.session is not None
    user = me.session.user
    found: dict[str, Any] = {
        "posting:default:visibility": user.default_visibility,
        "posting:default:sensitive": user.default_sensitive,
        "posting:default:language": user.default_language,
        "posting:default:quote_policy": "public",
        "reading:expand:media": "default",
        "reading:expand:spoilers": False,
        "reading:autoplay:gifs": False,
    }
    return answer(found)


async def _counts(asker: Asker) -> Counts:
    counter: Counter = current_app.extensions.setdefault(EXTENSION, Counter())
    return await counter.counts(asker.services)
