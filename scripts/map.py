"""Write the map of ARCHITECTURE.md anew: each module, and the first sentence of its docstring."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
START, END = "<!-- map: made by `make docs` -->", "<!-- end of the map -->"
ROOMS = (
    ("", "the frame"),
    ("cli", "commands"),
    ("inbox", "what comes in"),
    ("api", "the Mastodon client API"),
    ("web", "pages and feeds"),
    ("social", "what people do"),
    ("outbox", "what goes out"),
    ("webfinger", "discovery"),
    ("net", "the only way out"),
    ("store", "the only SQL"),
    ("serving", "processes and HTTP engines"),
    ("config", "settings"),
    ("model", "values of the domain"),
    ("activitypub", "the protocol, pure"),
)


def first_sentence(path: Path) -> str:
    """The first line of a module's docstring."""
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return text.split("\n")[0].strip()


def lines() -> list[str]:
    """The map, a heading for each folder."""
    package = ROOT / "fedi"
    found: dict[str, list[str]] = {}
    for path in sorted(package.rglob("*.py")):
        if path.name == "__init__.py" and not path.stat().st_size:
            continue
        name = path.relative_to(package).as_posix()
        room = name.partition("/")[0] if "/" in name else ""
        found.setdefault(room, []).append(f"- `fedi/{name}` {first_sentence(path)}")
    order = {room: place for place, (room, _) in enumerate(ROOMS)}
    made = []
    for room in sorted(found, key=lambda room: order.get(room, len(order))):
        made += [
            "",
            f"### fedi/{room}: {dict(ROOMS).get(room, '')}".rstrip(": ").replace("/:", ":"),
            "",
            *found[room],
        ]
    return [*made, ""]


def main() -> int:
    """Rewrite the map in place; 0."""
    file = ROOT / "ARCHITECTURE.md"
    before, _, rest = file.read_text(encoding="utf-8").partition(START)
    after = rest.partition(END)[2]
    file.write_text(before + START + "\n" + "\n".join(lines()) + "\n" + END + after, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
