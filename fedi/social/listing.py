"""Lists: made, changed, filled, and what an exclusive one keeps out of its owner's home."""

from __future__ import annotations

from collections.abc import Collection

from fedi.errors import NotFound, Unprocessable
from fedi.store.lists import ListRow
from fedi.store.store import Transaction

POLICIES = ("followed", "list", "none")
LISTS_MAX = 50
"""A person's lists, as in Mastodon."""
MEMBERS_MAX = 2_000
"""People on one list: reading it looks at the newest post of each."""
_TITLE_MAX = 256


async def create(tx: Transaction, owner_id: int, title: str, replies_policy: str, exclusive: bool) -> ListRow:
    """Make a list. Raises Unprocessable."""
    title = _checked(title, replies_policy)
    if await tx.lists.count(owner_id) >= LISTS_MAX:
        raise Unprocessable(public="Validation failed: You have reached the maximum number of lists")
    return await tx.lists.add(owner_id, title, replies_policy, exclusive)


async def own(tx: Transaction, owner_id: int, list_id: int) -> ListRow:
    """A list of the owner's. Raises NotFound: others' lists are nobody's business."""
    found = await tx.lists.by_id(owner_id, list_id)
    if found is None:
        raise NotFound
    return found


async def change(
    tx: Transaction, before: ListRow, title: str, replies_policy: str, exclusive: bool
) -> ListRow:
    """Change a list; with its exclusiveness, whether members are in the owner's home. Raises Unprocessable."""
    after = await tx.lists.change(before, _checked(title, replies_policy), replies_policy, exclusive)
    if before.exclusive and not exclusive:
        await tx.timelines.merge_all(after.account_id, await tx.lists.member_ids(after.id))
    elif exclusive and not before.exclusive:
        await _keep_out(tx, after, await tx.lists.member_ids(after.id))
    return after


async def remove(tx: Transaction, which: ListRow) -> None:
    """Delete a list; whom only it kept out of the owner's home is there again."""
    members = await tx.lists.member_ids(which.id) if which.exclusive else []
    await tx.lists.remove(which.id)
    if members:
        await tx.timelines.merge_all(which.account_id, members)


async def join(tx: Transaction, into: ListRow, account_ids: Collection[int]) -> None:
    """Put people on a list. Raises NotFound for whom the owner does not follow, Unprocessable for who is on it."""
    allowed = await tx.lists.may_join(into.account_id, account_ids)
    if set(account_ids) - allowed.keys():
        raise NotFound
    members = set(await tx.lists.member_ids(into.id))
    if members & allowed.keys():
        raise Unprocessable(public="Validation failed: Account has already been taken")
    if len(members) + len(allowed) > MEMBERS_MAX:
        raise Unprocessable(public=f"Validation failed: A list has at most {MEMBERS_MAX} members")
    await tx.lists.join(into, allowed)
    if into.exclusive:
        await _keep_out(tx, into, allowed)


async def leave(tx: Transaction, which: ListRow, account_ids: Collection[int]) -> None:
    """Take people off a list; who is not on it is off it."""
    await tx.lists.leave(which.id, account_ids)
    if which.exclusive:
        await tx.timelines.merge_all(which.account_id, account_ids)


async def _keep_out(tx: Transaction, which: ListRow, account_ids: Collection[int]) -> None:
    # What people post themselves is in their home whatever list they are on.
    others = [one for one in account_ids if one != which.account_id]
    await tx.timelines.unmerge_all(which.account_id, others)


def _checked(title: str, replies_policy: str) -> str:
    title = title.strip()
    if not title:
        raise Unprocessable(public="Validation failed: Title can't be blank")
    if len(title) > _TITLE_MAX:
        raise Unprocessable(
            public=f"Validation failed: Title is too long (maximum is {_TITLE_MAX} characters)"
        )
    if replies_policy not in POLICIES:
        raise Unprocessable(public="Validation failed: Replies policy is not included in the list")
    return title
