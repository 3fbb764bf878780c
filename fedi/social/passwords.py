"""Passwords, kept as argon2id hashes (RFC 9106) and nothing else."""

from __future__ import annotations

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from fedi.errors import Unprocessable

SHORTEST = 8
LONGEST = 256
"""Characters. Hashing takes time with the length: without a limit, a password is a way to keep us busy."""

_hasher = PasswordHasher()


def check(password: str) -> None:
    """Raise Unprocessable unless the password has a length that we take."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise Unprocessable(public=f"A password has {SHORTEST} to {LONGEST} characters.")


async def hashed(password: str) -> str:
    """The hash to keep. Made in a thread: it is slow on purpose."""
    check(password)
    return await asyncio.to_thread(_hasher.hash, password)


async def matches(password_hash: str, password: str) -> bool:
    """Whether the hash was made of this password. Also in a thread."""
    return len(password) <= LONGEST and await asyncio.to_thread(_matches, password_hash, password)


async def pretend(password: str) -> None:
    """Take as long as `matches` would: whoever measures must not learn who is here."""
    await asyncio.to_thread(_hasher.hash, password[:LONGEST])


def _matches(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerifyMismatchError, InvalidHashError):
        return False
