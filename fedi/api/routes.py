"""Where the API's resources are mounted: the one list of them."""

from __future__ import annotations

from quart import Quart

from fedi.api import (
    accounts,
    apps,
    bookmarks,
    filters,
    filters_v1,
    follow_requests,
    headers,
    instance,
    lists,
    notifications,
    oauth,
    relationships,
    search,
    status_actions,
    statuses,
    timelines,
    unwanted,
)
from fedi.api.streaming import health

_RESOURCES = (
    filters,
    filters_v1,
    lists,
    accounts,
    apps,
    bookmarks,
    follow_requests,
    health,
    instance,
    notifications,
    oauth,
    relationships,
    search,
    status_actions,
    statuses,
    timelines,
    unwanted,
)


def mount(app: Quart) -> None:
    """Add every resource of the API to the application."""
    headers.mount(app)
    for resource in _RESOURCES:
        app.register_blueprint(resource.routes)
