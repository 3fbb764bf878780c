"""A pytest plugin: under CI=true a skipped test is a failed one, and tests that need the machine go one by one.

A developer may lack a browser; the machine that judges a change may not. The one skip that stands is for the
published documents in ../shared, which not every checkout has beside it.
"""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest

ALLOWED = "../shared"
# Tests with these marks start servers, kill processes or cut connections: all of them share one xdist worker.
ALONE = ("interop", "faults")


@pytest.hookimpl(tryfirst=True)  # before xdist, which looks for groups in the same hook
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests that need much of the machine from running beside each other."""
    for item in items:
        if any(item.get_closest_marker(mark) for mark in ALONE):
            item.add_marker(pytest.mark.xdist_group("alone"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn the skip of a test into its failure."""
    report = yield
    if not hasattr(report, "wasxfail"):
        _refuse(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Turn the skip of a whole file into its failure."""
    report = yield
    _refuse(report)
    return report


def _refuse(report: pytest.TestReport | pytest.CollectReport) -> None:
    if os.environ.get("CI") != "true" or report.outcome != "skipped":
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    if ALLOWED not in reason:
        report.outcome = "failed"
        report.longrepr = f"Nothing may be skipped when CI=true. {reason}"
