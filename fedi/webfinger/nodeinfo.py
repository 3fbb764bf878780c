"""NodeInfo 2.0 and 2.1: what runs here, how one joins, and how much goes on."""

from __future__ import annotations

from typing import Any

from fedi.config import Config, version
from fedi.model.people import Domain
from fedi.store.statistics import Counts

VERSIONS = ("2.0", "2.1")
_SCHEMA = "http://nodeinfo.diaspora.software/ns/schema"
_APPLICATION = "https://www.w3.org/ns/activitystreams#Application"


def discovery(domain: Domain) -> dict[str, Any]:
    """Where the documents are, and (FEP-2677) the actor of the server itself."""
    links = [{"rel": f"{_SCHEMA}/{one}", "href": f"{domain.url}/nodeinfo/{one}"} for one in VERSIONS]
    return {"links": [*links, {"rel": _APPLICATION, "href": f"{domain.url}/actor"}]}


def content_type(schema: str) -> str:
    """The media type of a document, with its schema as the profile."""
    return f'application/json; profile="{_SCHEMA}/{schema}#"; charset=utf-8'


def document(schema: str, config: Config, counts: Counts) -> dict[str, Any]:
    """The document in the version `schema`; `counts` are of the whole deployment."""
    software = {"name": "fedi", "version": version()}
    return {
        "version": schema,
        "software": software,
        "protocols": ["activitypub"],
        "services": {"inbound": [], "outbound": ["atom1.0"]},
        "openRegistrations": config.registration.mode == "open",
        "usage": {
            "users": {
                "total": counts.users,
                "activeMonth": counts.active_month,
                "activeHalfyear": counts.active_half_year,
            },
            "localPosts": counts.posts,
            "localComments": counts.comments,
        },
        "metadata": {"nodeName": config.brand.name},
    }
