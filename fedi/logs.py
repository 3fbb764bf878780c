"""What is logged, and how: one line an event, on stderr, as JSON or for a person, and never a secret.

Loggers come from `structlog.get_logger()`, and events are a few fixed words with values beside them:
`log.info("delivered", host=host, attempts=2)`. What other libraries log through the standard library takes
the same way out. A level that is filtered out costs a call that does nothing.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any, TextIO

import orjson
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

_HIDDEN = "[hidden]"
_DEEPEST = 4
_SECRET_KEYS = frozenset(
    [
        *("authorization", "cookie", "set_cookie", "password", "token", "access_token", "refresh_token"),
        *("client_secret", "secret", "secret_key", "private_key", "signature", "code", "otp", "session"),
    ]
)
# A PEM key up to its end, a bearer token, the password in a URL. Every part is bounded, so a match is linear.
_SECRET_TEXT = re.compile(
    r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[^-]{0,8192}(?:-----END [A-Z ]{0,30}-----)?"
    r"|(?<=[Bb]earer )[A-Za-z0-9._~+/=-]{1,4096}"
    r"|(?<=://)[^/\s:@]{0,200}:[^/\s@]{1,200}(?=@)"
)
_NOISY = ("asyncio", "httpx", "httpcore", "aiohttp", "hypercorn", "hypercorn.error", "uvicorn", "_granian")


def configure(level: str, style: str) -> None:
    """Send logs of `level` (debug, info, warning, error) and above to stderr, once, at the start.

    `style` is json, console, or auto: console on a terminal, JSON elsewhere.
    """
    stream = sys.stderr
    as_json = style == "json" or (style == "auto" and not stream.isatty())
    threshold = logging.getLevelNamesMapping()[level.upper()]
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    console = structlog.dev.ConsoleRenderer(
        colors=stream.isatty(), exception_formatter=structlog.dev.plain_traceback
    )
    # An exception becomes text before secrets are hidden: its message may hold one.
    render: Processor = _render_json if as_json else console
    last: list[Processor] = [structlog.processors.ExceptionRenderer(), hide_secrets, render]
    structlog.configure(
        processors=[*shared, *last],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.WriteLoggerFactory(stream),
        cache_logger_on_first_use=True,
    )
    _configure_standard(stream, threshold, shared, last)


def _configure_standard(
    stream: TextIO, threshold: int, shared: list[Processor], last: list[Processor]
) -> None:
    """Give the standard library's loggers the same way out; libraries speak only of what went wrong."""
    handler = logging.StreamHandler(stream)
    remove = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared], processors=[remove, *last]
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(threshold)
    for name in _NOISY:
        library = logging.getLogger(name)
        library.handlers.clear()
        library.propagate = True
        library.setLevel(max(threshold, logging.WARNING))


def hide_secrets(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Replace what a log must not hold: values of secret names, and keys and passwords inside text."""
    return {key: _without_secrets(key, value) for key, value in event.items()}


def _without_secrets(key: object, value: object, depth: int = 0) -> object:
    if isinstance(key, str) and key.lower().replace("-", "_") in _SECRET_KEYS:
        return _HIDDEN
    if isinstance(value, str):
        return _SECRET_TEXT.sub(_HIDDEN, value)
    if not isinstance(value, dict | list | tuple):
        return value
    if depth == _DEEPEST:
        return "…"
    if isinstance(value, dict):
        return {inner: _without_secrets(inner, each, depth + 1) for inner, each in value.items()}
    return [_without_secrets(key, each, depth + 1) for each in value]


def _render_json(_: WrappedLogger, __: str, event: MutableMapping[str, Any]) -> str:
    return orjson.dumps(dict(event), default=repr, option=orjson.OPT_NON_STR_KEYS).decode()


@contextmanager
def about(**values: object) -> Iterator[None]:
    """Add `values` to every event logged inside: `with logs.about(request_id=request_id):`."""
    with structlog.contextvars.bound_contextvars(**values):
        yield
