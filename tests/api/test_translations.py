"""Translations, by an engine that answers as LibreTranslate does, on this machine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
import pytest

from fedi.config import Config
from fedi.net.client import Net
from fedi.services import helper_settings, utc_now
from fedi.store.store import Store
from tests.api.conftest import Api
from tests.builders import make_domain
from tests.peer import World

STATUSES = "/api/v1/statuses"


class Engine:
    """Translates by shouting."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self.answer: bytes | None = None
        self.status = 200
        self.languages: list[dict[str, Any]] = [
            {"code": "en", "name": "English", "targets": ["fr", "en", "<b>"]},
            {"code": "fr", "name": "French", "targets": ["en"]},
        ]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        if head.startswith("GET"):
            self.paths.append(head.split()[1])
            self._answer(writer, self.answer or orjson.dumps(self.languages))
            return
        length = next(line for line in head.lower().splitlines() if line.startswith("content-length"))
        question = orjson.loads(await reader.readexactly(int(length.partition(":")[2])))
        self.asked.append(question)
        self.paths.append(head.split()[1])
        self._answer(writer, self.answer if self.answer is not None else self._translated(question))

    def _answer(self, writer: asyncio.StreamWriter, body: bytes) -> None:
        lines = (
            f"HTTP/1.1 {self.status} x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        )
        writer.write(f"{lines}Connection: close\r\n\r\n".encode() + body)
        writer.close()

    def _translated(self, question: dict[str, Any]) -> bytes:
        if "text" in question:  # DeepL
            found = [
                {"text": text.replace("hello", "bonjour"), "detected_source_language": "EN"}
                for text in question["text"]
            ]
            return orjson.dumps({"translations": found})
        found = [text.replace("hello", "bonjour") for text in question["q"]]
        return orjson.dumps({"translatedText": found, "detectedLanguage": [{"language": "en"}] * len(found)})


@asynccontextmanager
async def translated(store: Store, kind: str = "libretranslate") -> AsyncIterator[tuple[Api, Engine]]:
    engine = Engine()
    server = await asyncio.start_server(engine.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    await make_domain(store)
    config = Config.load(
        None,
        {
            "FEDI_DOMAIN": "a.test",
            "FEDI_TRANSLATION__ENGINE": kind,
            "FEDI_TRANSLATION__URL": f"http://127.0.0.1:{port}/",
            "FEDI_TRANSLATION__KEY": "secret",
        },
    )
    world = World(store, config)
    world.services.helpers = Net(helper_settings(config), now=utc_now)
    try:
        yield Api(world), engine
    finally:
        await world.services.helpers.close()
        server.close()
        await server.wait_closed()


@pytest.mark.operation("POST /api/v1/statuses/{id}/translate")
async def test_a_status_is_translated_once(store: Store) -> None:
    async with translated(store) as (api, engine):
        _, hers = await api.member("ana")
        poll = {"options": ["hello <b>", "two"], "expires_in": 600}
        given = {"status": "hello *you*", "spoiler_text": "hello & more", "poll": poll, "language": "en"}
        made = await hers.post(STATUSES, json=given)
        path = f"{STATUSES}/{made['id']}/translate"
        found = await hers.post(path, json={"lang": "fr"})
        assert found["content"] == "<p>bonjour <em>you</em></p>"
        assert (found["spoiler_text"], found["poll"]["options"][0]["title"]) == (
            "bonjour & more",
            "bonjour <b>",
        )
        assert (found["language"], found["detected_source_language"]) == ("fr", "en")
        assert (found["provider"], found["poll"]["id"]) == ("LibreTranslate", made["poll"]["id"])
        assert await hers.post(path, json={"lang": "fr"}) == found
        assert len(engine.asked) == 1
        assert (engine.asked[0]["source"], engine.asked[0]["target"]) == ("en", "fr")
        assert engine.asked[0]["api_key"] == "secret"
        await hers.ask("PUT", f"{STATUSES}/{made['id']}", json={"status": "hello again"})
        assert (await hers.post(path, json={"lang": "fr"}))["content"] == "<p>bonjour again</p>"


async def test_deepl(store: Store) -> None:
    async with translated(store, "deepl") as (api, engine):
        _, hers = await api.member("ana")
        made = await hers.post(STATUSES, json={"status": "hello", "language": "en"})
        found = await hers.post(f"{STATUSES}/{made['id']}/translate?lang=fr")
        assert (found["content"], found["provider"]) == ("<p>bonjour</p>", "DeepL.com")
        assert engine.paths == ["/v2/translate"]
        assert engine.asked[0]["target_lang"] == "FR"


async def test_what_is_not_translated(store: Store) -> None:
    async with translated(store) as (api, engine):
        _, hers = await api.member("ana")
        _, his = await api.member("bo")
        private = await hers.post(STATUSES, json={"status": "hello", "visibility": "private"})
        english = await hers.post(STATUSES, json={"status": "hello", "language": "en"})
        await hers.post(f"{STATUSES}/{private['id']}/translate", 403, json={"lang": "fr"})
        await his.post(f"{STATUSES}/{private['id']}/translate", 404, json={"lang": "fr"})
        await his.post(f"{STATUSES}/{english['id']}/translate", 403, json={"lang": "en"})
        await his.post(f"{STATUSES}/{english['id']}/translate", 403, json={"lang": "../x"})
        await api.anybody.post(f"{STATUSES}/{english['id']}/translate", 401, json={"lang": "fr"})
        assert engine.asked == []


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b"{}"),
        (429, b"{}"),
        (200, b"<html>"),
        (200, b"[]"),
        (200, b'{"translatedText": []}'),
        (200, b"{}"),
    ],
)
async def test_an_engine_in_trouble(store: Store, status: int, body: bytes) -> None:
    async with translated(store) as (api, engine):
        engine.status, engine.answer = status, body
        _, hers = await api.member("ana")
        made = await hers.post(STATUSES, json={"status": "hello", "language": "en"})
        await hers.post(f"{STATUSES}/{made['id']}/translate", 503, json={"lang": "fr"})


async def test_what_an_engine_answers_is_cleaned(store: Store) -> None:
    async with translated(store) as (api, engine):
        engine.answer = orjson.dumps({"translatedText": ["<p onclick=x()>a<script>x()</script></p>"]})
        _, hers = await api.member("ana")
        made = await hers.post(STATUSES, json={"status": "hello", "language": "en"})
        found = await hers.post(f"{STATUSES}/{made['id']}/translate", json={"lang": "fr"})
        assert found["content"] == "<p>a</p>"


async def test_without_an_engine_there_is_nothing(api: Api) -> None:
    _, hers = await api.member("ana")
    made = await hers.post(STATUSES, json={"status": "hello", "language": "en"})
    await hers.post(f"{STATUSES}/{made['id']}/translate", 404, json={"lang": "fr"})


@pytest.mark.operation("GET /api/v1/instance/translation_languages")
async def test_languages(store: Store) -> None:
    path = "/api/v1/instance/translation_languages"
    async with translated(store) as (api, engine):
        expected = {"en": ["fr"], "fr": ["en"], "und": ["en", "fr"]}
        assert await api.anybody.get(path) == expected
        assert await api.anybody.get(path) == expected
        assert engine.paths == ["/languages"]
        assert (await api.anybody.get("/api/v2/instance"))["configuration"]["translation"] == {
            "enabled": True
        }
    async with translated(store, "deepl") as (api, engine):
        assert "fr" in (await api.anybody.get(path))["en"]


async def test_an_engine_that_says_nonsense_has_no_languages(store: Store) -> None:
    async with translated(store) as (api, engine):
        engine.answer = b'{"error": "no"}'
        assert await api.anybody.get("/api/v1/instance/translation_languages") == {}
