"""Health for load balancers, metrics for Prometheus."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING

from quart import Blueprint, Quart, Response, current_app, request

from fedi.config import version
from fedi.errors import NotFound
from fedi.inbox.gate import Gate
from fedi.later import later
from fedi.services import Services
from fedi.store.queues import Waiting

if TYPE_CHECKING:
    import prometheus_client as prometheus
    from prometheus_client import core as families
    from prometheus_client.registry import Collector
else:  # only where somebody looks
    prometheus = later("prometheus_client")
    families = later("prometheus_client.core")
    Collector = object

metrics = Blueprint("metrics", __name__)
_TEXT = "text/plain; charset=utf-8"


def mount(app: Quart) -> None:
    """Add the addresses to `app`."""
    app.register_blueprint(metrics)


@metrics.get("/health")
async def health() -> Response:
    """200 while the process answers: a supervisor restarts it when it does not."""
    return Response("ok\n", content_type=_TEXT)


@metrics.get("/ready")
async def ready() -> Response:
    """200 when the database answers too: a load balancer sends requests here."""
    services: Services = current_app.extensions["fedi"]
    try:
        async with services.store.read() as tx:
            await tx.db.value("SELECT 1")
    except Exception:  # any reason at all means not ready
        return Response("the database does not answer\n", status=503, content_type=_TEXT)
    return Response("ok\n", content_type=_TEXT)


@metrics.get("/metrics")
async def figures() -> Response:
    """This process and the queues, in Prometheus' text format; for the machine and private networks only."""
    if not _is_near():
        raise NotFound("metrics asked for from outside")
    services: Services = current_app.extensions["fedi"]
    gate: Gate = current_app.extensions["fedi_gate"]
    async with services.store.read() as tx:
        waiting = await tx.queues.waiting()
    registry = prometheus.CollectorRegistry()
    prometheus.ProcessCollector(registry=registry)
    prometheus.PlatformCollector(registry=registry)
    prometheus.Gauge("fedi_info", "Which fedi this is", ["version"], registry=registry).labels(version()).set(
        1
    )
    registry.register(_Figures(waiting, dict(gate.outcomes)))
    return Response(prometheus.generate_latest(registry), content_type=prometheus.CONTENT_TYPE_LATEST)


def _is_near() -> bool:
    """Asked without a proxy in between (what a proxy passes on is the public's) from a private address."""
    if "x-forwarded-for" in request.headers or "forwarded" in request.headers:
        return False
    try:
        return ip_address(request.remote_addr or "").is_private
    except ValueError:
        return True  # a unix socket


class _Figures(Collector):
    """Figures that were just counted, as Prometheus' families."""

    def __init__(self, waiting: Waiting, outcomes: dict[str, int]) -> None:
        self._waiting = waiting
        self._outcomes = outcomes

    def collect(self) -> list[families.Metric]:
        """See `Collector.collect`."""
        queue = families.GaugeMetricFamily("fedi_queue", "Rows of each queue", labels=["queue", "state"])
        for (name, state), count in self._waiting.items():
            queue.add_metric([name, state], count)
        inbox = families.CounterMetricFamily(
            "fedi_inbox", "Activities let in by this process", labels=["outcome"]
        )
        for outcome, count in self._outcomes.items():
            inbox.add_metric([outcome], count)
        return [queue, inbox]
