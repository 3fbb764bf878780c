"""Letters go out: to the mail server of the settings, or into a folder where there is none."""

from __future__ import annotations

import asyncio
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from fedi.errors import RemoteInvalid, Unreachable
from fedi.later import later

if TYPE_CHECKING:
    import aiosmtplib
else:
    aiosmtplib = later("aiosmtplib")

_SECONDS = 30.0


async def send(url: str, message: EmailMessage) -> None:
    """Hand a letter to the server at `smtp://user:password@host:port`, or `smtps://`.

    Raises Unreachable where another try may help, RemoteInvalid where the server does not want the letter.
    """
    parts = urlsplit(url)
    inside = parts.scheme == "smtps"
    try:
        await aiosmtplib.send(
            message,
            hostname=parts.hostname,
            port=parts.port or (465 if inside else 587),
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            use_tls=inside,
            timeout=_SECONDS,
        )
    except aiosmtplib.SMTPRecipientsRefused as error:
        if any(500 <= refused.code < 600 for refused in error.recipients):
            raise RemoteInvalid(f"the mail server refused the address: {error}") from error
        raise Unreachable(f"the mail server put the address off: {error}") from error
    except (aiosmtplib.SMTPException, OSError) as error:
        raise Unreachable(f"the mail server: {error}") from error


async def spool(folder: Path, message: EmailMessage, name: str) -> Path:
    """Write a letter into the folder as `name`.eml, for its owner only; where it is."""
    return await asyncio.to_thread(_write, folder, message, name)


def _write(folder: Path, message: EmailMessage, name: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path, part = folder / f"{name}.eml", folder / f"{name}.part"
    part.touch(mode=0o600)
    part.write_bytes(message.as_bytes())
    part.replace(path)
    return path
