"""docs/advisories.md names every test of an advisory, and every test that it names is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/advisories.md").read_text(encoding="utf-8")
ROWS = [line.strip("| ").split(" | ") for line in PAGE.splitlines() if line.startswith("| ")]
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
NUMBER = re.compile(r"(?:CVE-\d{4}-\d{4,}|GHSA(?:-[a-z0-9]{4}){3}|Akkoma 20[\d.]+\d)")
NUMBER_IN_NAME = re.compile(r"cve_\d{4}_\d{4,}|ghsa(?:_[a-z0-9]{4}){3}|akkoma_\d{4}_\d\d(?:_1)?(?=_|$)")
DEFINITION = re.compile(r"^(?:async )?def (test_\w+)", re.MULTILINE)


def in_name(number: str) -> str:
    return re.sub(r"\W", "_", number.lower())


def rows_with_tests() -> list[tuple[str, list[tuple[str, str]]]]:
    return [(row[0], NAMED.findall(row[-1])) for row in ROWS if NAMED.search(row[-1])]


def numbered_tests() -> set[tuple[str, str]]:
    found = set()
    for path in (ROOT / "tests").glob("*/test_*.py"):
        for name in DEFINITION.findall(path.read_text(encoding="utf-8")):
            if NUMBER_IN_NAME.search(name):
                found.add((str(path.relative_to(ROOT)), name))
    return found


@pytest.mark.parametrize(("what", "tests"), rows_with_tests(), ids=lambda value: str(value)[:40])
def test_each_test_on_the_page_is_there(what: str, tests: list[tuple[str, str]]) -> None:
    for path, name in tests:
        assert name in DEFINITION.findall((ROOT / path).read_text(encoding="utf-8")), what


def test_each_advisory_has_a_test_with_its_number() -> None:
    for what, tests in rows_with_tests():
        if number := NUMBER.search(what):
            assert any(in_name(number[0]) in name for _, name in tests), what


def test_each_test_with_a_number_is_on_the_page() -> None:
    on_page = {test for _, tests in rows_with_tests() for test in tests}
    assert len(numbered_tests()) > 60
    assert numbered_tests() <= on_page
