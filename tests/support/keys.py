"""Key pairs for tests: made once per run, as making RSA keys is slow; people of one test have different ones."""

from __future__ import annotations

from functools import lru_cache
from itertools import cycle

from fedi.activitypub.keys import KeyPair, generate_ed25519, generate_rsa


@lru_cache(maxsize=1)
def _pool() -> cycle[KeyPair]:
    return cycle([generate_rsa() for _ in range(6)])


def rsa() -> KeyPair:
    """The next of a few RSA pairs."""
    return next(_pool())


def ed25519() -> KeyPair:
    """A new Ed25519 pair."""
    return generate_ed25519()
