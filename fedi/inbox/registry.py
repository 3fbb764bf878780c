"""Which handler applies which type of activity: the index of this folder."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from fedi.activitypub import types
from fedi.inbox import (
    accept,
    add,
    announce,
    block,
    create,
    delete,
    emoji_react,
    flag,
    follow,
    like,
    move,
    quote_request,
    reject,
    remove,
    undo,
    update,
)
from fedi.net.signers import Verified
from fedi.store.store import Transaction

Handler = Callable[[Any, Verified, Transaction], Awaitable[None]]

HANDLERS: dict[type[types.Activity], Handler] = {
    types.Accept: accept.handle,
    types.Add: add.handle,
    types.Announce: announce.handle,
    types.Block: block.handle,
    types.Create: create.handle,
    types.Delete: delete.handle,
    types.EmojiReact: emoji_react.handle,
    types.Flag: flag.handle,
    types.Follow: follow.handle,
    types.Like: like.handle,
    types.Move: move.handle,
    types.QuoteRequest: quote_request.handle,
    types.Reject: reject.handle,
    types.Remove: remove.handle,
    types.Undo: undo.handle,
    types.Update: update.handle,
}
