"""Plain values to frozen settings: each leaf is checked against its type, and refused by name and place."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin

import msgspec
from msgspec.structs import fields

from fedi.config import values as kinds
from fedi.config.sources import Sources
from fedi.errors import ConfigError

S = TypeVar("S", bound=msgspec.Struct)
KeyPath = tuple[str, ...]

# For each type of our own: how to say it, and how to read it.
_KINDS: Mapping[object, tuple[str, Callable[[object], object]]] = {
    kinds.Size: ('a size such as "10 MiB"', kinds.parse_size),
    kinds.Rate: ('a rate such as "300 per 5 minutes"', kinds.parse_rate),
    kinds.Secret: ("text in quotes", kinds.parse_secret),
    kinds.Networks: ('a list of networks such as ["10.0.0.0/8"]', kinds.parse_networks),
    tuple[kinds.Bind, ...]: (
        'an address such as "127.0.0.1:8420" or "unix:/run/fedi.sock"',
        kinds.parse_binds,
    ),
    Path: ("a file path", kinds.parse_path),
    Path | None: ("a file path", kinds.parse_path),
}
_PLAIN: Mapping[object, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "text in quotes",
}


def build(struct: type[S], sources: Sources) -> S:
    """Make `struct` of what was read. Raises ConfigError at the first setting that does not fit."""
    known = dict(leaves(struct))
    return _build(struct, sources.values, (), sources, known)


def leaves(struct: type[msgspec.Struct], path: KeyPath = ()) -> Iterator[tuple[KeyPath, object]]:
    """Yield every setting below `struct` as (path, annotated type), in the order they are declared."""
    for field in fields(struct):
        if is_section(field.type):
            yield from leaves(field.type, (*path, field.encode_name))
        else:
            yield (*path, field.encode_name), field.type


def is_section(annotation: Any) -> bool:
    """Tell whether a field holds settings of its own."""
    return (
        isinstance(annotation, type) and issubclass(annotation, msgspec.Struct) and annotation not in _KINDS
    )


def _build(
    struct: type[S],
    given: Mapping[str, object],
    path: KeyPath,
    sources: Sources,
    known: Mapping[KeyPath, object],
) -> S:
    by_name = {field.encode_name: field for field in fields(struct)}
    for key in given:
        if key not in by_name:
            raise _unknown((*path, key), sources, known)
    found: dict[str, Any] = {}
    for key, value in given.items():
        here, annotation = (*path, key), by_name[key].type
        if not is_section(annotation):
            found[key] = _leaf(annotation, value, here, sources)
        elif isinstance(value, dict):
            found[key] = _build(annotation, value, here, sources, known)
        else:
            raise ConfigError(
                public=f"{sources.place(here)}: {_dotted(here)} is a section; set one of its keys."
            )
    return struct(**found)


def _leaf(annotation: Any, value: object, path: KeyPath, sources: Sources) -> object:
    base = get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation
    try:
        if base in _KINDS:
            return _KINDS[base][1](value)
        return msgspec.convert(value, annotation)
    except (ValueError, msgspec.ValidationError) as error:
        shown = "" if base is kinds.Secret else f", not {_shown(value)}"
        sentence = f"{sources.place(path)}: {_dotted(path)} must be {wanted(annotation)}{shown}."
        raise ConfigError(public=sentence) from error


def wanted(annotation: Any) -> str:
    """Say in words what a setting of this type may be: `a whole number from 1 to 64`."""
    base, *notes = get_args(annotation) if get_origin(annotation) is Annotated else (annotation,)
    if base in _KINDS:
        return _KINDS[base][0]
    if get_origin(base) is Literal:
        choices = [f'"{choice}"' for choice in get_args(base)]
        return f"{', '.join(choices[:-1])} or {choices[-1]}"
    if get_origin(base) is tuple:
        return 'a list such as ["en", "pt-BR"]'
    return _PLAIN[base] + "".join(_bounds(note) for note in notes)


def _bounds(note: msgspec.Meta) -> str:
    low = note.ge if note.ge is not None else note.gt
    if note.le is not None:
        return f" from {low} to {note.le}" if note.ge is not None else f" above {low} and up to {note.le}"
    if note.max_length is not None:
        return f", {note.min_length} to {note.max_length} characters"
    if note.pattern is not None:
        return f" of the form {note.pattern}"
    return "" if low is None else f", {low} or more"


def _unknown(path: KeyPath, sources: Sources, known: Mapping[KeyPath, object]) -> ConfigError:
    names = {_dotted(each) for each in known} | {_dotted(each[:-1]) for each in known if each[:-1]}
    moved = [_dotted(each) for each in known if each[-1] == path[-1]]
    near = moved if len(moved) == 1 else difflib.get_close_matches(_dotted(path), names, n=1, cutoff=0.7)
    hint = f"; did you mean {near[0]}?" if near else "."
    return ConfigError(public=f"{sources.place(path)}: there is no setting {_dotted(path)}{hint}")


def _dotted(path: KeyPath) -> str:
    return ".".join(path)


def _shown(value: object) -> str:
    shown = {True: "true", False: "false"}[value] if isinstance(value, bool) else repr(value)
    return shown if len(shown) <= 80 else f"{shown[:80]}…"
