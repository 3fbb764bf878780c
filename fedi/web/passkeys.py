"""Signing in with a passkey: what our script asks for, and what it brings back."""

from __future__ import annotations

import msgspec
from quart import Blueprint, Response

from fedi.model.people import User
from fedi.social import passkeys, requests, signing_in
from fedi.social.signing_in import Barred, WrongCode
from fedi.web import visiting
from fedi.web.visiting import Guest

passkey = Blueprint("passkeys", __name__)


@passkey.post("/auth/passkey/options")
async def options() -> Response:
    """What the browser is to sign; of somebody whose second factor is awaited, with a key of theirs."""
    guest = await visiting.guest()
    await visiting.form(guest)
    requests.throttles().sign_in(guest.services, guest.visitor.network, f"passkey {guest.form_token}")
    asked = await passkeys.ask(guest.services, guest.domain, guest.cookie, _awaited(guest))
    return Response(
        msgspec.json.encode(asked), content_type="application/json", headers={"Cache-Control": "no-store"}
    )


@passkey.post("/auth/passkey")
async def use() -> Response:
    """What the browser signed: a key that was unlocked is both factors in one."""
    guest = await visiting.guest()
    given = await visiting.form(guest)
    back = visiting.back(given.get("return_to", ""))
    try:
        user = await passkeys.check(
            guest.services, guest.domain, guest.cookie, _awaited(guest), given.get("credential", "")
        )
    except (WrongCode, Barred) as error:
        pending = _awaited(guest) is not None
        where = visiting.sign_in_address(back, again=not pending, pending=pending)
        problem = error.reason if isinstance(error, Barred) else "passkey"
        return visiting.go(f"{where}&problem={problem}")
    entry = await signing_in.admit(guest.services, user, guest.visitor)
    response = visiting.go(back)
    visiting.keep(response, guest, entry.cookie, signed_in=True)
    return response


def _awaited(guest: Guest) -> User | None:
    browser = guest.browser
    return browser.user if browser is not None and browser.pending else None
