"""The pages to join, to confirm an address, and to get a new password by letter."""

from __future__ import annotations

from quart import Blueprint, Response

from fedi.errors import Invalid, NotAllowed, NotFound, Unprocessable
from fedi.social import credentials, registering, requests
from fedi.social.registering import Terms, Wish
from fedi.web import rendering, visiting
from fedi.web.visiting import Guest

joining = Blueprint("joining", __name__)
_EMPTY = Wish("", "", "", False)


@joining.get("/auth/sign_up")
async def sign_up() -> Response:
    """The form to join."""
    return await _form("")


@joining.get("/invite/<code>")
async def invited(code: str) -> Response:
    """The same for somebody who was invited."""
    return await _form(code)


async def _form(code: str) -> Response:
    guest = await visiting.guest()
    try:
        terms = await registering.terms(guest.services, guest.domain, code)
    except NotAllowed:
        return _page(guest, "closed", status=403)
    return _page(guest, "form", terms)


def _page(
    guest: Guest,
    state: str,
    terms: Terms | None = None,
    given: Wish = _EMPTY,
    problems: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    return visiting.page(
        guest,
        "sign_up.html",
        status=status,
        state=state,
        mode=guest.services.config.registration.mode,
        waits=terms is not None and terms.waits,
        minimum_age=terms.minimum_age if terms is not None else 0,
        given=given,
        problems=problems or {},
    )


@joining.post("/auth/sign_up")
async def join() -> Response:
    """Somebody wants to join."""
    return await _join("")


@joining.post("/invite/<code>")
async def join_invited(code: str) -> Response:
    """Somebody wants to join who was invited."""
    return await _join(code)


async def _join(code: str) -> Response:
    guest = await visiting.guest()
    given = await visiting.form(guest)
    names = ("username", "email", "password", "reason", "date_of_birth")
    values = {name: given.get(name, "") for name in names}
    wish = Wish(
        agreement=given.get("agreement") == "1", locale=rendering.language(), invite_code=code, **values
    )
    try:
        terms = await registering.terms(guest.services, guest.domain, code)
        if given.get("homepage"):  # a field that people do not see: a program filled it in
            return _page(guest, "done", given=wish)
        requests.throttles().sign_up(guest.services, requests.network(guest.services))
        await registering.register(guest.services, guest.domain, wish, requests.address(guest.services))
    except NotAllowed:
        return _page(guest, "closed", status=403)
    except Invalid as invalid:
        problems = {field: errors[0]["error"] for field, errors in invalid.details.items()}
        return _page(guest, "form", terms, wish, problems, 422)
    return _page(guest, "done", given=wish)


@joining.get("/auth/confirm/<token>")
async def confirmation(token: str) -> Response:
    """What a letter's link leads to. Programs follow links in letters too, so there is a button to press."""
    guest = await visiting.guest()
    async with guest.services.store.read() as tx:
        user = await tx.letters.find(token, "confirm")
        account = await tx.people.by_id(user.id) if user is not None else None
    if user is None or account is None:
        return visiting.page(guest, "confirm.html", status=404, state="over")
    return visiting.page(guest, "confirm.html", state="ask", email=user.email, handle=account.handle)


@joining.post("/auth/confirm/<token>")
async def confirm(token: str) -> Response:
    """The address is confirmed."""
    guest = await visiting.guest()
    await visiting.form(guest)
    try:
        user = await registering.confirm(guest.services, token)
    except NotFound:
        return visiting.page(guest, "confirm.html", status=404, state="over")
    return visiting.page(guest, "confirm.html", state="done", approved=user.approved)


@joining.get("/auth/password")
async def forgotten() -> Response:
    """The form for somebody who forgot their password."""
    return visiting.page(await visiting.guest(), "password.html", state="ask")


@joining.post("/auth/password")
async def send_link() -> Response:
    """The letter is sent, if there is somebody to send it to; the page does not say."""
    guest = await visiting.guest()
    email = (await visiting.form(guest)).get("email", "").strip()[:320]
    throttles = requests.throttles()
    throttles.sign_in(guest.services, requests.network(guest.services), f"letter to {email}")
    throttles.letter(guest.services, email)
    await credentials.forgotten(guest.services, email)
    return visiting.page(guest, "password.html", state="sent")


@joining.get("/auth/password/<token>")
async def new_password(token: str) -> Response:
    """The form for the new one."""
    guest = await visiting.guest()
    async with guest.services.store.read() as tx:
        user = await tx.letters.find(token, "reset")
    if user is None:
        return visiting.page(guest, "password.html", status=404, state="over")
    return visiting.page(guest, "password.html", state="choose", problem=False)


@joining.post("/auth/password/<token>")
async def set_password(token: str) -> Response:
    """The new password is set."""
    guest = await visiting.guest()
    given = await visiting.form(guest)
    try:
        await credentials.reset(guest.services, token, given.get("password", ""))
    except NotFound:
        return visiting.page(guest, "password.html", status=404, state="over")
    except Unprocessable:
        return visiting.page(guest, "password.html", status=422, state="choose", problem=True)
    return visiting.page(guest, "password.html", state="done")
