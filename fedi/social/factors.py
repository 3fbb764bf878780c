"""Second factors: codes by the clock (TOTP, RFC 6238), and codes for the day when the device is lost."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING

from fedi.errors import Unprocessable
from fedi.later import later
from fedi.model.people import User
from fedi.services import Services
from fedi.social.signing_in import WrongCode
from fedi.store.store import Transaction

if TYPE_CHECKING:
    import pyotp
else:
    pyotp = later("pyotp")

_STEP_MS = 30_000
_CODES = 10
# Without letters and digits that look alike.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_CODE = re.compile(r"[0-9]{6}")


async def check_code(services: Services, user: User, given: str) -> None:
    """Use a code, of the clock or of the recovery codes. Raises WrongCode."""
    code = re.sub(r"[\s-]", "", given[:64]).lower()
    async with services.store.write() as tx:
        good = await _check_totp(tx, user.id, code) or (
            bool(code) and await tx.factors.use_recovery_code(user.id, code)
        )
    if not good:
        raise WrongCode


async def _check_totp(tx: Transaction, user_id: int, code: str, *, proven: bool = True) -> bool:
    kept = await tx.factors.totp(user_id)
    if kept is None or (proven and kept.confirmed_at is None) or not _CODE.fullmatch(code):
        return False
    now = tx.now // _STEP_MS
    clock = pyotp.TOTP(kept.secret)
    # One step either way, for clocks that differ.
    step = next(
        (one for one in (now, now - 1, now + 1) if secrets.compare_digest(clock.generate_otp(one), code)),
        None,
    )
    return step is not None and await tx.factors.use_totp(user_id, step)


async def begin_totp(services: Services, user: User) -> tuple[str, str]:
    """A new secret for an app that makes codes: as text, and as the address that its camera reads.

    Raises Unprocessable where one is in use: it has to go first, with a password.
    """
    async with services.store.write() as tx:
        if (await tx.factors.of(user.id)).totp:
            raise Unprocessable(public="Codes by an app are in use already.")
        account = await tx.people.by_id(user.id)
        kept = await tx.factors.totp(user.id)
        secret = kept.secret if kept is not None else pyotp.random_base32()
        if kept is None:
            await tx.factors.put_totp(user.id, secret)
    handle = account.handle if account is not None else user.email
    name = services.config.brand.name
    return secret, pyotp.TOTP(secret).provisioning_uri(name=handle, issuer_name=name)


async def confirm_totp(services: Services, user: User, given: str) -> list[str]:
    """The app's first code: from now on one is asked for. New recovery codes, to be shown once. Raises WrongCode."""
    code = re.sub(r"\s", "", given[:64])
    async with services.store.write() as tx:
        good = await _check_totp(tx, user.id, code, proven=False)
        codes = await _new_codes(tx, user.id) if good else []
    if not good:
        raise WrongCode
    return codes


async def new_recovery_codes(services: Services, user: User) -> list[str]:
    """Codes in place of the old ones, to be shown once."""
    async with services.store.write() as tx:
        return await _new_codes(tx, user.id)


async def _new_codes(tx: Transaction, user_id: int) -> list[str]:
    codes = ["".join(secrets.choice(_ALPHABET) for _ in range(16)) for _ in range(_CODES)]
    await tx.factors.put_recovery_codes(user_id, codes)
    return ["-".join(code[start : start + 4] for start in range(0, 16, 4)) for code in codes]


async def drop_totp(services: Services, user: User) -> None:
    """No codes by the clock any more; recovery codes go too when nothing is left that they stand in for."""
    async with services.store.write() as tx:
        await tx.factors.drop_totp(user.id)
        if not (await tx.factors.of(user.id)).second:
            await tx.factors.put_recovery_codes(user.id, [])
