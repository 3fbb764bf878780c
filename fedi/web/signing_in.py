"""The pages to sign in and out: a password, and a code where there is a second factor."""

from __future__ import annotations

from quart import Blueprint, Response, request

from fedi.social import factors, requests, signing_in
from fedi.social.signing_in import Barred, Entry, WrongCode, WrongLogin
from fedi.web import visiting
from fedi.web.visiting import Guest

signing = Blueprint("signing_in", __name__)


@signing.get("/auth/sign_in")
async def form() -> Response:
    """The form; whoever is signed in already goes on, unless they come to be somebody else."""
    guest = await visiting.guest()
    if guest.member is not None and request.args.get("again") != "1":
        return visiting.go(visiting.asked_back())
    return await _form(guest, request.args.get("problem", ""))


async def _form(guest: Guest, problem: str = "", login: str = "", status: int = 200) -> Response:
    return visiting.page(
        guest,
        "sign_in.html",
        status=status,
        script=True,
        problem=problem,
        login=login,
        return_to=visiting.asked_back(),
        app=await _app(guest),
        mode=guest.services.config.registration.mode,
    )


async def _app(guest: Guest) -> str:
    """The name of the app on whose behalf somebody is here."""
    path, _, query = visiting.asked_back().partition("?")
    if path != "/oauth/authorize":
        return ""
    client = next(
        (value for name, value in visiting.pairs(query) if name == "client_id" and len(value) <= 200), ""
    )
    async with guest.services.store.read() as tx:
        app = await tx.apps.by_client_id(client)
    return app.name if app is not None else ""


@signing.post("/auth/sign_in")
async def sign_in() -> Response:
    """Name and password came."""
    guest = await visiting.guest()
    given = await visiting.form(guest)
    login = given.get("login", "")
    try:
        entry = await signing_in.with_password(
            guest.services,
            requests.throttles(),
            guest.domain,
            guest.visitor,
            login,
            given.get("password", ""),
        )
    except WrongLogin:
        return await _form(guest, "wrong", login[:320], 422)
    except Barred as barred:
        return await _form(guest, barred.reason, login[:320], 422)
    return _let_in(guest, entry)


def _let_in(guest: Guest, entry: Entry) -> Response:
    where = visiting.asked_back()
    response = visiting.go(visiting.sign_in_address(where, pending=True) if entry.pending else where)
    visiting.keep(response, guest, entry.cookie, signed_in=not entry.pending)
    return response


@signing.get("/auth/second_factor")
async def code_form() -> Response:
    """The form for the code."""
    guest = await visiting.guest()
    if guest.browser is None or not guest.browser.pending:
        return visiting.go(visiting.sign_in_address(visiting.asked_back()))
    return await _code_form(guest, request.args.get("problem", ""))


async def _code_form(guest: Guest, problem: str = "", status: int = 200) -> Response:
    assert guest.browser is not None
    async with guest.services.store.read() as tx:
        has = await tx.factors.of(guest.browser.user.id)
    return visiting.page(
        guest,
        "second_factor.html",
        status=status,
        script=True,
        problem=problem,
        has=has,
        return_to=visiting.asked_back(),
    )


@signing.post("/auth/second_factor")
async def give_code() -> Response:
    """A code came, of the clock or of the list for emergencies."""
    guest = await visiting.guest()
    given = await visiting.form(guest)
    pending = guest.browser
    if pending is None or not pending.pending:
        return visiting.go(visiting.sign_in_address(visiting.asked_back()))
    requests.throttles().sign_in(guest.services, guest.visitor.network, f"code of {pending.user.id}")
    try:
        await factors.check_code(guest.services, pending.user, given.get("code", ""))
    except WrongCode:
        return await _code_form(guest, "code", 422)
    return _let_in(guest, await signing_in.admit(guest.services, pending.user, guest.visitor))


@signing.post("/auth/sign_out")
async def sign_out() -> Response:
    """Out of this browser."""
    guest = await visiting.guest()
    await visiting.form(guest)
    if guest.browser is not None:
        async with guest.services.store.write() as tx:
            await tx.sessions.end(guest.browser.user.id, guest.browser.id)
    response = visiting.go("/")
    visiting.forget(response, guest)
    return response
