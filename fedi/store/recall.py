"""Rows that come again and again: built into a value once, found again as long as every column is the same.

Nothing has to be told when a row changes: a changed row is another key. Measured on a row of `accounts`: by column
name 17.6 µs (sqlite3.Row looks names up one after the other), by position 4.1 µs, found again 0.8 µs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, TypeVar

import msgspec

from fedi.model.people import Account
from fedi.model.posts import Post
from fedi.store.rows import decoders

T = TypeVar("T", bound=msgspec.Struct)
_MOST = 2048


def reader(kind: type[T]) -> Callable[[Sequence[Any]], T]:
    """What builds a `kind` from its columns in the order of its fields (`rows.columns`), and no others."""
    names = kind.__struct_fields__
    decoding = [(names.index(name), decode) for name, decode in decoders(kind)]

    def build(row: Sequence[Any]) -> T:
        values = list(row)
        for index, decode in decoding:
            values[index] = decode(values[index])
        return kind(**dict(zip(names, values, strict=True)))

    return build


_account = reader(Account)
_post = reader(Post)


@lru_cache(maxsize=_MOST)
def account_of(columns: tuple[Any, ...]) -> Account:
    """The account in a row of exactly its columns."""
    return _account(columns)


@lru_cache(maxsize=_MOST)
def post_of(columns: tuple[Any, ...]) -> Post:
    """The post in a row of exactly its columns."""
    return _post(columns)
