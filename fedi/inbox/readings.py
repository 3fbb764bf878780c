"""Activities that the gate has read and that processing in the same process needs a moment later."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from fedi.activitypub import codec, types
from fedi.errors import Malformed
from fedi.net.actors import read_document

_KEPT = 2_000
# Copies of what was applied already leave theirs here, and senders choose how large those are.
_KEPT_BYTES = 8 * 1024 * 1024

_Key = tuple[str, str]


async def read(document: dict[str, Any]) -> types.Activity:
    """The activity in a document. Raises Malformed for what is none."""
    activity = await read_document(document)
    if not isinstance(activity, types.Activity):
        raise Malformed(f"not an activity: {document.get('type')!r}")
    return activity


class Readings:
    """A small memory by id and actor. What is not in it is read again from the stored body."""

    def __init__(self) -> None:
        self._kept: OrderedDict[_Key, tuple[types.Activity, int]] = OrderedDict()
        self._bytes = 0

    def put(self, uri: str, activity: types.Activity, size: int) -> None:
        """Keep a reading of a body of `size` bytes. The first one under an id stands, as in the queue."""
        key = (uri, activity.actor)
        if key in self._kept:
            return
        self._kept[key] = (activity, size)
        self._bytes += size
        while len(self._kept) > _KEPT or self._bytes > _KEPT_BYTES:
            self._bytes -= self._kept.popitem(last=False)[1][1]

    async def take(self, uri: str, actor: str, body: bytes) -> types.Activity:
        """The activity of a stored row; raises Malformed when the body cannot be read."""
        kept = self._kept.pop((uri, actor), None)
        if kept is None:
            return await read(codec.load(body))
        self._bytes -= kept[1]
        return kept[0]
