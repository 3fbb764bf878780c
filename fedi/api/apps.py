"""Apps: POST /api/v1/apps, GET /api/v1/apps/verify_credentials."""

from __future__ import annotations

from quart import Blueprint, Response

from fedi.api import params
from fedi.api.auth import anyone
from fedi.api.context import Asker
from fedi.api.entities import apps as entities
from fedi.api.params import Params
from fedi.api.responses import answer
from fedi.errors import Unauthenticated
from fedi.social import apps, pushing

routes = Blueprint("api_apps", __name__)


@routes.post("/api/v1/apps")
@anyone()
async def create(asker: Asker) -> Response:
    """Register an app. Anybody may."""
    given = await params.body()
    app, secret = await apps.register(
        asker.services,
        given.text("client_name"),
        _redirect_uris(given),
        given.text("scopes"),
        given.text("website"),
        confidential=given.flag("confidential", True)
        and given.text("token_endpoint_auth_method", "client_secret_basic") != "none",
    )
    response = answer(entities.credentials(app, secret, await pushing.public_key(asker.services)))
    response.headers["Cache-Control"] = "no-store"
    return response


def _redirect_uris(given: Params) -> list[str]:
    """A list, or a text with one on each line, as apps have always sent it."""
    return [uri for text in given.texts("redirect_uris") or [] for uri in text.split()]


@routes.get("/api/v1/apps/verify_credentials")
@anyone()
async def verify_credentials(asker: Asker) -> Response:
    """The app whose token this is, whether the token is for itself or for a person."""
    if asker.app is not None:
        app = asker.app.app
    elif asker.session is not None and asker.session.app_id is not None:
        async with asker.services.store.read() as tx:
            found = await tx.apps.by_id(asker.session.app_id)
        if found is None:
            raise Unauthenticated
        app = found
    else:
        raise Unauthenticated
    return answer(entities.application(app, await pushing.public_key(asker.services)))
