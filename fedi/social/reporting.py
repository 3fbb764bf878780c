"""Reports: Flag, theirs and ours. Other servers get ours from the instance actor, so the reporter stays unnamed."""

from __future__ import annotations

from collections.abc import Sequence

from fedi.activitypub import types
from fedi.errors import NotAllowed, Unavailable
from fedi.model.people import Account
from fedi.model.posts import Post
from fedi.outbox.publish import Audience, activity_uri, publish
from fedi.store.store import Transaction

CONTENT_MAX = 5_000
OBJECTS_MAX = 100


async def report(
    tx: Transaction,
    reporter: Account,
    target: Account,
    posts: Sequence[Post] = (),
    content: str = "",
    *,
    forward: bool = False,
) -> None:
    """A local person reports an account, with posts of it; `forward` tells the account's own server too."""
    own = [post.uri for post in posts if post.account_id == target.id][:OBJECTS_MAX]
    content = content[:CONTENT_MAX]
    uri = activity_uri(tx, reporter)[1]
    await tx.flags.add(uri, reporter.id, target.id, own, content)
    if not forward or target.is_local:
        return
    speaker = await _instance_actor(tx, reporter)
    flag = types.Flag(
        id=uri, actor=speaker.uri, to=(target.uri,), objects=(target.uri, *own), content=content
    )
    await publish(tx, flag, by=speaker, audience=Audience(inboxes=(target.delivery_inbox,)))


async def reported(tx: Transaction, activity: types.Flag, reporter: Account) -> None:
    """Another server reports somebody here. Raises NotAllowed if nothing of it is about anybody here."""
    uris = activity.objects[:OBJECTS_MAX]
    people = [account for account in (await tx.people.by_uris(uris)).values() if account.is_local]
    posts = [post for post in (await tx.posts.by_uris(uris)).values() if post.local]
    target_id = people[0].id if people else posts[0].account_id if posts else None
    if target_id is None or activity.id is None:
        raise NotAllowed("a report about nobody here")
    own = [post.uri for post in posts if post.account_id == target_id]
    content = (activity.content or "")[:CONTENT_MAX]
    await tx.flags.add(activity.id, reporter.id, target_id, own, content)


async def _instance_actor(tx: Transaction, local: Account) -> Account:
    domain = await tx.domains.by_id(local.domain_id) if local.domain_id is not None else None
    actor = await tx.people.by_id(domain.actor_id) if domain and domain.actor_id is not None else None
    if actor is None:
        raise Unavailable(f"the domain of {local.uri} has no instance actor")
    return actor
