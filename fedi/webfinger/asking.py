"""Asking another server who a handle is: WebFinger (RFC 7033), or where its host-meta (RFC 6415) says to ask."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import quote, urlsplit

from fedi.activitypub.uris import normal_host
from fedi.errors import (
    BadRequest,
    FetchError,
    Malformed,
    RemoteGone,
    RemoteInvalid,
    RemoteMissing,
    Unreachable,
)
from fedi.net.values import KIB, MIB, Answer
from fedi.services import Services
from fedi.webfinger import jrd
from fedi.webfinger.jrd import Descriptor

_HANDLE = re.compile(r"@?([^@\s/?#]{1,128})@([^@\s/?#]{1,255})")
_TYPES = (jrd.JRD, "application/json", "application/activity+json", "application/ld+json")
_XRD_TYPES = ("application/xrd+xml", "application/xml", "text/xml")
_XRD_MAX = 64 * KIB
# A tag cannot hold another `<`: each is looked at once, whatever a stranger sends.
_LINK = re.compile(r"<(?:\w{1,20}:)?Link\b([^<>]{0,4096})>")
_ATTRIBUTE = re.compile(r"""\b(rel|template)\s?=\s?(?:"([^"<>]{1,2048})"|'([^'<>]{1,2048})')""")


def split(handle: str) -> tuple[str, str]:
    """(name, domain in normal form) of `@name@domain`; raises BadRequest for anything else."""
    match = _HANDLE.fullmatch(handle.strip())
    if match is None:
        raise BadRequest(public="That is not a handle: write @name@domain.")
    name, colon, port = match[2].partition(":")
    return match[1], normal_host(name) + colon + port


async def ask(services: Services, handle: str) -> Descriptor:
    """What the domain of `handle` (name@domain, in normal form) says about it. Raises the FetchErrors."""
    domain = handle.partition("@")[2]
    scheme = "http" if services.config.federation.allow_http and ":" in domain else "https"
    resource = quote(f"acct:{handle}", safe="")
    try:
        answer = await _get(services, f"{scheme}://{domain}/.well-known/webfinger?resource={resource}")
    except (Unreachable, RemoteGone):
        raise
    except FetchError as error:
        template = await _host_meta(services, f"{scheme}://{domain}/.well-known/host-meta")
        if template is None:
            raise RemoteMissing(f"no WebFinger for {handle}: {error}") from error
        answer = await _get(services, template.replace("{uri}", resource))
    return jrd.parse(answer.body)


def subject_of(said: Descriptor, handle: str) -> str:
    """The handle that a descriptor is about, in normal form; `handle`, where its subject is no handle."""
    if said.handle is None:
        return handle
    try:
        return "@".join(split(said.handle)).lower()
    except (BadRequest, Malformed) as error:
        raise RemoteInvalid(f"WebFinger of {handle} has the subject {said.subject[:200]!r}") from error


async def _get(services: Services, url: str) -> Answer:
    return await services.net.get(
        url, accept=f"{jrd.JRD}, application/json", content_types=_TYPES, max_bytes=MIB
    )


async def _host_meta(services: Services, url: str) -> str | None:
    """The WebFinger template of a server that answers elsewhere (RFC 6415 section 2), or None."""
    try:
        answer = await services.net.get(
            url, accept="application/xrd+xml", content_types=_XRD_TYPES, max_bytes=_XRD_MAX
        )
    except FetchError:
        return None
    found = template_in(answer.body.decode("utf-8", "replace"))
    # The usual place was asked a moment ago.
    return found if found != _usual_template(url) else None


def template_in(xrd: str) -> str | None:
    """The `{uri}` template of the lrdd link of an XRD document."""
    for link in _LINK.finditer(xrd):
        attributes = {match[1]: match[2] or match[3] for match in _ATTRIBUTE.finditer(link[1])}
        template = unescape(attributes.get("template", ""))
        if attributes.get("rel") == "lrdd" and "{uri}" in template:
            return template
    return None


def _usual_template(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/.well-known/webfinger?resource={{uri}}"
