"""From which languages into which the engine that the operator named can translate; asked once an hour."""

from __future__ import annotations

import re
from typing import Any

import msgspec
import structlog

from fedi.errors import FetchError
from fedi.services import Services

log = structlog.get_logger()

KEPT_MS = 3_600_000
_TRY_MS = 60_000
_UNKNOWN = "und"
"""The key for texts whose language nobody said: the engine finds out."""
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z]{2,4})?")
_MOST = 300
# DeepL tells its languages to whoever shows the key in a GET, which our client has no need for otherwise. Those of
# https://developers.deepl.com/docs/getting-started/supported-languages that go both ways.
_DEEPL = (
    "ar bg cs da de el en es et fi fr hu id it ja ko lt lv nb nl pl pt ro ru sk sl sv tr uk zh".split()  # noqa: SIM905
)


class Languages:
    """What one process remembers of it."""

    def __init__(self) -> None:
        self._known: dict[str, list[str]] = {}
        self._until = 0

    async def of(self, services: Services) -> dict[str, list[str]]:
        """Into which languages (lists) one can translate from which (keys); empty where there is no engine."""
        engine, now = services.config.translation.engine, services.store.clock()
        if engine == "none":
            return {}
        if engine == "deepl":
            return _pairs(dict.fromkeys(_DEEPL, _DEEPL))
        if now >= self._until:
            try:
                self._known, self._until = await _asked(services), now + KEPT_MS
            except (FetchError, ValueError, LookupError, TypeError) as error:
                log.warning("languages of the engine not known", error=str(error))
                self._until = now + _TRY_MS
        return self._known


async def _asked(services: Services) -> dict[str, list[str]]:
    """What LibreTranslate (1.6) answers at /languages."""
    address = f"{services.config.translation.url.rstrip('/')}/languages"
    answer = await services.helpers.get(
        address, accept="application/json", content_types=("application/json",)
    )
    given: Any = msgspec.json.decode(answer.body)
    return _pairs({one["code"]: one["targets"] for one in given[:_MOST]})


def _pairs(targets: dict[str, list[str]]) -> dict[str, list[str]]:
    found = {
        source: sorted(one for one in into[:_MOST] if one != source and _LANGUAGE.fullmatch(one))
        for source, into in targets.items()
        if _LANGUAGE.fullmatch(source)
    }
    return {**found, _UNKNOWN: sorted({one for into in found.values() for one in into})}
