"""Joining: who may make an account by the mode in force, what they have to say, and the letter that confirms it."""

from __future__ import annotations

from datetime import date

from msgspec import Struct

from fedi.errors import Invalid, NotAllowed, NotFound, Unprocessable
from fedi.model.people import Account, Domain, User
from fedi.model.permissions import MANAGE_USERS, roles_with
from fedi.services import Services
from fedi.social import mailing, members, passwords, signup_rules
from fedi.social.notifying import notify
from fedi.social.site import Sites
from fedi.store.invites import Invite
from fedi.store.store import Transaction

_LONGEST_NAME = 30
_LONGEST_REASON = 2_000
_CLOSED = "This action is not allowed"

Problems = dict[str, list[tuple[str, str]]]
"""For each field its errors: a word for programs and the end of a sentence."""


class Wish(Struct, frozen=True):
    """What somebody fills in who wants to join."""

    username: str
    email: str
    password: str
    agreement: bool
    locale: str = ""
    reason: str = ""
    date_of_birth: str = ""
    invite_code: str = ""


class Terms(Struct, frozen=True):
    """On what terms somebody joins."""

    invite: Invite | None
    waits: bool
    """Somebody has to let them in."""
    needs_reason: bool
    minimum_age: int


async def terms(services: Services, domain: Domain, invite_code: str = "") -> Terms:
    """On what terms one joins now. Raises NotAllowed where one cannot."""
    mode = services.config.registration.mode
    invite = None
    if invite_code and mode != "closed":
        async with services.store.read() as tx:
            invite = await tx.invites.find(domain.id, invite_code[:100])
    if mode == "closed" or (invite is None and (mode == "invite" or invite_code)):
        raise NotAllowed(f"registration is {mode}", public=_CLOSED)
    waits = invite is None and mode in ("approval", "waitlist")
    site = await Sites().of(services, domain.id)
    return Terms(invite, waits, waits and mode == "approval", site.minimum_age)


async def register(
    services: Services, domain: Domain, wish: Wish, address: str, app_id: int | None = None
) -> Account:
    """Make an account whose owner has still to confirm the e-mail address, and send them the letter.

    Raises NotAllowed where nobody can join (so), Invalid with what is wrong in which field.
    """
    now = await terms(services, domain, wish.invite_code)
    problems = _problems(wish, now, services.now().date())
    email = wish.email.strip().lower()
    async with services.store.write() as tx:
        verdict = await signup_rules.check(tx, email, address)
        if await tx.people.by_handle(f"{wish.username}@{domain.name}".lower()) is not None:
            _add(problems, "username", "ERR_TAKEN", "has already been taken")
        if await tx.members.by_email(email) is not None:
            _add(problems, "email", "ERR_TAKEN", "has already been taken")
    if verdict.is_blocked and verdict.field == "ip":
        raise NotAllowed(f"sign-ups from {address} are blocked", public=_CLOSED)
    if verdict.is_blocked:
        _add(problems, "email", "ERR_BLOCKED", "is not allowed")
    if problems:
        raise _invalid(problems)
    waits = now.waits or verdict.needs_approval

    async def also(tx: Transaction, account: Account) -> None:
        if now.invite is not None and not await tx.invites.use(now.invite.id):
            raise NotAllowed("the invitation is used up", public=_CLOSED)
        await mailing.post(tx, account.id, "confirm")
        for staff_id in await tx.reports.staff(roles_with(MANAGE_USERS)):
            await notify(tx, staff_id, "admin.sign_up", account.id)

    values = {
        "confirmed_at": None,
        "approved": not waits,
        "locale": wish.locale[:35] or None,
        "reason": wish.reason.strip() or None,
        "sign_up_app_id": app_id,
        "sign_up_address": address,
        "invite_id": now.invite.id if now.invite is not None else None,
        "age_checked_at": services.store.clock() if now.minimum_age else None,
    }
    return await members.create(
        services, domain, wish.username, email, wish.password, values=values, also=also
    )


def _problems(wish: Wish, now: Terms, today: date) -> Problems:
    found: Problems = {}
    if not wish.username:
        _add(found, "username", "ERR_BLANK", "can't be blank")
    elif len(wish.username) > _LONGEST_NAME:
        _add(found, "username", "ERR_TOO_LONG", f"is too long (maximum is {_LONGEST_NAME} characters)")
    elif not members.is_name(wish.username):
        _add(found, "username", "ERR_INVALID", "must contain only letters, numbers and underscores")
    elif wish.username.lower() in members.RESERVED:
        _add(found, "username", "ERR_RESERVED", "is reserved")
    _check_email(found, wish.email)
    if not wish.password:
        _add(found, "password", "ERR_BLANK", "can't be blank")
    elif len(wish.password) < passwords.SHORTEST:
        _add(found, "password", "ERR_TOO_SHORT", f"is too short (minimum is {passwords.SHORTEST} characters)")
    elif len(wish.password) > passwords.LONGEST:
        _add(found, "password", "ERR_TOO_LONG", f"is too long (maximum is {passwords.LONGEST} characters)")
    if not wish.agreement:
        _add(found, "agreement", "ERR_ACCEPTED", "must be accepted")
    if now.needs_reason and not wish.reason.strip():
        _add(found, "reason", "ERR_BLANK", "can't be blank")
    elif len(wish.reason) > _LONGEST_REASON:
        _add(found, "reason", "ERR_TOO_LONG", f"is too long (maximum is {_LONGEST_REASON} characters)")
    if now.minimum_age:
        _check_age(found, wish.date_of_birth, now.minimum_age, today)
    return found


def _check_email(found: Problems, email: str) -> None:
    if not email.strip():
        _add(found, "email", "ERR_BLANK", "can't be blank")
    elif not members.is_email(email.strip().lower()):
        _add(found, "email", "ERR_INVALID", "is not a valid e-mail address")


def _check_age(found: Problems, text: str, minimum: int, today: date) -> None:
    try:
        born = date.fromisoformat(text)
    except ValueError:
        _add(found, "date_of_birth", "ERR_BLANK" if not text else "ERR_INVALID", "is invalid")
        return
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    if age < minimum:
        _add(found, "date_of_birth", "ERR_BELOW_LIMIT", "is below the age limit")
    elif age > 130:
        _add(found, "date_of_birth", "ERR_INVALID", "is invalid")


def _add(found: Problems, field: str, code: str, sentence: str) -> None:
    if not any(one == code for one, _ in found.get(field, [])):
        found.setdefault(field, []).append((code, sentence))


def _invalid(problems: Problems) -> Invalid:
    sentences = [
        f"{field.replace('_', ' ').capitalize()} {words}"
        for field, all_ in problems.items()
        for _, words in all_
    ]
    return Invalid(
        {
            field: [{"error": code, "description": words} for code, words in all_]
            for field, all_ in problems.items()
        },
        public=f"Validation failed: {', '.join(sentences)}",
    )


async def confirm(services: Services, token: str) -> User:
    """The link of the letter was followed. Raises NotFound for one that is over or was used."""
    async with services.store.write() as tx:
        user = await tx.letters.use(token, "confirm")
        if user is None:
            raise NotFound("a link to confirm an address that is over")
        if user.confirmed_at is None:
            await tx.members.update(user.id, confirmed_at=tx.now)
        await tx.letters.forget_of(user.id, "confirm")
    return user


async def send_again(services: Services, user: User, email: str, address: str) -> None:
    """Send the letter once more, perhaps to another address.

    Raises NotAllowed for who is confirmed already, Invalid for an address that cannot be.
    """
    if user.confirmed_at is not None:
        raise NotAllowed(public="This method is only available while the e-mail is awaiting confirmation")
    email = email.strip().lower()
    async with services.store.write() as tx:
        if email and email != user.email:
            problems: Problems = {}
            _check_email(problems, email)
            if (await signup_rules.check(tx, email, address)).is_blocked:
                _add(problems, "email", "ERR_BLOCKED", "is not allowed")
            if await tx.members.by_email(email) is not None:
                _add(problems, "email", "ERR_TAKEN", "has already been taken")
            if problems:
                raise _invalid(problems)
            await tx.members.update(user.id, email=email)
        await mailing.post(tx, user.id, "confirm")


async def invite(
    services: Services, domain: Domain, *, uses: int | None = None, days: int | None = None
) -> str:
    """The address of a new invitation. Raises Unprocessable where the mode lets nobody in by one."""
    if services.config.registration.mode == "closed":
        raise Unprocessable(
            public='Registration is closed: set registration.mode to "invite", or to another mode that is open.'
        )
    async with services.store.write() as tx:
        expires_at = None if days is None else tx.now + days * 86_400_000
        code = await tx.invites.add(domain.id, max_uses=uses, expires_at=expires_at)
    return f"{domain.url}/invite/{code}"
