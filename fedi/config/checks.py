"""What one setting means for another: defaults that follow from the domain, and what cannot go together.

Each function takes a setting or a section as it was read, and returns it complete. All raise ConfigError with
a sentence that names the setting and its place.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from msgspec.structs import replace

from fedi.config.addresses import is_public_name, normal_domain, normal_origin
from fedi.config.sections import Database, Email, Federation, Media, Server
from fedi.config.sources import Sources
from fedi.config.values import Secret
from fedi.errors import ConfigError

_LAB = "federation.allow_http or federation.allow_private, which are for tests and labs"


def domain(text: str, federation: Federation, sources: Sources) -> str:
    """Return the domain in lower case and punycode; a port or a private name only in a lab."""
    if not text:
        raise _no_domain(sources)
    try:
        host, port = normal_domain(text)
    except ValueError as error:
        why = f'must be a host name such as "example.org", not "{text}"'
        raise _refuse(sources, "domain", why) from error
    lab = federation.allow_http or bool(federation.allow_private)
    if not lab and (port or not is_public_name(host)):
        raise _refuse(sources, "domain", f'must be a public host name, not "{text}", without {_LAB}')
    return f"{host}:{port}" if port else host


def url(text: str, domain: str, federation: Federation, sources: Sources) -> str:
    """Return the origin in its normal form, or the one that follows from the domain."""
    if not text:
        plain = federation.allow_http and ":" in domain
        return f"{'http' if plain else 'https'}://{domain}"
    try:
        origin = normal_origin(text)
    except ValueError as error:
        why = f'must be an address such as "https://social.example.org", not "{text}"'
        raise _refuse(sources, "url", why) from error
    if origin.startswith("http:") and not federation.allow_http:
        raise _refuse(sources, "url", "must start with https:// unless federation.allow_http is on")
    return origin


def server(given: Server, sources: Sources, base: Path) -> Server:
    """Check that a certificate has its key; relative files start at `base`."""
    if (given.tls_certificate is None) != (given.tls_key is None):
        missing = "tls_key" if given.tls_key is None else "tls_certificate"
        raise _refuse(sources, f"server.{missing}", "is missing: a certificate and its key go together")
    return replace(
        given,
        tls_certificate=given.tls_certificate and base / given.tls_certificate,
        tls_key=given.tls_key and base / given.tls_key,
    )


def database(given: Database, sources: Sources, base: Path) -> Database:
    """Check the URL; a relative SQLite file starts at `base`."""
    # str.removeprefix on purpose: what comes out is a path, no longer a secret.
    path = given.url.removeprefix("sqlite:///")
    if path and path != given.url:
        return replace(given, url=Secret(f"sqlite:///{base / path}"))
    if given.url.startswith("postgresql://") and urlsplit(given.url).path.strip("/"):
        return given
    # The URL may hold a password, so the sentence does not repeat it.
    why = 'must look like "sqlite:///var/fedi.db" or "postgresql://user@host/name"'
    raise _refuse(sources, "database.url", why)


def media(given: Media, sources: Sources, base: Path) -> Media:
    """Check that the storage can be reached by what is set; a relative folder starts at `base`."""
    if given.storage == "s3" and not given.bucket:
        raise _refuse(sources, "media.bucket", 'is missing: media.storage = "s3" needs the name of a bucket')
    for name, value in (("endpoint", given.endpoint), ("public_url", given.public_url)):
        if value and not value.startswith(("https://", "http://")):
            raise _refuse(sources, f"media.{name}", f'must start with https://, not "{value}"')
    return replace(given, path=base / given.path)


def email(given: Email, sources: Sources, base: Path) -> Email:
    """Check the mail server's address; a relative spool starts at `base`."""
    parts = urlsplit(given.url)
    # The URL may hold a password, so the sentence does not repeat it.
    if given.url and (parts.scheme not in ("smtp", "smtps") or not parts.hostname):
        raise _refuse(sources, "email.url", 'must look like "smtp://user:password@mail.example.org:587"')
    return replace(given, spool=base / given.spool)


def federation(given: Federation, base: Path) -> Federation:
    """Make a relative file of authorities start at `base`."""
    return replace(given, ca_file=given.ca_file and base / given.ca_file)


def _no_domain(sources: Sources) -> ConfigError:
    if sources.text:
        return ConfigError(
            public=f'{sources.file} names no domain: add a line such as domain = "example.org".'
        )
    return ConfigError(
        public=f"There is no {sources.file} and FEDI_DOMAIN is not set: copy the sample config.toml to that "
        "place and put your domain in it, or name another file with fedi --config PATH."
    )


def _refuse(sources: Sources, dotted: str, why: str) -> ConfigError:
    return ConfigError(public=f"{sources.place(tuple(dotted.split('.')))}: {dotted} {why}.")
