"""Where the API's resources are mounted: the one list of them."""

from __future__ import annotations

from quart import Quart

from fedi.api import (
    about,
    accounts,
    announcements,
    annual_reports,
    apps,
    bookmarks,
    collections,
    conversations,
    custom_emojis,
    featured,
    filters,
    filters_v1,
    follow_requests,
    headers,
    instance,
    lists,
    markers,
    media,
    notification_groups,
    notification_policies,
    notification_requests,
    notifications,
    oauth,
    oembed,
    polls,
    preferences,
    profile,
    push,
    quotes,
    registration,
    relationships,
    reports,
    scheduled_statuses,
    search,
    status_actions,
    statuses,
    suggestions,
    tags,
    timelines,
    translations,
    trends,
    unwanted,
    uploads,
)
from fedi.api.admin.resources import ADMIN
from fedi.api.streaming import health

_RESOURCES = (
    *ADMIN,
    conversations,
    markers,
    filters,
    filters_v1,
    lists,
    accounts,
    apps,
    bookmarks,
    featured,
    follow_requests,
    health,
    instance,
    notification_groups,
    notification_policies,
    notification_requests,
    notifications,
    oauth,
    oembed,
    polls,
    quotes,
    scheduled_statuses,
    push,
    preferences,
    profile,
    relationships,
    registration,
    reports,
    search,
    status_actions,
    statuses,
    tags,
    timelines,
    translations,
    unwanted,
    media,
    about,
    announcements,
    annual_reports,
    collections,
    custom_emojis,
    suggestions,
    trends,
)


def mount(app: Quart) -> None:
    """Add every resource of the API to the application."""
    headers.mount(app)
    app.request_class = uploads.UploadRequest
    for resource in _RESOURCES:
        app.register_blueprint(resource.routes)
