"""The web application: routes mounted, the domain picked, errors rendered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog
from quart import Quart, Response, current_app, request
from quart.routing import QuartRule
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule

from fedi import metrics
from fedi.api import errors as api_errors
from fedi.api import routes as api
from fedi.api.streaming.connections import Streaming
from fedi.api.streaming.hub import Hub
from fedi.errors import FediError, NotFound, TooLarge
from fedi.inbox.gate import Gate
from fedi.inbox.readings import Readings
from fedi.inbox.routes import Inboxes
from fedi.outbox import routes as outbox
from fedi.services import Services
from fedi.social import requests
from fedi.web import errors as web_errors
from fedi.web import routes as web
from fedi.webfinger import routes as webfinger

log = structlog.get_logger()

_WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class LazyRule(QuartRule):
    """A route that can be made into an address, and is prepared for that when it is asked.

    Nobody here asks: werkzeug writes and compiles two functions for each of 330 routes, 80 ms of every start.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        prepare = super()._compile_builder

        def build(rule: Rule, **values: Any) -> tuple[str, str]:
            return prepare(append_unknown)(rule, **values)

        return build


def create_app(services: Services, readings: Readings) -> Quart:
    """The application on `services`. Importing this module, or calling this, touches neither disk nor network."""
    app = Quart("fedi.web", static_folder=None)
    app.url_rule_class = LazyRule
    app.url_map.strict_slashes = False  # apps ask for /api/v1/instance/ as well
    app.config["MAX_CONTENT_LENGTH"] = services.config.server.body_limit
    app.extensions["fedi"] = services
    app.extensions["fedi_gate"] = gate = Gate(services, readings)
    app.asgi_app = Inboxes(app.asgi_app, services, gate)  # type: ignore[method-assign,assignment,arg-type]
    app.extensions["fedi_streams"] = hub = Hub(services)
    app.asgi_app = Streaming(app.asgi_app, services, hub)  # type: ignore[method-assign,assignment,arg-type]
    for part in (outbox, webfinger, api, web, metrics):
        part.mount(app)
    app.before_request(_refuse_network)
    app.register_error_handler(FediError, _answer)
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(Exception, _answer_crash)
    return app


async def _refuse_network() -> None:
    """Nobody comes in from a network that a moderator closed (`no_access`). Raises NotAllowed."""
    services: Services = current_app.extensions["fedi"]
    if services.closes_networks:
        await services.check_network(requests.network(services))


async def _answer(error: FediError) -> Response:
    """The one place where an error becomes a response: the public sentence out, the private detail in the log."""
    if error.status >= 500:
        log.warning("request failed", path=request.path, status=error.status, detail=str(error))
    elif error.detail:
        log.info("request refused", path=request.path, status=error.status, detail=error.detail)
    if _is_for_machines():
        return api_errors.render(error)
    return await web_errors.render(error)


async def _answer_http(error: HTTPException) -> Response:
    if error.code == 404:
        return await _answer(NotFound())
    if error.code == 413:
        return await _answer(TooLarge())
    known = FediError(public=error.name)
    known.status = error.code or 500
    response = await _answer(known)
    if error.code == 405 and (allow := dict(error.get_headers()).get("Allow")):
        response.headers["Allow"] = allow
    return response


async def _answer_crash(error: Exception) -> Response:
    log.exception("request crashed", path=request.path, exc_info=error)
    return await _answer(FediError())


def _is_for_machines() -> bool:
    path = request.path
    if path.startswith("/oauth/authorize"):
        return False
    if path.startswith(("/api/", "/oauth/", "/media/", "/.well-known/", "/nodeinfo/", "/inbox", "/actor")):
        return True
    if request.method in _WRITES and path.endswith("/inbox"):
        return True
    accept = request.headers.get("accept", "")
    return "json" in accept and "text/html" not in accept
