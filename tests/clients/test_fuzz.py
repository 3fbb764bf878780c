"""Every operation of the published schema with whatever a generator makes up: nothing is answered with a 5xx."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from tests.api import schema
from tests.interop.harness.site import plain_site
from tests.interop.member import Member
from tests.interop.ours import fedi_server
from tests.support.databases import PostgresTemplates

_RATES = ("api", "anonymous", "posts", "follows", "media", "login", "signup")
SETTINGS = ("[limits.rates]", *(f'{name} = "1000000 per 1 minute"' for name in _RATES))
MOST = 6  # cases an operation, beside those that the schema itself suggests
# What the schema itself suggests is asked once: the engines differ below the API.
PHASES = {"sqlite": "coverage,fuzzing", "postgresql": "fuzzing"}
PROGRAM = "from schemathesis.cli import schemathesis; schemathesis()"


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
async def test_nothing_breaks_the_server(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    schema.document()  # which skips the test where the schema is absent
    url: str | None = None
    if engine == "postgresql":
        postgres: PostgresTemplates = request.getfixturevalue("postgres_templates")
        url = await postgres.fresh()
    async with fedi_server(plain_site(), tmp_path, people=["fay"], database_url=url, more=SETTINGS) as ours:
        (tmp_path / "schemathesis.toml").write_text(await _things(ours.member("fay")), encoding="utf-8")
        child = await asyncio.create_subprocess_exec(
            *(
                sys.executable,
                "-c",
                PROGRAM,
                "--config-file",
                "schemathesis.toml",
                "run",
                str(schema.PATH),
                "--url",
                ours.site.origin,
            ),
            *("--header", f"Authorization: Bearer {ours.member('fay').token}"),
            *("--checks", "not_a_server_error", "--phases", PHASES[engine], "--mode", "all"),
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
    assert child.returncode == 0, report.decode()[-6000:]
    assert "request crashed" not in log


async def _things(fay: Member) -> str:
    """Settings by which requests are about what there is, as long as it is there."""
    status = await fay.make("/api/v1/statuses", status="of a fuzzy day")
    poll = {"options": ["a", "b"], "expires_in": 600}
    asked = await fay.make("/api/v1/statuses", status="with choices", poll=poll)
    ids = {"statuses": status["id"], "accounts": fay.id, "polls": asked["poll"]["id"]}
    for name, (path, body) in _MADE.items():
        made = await fay.make(path, **body)
        ids[name] = made.get("collection", made)["id"]
    return "".join(
        f'[[operations]]\ninclude-path-regex = "^/api/v[12]/{name}/"\n'
        f'parameters = {{ "path.id" = "{number}", "path.{_OTHER_NAMES.get(name, "other")}" = "{number}" }}\n'
        for name, number in ids.items()
    )


_OTHER_NAMES = {"accounts": "account_id", "filters": "filter_id", "collections": "collection_id"}
_MADE = {
    "lists": ("/api/v1/lists", {"title": "few"}),
    "filters": ("/api/v2/filters", {"title": "no", "context": ["home"]}),
    "scheduled_statuses": ("/api/v1/statuses", {"status": "later", "scheduled_at": "2027-01-01T00:00:00Z"}),
    "featured_tags": ("/api/v1/featured_tags", {"name": "cats"}),
    "collections": ("/api/v1/collections", {"name": "people", "description": "", "sensitive": False}),
}
