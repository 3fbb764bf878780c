"""The well-known addresses: WebFinger (RFC 7033), host-meta (RFC 6415) and NodeInfo."""

from __future__ import annotations

import msgspec
from quart import Blueprint, Quart, Response, current_app, request

from fedi.errors import NotFound
from fedi.model.fleeting import Fleeting
from fedi.model.people import Account
from fedi.services import Services
from fedi.store.statistics import Counts
from fedi.webfinger import host_meta, nodeinfo, people
from fedi.webfinger.jrd import JRD

webfinger = Blueprint("webfinger", __name__)
_JRD = f"{JRD}; charset=utf-8"
_KEPT = "fedi_descriptors"
_KEPT_MS = 2_000
_COUNTS = "fedi_counts"
_COUNTS_MS = 600_000


def mount(app: Quart) -> None:
    """Add the addresses to `app`."""
    app.extensions[_KEPT] = Fleeting[str, bytes](2_000, _KEPT_MS)
    app.extensions[_COUNTS] = Fleeting[str, Counts](1, _COUNTS_MS)
    app.register_blueprint(webfinger)


def _services() -> Services:
    found: Services = current_app.extensions["fedi"]
    return found


@webfinger.get("/.well-known/webfinger")
async def finger() -> Response:
    """Who `resource` is. Readable by scripts of any page: there is nothing private in it."""
    services, asked = _services(), request.args
    resource, rels = asked.get("resource", ""), asked.getlist("rel")
    kept: Fleeting[str, bytes] = current_app.extensions[_KEPT]
    now = services.store.clock()
    body = None if rels else kept.get(resource, now)
    if body is None:
        account = await people.find(services, resource)
        body = people.encode(people.describe(account, _base(account), rels))
        if not rels:
            kept.put(resource, body, now)
    return _open(body, _JRD, 3600)


def _base(account: Account) -> str:
    """Where the domain of a local account answers."""
    return account.uri.rpartition("/ap/users/")[0] or account.uri.removesuffix("/actor")


@webfinger.get("/.well-known/host-meta")
async def host_meta_xml() -> Response:
    """Where WebFinger is asked, as XML."""
    domain = await _services().domain_of(request.host)
    return _open(host_meta.as_xml(domain.url), f"{host_meta.XRD}; charset=utf-8", 86_400)


@webfinger.get("/.well-known/host-meta.json")
async def host_meta_json() -> Response:
    """The same as JSON."""
    domain = await _services().domain_of(request.host)
    return _open(host_meta.as_json(domain.url), _JRD, 86_400)


@webfinger.get("/.well-known/nodeinfo")
async def nodeinfo_discovery() -> Response:
    """Where NodeInfo is."""
    domain = await _services().domain_of(request.host)
    return _open(msgspec.json.encode(nodeinfo.discovery(domain)), _JRD, 86_400)


@webfinger.get("/nodeinfo/<schema>")
async def nodeinfo_document(schema: str) -> Response:
    """NodeInfo, in the versions that other servers read."""
    if schema not in nodeinfo.VERSIONS:
        raise NotFound(f"no NodeInfo {schema}")
    services = _services()
    found = nodeinfo.document(schema, services.config, await _counts(services))
    return _open(msgspec.json.encode(found), nodeinfo.content_type(schema), 1800)


async def _counts(services: Services) -> Counts:
    """The counts, which take a while on a large database, kept for some minutes."""
    kept: Fleeting[str, Counts] = current_app.extensions[_COUNTS]
    now = services.store.clock()
    counts = kept.get(_COUNTS, now)
    if counts is None:
        async with services.store.read() as tx:
            counts = await tx.statistics.counts()
        kept.put(_COUNTS, counts, now)
    return counts


def _open(body: bytes | str, content_type: str, max_age: int) -> Response:
    return Response(
        body,
        content_type=content_type,
        headers={"Access-Control-Allow-Origin": "*", "Cache-Control": f"public, max-age={max_age}"},
    )
