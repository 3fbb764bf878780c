"""docs/settings.md, written from the settings: `python -m fedi.config.reference docs/settings.md`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin

import msgspec
from msgspec import Struct
from msgspec.structs import fields

from fedi.config import values as kinds
from fedi.config.building import is_section, wanted
from fedi.config.root import Config

_INTRODUCTION = """# Settings

<!-- Written by `make docs` from fedi/config/sections.py. Edit that, not this. -->

Settings are read from `config.toml` in the current folder, or from the file named with
`fedi --config PATH` or in the variable `FEDI_CONFIG`. Each can also be given as a variable, which wins:
`FEDI_`, then the path in capitals, joined by `__`. Its value is read as TOML, and a bare word as text:

```sh
FEDI_DATABASE__URL=postgresql://fedi@localhost/fedi
FEDI_FEDERATION__ALLOW_PRIVATE='["127.0.0.0/8"]'
```

Everything but the domain has a default. An unknown setting or a value of the wrong type is refused, with
its name and its line. Relative paths start at the folder of `config.toml`.
"""


def document() -> str:
    """Return the whole page as Markdown."""
    return _INTRODUCTION + "".join(_section(Config, ()))


def _section(struct: type[Struct], path: tuple[str, ...]) -> Iterator[str]:
    title = f"`[{'.'.join(path)}]`" if path else "The server's address"
    yield f"\n## {title}\n\n{(struct.__doc__ or '').strip()}\n"
    inner = []
    for field in fields(struct):
        if is_section(field.type):
            inner.append(field)
        else:
            yield _entry(field, path)
    for field in inner:
        yield from _section(field.type, (*path, field.name))


def _entry(field: msgspec.structs.FieldInfo, path: tuple[str, ...]) -> str:
    full = (*path, field.name)
    return (
        f"\n### `{'.'.join(full)}`\n\n{_description(field.type)}\n\n"
        f"- Value: {wanted(field.type)}\n"
        f"- Default: {_default(field)}\n"
        f"- Variable: `FEDI_{'__'.join(full).upper()}`\n"
    )


def _description(annotation: Any) -> str:
    notes = get_args(annotation)[1:] if get_origin(annotation) is Annotated else ()
    return str(next(note.description for note in notes))


def _default(field: msgspec.structs.FieldInfo) -> str:
    if field.name == "domain":
        return "none; it must be set"
    if field.name == "url" and field.default == "":
        return "`https://<domain>`"
    return "none" if field.default in (None, "") else f"`{as_toml(field.default)}`"


def as_toml(value: object) -> str:
    """Write a setting's value as it would stand in config.toml."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, kinds.Size):
        return f'"{value.words()}"'
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, tuple):
        items = ", ".join(as_toml(each) for each in value)
        return items if len(value) == 1 and isinstance(value[0], kinds.Bind) else f"[{items}]"
    return f'"{value}"'


def main() -> None:
    """Write the page to the file named on the command line."""
    Path(sys.argv[1]).write_text(document(), encoding="utf-8")


if __name__ == "__main__":
    main()
