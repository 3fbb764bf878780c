"""The activities that keep a follow the same on both servers: Follow, Accept, Reject, Undo.

Accept, Reject and Undo embed the Follow, whole and with plain string members: some servers cannot look one up
by its id (PROTOCOL sections 0.5 and 5.2). Each goes to the other person's own inbox.
"""

from __future__ import annotations

from fedi.activitypub import types
from fedi.model.people import Account
from fedi.outbox.publish import Audience, activity_uri, publish
from fedi.store.store import Transaction


async def send_follow(tx: Transaction, follower: Account, followee: Account, uri: str) -> None:
    """Ask a remote person; `uri` is the id of the Follow."""
    follow = types.Follow(id=uri, actor=follower.uri, object=followee.uri, to=(followee.uri,))
    await _send(tx, follow, by=follower, to=followee)


async def send_undo(tx: Transaction, follower: Account, followee: Account, uri: str) -> None:
    """Tell a remote person that a local one unfollowed it, or withdrew what it asked."""
    undo = types.Undo(
        id=activity_uri(tx, follower)[1],
        actor=follower.uri,
        object=_follow(follower, followee, uri),
        to=(followee.uri,),
    )
    await _send(tx, undo, by=follower, to=followee)


async def send_accept(tx: Transaction, followee: Account, follower: Account, uri: str) -> None:
    """Tell a remote follower that it may; `uri` is the id of its Follow."""
    accept = types.Accept(
        id=activity_uri(tx, followee)[1],
        actor=followee.uri,
        object=_follow(follower, followee, uri),
        to=(follower.uri,),
    )
    await _send(tx, accept, by=followee, to=follower)


async def send_reject(tx: Transaction, followee: Account, follower: Account, uri: str) -> None:
    """Tell a remote follower that it may not, or no longer."""
    reject = types.Reject(
        id=activity_uri(tx, followee)[1],
        actor=followee.uri,
        object=_follow(follower, followee, uri),
        to=(follower.uri,),
    )
    await _send(tx, reject, by=followee, to=follower)


def _follow(follower: Account, followee: Account, uri: str) -> types.Follow:
    return types.Follow(id=uri, actor=follower.uri, object=followee.uri)


async def _send(tx: Transaction, activity: types.AnyActivity, *, by: Account, to: Account) -> None:
    await publish(tx, activity, by=by, audience=Audience(inboxes=(to.inbox,)))
