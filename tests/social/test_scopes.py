"""Which scope covers which."""

from __future__ import annotations

import pytest

from fedi.errors import Unprocessable
from fedi.social.scopes import SCOPES, covers, parse


@pytest.mark.parametrize(
    ("granted", "wanted", "enough"),
    [
        ("read", "read:statuses", True),
        ("read:statuses", "read:statuses", True),
        ("read:statuses", "read:accounts", False),
        ("read:statuses", "read", False),
        ("read", "write:statuses", False),
        ("write", "read:statuses", False),
        ("follow", "write:follows", True),
        ("follow", "read:blocks", True),
        ("follow", "write:statuses", False),
        ("admin:read", "admin:read:accounts", True),
        ("admin:read", "admin:write:accounts", False),
        ("read", "admin:read:accounts", False),
        ("", "read", False),
    ],
)
def test_covering(granted: str, wanted: str, enough: bool) -> None:
    assert covers(frozenset(granted.split()), wanted) is enough


def test_reading_a_list() -> None:
    assert parse("read  write:statuses") == {"read", "write:statuses"}
    for wrong in ("", "read everything", "write:everything"):
        with pytest.raises(Unprocessable):
            parse(wrong)


def test_every_scope_covers_itself() -> None:
    assert all(covers({scope}, scope) for scope in SCOPES)
