"""Instance, V1::Instance: what a server is, and what it allows."""

from __future__ import annotations

from typing import Any

from fedi.api.entities.here import Here
from fedi.config import Config
from fedi.config.root import version
from fedi.social.pinning import PINS_MAX
from fedi.store.statistics import Counts

COMPATIBLE_WITH = "4.7.0"
API_VERSION = 1
"""`api_versions.mastodon`: 2 would promise grouped notifications."""


def version_text() -> str:
    """The version as Mastodon's apps read it: what it is compatible with, then what it is."""
    return f"{COMPATIBLE_WITH} (compatible; fedi {version()})"


def configuration(config: Config) -> dict[str, Any]:
    """Limits, as both versions of the entity give them. Files and polls cannot be posted yet: none of them fit."""
    return {
        "accounts": {
            "max_featured_tags": 0,
            "max_pinned_statuses": PINS_MAX,
            "max_profile_fields": 4,
            "profile_field_name_limit": 255,
            "profile_field_value_limit": 255,
            "max_display_name_length": 30,
            "max_note_length": 500,
            "max_avatar_description_length": 150,
            "max_header_description_length": 150,
        },
        "statuses": {
            "max_characters": config.limits.characters,
            "max_media_attachments": 0,
            "characters_reserved_per_url": 23,
        },
        "media_attachments": {
            "supported_mime_types": [],
            "description_limit": 1500,
            "image_size_limit": int(config.media.limits.image),
            "image_matrix_limit": config.media.limits.pixels,
            "video_size_limit": int(config.media.limits.video),
            "video_frame_rate_limit": 120,
            "video_matrix_limit": config.media.limits.pixels,
        },
        "polls": {
            "max_options": 0,
            "max_characters_per_option": 50,
            "min_expiration": 300,
            "max_expiration": 2_629_746,
        },
    }


def instance(config: Config, counts: Counts, at: Here) -> dict[str, Any]:
    """Instance, of /api/v2/instance. A dictionary: it is built a few times an hour, from constants."""
    return {
        "domain": at.name,
        "title": config.brand.name,
        "version": version_text(),
        "source_url": at.url,
        "description": "",
        "usage": {"users": {"active_month": counts.active_month}},
        "thumbnail": {"url": at.header, "blurhash": None, "description": None, "versions": None},
        "icon": [],
        "languages": list(config.brand.languages),
        "configuration": {
            "urls": {
                "streaming": None,
                "status": None,
                "about": f"{at.url}/about",
                "privacy_policy": None,
                "terms_of_service": None,
            },
            **configuration(config),
            "translation": {"enabled": False},
            "timelines_access": {
                "live_feeds": {"local": "public", "remote": "public"},
                "hashtag_feeds": {"local": "public", "remote": "public"},
                "trending_link_feeds": {"local": "public", "remote": "public"},
            },
            "limited_federation": config.federation.mode == "allowlist",
        },
        "registrations": {
            "enabled": config.registration.mode in ("open", "approval"),
            "approval_required": config.registration.mode == "approval",
            "reason_required": config.registration.mode == "approval",
            "message": None,
            "min_age": None,
            "url": None,
        },
        "api_versions": {"mastodon": API_VERSION},
        "contact": {"email": "", "account": None},
        "rules": [],
        "wrapstodon": None,
        "fedi": {"post": config.brand.post, "repost": config.brand.repost},
    }


def instance_v1(config: Config, counts: Counts, at: Here) -> dict[str, Any]:
    """V1::Instance, of /api/v1/instance, which older apps still ask for."""
    return {
        "uri": at.name,
        "title": config.brand.name,
        "short_description": "",
        "description": "",
        "email": "",
        "version": version_text(),
        "urls": {"streaming_api": at.url.replace("http", "ws", 1)},
        "stats": {
            "user_count": counts.users,
            "status_count": counts.posts + counts.comments,
            "domain_count": counts.servers,
        },
        "thumbnail": at.header,
        "languages": list(config.brand.languages),
        "registrations": config.registration.mode in ("open", "approval"),
        "approval_required": config.registration.mode == "approval",
        "invites_enabled": config.registration.mode == "invite",
        "configuration": configuration(config),
        "contact_account": None,
        "rules": [],
    }
