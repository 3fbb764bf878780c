"""Joining by an app: POST /api/v1/accounts, and the letters that confirm an address."""

from __future__ import annotations

from quart import Blueprint, Response

from fedi.api import params
from fedi.api.auth import anyone, member
from fedi.api.context import Asker
from fedi.api.entities import apps as entities
from fedi.api.responses import answer, nothing
from fedi.errors import NotAllowed, Unauthenticated
from fedi.social import authorizing, registering, requests
from fedi.social.registering import Wish

routes = Blueprint("api_registration", __name__)


@routes.post("/api/v1/accounts")
@anyone("write:accounts")
async def create(asker: Asker) -> Response:
    """Somebody joins by an app, which gets their token; it is good once they have confirmed their address."""
    if asker.session is not None:
        raise NotAllowed(public="This method requires an app's own token (client credentials)")
    if asker.app is None:
        raise Unauthenticated
    given = await params.body()
    wish = Wish(
        given.text("username"),
        given.text("email"),
        given.text("password"),
        given.flag("agreement"),
        given.text("locale"),
        given.text("reason"),
        given.text("date_of_birth"),
        given.text("invite_code"),
    )
    await registering.terms(asker.services, asker.domain, wish.invite_code)
    requests.throttles().sign_up(asker.services, requests.network(asker.services))
    app = asker.app.app
    account = await registering.register(
        asker.services, asker.domain, wish, requests.address(asker.services), app.id
    )
    async with asker.services.store.write() as tx:
        issued = await authorizing.for_person(tx, app, account.id, app.scopes)
    response = answer(entities.token(issued))
    response.headers["Cache-Control"] = "no-store"
    return response


@routes.post("/api/v1/emails/confirmations")
@member("write:accounts", confirmed=False)
async def send_again(asker: Asker) -> Response:
    """The letter once more, perhaps to another address. Only for the app by which the person joined."""
    assert asker.session is not None
    user = asker.session.user
    if user.sign_up_app_id is None or user.sign_up_app_id != asker.session.app_id:
        raise NotAllowed(
            public="This method is only available to the application the user originally signed-up with"
        )
    given = await params.body()
    requests.throttles().letter(asker.services, user.email)
    await registering.send_again(asker.services, user, given.text("email"), requests.address(asker.services))
    return nothing()


@routes.get("/api/v1/emails/check_confirmation")
@member("read:accounts", "profile", "write:accounts", confirmed=False)
async def check(asker: Asker) -> Response:
    """Whether the person has confirmed their address by now."""
    assert asker.session is not None
    return answer(asker.session.user.confirmed_at is not None)
