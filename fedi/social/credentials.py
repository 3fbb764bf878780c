"""A person's password: proven once more, changed, or replaced by way of their mailbox."""

from __future__ import annotations

from fedi.errors import NotFound
from fedi.model.people import User
from fedi.services import Services
from fedi.social import mailing, passwords
from fedi.social.signing_in import WrongLogin


async def check(user: User, password: str) -> None:
    """Raise WrongLogin unless this is the person's password."""
    if not await passwords.matches(user.password_hash, password):
        raise WrongLogin


async def change(services: Services, user: User, password: str, *, keep: int) -> None:
    """A new password; all browsers but one are signed out. Raises Unprocessable for one that cannot be."""
    password_hash = await passwords.hashed(password)
    async with services.store.write() as tx:
        await tx.members.update(user.id, password_hash=password_hash)
        await tx.sessions.end_others(user.id, keep)
        await tx.letters.forget_of(user.id, "reset")
        await mailing.post(tx, user.id, "password_changed")


async def forgotten(services: Services, email: str) -> None:
    """Send a link for a new password, if there is such a person. Nobody learns whether there is."""
    async with services.store.write() as tx:
        user = await tx.members.by_email(email)
        if user is not None and user.disabled_at is None:
            await mailing.post(tx, user.id, "reset")


async def reset(services: Services, token: str, password: str) -> User:
    """A new password by a link that was sent: whatever was signed in is signed out, apps too.

    Raises NotFound for a link that is over or was used, Unprocessable for a password that cannot be.
    """
    passwords.check(password)
    password_hash = await passwords.hashed(password)
    async with services.store.write() as tx:
        user = await tx.letters.use(token, "reset")
        if user is None:
            raise NotFound("a link to set a password that is over")
        # Who reads the letter has the mailbox.
        confirmed = tx.now if user.confirmed_at is None else user.confirmed_at
        await tx.members.update(user.id, password_hash=password_hash, confirmed_at=confirmed)
        await tx.sessions.end_others(user.id)
        await tx.grants.withdraw_all(user.id)
        await tx.letters.forget_of(user.id, "reset")
        await mailing.post(tx, user.id, "password_changed")
    return user
