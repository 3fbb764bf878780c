"""Where settings are written: config.toml and FEDI_* variables, and how to point at a place in them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

import msgspec

from fedi.errors import ConfigError

PREFIX = "FEDI_"
# Not settings: FEDI_CONFIG names the file itself, FEDI_TEST_* belong to the test-suite.
_NOT_SETTINGS = ("FEDI_CONFIG", "FEDI_TEST_")


class Sources(msgspec.Struct, frozen=True):
    """What was read, and enough to say where each setting was written."""

    values: dict[str, object]
    variables: dict[tuple[str, ...], str]
    file: str = ""
    text: str = ""

    def place(self, path: tuple[str, ...]) -> str:
        """Name where the setting at `path` is written: a variable, or the file and line."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.variables:
                return self.variables[path[:length]]
        line = _line_of(self.text, path)
        return f"{self.file}, line {line}" if line else self.file


def read(file: Path | None, environ: Mapping[str, str]) -> Sources:
    """Read `file` (None or missing: no settings) and the FEDI_* variables of `environ`, which win.

    Raises ConfigError when the file cannot be read or is not TOML.
    """
    text = _read_text(file) if file else ""
    values = _parse(text, str(file))
    variables = {
        tuple(name.removeprefix(PREFIX).lower().split("__")): name
        for name in sorted(environ)
        if name.startswith(PREFIX) and not name.startswith(_NOT_SETTINGS)
    }
    for path, name in variables.items():
        _put(values, path, _value(environ[name]), name)
    return Sources(values, variables, str(file or "config.toml"), text)


def _read_text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""  # the variables may name all that is needed
    except UnicodeDecodeError as error:
        raise ConfigError(public=f"{file} is not a text file in UTF-8.") from error
    except OSError as error:
        raise ConfigError(public=f"{file} cannot be read: {error.strerror}.") from error


def _parse(text: str, file: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(public=f"{file} is not valid TOML: {error}.") from error


def _value(text: str) -> object:
    """Read a variable's value as TOML; what is not TOML is a bare word, and so a string."""
    try:
        read = tomllib.loads(f"value = {text}")
    except tomllib.TOMLDecodeError:
        return text
    return read["value"] if len(read) == 1 else text


def _put(values: dict[str, object], path: tuple[str, ...], value: object, name: str) -> None:
    section = values
    for key in path[:-1]:
        inner = section.setdefault(key, {})
        if not isinstance(inner, dict):
            raise ConfigError(public=f"{name}: {key} is a setting, not a section.")
        section = inner
    section[path[-1]] = value


def _line_of(text: str, path: tuple[str, ...]) -> int | None:
    """Find the line (from 1) where the statement that sets `path` starts.

    tomllib keeps no positions, so ask it: the statement ends with the first run of lines that parses and
    holds the path, and starts after the last run that parses and does not. Only error messages pay for it.
    """
    lines = text.splitlines(keepends=True)
    start = 1
    for end in range(1, len(lines) + 1):
        try:
            values: object = tomllib.loads("".join(lines[:end]))
        except tomllib.TOMLDecodeError:
            continue
        for key in path:
            values = values.get(key) if isinstance(values, dict) else None
        if values is not None:
            return start
        start = end + 1
    return None
