"""What admins set, for handlers: kept by the process for some seconds."""

from __future__ import annotations

from quart import current_app

from fedi.api.context import Asker
from fedi.model.site import Site
from fedi.social.site import Sites

EXTENSION = "fedi_sites"


def sites() -> Sites:
    """This process's memory of the settings; whoever changes them lets it forget."""
    found: Sites = current_app.extensions.setdefault(EXTENSION, Sites())
    return found


async def site_of(asker: Asker) -> Site:
    """The settings of the domain that was asked."""
    return await sites().of(asker.services, asker.domain.id)
