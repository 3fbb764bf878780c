"""The well-known addresses: WebFinger (RFC 7033), host-meta (RFC 6415) and NodeInfo."""

from __future__ import annotations

import msgspec
from quart import Blueprint, Quart, Response, current_app, request

from fedi.errors import NotFound
from fedi.services import Services
from fedi.store.usage import Usage
from fedi.webfinger import host_meta, nodeinfo, people
from fedi.webfinger.jrd import JRD

webfinger = Blueprint("webfinger", __name__)


def mount(app: Quart) -> None:
    """Add the addresses to `app`."""
    app.register_blueprint(webfinger)


def _services() -> Services:
    found: Services = current_app.extensions["fedi"]
    return found


@webfinger.get("/.well-known/webfinger")
async def finger() -> Response:
    """Who `resource` is. Readable by scripts of any page: there is nothing private in it."""
    account = await people.find(_services(), request.args.get("resource", ""))
    base = account.uri.rpartition("/ap/users/")[0] or account.uri.removesuffix("/actor")
    found = people.describe(account, base, request.args.getlist("rel"))
    return _open(people.encode(found), f"{JRD}; charset=utf-8", 3600)


@webfinger.get("/.well-known/host-meta")
async def host_meta_xml() -> Response:
    """Where WebFinger is asked, as XML."""
    domain = await _services().domain_of(request.host)
    return _open(host_meta.as_xml(domain.url), f"{host_meta.XRD}; charset=utf-8", 86_400)


@webfinger.get("/.well-known/host-meta.json")
async def host_meta_json() -> Response:
    """The same as JSON."""
    domain = await _services().domain_of(request.host)
    return _open(host_meta.as_json(domain.url), f"{JRD}; charset=utf-8", 86_400)


@webfinger.get("/.well-known/nodeinfo")
async def nodeinfo_discovery() -> Response:
    """Where NodeInfo is."""
    domain = await _services().domain_of(request.host)
    return _open(msgspec.json.encode(nodeinfo.discovery(domain)), f"{JRD}; charset=utf-8", 86_400)


@webfinger.get("/nodeinfo/<schema>")
async def nodeinfo_document(schema: str) -> Response:
    """NodeInfo, in the versions that other servers read."""
    if schema not in nodeinfo.VERSIONS:
        raise NotFound(f"no NodeInfo {schema}")
    services = _services()
    domain = await services.domain_of(request.host)
    async with services.store.read() as tx:
        counts = await Usage(tx).of(domain.id)
    found = nodeinfo.document(schema, services.config, counts)
    return _open(msgspec.json.encode(found), nodeinfo.content_type(schema), 1800)


def _open(body: bytes | str, content_type: str, max_age: int) -> Response:
    return Response(
        body,
        content_type=content_type,
        headers={"Access-Control-Allow-Origin": "*", "Cache-Control": f"public, max-age={max_age}"},
    )
