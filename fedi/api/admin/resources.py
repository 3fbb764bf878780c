"""The resources of the admin API: the one list of them."""

from __future__ import annotations

from fedi.api.admin import (
    accounts,
    canonical_email_blocks,
    domain_allows,
    domain_blocks,
    email_domain_blocks,
    ip_blocks,
    reports,
    statistics,
    tags,
    trends,
)

ADMIN = (
    accounts,
    canonical_email_blocks,
    domain_allows,
    domain_blocks,
    email_domain_blocks,
    ip_blocks,
    reports,
    statistics,
    tags,
    trends,
)
