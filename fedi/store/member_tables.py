"""The tables of who may come in: members, browsers, apps, and what each proves itself by."""

from __future__ import annotations

from functools import cached_property

from fedi.store.apps import Apps
from fedi.store.factors import Factors
from fedi.store.grants import Grants
from fedi.store.invites import Invites
from fedi.store.letters import Letters
from fedi.store.members import Members
from fedi.store.sessions import Sessions
from fedi.store.unit import Unit


class MemberTables(Unit):
    """A part of `store.Transaction`."""

    @cached_property
    def members(self) -> Members:
        """Who can sign in, and their tokens."""
        return Members(self)

    @cached_property
    def apps(self) -> Apps:
        """OAuth clients."""
        return Apps(self)

    @cached_property
    def grants(self) -> Grants:
        """What people allowed apps."""
        return Grants(self)

    @cached_property
    def sessions(self) -> Sessions:
        """Browsers that are signed in."""
        return Sessions(self)

    @cached_property
    def factors(self) -> Factors:
        """Second factors."""
        return Factors(self)

    @cached_property
    def letters(self) -> Letters:
        """Links in letters."""
        return Letters(self)

    @cached_property
    def invites(self) -> Invites:
        """Invitations."""
        return Invites(self)
