"""docs/api.md says what the tests show, and the tests name nothing that there is not."""

from __future__ import annotations

from tests.api import table
from tests.api.admin_operations import ADMIN_OPERATIONS


def test_the_table_is_what_the_tests_show() -> None:
    written = (table.ROOT / "docs/api.md").read_text(encoding="utf-8")
    assert written == table.text(), "run make docs"


def test_every_operation_is_shown() -> None:
    every = {*table.operations(), *ADMIN_OPERATIONS}
    found = table.shown().keys()
    assert found - every == set(), "tests are marked with what is no operation"
    assert every - found == set(), "no test shows these"
