"""The plugin that forbids skips under CI."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
TESTS = {
    "call": "def test(): pytest.skip('no browser here')",
    "mark": "@pytest.mark.skipif(True, reason='no browser here')\ndef test(): pass",
    "file": "pytest.skip('no browser here', allow_module_level=True)",
    "shared": "def test(): pytest.skip('there is no ../shared/contexts')",
    "xfail": "@pytest.mark.xfail\ndef test(): assert False",
}


def outcomes(folder: Path, ci: str) -> tuple[dict[str, str], str]:
    """What pytest said of each file of TESTS, and all it said."""
    for name, text in TESTS.items():
        (folder / f"test_{name}.py").write_text(f"import pytest\n{text}\n")
    options = ["-p", "tests.no_skips", "-p", "no:cacheprovider", "-c", os.devnull, "-rA", "--no-fold-skipped"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, "--continue-on-collection-errors", str(folder)],
        env={**os.environ, "CI": ci, "PYTHONPATH": str(ROOT)},
        cwd=folder,
        capture_output=True,
        text=True,
    )
    assert done.returncode == (1 if ci else 0), done.stdout
    found = re.findall(r"^(FAILED|ERROR|SKIPPED|XFAIL)\b.*?test_(\w+)\.py", done.stdout, re.MULTILINE)
    return {name: outcome for outcome, name in found}, done.stdout


def test_a_skip_fails_under_ci(tmp_path: Path):
    found, text = outcomes(tmp_path, ci="true")
    # A mark skips in the test's setup, and pytest calls a failure there an error.
    assert found == {
        "call": "FAILED",
        "mark": "ERROR",
        "file": "ERROR",
        "shared": "SKIPPED",
        "xfail": "XFAIL",
    }
    assert "Nothing may be skipped when CI=true. no browser here" in text.replace("Skipped: ", "")


def test_a_skip_is_a_skip_elsewhere(tmp_path: Path):
    found, _ = outcomes(tmp_path, ci="")
    assert {name for name, outcome in found.items() if outcome == "SKIPPED"} == {
        "call",
        "mark",
        "file",
        "shared",
    }
