"""Apps that people use us with."""

from __future__ import annotations

from msgspec import Struct


class App(Struct, frozen=True, kw_only=True):
    """An OAuth client. `scopes`, separated by spaces, is the most it may ask for."""

    id: int
    client_id: str
    secret_hash: bytes
    confidential: bool
    name: str
    website: str | None
    redirect_uris: tuple[str, ...]
    scopes: str
    created_at: int
