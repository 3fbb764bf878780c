"""Libraries that come later: not before they are used, and with the very names of the module."""

from __future__ import annotations

import subprocess
import sys

import pytest

from fedi.later import later

# Each costs a megabyte or more; most processes never use them.
HEAVY = (
    "PIL",
    "aiosmtplib",
    "asyncpg",
    "av",
    "babel.dates",
    "lxml",
    "obstore",
    "prometheus_client",
    "pyld",
    "requests",
    "segno",
    "webauthn",
)


def test_a_process_that_does_nothing_has_none_of_them() -> None:
    script = "import sys, fedi.asgi; print(*(name for name in sys.argv[1:] if name in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", script, *HEAVY], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.split() == []


def test_it_is_the_module_once_it_is_used() -> None:
    name = "wave"
    sys.modules.pop(name, None)
    wave = later(name)
    assert name not in sys.modules
    opened = wave.open
    assert opened is sys.modules[name].open
    assert vars(wave)["open"] is opened


def test_what_is_not_there_is_an_error_when_it_is_used() -> None:
    with pytest.raises(ModuleNotFoundError):
        _ = later("there_is_no_such_module").something
    with pytest.raises(AttributeError):
        _ = later("wave").something
