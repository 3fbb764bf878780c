"""Instance, V1::Instance, Rule: what a server is, and what it allows."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from msgspec import Struct

from fedi.api.entities.accounts import Account
from fedi.api.entities.here import Here
from fedi.config import Config
from fedi.config.root import version
from fedi.media.kinds import UPLOADED
from fedi.model.media import DESCRIPTION_MAX
from fedi.model.polls import LONGEST_MS, OPTION_MAX, SHORTEST_MS
from fedi.model.site import Site
from fedi.social.featuring import FEATURED_MAX
from fedi.social.pages import to_html
from fedi.social.pinning import PINS_MAX
from fedi.social.profile_fields import FIELDS_MAX, LENGTH_MAX
from fedi.social.profiles import ALT_MAX, NAME_MAX, NOTE_MAX
from fedi.social.text import URL_COUNTS_AS
from fedi.store.statistics import Counts

COMPATIBLE_WITH = "4.7.0"
API_VERSION = 11
"""`api_versions.mastodon`: grouped notifications (2), quotes (7), years in review (8), collections (10)."""
FEDI_API_VERSION = 1
_FRAMES = 120
_DECEMBER = 12


class Facts(Struct, frozen=True, kw_only=True):
    """What the entities are made of."""

    config: Config
    site: Site
    counts: Counts
    at: Here
    contact: Account | None
    vapid_key: str
    now: int
    """ms since 1970."""

    @property
    def title(self) -> str:
        """What the server calls itself."""
        return self.site.title or self.config.brand.name

    @property
    def streaming(self) -> str:
        """Where WebSockets are answered."""
        return self.at.url.replace("http", "ws", 1)

    @property
    def can_join(self) -> bool:
        """Whether an app may offer to make an account."""
        return self.config.registration.mode in ("open", "approval", "waitlist")

    @property
    def is_approved(self) -> bool:
        """Whether somebody looks at each request to join."""
        return self.config.registration.mode in ("approval", "waitlist")


def version_text() -> str:
    """The version as Mastodon's apps read it: what it is compatible with, then what it is."""
    return f"{COMPATIBLE_WITH} (compatible; fedi {version()})"


def configuration(config: Config) -> dict[str, Any]:
    """Limits, as both versions of the entity give them."""
    return {
        "accounts": {
            "max_featured_tags": FEATURED_MAX,
            "max_pinned_statuses": PINS_MAX,
            "max_profile_fields": FIELDS_MAX,
            "profile_field_name_limit": LENGTH_MAX,
            "profile_field_value_limit": LENGTH_MAX,
            "max_display_name_length": NAME_MAX,
            "max_note_length": NOTE_MAX,
            "max_avatar_description_length": ALT_MAX,
            "max_header_description_length": ALT_MAX,
        },
        "statuses": {
            "max_characters": config.limits.characters,
            "max_media_attachments": config.limits.attachments,
            "characters_reserved_per_url": URL_COUNTS_AS,
            "supported_mime_types": ["text/plain", "text/markdown"],
        },
        "media_attachments": {
            "supported_mime_types": list(UPLOADED),
            "description_limit": DESCRIPTION_MAX,
            "image_size_limit": int(config.media.limits.image),
            "image_matrix_limit": config.media.limits.pixels,
            "video_size_limit": int(config.media.limits.video),
            "video_frame_rate_limit": _FRAMES,
            "video_matrix_limit": config.media.limits.pixels,
        },
        "polls": {
            "max_options": config.limits.poll_options,
            "max_characters_per_option": OPTION_MAX,
            "min_expiration": SHORTEST_MS // 1000,
            "max_expiration": LONGEST_MS // 1000,
        },
    }


def instance(facts: Facts) -> dict[str, Any]:
    """Instance, of /api/v2/instance. A dictionary: it is built from constants, and asked for seldom."""
    config, site, at = facts.config, facts.site, facts.at
    picture = site.thumbnail_url or at.header
    return {
        "domain": at.name,
        "title": facts.title,
        "version": version_text(),
        "source_url": at.url,
        "description": site.description,
        "usage": {"users": {"active_month": facts.counts.active_month}},
        "thumbnail": {
            "url": picture,
            "blurhash": site.thumbnail_blurhash or None,
            "description": None,
            "versions": {"@1x": picture, "@2x": picture},
        },
        "icon": [{"src": site.icon_url, "size": f"{size}x{size}"} for size in (48, 192, 512)]
        if site.icon_url
        else [],
        "languages": list(config.brand.languages),
        "configuration": {
            "urls": {
                "streaming": facts.streaming,
                "status": site.status_url or None,
                "about": f"{at.url}/about",
                "privacy_policy": f"{at.url}/privacy-policy",
                "terms_of_service": f"{at.url}/terms-of-service" if site.terms else None,
            },
            "vapid": {"public_key": facts.vapid_key},
            **configuration(config),
            "translation": {"enabled": config.translation.engine != "none"},
            "timelines_access": {
                "live_feeds": {"local": "public", "remote": "public"},
                "hashtag_feeds": {"local": "public", "remote": "public"},
                "trending_link_feeds": {"local": "public", "remote": "public"},
            },
            "limited_federation": config.federation.mode == "allowlist",
        },
        "registrations": {
            "enabled": facts.can_join,
            "approval_required": facts.is_approved,
            "reason_required": facts.is_approved,
            "message": to_html(site.registration_message) if site.registration_message else None,
            "min_age": site.minimum_age or None,
            "url": None,
        },
        "api_versions": {"mastodon": API_VERSION, "fedi": FEDI_API_VERSION},
        "contact": {"email": site.contact_email, "account": facts.contact},
        "rules": rules(site),
        "wrapstodon": campaign(facts.now),
        "fedi": {"post": config.brand.post, "repost": config.brand.repost, "mode": config.registration.mode},
    }


def instance_v1(facts: Facts) -> dict[str, Any]:
    """V1::Instance, of /api/v1/instance, which older apps still ask for."""
    config, site = facts.config, facts.site
    return {
        "uri": facts.at.name,
        "title": facts.title,
        "short_description": site.description,
        "description": site.description,
        "email": site.contact_email,
        "version": version_text(),
        "urls": {"streaming_api": facts.streaming},
        "stats": {
            "user_count": facts.counts.users,
            "status_count": facts.counts.posts + facts.counts.comments,
            "domain_count": facts.counts.servers,
        },
        "thumbnail": site.thumbnail_url or facts.at.header,
        "languages": list(config.brand.languages),
        "registrations": facts.can_join,
        "approval_required": facts.is_approved,
        "invites_enabled": config.registration.mode == "invite",
        "configuration": configuration(config),
        "contact_account": facts.contact,
        "rules": rules(site),
    }


def rules(site: Site) -> list[dict[str, Any]]:
    """The rules of the house, in every language they are said in."""
    return [
        {
            "id": str(rule.id),
            "text": rule.text,
            "hint": rule.hint,
            "translations": {
                language: {"text": said.text, "hint": said.hint}
                for language, said in rule.translations.items()
            },
        }
        for rule in site.rules
    ]


def campaign(now: int) -> str | None:
    """The year that people may look back on now (ms since 1970): in December, the one that ends."""
    today = datetime.fromtimestamp(now / 1000, UTC)
    return str(today.year) if today.month == _DECEMBER else None
