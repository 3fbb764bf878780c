"""What the program is given, built once at the start and passed in: nothing below reads a global."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from fedi.config import Config
from fedi.net.client import Net
from fedi.store.store import Store


class Services:
    """The settings, the store, the way out to other servers, and the time."""

    def __init__(
        self, config: Config, store: Store, net: Net, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self.config = config
        self.store = store
        self.net = net
        self.now = now
