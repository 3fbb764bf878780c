"""What the log shows, and what it never shows."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from fedi.logs import hide_secrets

# In a process of its own: `configure` is for a whole program, and other tests log too.
SPEAK = """
import logging, sys, structlog
from fedi import logs
logs.configure(*sys.argv[1:])
log = structlog.get_logger()
log.debug("too fine")
with logs.about(request_id="r1"):
    log.info("delivered", host="b.test", password="hunter2", address=("b.test", 443))
logging.getLogger("some.library").warning("odd %s", "thing")
logging.getLogger("httpx").info("GET /")
try:
    raise ValueError("key postgresql://u:hunter2@h/n")
except ValueError:
    log.exception("failed")
"""


def spoken(level: str, style: str) -> str:
    command = [sys.executable, "-c", SPEAK, level, style]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == ""
    return done.stderr


def test_json_is_one_object_a_line():
    first, second, third = (json.loads(line) for line in spoken("info", "auto").splitlines())
    assert (first["event"], first["level"], first["host"]) == ("delivered", "info", "b.test")
    assert (first["request_id"], first["address"]) == ("r1", ["b.test", 443])
    assert (second["event"], second["level"], second["logger"]) == ("odd thing", "warning", "some.library")
    assert third["event"] == "failed"
    assert "ValueError" in third["exception"]


def test_console_is_for_people():
    text = spoken("debug", "console")
    assert "too fine" in text
    assert "delivered" in text
    assert "GET /" not in text
    with pytest.raises(ValueError):
        json.loads(text.splitlines()[0])


@pytest.mark.parametrize("style", ["json", "console"])
def test_secrets_are_hidden_even_in_an_exception(style: str):
    text = spoken("info", style)
    assert "[hidden]" in text
    assert "hunter2" not in text


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("Authorization", "Bearer s3cret"),
        ("access_token", "s3cret"),
        ("client-secret", "s3cret"),
        ("text", "sent Bearer s3cret to b.test"),
        ("text", "-----BEGIN PRIVATE KEY-----\ns3cret\n-----END PRIVATE KEY-----"),
        ("text", "-----BEGIN RSA PRIVATE KEY-----\ns3cret"),
        ("url", "https://ana:s3cret@b.test/"),
        ("headers", {"Cookie": "s3cret"}),
        ("answers", [{"token": "s3cret"}]),
    ],
)
def test_secrets_are_hidden(key: str, value: object):
    event = hide_secrets(None, "info", {"event": "e", "host": "b.test", key: value})
    assert "s3cret" not in repr(event)
    assert event["host"] == "b.test"
