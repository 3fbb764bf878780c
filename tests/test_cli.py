"""The command itself: what it lists, what it loads, and how it refuses."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click
import pytest

from fedi.cli import COMMANDS, program, run
from fedi.config import version


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_loads_and_explains_itself(name: str, capsys: pytest.CaptureFixture[str]):
    command = program.get_command(click.Context(program), name)
    assert isinstance(command, click.Command)
    assert run([name, "--help"]) == 0
    assert f"Usage: fedi {name}" in capsys.readouterr().out


def test_help_lists_the_commands_and_loads_none():
    code = (
        "import sys; from fedi.cli import run; run(['--help'])\n"
        "heavy = {'quart', 'hypercorn', 'aiohttp', 'pyld', 'fedi.store', 'fedi.serving'} & set(sys.modules)\n"
        "sys.exit(f'{heavy} were loaded' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert all(name in done.stdout for name in COMMANDS)


def test_version(capsys: pytest.CaptureFixture[str]):
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"fedi {version()}\n"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--config", "absent.toml", "serve"], "There is no absent.toml: name a settings file that exists."),
        (["serve"], "There is no config.toml and FEDI_DOMAIN is not set"),
        (["frobnicate"], "No such command 'frobnicate'. See fedi --help."),
        (["serve", "--role", "boss"], "'boss' is not one of 'all', 'web', 'worker'. See fedi serve --help."),
    ],
)
def test_a_refusal_is_one_sentence(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str],
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
):  # fmt: skip
    monkeypatch.delenv("FEDI_DOMAIN", raising=False)
    monkeypatch.chdir(tmp_path)
    assert run(arguments) == 2
    shown = capsys.readouterr()
    assert sentence in shown.err
    assert shown.err.count("\n") == 1
    assert shown.out == ""


def test_verbose_shows_where_it_happened(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    assert run(["--verbose", "serve"]) == 2
    assert "Traceback" in capsys.readouterr().err
