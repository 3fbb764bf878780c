"""Every operation of the published schema with whatever a generator makes up: nothing is answered with a 5xx."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from tests.api import schema
from tests.interop.harness.site import plain_site
from tests.interop.ours import fedi_server
from tests.support.databases import PostgresTemplates

_RATES = ("api", "anonymous", "posts", "follows", "media", "login", "signup")
SETTINGS = ("[limits.rates]", *(f'{name} = "1000000 per 1 minute"' for name in _RATES))
MOST = 6  # cases an operation, beside those that the schema itself suggests
PROGRAM = "from schemathesis.cli import schemathesis; schemathesis()"


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
async def test_nothing_breaks_the_server(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    schema.document()  # which skips the test where the schema is absent
    url: str | None = None
    if engine == "postgresql":
        postgres: PostgresTemplates = request.getfixturevalue("postgres_templates")
        url = await postgres.fresh()
    async with fedi_server(plain_site(), tmp_path, people=["fay"], database_url=url, more=SETTINGS) as ours:
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", PROGRAM, "run", str(schema.PATH), "--url", ours.site.origin),
            *("--header", f"Authorization: Bearer {ours.member('fay').token}"),
            *("--checks", "not_a_server_error", "--phases", "coverage,fuzzing", "--mode", "all"),
            *("--max-examples", str(MOST), "--seed", "7", "--no-shrink", "--workers", "2"),
            *("--request-timeout", "30", "--continue-on-failure", "--suppress-health-check", "all"),
            *("--exclude-path-regex", "/streaming/|/oauth/revoke"),
            cwd=tmp_path,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        report, _ = await child.communicate()
        log = ours.log.read_text(encoding="utf-8", errors="replace")
        member = ours.member("fay")
        assert (await member.get("/api/v1/accounts/verify_credentials"))["id"] == member.id
    print(report.decode()[-3000:])
    assert child.returncode == 0, report.decode()[-6000:]
    assert "request crashed" not in log
