"""What people of each role may do: the permissions of Mastodon, as a bit mask.

https://docs.joinmastodon.org/entities/Role/#permission-flags
"""

from __future__ import annotations

from fedi.model.people import ROLES

ADMINISTRATOR = 1 << 0
DEVOPS = 1 << 1
VIEW_AUDIT_LOG = 1 << 2
VIEW_DASHBOARD = 1 << 3
MANAGE_REPORTS = 1 << 4
MANAGE_FEDERATION = 1 << 5
MANAGE_SETTINGS = 1 << 6
MANAGE_BLOCKS = 1 << 7
MANAGE_TAXONOMIES = 1 << 8
MANAGE_APPEALS = 1 << 9
MANAGE_USERS = 1 << 10
MANAGE_INVITES = 1 << 11
MANAGE_RULES = 1 << 12
MANAGE_ANNOUNCEMENTS = 1 << 13
MANAGE_CUSTOM_EMOJIS = 1 << 14
MANAGE_WEBHOOKS = 1 << 15
INVITE_USERS = 1 << 16
MANAGE_ROLES = 1 << 17
MANAGE_USER_ACCESS = 1 << 18
DELETE_USER_DATA = 1 << 19
EVERYTHING = (1 << 20) - 1

_MODERATOR = VIEW_DASHBOARD | VIEW_AUDIT_LOG | MANAGE_USERS | MANAGE_REPORTS | MANAGE_TAXONOMIES
# What an administrator has not: to run the machines.
_ADMIN = EVERYTHING & ~(ADMINISTRATOR | DEVOPS)
OF_ROLE = {"user": 0, "moderator": _MODERATOR, "admin": _ADMIN, "owner": EVERYTHING}
"""Permissions by role."""


def may(role: str, permission: int) -> bool:
    """Whether people of a role have a permission."""
    return bool(OF_ROLE[role] & permission)


def roles_with(permission: int) -> list[str]:
    """The roles that have a permission."""
    return [role for role in ROLES if may(role, permission)]


def outranks(role: str, other: str) -> bool:
    """Whether people of a role may decide about those of another: only about lower ones."""
    return ROLES.index(role) > ROLES.index(other)
