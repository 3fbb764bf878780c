"""Following: what local people do, and below it what other servers tell us.

A follow of a remote person stays asked until that person accepts it, whatever its profile says: only then does
the follower see followers-only posts (CVE-2025-30741).
"""

from __future__ import annotations

from collections.abc import Sequence

from fedi.activitypub import types
from fedi.errors import Malformed, NotAllowed, NotFound
from fedi.model.people import Account, Relationship
from fedi.outbox.publish import activity_uri
from fedi.social import notifying
from fedi.social.follow_messages import send_accept, send_follow, send_reject, send_undo
from fedi.store.follows import ASKED, FOLLOWING, FollowRow
from fedi.store.store import Transaction

# --- local people -------------------------------------------------------------------------------------


async def ask(
    tx: Transaction,
    follower: Account,
    followee: Account,
    *,
    show_reblogs: bool = True,
    notify: bool = False,
    languages: Sequence[str] | None = None,
) -> Relationship:
    """A local person follows another, or asks to, or changes what it wants to see of whom it follows.

    `languages`: posts in these alone; None: in all of them. Who is limited here asks even where nobody has to.
    Raises NotFound for oneself and for who is not here any more, NotAllowed across a block and for who moved.
    """
    known = await tx.follows.between(follower.id, followee.id)
    if known is not None:
        await tx.follows.choose(known, show_reblogs=show_reblogs, notify=notify, languages=languages)
        return await relationship(tx, follower, followee)
    await _check_may_ask(tx, follower, followee)
    must_ask = followee.locked or follower.silenced_at is not None
    follow, _ = await tx.follows.add(
        follower.id,
        followee.id,
        state=FOLLOWING if followee.is_local and not must_ask else ASKED,
        uri=activity_uri(tx, follower)[1],
        show_reblogs=show_reblogs,
        notify=notify,
        languages=languages,
    )
    if follow.state == FOLLOWING:
        await tx.timelines.merge(follower.id, followee.id)
    if followee.is_local:
        await _tell_followee(tx, follow)
    else:
        await send_follow(tx, follower, followee, follow.uri)
    return await relationship(tx, follower, followee)


async def undo(tx: Transaction, follower: Account, followee: Account) -> Relationship:
    """A local person unfollows another, or withdraws what it asked."""
    await unfollow(tx, follower, followee)
    return await relationship(tx, follower, followee)


async def accept(tx: Transaction, followee: Account, follower: Account) -> Relationship:
    """A local person lets another follow it. Raises NotFound when nobody asked."""
    follow = await _request(tx, follower, followee)
    await tx.follows.accept(follow)
    await _forget_notices(tx, follow)
    await notifying.notify(tx, followee.id, "follow", follower.id)
    if follower.is_local:
        await tx.timelines.merge(follower.id, followee.id)
    else:
        await send_accept(tx, followee, follower, follow.uri)
    return await relationship(tx, followee, follower)


async def reject(tx: Transaction, followee: Account, follower: Account) -> Relationship:
    """A local person does not let another follow it. Raises NotFound when nobody asked."""
    await _request(tx, follower, followee)
    return await remove_follower(tx, followee, follower)


async def remove_follower(tx: Transaction, followee: Account, follower: Account) -> Relationship:
    """A local person no longer has that follower, or request."""
    await refuse(tx, followee, follower)
    return await relationship(tx, followee, follower)


async def part(tx: Transaction, local: Account, other: Account) -> None:
    """Neither follows the other any more, and the other's server knows."""
    await unfollow(tx, local, other)
    await refuse(tx, local, other)


async def relationship(tx: Transaction, account: Account, other: Account) -> Relationship:
    """What is between two people, seen from the first."""
    return (await tx.follows.relationships(account.id, [other.id]))[0]


async def unfollow(tx: Transaction, follower: Account, followee: Account) -> None:
    """A local person's follow, or request, is gone, and a remote followee's server knows."""
    follow = await tx.follows.remove(follower.id, followee.id)
    if follow is None:
        return
    await tx.timelines.unmerge(follower.id, followee.id)
    if followee.is_local:
        await _forget_notices(tx, follow)
    else:
        await send_undo(tx, follower, followee, follow.uri)


async def refuse(tx: Transaction, followee: Account, follower: Account) -> None:
    """A local person's follower, or request, is gone, and a remote follower's server knows."""
    follow = await tx.follows.remove(follower.id, followee.id)
    if follow is None:
        return
    await _forget_notices(tx, follow)
    if follower.is_local:
        await tx.timelines.unmerge(follower.id, followee.id)
    else:
        await send_reject(tx, followee, follower, follow.uri)


# --- other servers ------------------------------------------------------------------------------------


async def asked(tx: Transaction, activity: types.Follow, follower: Account, followee: Account) -> None:
    """A remote person follows a local one, or asks to. Repeated, it is answered again and told once."""
    uri = activity.id
    if uri is None:
        raise Malformed("a Follow without an id")
    if not await _may_be_followed(tx, follower, followee):
        await send_reject(tx, followee, follower, uri)
        return
    wanted = ASKED if followee.locked or follower.silenced_at is not None else FOLLOWING
    follow, is_new = await tx.follows.add(follower.id, followee.id, state=wanted, uri=uri)
    if is_new:
        await _tell_followee(tx, follow)
    elif follow.state == ASKED and wanted == FOLLOWING:
        await tx.follows.accept(follow)  # no longer locked
    if FOLLOWING in (follow.state, wanted):
        await send_accept(tx, followee, follower, uri)


async def accepted(tx: Transaction, followee: Account, follow: types.Follow | str) -> None:
    """A remote person accepts what a local one asked. What nobody asked is no follow."""
    found = await _asked_from_here(tx, followee, follow)
    if found is not None and await tx.follows.accept(found):
        await tx.timelines.merge(found.follower_id, found.followee_id)


async def rejected(tx: Transaction, followee: Account, follow: types.Follow | str) -> None:
    """A remote person refuses a local one, or no longer wants it as a follower."""
    if found := await _asked_from_here(tx, followee, follow):
        await tx.follows.remove(found.follower_id, found.followee_id)
        await tx.timelines.unmerge(found.follower_id, found.followee_id)


async def unaccepted(tx: Transaction, followee: Account, follow: types.Follow | str) -> None:
    """A remote person takes back its Accept: the follow waits for another one."""
    found = await _asked_from_here(tx, followee, follow)
    if found is not None and await tx.follows.unaccept(found):
        await tx.timelines.unmerge(found.follower_id, found.followee_id)


async def undone(tx: Transaction, actor: Account, *, object_uri: str | None, uri: str | None) -> bool:
    """A remote person unfollows `object_uri`, or takes back its Follow `uri`; whether there was one."""
    follow = None
    if object_uri is not None:
        followee = await tx.people.by_uri(object_uri)
        follow = await tx.follows.remove(actor.id, followee.id) if followee else None
    elif uri is not None and (known := await tx.follows.asked_by(actor.id, uri)):
        follow = await tx.follows.remove(known.follower_id, known.followee_id)
    if follow is not None:
        await _forget_notices(tx, follow)
    return follow is not None


# --- parts --------------------------------------------------------------------------------------------


async def _check_may_ask(tx: Transaction, follower: Account, followee: Account) -> None:
    if follower.id == followee.id or not followee.is_active:
        raise NotFound(f"{follower.uri} cannot follow {followee.uri}")
    if followee.moved_to_uri is not None:
        raise NotAllowed(f"{followee.uri} has moved", public="This person has moved to another account.")
    if await tx.blocks.between(followee.id, follower.id) or await tx.blocks.refuses(follower.id, followee):
        raise NotAllowed(f"a block is between {follower.uri} and {followee.uri}")


async def _may_be_followed(tx: Transaction, follower: Account, followee: Account) -> bool:
    # The instance actor is no one: it signs what is fetched for nobody in particular.
    if followee.moved_to_uri is not None or followee.type == "Application":
        return False
    return not await tx.blocks.refuses(followee.id, follower)


async def _request(tx: Transaction, follower: Account, followee: Account) -> FollowRow:
    follow = await tx.follows.between(follower.id, followee.id)
    if follow is None or follow.state != ASKED:
        raise NotFound(f"{follower.uri} has not asked to follow {followee.uri}")
    return follow


async def _asked_from_here(
    tx: Transaction, followee: Account, follow: types.Follow | str
) -> FollowRow | None:
    """The follow that a remote followee speaks of. Only of itself, and only what a person here asked."""
    if isinstance(follow, str):
        return await tx.follows.asked_of(followee.id, follow)
    if follow.object != followee.uri:
        raise NotAllowed(f"{followee.uri} answers a Follow of {follow.object}")
    follower = await tx.people.by_uri(follow.actor)
    if follower is None or not follower.is_local:
        return None
    return await tx.follows.between(follower.id, followee.id)


async def _tell_followee(tx: Transaction, follow: FollowRow) -> None:
    kind = "follow" if follow.state == FOLLOWING else "follow_request"
    await notifying.notify(tx, follow.followee_id, kind, follow.follower_id)


async def _forget_notices(tx: Transaction, follow: FollowRow) -> None:
    for kind in ("follow", "follow_request"):
        await tx.notifications.remove(account_id=follow.followee_id, type=kind, from_id=follow.follower_id)
