"""Admin::Account, Admin::Ip."""

from __future__ import annotations

from msgspec import Struct

from fedi.api.entities.accounts import Account, Role, account, role
from fedi.api.entities.here import Here, time
from fedi.store.dossiers import Dossier


class AdminIp(Struct):
    """A network address that somebody came from."""

    ip: str
    used_at: str


class AdminAccount(Struct):
    """An account as moderators see it. https://docs.joinmastodon.org/entities/Admin_Account/."""

    id: str
    username: str
    domain: str | None
    created_at: str
    email: str | None
    ip: str | None
    role: Role | None
    confirmed: bool | None
    suspended: bool
    silenced: bool
    sensitized: bool
    disabled: bool
    approved: bool | None
    locale: str | None
    invite_request: str | None
    ips: list[AdminIp] | None
    account: Account
    created_by_application_id: str | None
    invited_by_account_id: str | None


def admin_account(found: Dossier, at: Here) -> AdminAccount:
    """The entity of an account; of one of another server, all that belongs to a login is null."""
    person, user = found.account, found.user
    return AdminAccount(
        id=str(person.id),
        username=person.username,
        domain=None if person.is_local else person.domain,
        created_at=time(person.created_at),
        email=user.email if user else None,
        ip=found.addresses[0].ip if found.addresses else None,
        role=role(user.role) if user else None,
        confirmed=user.confirmed_at is not None if user else None,
        suspended=person.suspended_at is not None,
        silenced=person.silenced_at is not None,
        sensitized=person.sensitized_at is not None,
        disabled=user is not None and user.disabled_at is not None,
        approved=user.approved if user else None,
        locale=user.locale if user else None,
        invite_request=user.reason if user else None,
        ips=[AdminIp(one.ip, time(one.used_at)) for one in found.addresses] if user else None,
        account=account(person, at),
        created_by_application_id=str(user.sign_up_app_id) if user and user.sign_up_app_id else None,
        invited_by_account_id=str(found.invited_by_id) if found.invited_by_id else None,
    )
