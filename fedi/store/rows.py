"""Rows of an answer to the frozen values of `model`, and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import msgspec

from fedi.store.database import Row

T = TypeVar("T", bound=msgspec.Struct)
_encode = msgspec.json.Encoder().encode


def columns(kind: type[msgspec.Struct], prefix: str = "", rename: str = "") -> str:
    """The columns of `kind` as a select list: `p.id AS p_id, ...` for prefix "p.", rename "p_"."""
    names = kind.__struct_fields__
    return ", ".join(f"{prefix}{name} AS {rename}{name}" if rename else prefix + name for name in names)


def placeholders(kind: type[msgspec.Struct]) -> str:
    """The columns of `kind` as named parameters: `:id, :uri, ...`."""
    return ", ".join(f":{name}" for name in kind.__struct_fields__)


def read(kind: type[T], row: Row, prefix: str = "") -> T:
    """The value in a row whose columns are `kind`'s fields, each behind `prefix`."""
    values: dict[str, Any] = {name: row[prefix + name] for name in kind.__struct_fields__}
    for name, decode in decoders(kind):
        values[name] = decode(values[name])
    return kind(**values)


def write(value: msgspec.Struct) -> dict[str, Any]:
    """The value as parameters, lists as JSON text."""
    params = {name: getattr(value, name) for name in value.__struct_fields__}
    for name, decode in decoders(type(value)):
        if decode is not bool:
            params[name] = _encode(params[name]).decode()
    return params


def to_json(value: Any) -> str:
    """A list, or another value that a TEXT column keeps as JSON."""
    return _encode(value).decode()


def changed(values: Mapping[str, Any]) -> str:
    """`name = :name, ...` of an UPDATE, for names that the code wrote (never a stranger's)."""
    return ", ".join(f"{name} = :{name}" for name in values)


@lru_cache(maxsize=64)
def decoders(kind: type[msgspec.Struct]) -> tuple[tuple[str, Callable[[Any], Any]], ...]:
    """The fields of `kind` that a row holds in another form, and what reads each."""
    # SQLite answers booleans as 0 and 1, and lists are kept as JSON text; everything else comes as it is.
    found: list[tuple[str, Callable[[Any], Any]]] = []
    for name, hint in get_type_hints(kind).items():
        if hint is bool:
            found.append((name, bool))
        elif get_origin(hint) is tuple and ... in get_args(hint):
            found.append((name, _list_of(hint)))
    return tuple(found)


def _list_of(hint: Any) -> Callable[[str], Any]:
    decode = msgspec.json.Decoder(hint).decode
    return lambda text: () if text == "[]" else decode(text)
