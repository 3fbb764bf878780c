"""The documents about settings say what the code says: docs/settings.md and the sample config.toml."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from fedi.config import Config
from fedi.config.building import leaves
from fedi.config.reference import document

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "config.toml"
# Settings whose sample value is an example, not the default, because the default is "none".
EXAMPLES = {"url", "server.tls_certificate", "server.tls_key", "federation.ca_file", "media.bucket",
            "media.endpoint", "media.public_url"}  # fmt: skip
LAB = {"domain", "federation.allow_http", "federation.allow_private"}


def setting(config: Config, path: tuple[str, ...]) -> object:
    value: object = config
    for name in path:
        value = getattr(value, name)
    return value


def test_the_reference_is_current():
    assert (ROOT / "docs/settings.md").read_text(encoding="utf-8") == document(), "run: make docs"


def test_every_setting_is_in_the_reference():
    headings = re.findall(r"^### `(.+)`$", document(), re.MULTILINE)
    assert headings == [".".join(path) for path, _ in leaves(Config)]


def test_the_sample_runs_as_it_is():
    config = Config.load(SAMPLE, {})
    assert config.url == "http://localhost:8420"
    assert str(config.server.bind[0]) == "127.0.0.1:8420"


def test_the_sample_shows_every_setting_with_its_default(tmp_path: Path):
    uncommented = re.sub(r"^# (?=\w+ = )", "", SAMPLE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    shown = tomllib.loads(uncommented)
    full, default = tmp_path / "config.toml", Config.load(None, {"FEDI_DOMAIN": "example.org"})
    full.write_text(uncommented, encoding="utf-8")
    folders = {"FEDI_MEDIA__PATH": str(default.media.path), "FEDI_EMAIL__SPOOL": str(default.email.spool)}
    sample = Config.load(full, {"FEDI_DATABASE__URL": default.database.url, **folders})
    for path, _ in leaves(Config):
        section = shown
        for name in path:
            assert name in section, f"{'.'.join(path)} is not in config.toml"
            section = section[name]
        if ".".join(path) not in EXAMPLES | LAB:
            assert setting(sample, path) == setting(default, path), path
