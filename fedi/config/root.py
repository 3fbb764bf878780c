"""All settings of one server, frozen, and the one way to read them."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from msgspec import Meta, Struct
from msgspec.structs import replace

from fedi.config import checks
from fedi.config.building import build
from fedi.config.sections import (
    Brand,
    Database,
    Email,
    Federation,
    Limits,
    Media,
    OAuth,
    Registration,
    Server,
    Translation,
)
from fedi.config.sources import read


@functools.cache
def version() -> str:
    """Return the installed version of fedi, such as `0.1.0`."""
    return metadata.version("fedi")


class Config(Struct, frozen=True):
    """Everything an operator may set. Only the domain has no default."""

    domain: Annotated[
        str,
        Meta(
            description="The part of every handle after the second @, as in `@ana@example.org`. It cannot be "
            "changed once others know you. A port, an address or a name without a dot is for labs."
        ),
    ] = ""
    url: Annotated[
        str,
        Meta(
            description="Where browsers and servers reach this one, when that is not `https://<domain>`. In "
            "a lab where the domain has a port and `federation.allow_http` is on, the default is `http://<domain>`."
        ),
    ] = ""
    server: Server = Server()
    database: Database = Database()
    media: Media = Media()
    registration: Registration = Registration()
    oauth: OAuth = OAuth()
    email: Email = Email()
    federation: Federation = Federation()
    brand: Brand = Brand()
    limits: Limits = Limits()
    translation: Translation = Translation()

    @classmethod
    def load(cls, path: Path | None, environ: Mapping[str, str]) -> Config:
        """Read `path` (None or a missing file: no file) and the FEDI_* variables of `environ`, which win.

        Relative paths in settings start at the file's folder. Raises ConfigError, whose public sentence
        names the setting and the line or the variable where it stands.
        """
        sources = read(path, environ)
        given = build(cls, sources)
        base = (path.parent if path else Path()).resolve()
        domain = checks.domain(given.domain, given.federation, sources)
        return replace(
            given,
            domain=domain,
            url=checks.url(given.url, domain, given.federation, sources),
            server=checks.server(given.server, sources, base),
            database=checks.database(given.database, sources, base),
            media=checks.media(given.media, sources, base),
            email=checks.email(given.email, sources, base),
            federation=checks.federation(given.federation, base),
        )

    @property
    def host(self) -> str:
        """Host, and port if not the usual one, of `url`: what the Host header of a request says."""
        return urlsplit(self.url).netloc

    @property
    def user_agent(self) -> str:
        """How we introduce ourselves to other servers: `fedi/0.1.0 (+https://social.example.org)`."""
        return f"fedi/{version()} (+{self.url})"
