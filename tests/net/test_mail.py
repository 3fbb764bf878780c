"""Letters go out: to a real SMTP conversation on loopback, or into a folder."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import AsyncIterator
from email import message_from_bytes
from email.message import EmailMessage
from pathlib import Path

import pytest

from fedi.errors import RemoteInvalid, Unreachable
from fedi.net import mail


class Server:
    """Speaks as much SMTP as it takes to receive a letter."""

    def __init__(self, to_recipient: str = "250 ok") -> None:
        self.to_recipient = to_recipient
        self.letters: list[bytes] = []
        self.port = 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.test\r\n")
        while line := await reader.readline():
            word = line[:4].upper().strip()
            if word == b"DATA":
                writer.write(b"354 go on\r\n")
                self.letters.append(await reader.readuntil(b"\r\n.\r\n"))
                writer.write(b"250 kept\r\n")
            elif word == b"RCPT":
                writer.write(f"{self.to_recipient}\r\n".encode())
            elif word == b"QUIT":
                writer.write(b"221 bye\r\n")
                break
            else:
                writer.write(b"250 ok\r\n")
        await writer.drain()
        writer.close()


@pytest.fixture
async def servers() -> AsyncIterator[list[Server]]:
    """A mail server that takes letters, one that never will, one that may later."""
    made = [Server(), Server("550 no such person"), Server("451 later")]
    running = []
    for one in made:
        listening = await asyncio.start_server(one, "127.0.0.1", 0)
        one.port = listening.sockets[0].getsockname()[1]
        running.append(listening)
    yield made
    for listening in running:
        listening.close()
        await listening.wait_closed()


def letter() -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "fedi@a.test", "ana@mail.test", "Élan"
    message.set_content("Hello.\n.\nA dot of its own.\n")
    return message


async def test_a_letter_is_handed_over(servers: list[Server]) -> None:
    await mail.send(f"smtp://127.0.0.1:{servers[0].port}", letter())
    kept = message_from_bytes(servers[0].letters[0])
    assert kept["To"] == "ana@mail.test"
    assert "A dot of its own." in str(kept.get_payload())


async def test_which_refusals_are_for_good(servers: list[Server]) -> None:
    with pytest.raises(RemoteInvalid):
        await mail.send(f"smtp://127.0.0.1:{servers[1].port}", letter())
    with pytest.raises(Unreachable):
        await mail.send(f"smtp://127.0.0.1:{servers[2].port}", letter())


async def test_nobody_answers() -> None:
    closed = await asyncio.start_server(Server(), "127.0.0.1", 0)
    port = closed.sockets[0].getsockname()[1]
    closed.close()
    await closed.wait_closed()
    with pytest.raises(Unreachable):
        await mail.send(f"smtp://127.0.0.1:{port}", letter())


async def test_a_letter_becomes_a_file(tmp_path: Path) -> None:
    path = await mail.spool(tmp_path / "new" / "mail", letter(), "7-confirm")
    assert path.name == "7-confirm.eml"
    assert message_from_bytes(path.read_bytes())["To"] == "ana@mail.test"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in path.parent.iterdir()] == [path.name]
