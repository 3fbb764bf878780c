"""The server process, for real: under every engine, over TCP, TLS and unix sockets, alone and as several."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import aiohttp
import httpx
import pytest

from fedi.errors import ConfigError
from fedi.serving import engines, lifespan
from fedi.serving.supervisor import pause
from tests.support.certificates import self_signed

ROOT = Path(__file__).parents[1]
ENGINES = ["hypercorn", "uvicorn", "granian"]
PATIENCE = 30.0
pytestmark = pytest.mark.slow


class Running:
    """A `fedi serve` that was started, and how to talk to it."""

    def __init__(self, folder: Path, arguments: list[str], variables: dict[str, str]) -> None:
        self.diary, self.log = folder / "diary", folder / "log"
        self.port = free_port()
        settings = {
            "FEDI_DOMAIN": "example.org",
            "FEDI_TEST_DIARY": str(self.diary),
            "FEDI_SERVER__BIND": f"127.0.0.1:{self.port}",
            "FEDI_SERVER__LOG_FORMAT": "json",
            **variables,
        }
        command = [sys.executable, "-m", "fedi", "serve", *arguments]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command, cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT), **settings}, stderr=log
            )

    def notes(self, word: str) -> list[int]:
        """The process ids that noted `word`, in order."""
        lines = self.diary.read_text().splitlines() if self.diary.exists() else []
        return [int(line.split()[-1]) for line in lines if line.startswith(word)]

    def until(self, what: Callable[[], object]) -> None:
        """Wait until `what` is true; a deadline, not a measurement."""
        deadline = time.monotonic() + PATIENCE
        while not what():
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.02)

    def until_ready(self, many: int = 1) -> None:
        self.until(lambda: self.log.read_text().count('"serving"') >= many or self.process.poll() is not None)
        assert self.process.poll() is None, self.log.read_text()

    def get(self, path: str = "/") -> str:
        return httpx.get(f"http://127.0.0.1:{self.port}{path}", timeout=PATIENCE).text

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


Serve = Callable[..., Running]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    started: list[Running] = []

    def start(*arguments: str, app: str = "build", **variables: str) -> Running:
        started.append(Running(tmp_path, [f"--app=tests.serving_app:{app}", *arguments], variables))
        return started[-1]

    yield start
    for running in started:
        if running.process.poll() is None:
            running.process.kill()
            running.process.wait()


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_answers_and_stops_cleanly(serve: Serve, engine: str, number: signal.Signals):
    running = serve(FEDI_SERVER__ENGINE=engine)
    running.until_ready()
    assert running.notes("started all") == [running.process.pid]
    assert running.get() == f"hello from {running.process.pid}"
    assert running.notes("ended") == []
    assert running.stop(number) == 0, running.log.read_text()
    assert running.notes("ended") == [running.process.pid]


@pytest.mark.parametrize("engine", ENGINES)
async def test_a_request_that_runs_may_finish(serve: Serve, engine: str):
    running = serve(FEDI_SERVER__ENGINE=engine)
    running.until_ready()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{running.port}", timeout=PATIENCE) as client:
        answer = asyncio.create_task(client.get("/slow"))
        await asyncio.to_thread(running.until, lambda: running.notes("slow"))
        running.process.send_signal(signal.SIGTERM)
        assert (await answer).text == "done"
    assert running.process.wait(PATIENCE) == 0
    assert running.notes("ended")


@pytest.mark.parametrize("engine", ENGINES)
async def test_a_request_that_hangs_is_cut_off(serve: Serve, engine: str):
    running = serve(FEDI_SERVER__ENGINE=engine, FEDI_SERVER__STOP_SECONDS="1")
    running.until_ready()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{running.port}", timeout=PATIENCE) as client:
        answer = asyncio.create_task(client.get("/stuck"))
        await asyncio.to_thread(running.until, lambda: running.notes("stuck"))
        assert await asyncio.to_thread(running.stop) == 0, running.log.read_text()
        with contextlib.suppress(httpx.HTTPError):
            assert (await answer).status_code >= 500
    assert running.notes("ended")


@pytest.mark.parametrize("engine", ENGINES)
async def test_endless_streams_end_when_the_server_stops(serve: Serve, engine: str):
    running = serve(FEDI_SERVER__ENGINE=engine)
    running.until_ready()
    url = f"http://127.0.0.1:{running.port}/stream"
    async with httpx.AsyncClient(timeout=PATIENCE) as client, client.stream("GET", url) as answer:
        lines = answer.aiter_lines()
        assert await anext(lines) == "first"
        running.process.send_signal(signal.SIGTERM)
        assert await anext(lines) == "last"
    assert running.process.wait(PATIENCE) == 0


@pytest.mark.parametrize("engine", ENGINES)
async def test_web_sockets(serve: Serve, engine: str):
    running = serve(FEDI_SERVER__ENGINE=engine)
    running.until_ready()
    url = f"http://127.0.0.1:{running.port}/echo"
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as talk:
        await talk.send_str("hello")
        assert await talk.receive_str() == "hello"
    assert running.stop() == 0, running.log.read_text()


@pytest.mark.parametrize("engine", ENGINES)
def test_unix_sockets(serve: Serve, engine: str, tmp_path: Path):
    path = tmp_path / "fedi.sock"
    running = serve(FEDI_SERVER__ENGINE=engine, FEDI_SERVER__BIND=f"unix:{path}")
    running.until_ready()
    assert path.stat().st_mode & 0o777 == 0o660
    with httpx.Client(transport=httpx.HTTPTransport(uds=str(path))) as client:
        assert client.get("http://example.org/").text.startswith("hello")
    assert running.stop() == 0
    assert not path.exists()


@pytest.mark.parametrize("engine", ENGINES)
def test_tls(serve: Serve, engine: str, tmp_path: Path):
    certificate, key = self_signed(tmp_path)
    running = serve(
        FEDI_SERVER__ENGINE=engine,
        FEDI_SERVER__TLS_CERTIFICATE=str(certificate),
        FEDI_SERVER__TLS_KEY=str(key),
    )
    running.until_ready()
    trust = ssl.create_default_context(cafile=str(certificate))
    answer = httpx.get(f"https://127.0.0.1:{running.port}/", verify=trust, timeout=PATIENCE)
    assert answer.text.startswith("hello")
    assert running.stop() == 0


@pytest.mark.parametrize("engine", ENGINES)
def test_a_killed_process_is_replaced(serve: Serve, engine: str):
    running = serve("--processes=2", FEDI_SERVER__ENGINE=engine)
    running.until_ready(many=2)
    first, second = running.notes("started")
    os.kill(first, signal.SIGKILL)
    running.until(lambda: len(running.notes("started")) == 3)
    running.until_ready(many=3)
    third = running.notes("started")[-1]
    assert running.get() in {f"hello from {second}", f"hello from {third}"}
    assert running.stop() == 0, running.log.read_text()
    assert sorted(running.notes("ended")) == sorted([second, third])


@pytest.mark.parametrize("engine", ENGINES)
def test_an_error_of_the_application_is_logged(serve: Serve, engine: str):
    running = serve(app="crash", FEDI_SERVER__ENGINE=engine)
    running.until_ready()
    assert httpx.get(f"http://127.0.0.1:{running.port}/", timeout=PATIENCE).status_code == 500
    assert running.stop() == 0
    lines = [json.loads(line) for line in running.log.read_text().splitlines()]
    assert any("a bug of ours" in line.get("exception", line["event"]) for line in lines)


def test_processes_end_when_the_parent_is_killed(serve: Serve):
    running = serve("--processes=2")
    running.until_ready(many=2)
    running.process.kill()
    running.process.wait()
    running.until(lambda: len(running.notes("ended")) == 2)


def test_a_worker_listens_to_nothing(serve: Serve):
    running = serve("--role=worker")
    running.until_ready()
    assert running.notes("started worker") == [running.process.pid]
    with pytest.raises(httpx.ConnectError):
        running.get()
    assert running.stop() == 0
    assert running.notes("ended") == [running.process.pid]


@pytest.mark.parametrize("processes", ["1", "2"])
@pytest.mark.parametrize(
    ("app", "sentence"),
    [
        ("refuse", "The database does not answer."),
        ("break_start", "the disk is full"),
        ("fail_start", "The database is away.\n"),
    ],
)
def test_what_start_up_refuses_ends_the_program(serve: Serve, app: str, sentence: str, processes: str):
    running = serve(f"--processes={processes}", app=app)
    assert running.process.wait(PATIENCE) == 2
    assert sentence in running.log.read_text()


def test_an_address_in_use_is_named(serve: Serve):
    with socket.create_server(("127.0.0.1", 0)) as other:
        address = f"127.0.0.1:{other.getsockname()[1]}"
        running = serve(FEDI_SERVER__BIND=address)
        assert running.process.wait(PATIENCE) == 2
    assert f"The address {address} is already in use" in running.log.read_text()


def test_a_socket_left_behind_is_replaced(serve: Serve, tmp_path: Path):
    path = tmp_path / "fedi.sock"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    running = serve(FEDI_SERVER__BIND=f"unix:{path}")
    running.until_ready()
    assert running.stop() == 0


def test_an_engine_that_is_missing_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    monkeypatch.delitem(sys.modules, "fedi.serving.engines.uvicorn_engine", raising=False)
    with pytest.raises(ConfigError) as caught:
        engines.find("uvicorn")
    assert "pip install 'fedi[uvicorn]'" in caught.value.public


def test_pauses_grow_to_a_limit():
    assert [pause(failures) for failures in (1, 2, 3)] == [0.5, 1.0, 2.0]
    assert pause(1000) == 30.0


async def test_an_application_without_a_lifespan_is_refused():
    async def app(scope: lifespan.Message, receive: lifespan.Receive, send: lifespan.Send) -> None:
        await receive()

    with pytest.raises(lifespan.LifespanFailed, match="it ended early"):
        async with lifespan.running(app):
            pass
