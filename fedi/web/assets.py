"""Static files: few and small, so they are kept in memory; their addresses change when they do."""

from __future__ import annotations

from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent / "static"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}


class Asset(NamedTuple):
    """A static file."""

    body: bytes
    content_type: str
    version: str


@cache
def _all() -> dict[str, Asset]:
    return {path.name: _read(path) for path in sorted(FOLDER.iterdir()) if path.suffix in _TYPES}


def _read(path: Path) -> Asset:
    body = path.read_bytes()
    return Asset(body, _TYPES[path.suffix], blake2b(body, digest_size=5).hexdigest())


def find(name: str) -> Asset | None:
    """The file of that name."""
    return _all().get(name)


def address(name: str) -> str:
    """Where a page finds the file, in its present form. Raises KeyError for one there is not."""
    return f"/static/{name}?v={_all()[name].version}"
