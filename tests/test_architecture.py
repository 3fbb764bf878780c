"""The shape of the house: imports go one way, libraries stay in their rooms, rooms stay small, the map is true."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "fedi"

# Left may import right, never back; neighbours in one row are strangers (DESIGN: layout).
LAYERS = [
    {"__main__"},
    {"cli"},
    {"asgi"},
    {"app", "worker"},
    {"metrics", "housekeeping"},
    {"inbox", "api", "web"},
    {"social"},
    {"outbox", "webfinger"},
    {"services"},
    {"media"},
    {"net"},
    {"store"},
    {"serving", "logs"},
    {"config"},
    {"model"},
    {"activitypub"},
    {"errors", "later"},
]
RANK = {name: rank for rank, layer in enumerate(LAYERS) for name in layer}

ONLY_IN = {
    "quart": ("app.py", "metrics.py", "api/", "web/", "asgi.py", "routes.py", "requests.py"),
    "httpx": ("net/",),
    "aiohttp": ("net/",),
    "httpx_aiohttp": ("net/",),
    "cryptography": ("activitypub/", "cli/doctor", "net/webpush"),
    "http_ece": ("net/webpush",),
    "py_vapid": ("net/webpush",),
    "pywebpush": (),
    "pyld": ("activitypub/",),
    "argon2": ("social/",),
    "pyotp": ("social/",),
    "webauthn": ("social/",),
    "segno": ("web/",),
    "aiosmtplib": ("net/",),
    "aiosqlite": ("store/",),
    "asyncpg": ("store/",),
    "sqlite3": ("store/",),
    "PIL": ("media/",),
    "av": ("media/",),
    "pillow_heif": ("media/",),
    "blurhash": ("media/",),
    "obstore": ("media/",),
    "jinja2": ("web/",),
}
SQL = re.compile(r"\b(SELECT\s.+\sFROM|INSERT\s+INTO\s+\w+\s*\(|UPDATE\s+\w+\s+SET|DELETE\s+FROM)\s", re.S)


def files() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def imports(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)}:{node.lineno} imports relatively"
            assert node.module is not None
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def room(dotted: str) -> str | None:
    parts = dotted.split(".")
    return parts[1] if parts[0] == "fedi" and len(parts) > 1 else None


@pytest.mark.parametrize("path", files(), ids=name_of)
def test_imports_go_one_way(path: Path) -> None:
    here = name_of(path).removesuffix(".py").split("/")[0]
    if here == "__init__":
        return
    for dotted, line in imports(path):
        there = room(dotted)
        if there is None or there == here:
            continue
        assert RANK[here] < RANK[there], f"{name_of(path)}:{line}: {here} may not import {there}"


@pytest.mark.parametrize("path", files(), ids=name_of)
def test_libraries_stay_in_their_rooms(path: Path) -> None:
    name = name_of(path)
    for dotted, line in imports(path):
        allowed = ONLY_IN.get(dotted.split(".")[0])
        if allowed is not None:
            assert any(name.startswith(part) or name.endswith(part) for part in allowed), (
                f"{name}:{line} imports {dotted}"
            )


@pytest.mark.parametrize("path", files(), ids=name_of)
def test_sql_is_written_in_the_store(path: Path) -> None:
    if name_of(path).startswith("store/"):
        return
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            assert not SQL.search(node.value), f"{name_of(path)}:{node.lineno} speaks SQL"


@pytest.mark.parametrize("path", files(), ids=name_of)
def test_rooms_are_small(path: Path) -> None:
    tree = ast.parse(path.read_text())
    assert len(path.read_text().splitlines()) <= 400, f"{name_of(path)} has outgrown its name"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= 60, f"{name_of(path)}:{node.lineno} {node.name} no longer fits on a screen"


@pytest.mark.parametrize("path", files(), ids=name_of)
def test_nothing_is_imported_inside_functions(path: Path) -> None:
    for function in ast.walk(ast.parse(path.read_text())):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for node in ast.walk(function):
                assert not isinstance(node, ast.Import | ast.ImportFrom), f"{name_of(path)}:{node.lineno}"


def test_the_map_lists_exactly_the_modules_there_are() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text()
    listed = set(re.findall(r"^\s*[-*] `fedi/([\w/.]+)`", text, re.M))
    there = {name_of(path) for path in files() if path.name != "__init__.py" or path.stat().st_size > 0}
    assert listed == there, f"missing: {sorted(there - listed)}; gone: {sorted(listed - there)}"


def test_every_activity_has_a_handler_file() -> None:
    handlers = {path.stem for path in (PACKAGE / "inbox").glob("*.py")}
    kinds = (
        "accept add announce block create delete emoji_react flag follow like move reject remove undo update"
    )
    assert set(kinds.split()) <= handlers
