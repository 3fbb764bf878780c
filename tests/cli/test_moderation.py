"""Commands for operators: delete an account, block a server, host a further domain."""

from __future__ import annotations

from tests.cli.test_commands import Run, fedi

__all__ = ["fedi"]


def test_an_account_is_deleted_and_its_name_is_not_had_again(fedi: Run) -> None:
    fedi("user", "create", "ana", "--email", "ana@mail.test")
    assert fedi("user", "delete", "ana", "--yes").stdout == "Deleted @ana@a.test.\n"
    assert fedi("user", "delete", "ana", "--yes", status=2).stderr == "ana is deleted already.\n"
    assert "no local account" in fedi("user", "delete", "bo", "--yes", status=2).stderr
    again = fedi("user", "create", "ana", "--email", "other@mail.test", status=2)
    assert "Username has already been taken" in again.stderr
    assert fedi("db", "check").stdout == "The database is sound.\n"


def test_servers_are_blocked_and_freed(fedi: Run) -> None:
    assert fedi("block", "add", "Bad.test", "--reason", "spam").stdout == "Blocked Bad.test (suspend).\n"
    assert fedi("block", "add", "bad.test", "--severity", "silence").returncode == 0
    assert fedi("block", "list").stdout.startswith("bad.test\tsilence\t")
    assert "no longer blocked" in fedi("block", "remove", "bad.test").stdout
    assert "is not blocked" in fedi("block", "remove", "bad.test", status=2).stderr
    assert "your own domain" in fedi("block", "add", "a.test", status=2).stderr


def test_a_further_domain_is_hosted(fedi: Run) -> None:
    assert fedi("domain", "add", "B.test").stdout == "Hosting b.test at https://b.test.\n"
    assert fedi("domain", "add", "b.test").returncode == 0
    assert "hosted already" in fedi("domain", "add", "b.test", "--url", "https://x.test", status=2).stderr
    assert "starts with https://" in fedi("domain", "add", "c.test", "--url", "ftp://c.test", status=2).stderr
    fedi("user", "create", "ana", "--email", "ana@mail.test")
    assert fedi("domain", "list").stdout.splitlines() == [
        "a.test\thttps://a.test\t1 accounts",
        "b.test\thttps://b.test\t0 accounts",
    ]
    assert "of config.toml" in fedi("domain", "remove", "a.test", status=2).stderr
    assert fedi("domain", "remove", "b.test").stdout == "b.test is no longer hosted here.\n"
    assert "is not hosted here" in fedi("domain", "remove", "b.test", status=2).stderr
