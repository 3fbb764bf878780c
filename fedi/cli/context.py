"""What every command is given: which settings to read, and how much to tell when something fails."""

from __future__ import annotations

import os
from pathlib import Path

import click
import msgspec

from fedi.config import Config
from fedi.errors import ConfigError

DEFAULT_CONFIG = Path("config.toml")


class Context(msgspec.Struct, frozen=True):
    """The options that stand before the command's name."""

    path: Path = DEFAULT_CONFIG
    verbose: bool = False

    def config(self) -> Config:
        """Read the settings. Raises ConfigError; a file that was named must exist, the default need not."""
        if self.path != DEFAULT_CONFIG and not self.path.exists():
            raise ConfigError(public=f"There is no {self.path}: name a settings file that exists.")
        return Config.load(self.path, os.environ)

    def arguments(self) -> list[str]:
        """Return these options as another process of ours takes them."""
        return [f"--config={self.path}", *(["--verbose"] if self.verbose else [])]


pass_context = click.make_pass_decorator(Context)
