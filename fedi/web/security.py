"""What keeps an account its owner's: the password, codes by an app, passkeys, recovery codes.

Whoever changes any of it gives the password once more: a browser that was left alone is not the person.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec
from markupsafe import Markup
from quart import Blueprint, Response

from fedi.errors import Unprocessable
from fedi.later import later
from fedi.social import credentials, factors, passkeys, requests
from fedi.social.signing_in import WrongCode, WrongLogin
from fedi.store.sessions import Browser
from fedi.web import visiting
from fedi.web.visiting import Guest

if TYPE_CHECKING:
    import segno
else:
    segno = later("segno")

security = Blueprint("security", __name__)


@security.get("/settings/security")
async def overview() -> Response:
    """What there is."""
    guest, member = await visiting.member()
    return await _overview(guest, member)


async def _overview(
    guest: Guest, member: Browser, problem: str = "", done: str = "", codes: list[str] | None = None
) -> Response:
    async with guest.services.store.read() as tx:
        has = await tx.factors.of(member.user.id)
        keys = await tx.factors.passkeys(member.user.id)
    return visiting.page(
        guest,
        "settings_security.html",
        status=422 if problem else 200,
        script=True,
        problem=problem,
        done=done,
        codes=codes or [],
        has=has,
        passkeys=keys,
        email=member.user.email,
    )


async def _asked() -> tuple[Guest, Browser, Mapping[str, str]]:
    guest, member = await visiting.member()
    return guest, member, await visiting.form(guest)


async def _prove(guest: Guest, member: Browser, given: Mapping[str, str]) -> None:
    """Raise WrongLogin unless the form has the password too."""
    requests.throttles().sign_in(guest.services, guest.visitor.network, f"settings of {member.user.id}")
    await credentials.check(member.user, given.get("password", ""))


@security.post("/settings/security/password")
async def change_password() -> Response:
    """A new password; other browsers are signed out."""
    guest, member, given = await _asked()
    try:
        await _prove(guest, member, given)
        await credentials.change(guest.services, member.user, given.get("new_password", ""), keep=member.id)
    except WrongLogin:
        return await _overview(guest, member, "password")
    except Unprocessable:
        return await _overview(guest, member, "new_password")
    return await _overview(guest, member, done="password")


@security.post("/settings/security/totp")
async def begin_totp() -> Response:
    """The picture for the app that makes codes."""
    guest, member, given = await _asked()
    try:
        await _prove(guest, member, given)
        return await _totp(guest, member)
    except WrongLogin:
        return await _overview(guest, member, "password")


async def _totp(guest: Guest, member: Browser, problem: str = "") -> Response:
    secret, address = await factors.begin_totp(guest.services, member.user)
    drawn: Any = segno.make(address, error="m").svg_inline(
        border=0, dark="#000", svgclass=None, lineclass=None, omitsize=True
    )
    spaced = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    return visiting.page(
        guest,
        "settings_totp.html",
        status=422 if problem else 200,
        problem=problem,
        picture=Markup(drawn),  # noqa: S704 - drawn by segno from an address of ours
        secret=spaced,
    )


@security.post("/settings/security/totp/confirm")
async def confirm_totp() -> Response:
    """The first code of the app."""
    guest, member, given = await _asked()
    requests.throttles().sign_in(guest.services, guest.visitor.network, f"code of {member.user.id}")
    try:
        codes = await factors.confirm_totp(guest.services, member.user, given.get("code", ""))
    except WrongCode:
        return await _totp(guest, member, "code")
    return await _overview(guest, member, done="totp", codes=codes)


@security.post("/settings/security/totp/drop")
async def drop_totp() -> Response:
    """No more codes by an app."""
    guest, member, given = await _asked()
    try:
        await _prove(guest, member, given)
    except WrongLogin:
        return await _overview(guest, member, "password")
    await factors.drop_totp(guest.services, member.user)
    return await _overview(guest, member, done="totp_gone")


@security.post("/settings/security/codes")
async def new_codes() -> Response:
    """New recovery codes."""
    guest, member, given = await _asked()
    try:
        await _prove(guest, member, given)
    except WrongLogin:
        return await _overview(guest, member, "password")
    codes = await factors.new_recovery_codes(guest.services, member.user)
    return await _overview(guest, member, done="codes", codes=codes)


@security.post("/settings/security/passkey/options")
async def passkey_options() -> Response:
    """For our script: what a new passkey is to be."""
    guest, member, _ = await _asked()
    return _json(await passkeys.offer(guest.services, guest.domain, member.user, guest.cookie))


@security.post("/settings/security/passkey")
async def add_passkey() -> Response:
    """A new passkey; with the first second factor come recovery codes."""
    guest, member, given = await _asked()
    codes: list[str] = []
    try:
        await _prove(guest, member, given)
        await passkeys.add(
            guest.services,
            guest.domain,
            member.user,
            guest.cookie,
            given.get("name", ""),
            given.get("credential", ""),
        )
    except WrongLogin:
        return await _overview(guest, member, "password")
    except Unprocessable:
        return await _overview(guest, member, "passkey")
    async with guest.services.store.read() as tx:
        has = await tx.factors.of(member.user.id)
    if not has.recovery_codes:
        codes = await factors.new_recovery_codes(guest.services, member.user)
    return await _overview(guest, member, done="passkey", codes=codes)


@security.post("/settings/security/passkey/drop")
async def drop_passkey() -> Response:
    """A passkey is lost, or not wanted any more."""
    guest, member, given = await _asked()
    try:
        await _prove(guest, member, given)
    except WrongLogin:
        return await _overview(guest, member, "password")
    await passkeys.drop(guest.services, member.user, visiting.number(given.get("passkey", "")))
    return await _overview(guest, member, done="passkey_gone")


def _json(value: dict[str, Any]) -> Response:
    return Response(
        msgspec.json.encode(value), content_type="application/json", headers={"Cache-Control": "no-store"}
    )
