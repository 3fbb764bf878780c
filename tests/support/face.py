"""Our face to the world, alone: documents, WebFinger and pages on a store, asked as a server or as a browser."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
from quart import Quart, Response
from werkzeug.exceptions import HTTPException

from fedi.activitypub import signatures
from fedi.activitypub.keys import SigningKey
from fedi.config import Config
from fedi.errors import FediError, NotFound
from fedi.model.people import Account
from fedi.outbox import routes as outbox
from fedi.services import Services
from fedi.store.store import Store
from fedi.web import errors
from fedi.web import routes as web
from fedi.webfinger import routes as webfinger
from tests.builders import HERE_URL, make_domain, make_stranger
from tests.support import keys

ACTIVITY = "application/activity+json"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


class NoNet:
    """No way out: whatever is needed must be here already."""

    async def fetch(self, *_: Any, **__: Any) -> Any:
        raise AssertionError("asked another server")

    get = fetch


class Face:
    """The application without inbox and API, and how to ask it."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.store = services.store
        self.app = Quart("fedi.web", static_folder=None)
        self.app.extensions["fedi"] = services
        for part in (outbox, webfinger, web):
            part.mount(self.app)
        self.app.register_error_handler(FediError, _render)
        self.app.register_error_handler(HTTPException, _render_http)
        self.client = self.app.test_client()

    async def ask(self, path: str, *, accept: str = ACTIVITY, **headers: str) -> Any:
        """An unsigned GET."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.get(
            path.removeprefix(HERE_URL), headers={"Accept": accept, "Host": "a.test", **named}
        )

    async def browse(self, path: str, **headers: str) -> Any:
        """A GET by a browser."""
        return await self.ask(path, accept=BROWSER, **headers)

    async def page(self, path: str, **headers: str) -> str:
        """The HTML of a page that must be there."""
        response = await self.browse(path, **headers)
        assert response.status_code == 200, (path, response.status_code)
        return str(await response.get_data(as_text=True))

    async def document(self, path: str, *, by: SigningKey | None = None) -> dict[str, Any]:
        """A document that must be there."""
        response = await (self.signed(path, by) if by else self.ask(path))
        assert response.status_code == 200, (path, response.status_code)
        found: dict[str, Any] = orjson.loads(await response.get_data())
        return found

    async def signed(self, path: str, key: SigningKey, **headers: str) -> Any:
        """A GET signed with `key`."""
        path = path.removeprefix(HERE_URL)
        signed = signatures.sign("cavage", "GET", f"{HERE_URL}{path}", None, key, datetime.now(UTC))
        return await self.client.get(path, scheme="https", headers={**signed, "Accept": ACTIVITY, **headers})


async def make_face(store: Store, config: Config | None = None) -> Face:
    """The face of the domain a.test."""
    await make_domain(store)
    config = config or Config(domain="a.test", url=HERE_URL)
    services = Services(config, store, NoNet())  # type: ignore[arg-type]
    await services.refresh()
    return Face(services)


async def make_signer(
    store: Store, name: str = "bo", host: str = "b.test", **values: Any
) -> tuple[Account, SigningKey]:
    """A person of another server, and the key that signs their requests."""
    account = await make_stranger(store, name, host, **values)
    pair = keys.rsa()
    key_id = f"{account.uri}#main-key"
    async with store.write() as tx:
        await tx.keys.put(key_id, account.id, "rsa", pair.public_pem)
    return account, SigningKey(key_id, pair.private_pem)


async def _render(error: FediError) -> Response:
    return await errors.render(error)


async def _render_http(error: HTTPException) -> Response:
    assert error.code == 404
    return await errors.render(NotFound())
