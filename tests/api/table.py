"""docs/api.md, written from the tests' markers: `python -m tests.api.table docs/api.md`."""

from __future__ import annotations

import ast
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from tests.api import schema
from tests.api.admin_operations import ADMIN_OPERATIONS

ROOT = Path(__file__).parents[2]
_INTRODUCTION = """# The client API, operation by operation

<!-- Written by `make docs` from the tests (tests/api/table.py). Edit them, not this. -->

Every operation of the Mastodon client API, and of its admin API, with the tests that show it: each calls the
operation with real data on SQLite and on PostgreSQL, fails unless it is answered well, and has the answer
checked against the published schema. An operation without a test counts as missing.
"""


def shown() -> dict[str, list[str]]:
    """The operations that tests are marked with, each with those tests."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for path in sorted(ROOT.glob("tests/api/**/test_*.py")):
        for test, operation in _marked(ast.parse(path.read_text(encoding="utf-8"))):
            place = f"[{test}](../{path.relative_to(ROOT).as_posix()})"
            if place not in found[operation]:
                found[operation].append(place)
    return dict(found)


def _marked(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for decorator in node.decorator_list:
            if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.operation":
                yield from ((node.name, ast.literal_eval(name)) for name in decorator.args)


def operations() -> list[str]:
    """Every operation of the published schema."""
    verbs = ("get", "post", "put", "patch", "delete")
    return [
        f"{verb.upper()} {path}"
        for path, entry in sorted(schema.document()["paths"].items())
        for verb in verbs
        if verb in entry
    ]


def text() -> str:
    """The whole document."""
    found = shown()
    parts = [_INTRODUCTION]
    for title, names in (("Client API", operations()), ("Admin API", list(ADMIN_OPERATIONS))):
        done = [name for name in names if name in found]
        parts.append(f"\n## {title}: {len(done)} of {len(names)} operations\n")
        parts.append("\n| operation | shown by |\n|---|---|\n")
        parts += [f"| `{name}` | {', '.join(found.get(name, ['missing'])[:3])} |\n" for name in names]
    return "".join(parts)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(text(), encoding="utf-8")
