"""Passkeys (WebAuthn): a key in a device, unlocked there, in place of the password or behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec

from fedi.errors import Unprocessable
from fedi.later import later
from fedi.model.people import Domain, User
from fedi.services import Services
from fedi.social.signing_in import WrongCode, check_allowed
from fedi.store.factors import Passkey

if TYPE_CHECKING:
    import webauthn
    from webauthn.helpers import exceptions, structs
else:
    webauthn = later("webauthn")
    exceptions = later("webauthn.helpers.exceptions")
    structs = later("webauthn.helpers.structs")

_LONGEST = 16_000
_LONGEST_NAME = 60
_MOST = 25


async def offer(services: Services, domain: Domain, user: User, cookie: str) -> dict[str, Any]:
    """What the browser needs to make a new passkey."""
    async with services.store.write() as tx:
        account = await tx.people.by_id(user.id)
        known = await tx.factors.passkeys(user.id)
        if len(known) >= _MOST:
            raise Unprocessable(public="There are too many passkeys.")
        options = webauthn.generate_registration_options(
            rp_id=_host(domain),
            rp_name=services.config.brand.name,
            user_id=str(user.id).encode(),
            user_name=account.username if account is not None else user.email,
            authenticator_selection=structs.AuthenticatorSelectionCriteria(
                resident_key=structs.ResidentKeyRequirement.REQUIRED,
                user_verification=_verified(),
            ),
            exclude_credentials=[structs.PublicKeyCredentialDescriptor(id=one.credential) for one in known],
        )
        await tx.factors.put_challenge(cookie, options.challenge)
    return _plain(webauthn.options_to_json(options))


async def add(services: Services, domain: Domain, user: User, cookie: str, name: str, answer: str) -> None:
    """Keep the passkey that a browser made. Raises Unprocessable for one that cannot be verified."""
    async with services.store.write() as tx:
        challenge = await tx.factors.take_challenge(cookie)
    if challenge is None or len(answer) > _LONGEST:
        raise _unusable()
    try:
        made = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=_host(domain),
            expected_origin=domain.url,
            require_user_verification=True,
        )
    except (exceptions.WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise _unusable(f"passkey refused: {error}") from error
    async with services.store.write() as tx:
        passkey = Passkey(
            id=tx.new_id(),
            user_id=user.id,
            credential=made.credential_id,
            public_key=made.credential_public_key,
            sign_count=made.sign_count,
            name=" ".join(name.split())[:_LONGEST_NAME] or "Passkey",
            created_at=tx.now,
        )
        if not await tx.factors.add_passkey(passkey):
            raise _unusable("this passkey is known already")


async def ask(services: Services, domain: Domain, cookie: str, user: User | None) -> dict[str, Any]:
    """What the browser needs to use a passkey: one of `user`'s, or (None) of whoever it belongs to."""
    async with services.store.write() as tx:
        known = await tx.factors.passkeys(user.id) if user is not None else []
        options = webauthn.generate_authentication_options(
            rp_id=_host(domain),
            allow_credentials=[structs.PublicKeyCredentialDescriptor(id=one.credential) for one in known],
            user_verification=_verified(),
        )
        await tx.factors.put_challenge(cookie, options.challenge)
    return _plain(webauthn.options_to_json(options))


async def check(services: Services, domain: Domain, cookie: str, user: User | None, answer: str) -> User:
    """Whose passkey signed what this browser was asked to sign.

    Raises WrongCode for none, or one of somebody other than `user`; Barred for somebody who may not come in.
    """
    async with services.store.write() as tx:
        challenge = await tx.factors.take_challenge(cookie)
        passkey = await tx.factors.passkey(_credential(answer))
    if challenge is None or passkey is None or (user is not None and passkey.user_id != user.id):
        raise WrongCode
    try:
        used = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=_host(domain),
            expected_origin=domain.url,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except (exceptions.WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise WrongCode(f"passkey refused: {error}") from error
    async with services.store.write() as tx:
        await tx.factors.use_passkey(passkey.id, used.new_sign_count)
        found = await tx.members.by_id(passkey.user_id)
        account = await tx.people.by_id(passkey.user_id)
    if found is None or account is None or account.domain_id != domain.id:
        raise WrongCode
    check_allowed(found, active=account.is_active)
    return found


async def drop(services: Services, user: User, passkey_id: int) -> None:
    """A passkey is good for nothing any more; recovery codes go too when nothing is left that they stand in for."""
    async with services.store.write() as tx:
        await tx.factors.drop_passkey(user.id, passkey_id)
        if not (await tx.factors.of(user.id)).second:
            await tx.factors.put_recovery_codes(user.id, [])


def _credential(answer: str) -> bytes:
    """The id of the credential in a browser's answer. Raises WrongCode."""
    if len(answer) > _LONGEST:
        raise WrongCode
    try:
        return webauthn.base64url_to_bytes(str(msgspec.json.decode(answer)["rawId"]))
    except (msgspec.DecodeError, ValueError, KeyError, TypeError) as error:
        raise WrongCode(f"no answer of a passkey: {error}") from error


def _verified() -> structs.UserVerificationRequirement:
    return structs.UserVerificationRequirement.REQUIRED


def _host(domain: Domain) -> str:
    return urlsplit(domain.url).hostname or ""


def _plain(text: str) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(text)
    return found


def _unusable(detail: str = "") -> Unprocessable:
    return Unprocessable(detail, public="This passkey could not be verified. Try again.")
