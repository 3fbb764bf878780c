"""QuoteRequest: a remote person asks to quote a post of somebody here (FEP-044f)."""

from __future__ import annotations

from fedi.activitypub import types
from fedi.net.signers import Verified
from fedi.social import quoting, receiving
from fedi.store.store import Transaction


async def handle(activity: types.QuoteRequest, sender: Verified, tx: Transaction) -> None:
    """Answered at once, by what the author of the post lets people do.

    A post that quotes somebody here concerns them: it is kept, whoever it is addressed to.
    """
    if not await quoting.requested(tx, activity, sender.account):
        return
    post = activity.instrument
    if isinstance(post, str):
        await receiving.ask_origin(tx, post, wanted=True)
    else:
        await receiving.received(tx, post, sender.account, wanted=True)
