"""Typed, frozen settings from config.toml and FEDI_* variables."""

from fedi.config.root import Config as Config
from fedi.config.root import version as version
