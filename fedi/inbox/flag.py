"""Flag: another server reports somebody here."""

from __future__ import annotations

from fedi.activitypub import types
from fedi.net.signers import Verified
from fedi.social import reporting
from fedi.store.store import Transaction


async def handle(activity: types.Flag, sender: Verified, tx: Transaction) -> None:
    """Keep the report for the moderators."""
    await reporting.reported(tx, activity, sender.account)
