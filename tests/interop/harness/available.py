"""What to do when a program that the interop tests need is not on this machine."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def unavailable(reason: str, remedy: str) -> NoReturn:
    """Skips the test and says how to have it run; under CI=true fails it, so that nothing is skipped unseen."""
    message = f"{reason}; to have it: {remedy}"
    if os.environ.get("CI") == "true":
        pytest.fail(message, pytrace=False)
    pytest.skip(message)
