"""Where the API's resources are mounted: the one list of them."""

from __future__ import annotations

from quart import Quart

from fedi.api import (
    trends,
    suggestions,
    custom_emojis,
    collections,
    annual_reports,
    announcements,
    about,
    accounts,
    apps,
    bookmarks,
    conversations,
    filters,
    filters_v1,
    featured,
    follow_requests,
    headers,
    instance,
    lists,
    media,
    notification_groups,
    notification_policies,
    notification_requests,
    markers,
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
