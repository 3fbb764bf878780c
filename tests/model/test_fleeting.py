"""The memory of a moment."""

from __future__ import annotations

from fedi.model.fleeting import Fleeting


def test_a_value_is_kept_for_its_moment() -> None:
    memory = Fleeting[str, int](10, 2_000)
    assert memory.get("a", 0) is None
    memory.put("a", 1, 1_000)
    assert memory.get("a", 2_999) == 1
    assert memory.get("a", 3_000) is None
    assert memory.get("a", 999) is None  # a clock that was set back


def test_it_never_holds_more_than_its_size() -> None:
    memory = Fleeting[int, int](3, 1_000)
    for number in range(10):
        memory.put(number, number, 0)
        assert sum(memory.get(one, 0) is not None for one in range(10)) <= 3
    assert memory.get(9, 0) == 9
