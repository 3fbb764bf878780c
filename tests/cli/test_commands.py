"""The commands of the contract, run as a person at a terminal runs them, on both databases."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def fedi(database_url: str, tmp_path: Path) -> Run:
    """Runs `fedi ARGUMENTS` with settings in a file, on a fresh database."""
    settings = tmp_path / "config.toml"
    settings.write_text(
        f'domain = "a.test"\n[database]\nurl = "{database_url}"\n[server]\nlog_level = "error"\n'
    )
    environ = {name: value for name, value in os.environ.items() if not name.startswith("FEDI_")}

    def run(*arguments: str, status: int = 0) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "fedi", "--config", str(settings), *arguments],
            capture_output=True,
            text=True,
            env=environ,
            timeout=100,
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done

    return run


def test_a_person_is_made_posts_and_is_followed(fedi: Run) -> None:
    made = fedi("user", "create", "ana", "--email", "ana@mail.test", "--role", "owner")
    assert "@ana@a.test" in made.stdout
    assert "Password: " in made.stdout
    silent = fedi("user", "create", "bo", "--email", "bo@mail.test", "--password", "a long password")
    assert "Password" not in silent.stdout
    token = fedi("user", "token", "ana").stdout
    assert token.count("\n") == 1
    assert len(token.strip()) > 30
    post_id = fedi("post", "ana", "Hello @bo").stdout.strip()
    assert post_id.isdigit()
    followed = fedi("follow", "bo", "@ana@a.test").stdout.strip()
    assert followed.isdigit()
    listed = fedi("user", "list").stdout
    assert "@ana@a.test\towner\t1 followers\t1 posts" in listed
    assert fedi("db", "check").stdout == "The database is sound.\n"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("post", "nobody", "hi"), "There is no local account nobody."),
        (("user", "token", "nobody"), "There is no local account nobody."),
        (("user", "create", "no spaces", "--email", "a@b.test"), "Username"),
        (("user", "create", "ana", "--email", "not one"), "e-mail"),
        (("follow", "nobody", "@x@b.test"), "There is no local account nobody."),
        (("queue", "drop"), "--yes"),
        (("block", "remove", "b.test"), "is not blocked"),
        (("nonsense",), "nonsense"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(
    fedi: Run, arguments: tuple[str, ...], says: str
) -> None:
    refused = fedi(*arguments, status=2)
    assert says in refused.stderr
    assert refused.stdout == ""
    assert len(refused.stderr.strip().splitlines()) == 1


def test_an_empty_queue_is_shown_empty(fedi: Run) -> None:
    lines = fedi("queue", "show").stdout.splitlines()
    assert [line.split()[-1] for line in lines] == ["0"] * 6
    assert fedi("queue", "retry").stdout == "0 will be tried again.\n"


def test_servers_are_blocked_and_listed(fedi: Run) -> None:
    fedi("user", "create", "ana", "--email", "ana@mail.test")
    fedi("block", "add", "spam.test", "--reason", "spam")
    assert fedi("block", "list").stdout == "spam.test\tsuspend\tspam\n"
    fedi("block", "remove", "spam.test")
    assert fedi("block", "list").stdout == ""


def test_migrating_twice_changes_nothing(fedi: Run) -> None:
    assert fedi("db", "migrate").stdout == "The schema is up to date.\n"


def test_the_doctor_says_what_is_wrong(fedi: Run) -> None:
    seen = fedi("doctor", status=2)
    assert "ok    database: sound" in seen.stdout
    assert "ok    media: files can be written to" in seen.stdout
    assert "FAIL  the server" in seen.stdout
    assert "Is `fedi serve` running" in seen.stdout


def test_an_invitation_is_printed(fedi: Run, tmp_path: Path) -> None:
    refused = fedi("invite", "create", status=2)
    assert "Registration is closed" in refused.stderr
    settings = tmp_path / "config.toml"
    settings.write_text(settings.read_text() + '[registration]\nmode = "invite"\n')
    first = fedi("invite", "create", "--uses", "2", "--expires", "7").stdout
    assert re.fullmatch(r"https://a\.test/invite/[\w-]{12}\n", first)
    assert fedi("invite", "create").stdout != first
    fedi("invite", "create", "--uses", "0", status=2)
