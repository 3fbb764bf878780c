"""Parameters, in every form that clients send them."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedi.api.params import Params, nested, path_id
from fedi.errors import BadRequest, NotFound


def test_names_nest_as_rails_nests_them() -> None:
    pairs = [
        ("status", "hi"),
        ("id[]", "1"),
        ("id[]", "2"),
        ("poll[options][]", "yes"),
        ("poll[options][]", "no"),
        ("poll[multiple]", "true"),
        ("fields[0][name]", "a"),
        ("fields[0][value]", "b"),
        ("fields[1][name]", "c"),
        ("keywords[][keyword]", "x"),
        ("keywords[][whole]", "1"),
        ("keywords[][keyword]", "y"),
    ]
    assert nested(pairs) == {
        "status": "hi",
        "id": ["1", "2"],
        "poll": {"options": ["yes", "no"], "multiple": "true"},
        "fields": {"0": {"name": "a", "value": "b"}, "1": {"name": "c"}},
        "keywords": [{"keyword": "x", "whole": "1"}, {"keyword": "y"}],
    }


@given(st.lists(st.tuples(st.text("ab[]0", max_size=12), st.text(max_size=3)), max_size=20))
def test_any_names_are_read_or_refused(pairs: list[tuple[str, str]]) -> None:
    with contextlib.suppress(BadRequest):
        nested(pairs)


def test_too_much_is_refused() -> None:
    with pytest.raises(BadRequest):
        nested([("a", "1")] * 1001)
    with pytest.raises(BadRequest):
        nested([("a[b][c][d][e][f]", "1")])


def test_values_are_read_as_what_they_are_meant_to_be() -> None:
    params = Params(
        {"yes": "true", "no": "0", "on": True, "n": "7", "ids": ["1", "x", 2, "1"], "one": "3", "d": {}}
    )
    assert [params.flag(name) for name in ("yes", "no", "on", "none")] == [True, False, True, False]
    assert [
        params.number("n", 1, highest=5),
        params.number("none", 3),
        params.id("n"),
        params.id("none"),
    ] == [
        5,
        3,
        7,
        None,
    ]
    assert [params.ids("ids", 9), params.ids("one", 9), params.ids("none", 9)] == [[1, 2], [3], []]
    assert [params.text("on"), params.text("none", "x"), params.texts("none")] == ["true", "x", None]
    for wrong in (lambda: params.flag("n"), lambda: params.number("yes", 1), lambda: params.text("ids")):
        with pytest.raises(BadRequest):
            wrong()


@pytest.mark.parametrize("text", ["", "x", "-1", "1.0", str(2**63), "1" * 30, "١"])
def test_ids_in_addresses(text: str) -> None:
    with pytest.raises(NotFound):
        path_id(text)


def test_an_id_in_an_address() -> None:
    assert path_id("117661177620332544") == 117661177620332544
