"""`fedi site`: what an admin without a browser can say."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from fedi import cli
from fedi.model.site import Site
from fedi.store.announcements import Announcements
from fedi.store.site import SiteSettings
from fedi.store.store import Store, Transaction

Run = Callable[..., str]


@pytest.fixture
def fedi(database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `fedi site ARGUMENTS`; what it printed."""
    settings = tmp_path / "config.toml"
    settings.write_text(f'domain = "a.test"\n[database]\nurl = "{database_url}"\n')

    def run(*arguments: str, status: int = 0) -> str:
        done = cli.run(["--config", str(settings), "site", *arguments])
        printed = capsys.readouterr()
        assert done == status, printed.err
        return printed.err if status else printed.out

    return run


def look(url: str) -> tuple[Site, list[str]]:
    async def read(tx: Transaction) -> tuple[Site, list[str]]:
        domain = (await tx.domains.all())[0]
        announced = await Announcements(tx).published(domain.id)
        return await SiteSettings(tx).of(domain.id), [one.text for one in announced]

    async def work() -> tuple[Site, list[str]]:
        store = await Store.open(url)
        async with store.read() as tx:
            found = await read(tx)
        await store.close()
        return found

    return asyncio.run(work())


def test_texts_rules_and_terms(fedi: Run, database_url: str, tmp_path: Path) -> None:
    long = tmp_path / "about.md"
    long.write_text("# About\n\nHerons.\n")
    fedi("set", "title", "Herons")
    fedi("set", "extended_description", "--file", str(long))
    fedi("set", "featured", '["@ana"]')
    fedi("set", "trends_review", "true")
    assert fedi("show", "title") == "Herons\n"
    assert 'featured\t["@ana"]' in fedi("show")
    assert fedi("add-rule", "Be kind").strip() == "1"
    assert fedi("add-rule", "No spam", "--hint", "None").strip() == "2"
    fedi("translate-rule", "2", "fr", "Pas de pub")
    fedi("remove-rule", "1")
    fedi("add-terms", "2026-01-01", str(long))
    announcement = fedi("announce", "Hello").strip()
    site, announced = look(database_url)
    assert (site.title, site.extended_description, site.trends_review) == (
        "Herons",
        "# About\n\nHerons.",
        True,
    )
    assert [(one.id, one.text, one.translations["fr"].text) for one in site.rules] == [
        (2, "No spam", "Pas de pub")
    ]
    assert [one.effective_date for one in site.terms] == ["2026-01-01"]
    assert announced == ["Hello"]
    fedi("unannounce", announcement)
    fedi("reset", "title")
    site, announced = look(database_url)
    assert (site.title, announced) == ("", [])


def test_emojis(fedi: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEDI_MEDIA__PATH", str(tmp_path / "media"))
    Image.effect_noise((32, 32), 90).save(tmp_path / "heron.png")
    address = fedi("add-emoji", "heron", str(tmp_path / "heron.png"), "--category", "Birds").strip()
    assert fedi("emojis") == f":heron:\tBirds\t{address}\n"
    fedi("remove-emoji", "heron")
    assert fedi("emojis") == ""


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("set", "title"), "Give a value"),
        (("set", "nonsense", "x"), "nonsense"),
        (("set", "peers", "maybe"), "written as JSON"),
        (("set", "minimum_age", '"x"'), "minimum_age"),
        (("set", "title", "x" * 61), "too long"),
        (("remove-rule", "9"), "no such rule"),
        (("translate-rule", "9", "fr", "x"), "no such rule"),
        (("announce", " "), "An announcement has"),
        (("unannounce", "9"), "no such announcement"),
        (("remove-emoji", "heron"), "no emoji"),
    ],
)
def test_what_is_refused(fedi: Run, arguments: tuple[str, ...], says: str) -> None:
    assert says in fedi(*arguments, status=2)
