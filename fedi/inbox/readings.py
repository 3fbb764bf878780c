"""Activities that the gate has read and that processing in the same process needs a moment later."""

from __future__ import annotations

from collections import OrderedDict

from fedi.activitypub import codec, types

_KEPT = 2_000


class Readings:
    """A small memory by uri. What is not in it is read again from the stored body."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, types.Activity] = OrderedDict()

    def put(self, uri: str, activity: types.Activity) -> None:
        """Keep a reading for later. The first one under an id stands, as in the queue."""
        self._kept.setdefault(uri, activity)
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)

    def take(self, uri: str, actor: str, body: bytes) -> types.Activity:
        """The activity of a stored row; raises Malformed when the body cannot be read."""
        activity = self._kept.pop(uri, None)
        # An id that another actor's rejected document also carried: only the stored body counts.
        if activity is not None and activity.actor == actor:
            return activity
        return codec.parse_activity(codec.load(body))
