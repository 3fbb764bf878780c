"""What admins say of a server while it runs: its words, its rules, what it shows. Changed by `social/site.py`."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Shown = Literal["all", "users", "disabled"]


class Translation(Struct, frozen=True):
    """A rule in another language."""

    text: str
    hint: str = ""


class Rule(Struct, frozen=True):
    """A rule of the house. Its id stays when others are removed: reports refer to it."""

    id: int
    text: str
    hint: str = ""
    translations: dict[str, Translation] = {}


class Terms(Struct, frozen=True):
    """Terms of service: Markdown, and the day (2026-11-22) they hold from."""

    effective_date: str
    text: str


class Site(Struct, frozen=True, kw_only=True):
    """Everything that can be set, by the key it is kept under; texts without a note are plain."""

    title: str = ""
    """Empty: `brand.name` of the settings."""
    description: str = ""
    extended_description: str = ""
    """Markdown."""
    privacy_policy: str = ""
    """Markdown; empty: the one that comes with fedi."""
    terms: tuple[Terms, ...] = ()
    """The latest day last."""
    rules: tuple[Rule, ...] = ()
    contact_email: str = ""
    contact_account: str = ""
    """Handle of somebody here."""
    registration_message: str = ""
    """Shown where nobody can join; Markdown."""
    minimum_age: int = 0
    status_url: str = ""
    """Where people see whether the server is well."""
    thumbnail_url: str = ""
    thumbnail_blurhash: str = ""
    icon_url: str = ""
    domain_blocks: Shown = "disabled"
    domain_block_comments: Shown = "disabled"
    peers: bool = True
    """Whether the servers we know are told."""
    activity: bool = True
    """Whether the numbers of each week are told."""
    trends: bool = True
    trends_review: bool = False
    """Whether only what a moderator allowed trends."""
    featured: tuple[str, ...] = ()
    """Handles of people who are suggested to everybody."""
    updated: dict[str, int] = {}
    """When each key was set, ms since 1970."""


KEYS = tuple(name for name in Site.__struct_fields__ if name != "updated")
