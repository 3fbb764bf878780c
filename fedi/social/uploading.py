"""Files that people upload: taken, described, put on posts, and dropped."""

from __future__ import annotations

from typing import Any

from fedi.media import sweeping
from fedi.services import Services


async def sweep(services: Services, payload: dict[str, Any]) -> None:
    """The job `sweep_media`: files that nothing uses go."""
    del payload
    await sweeping.sweep(services.media)
