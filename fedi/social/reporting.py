"""Reports: Flag, theirs and ours. Other servers get ours from the instance actor, so the reporter stays unnamed."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from msgspec import Struct

from fedi.activitypub import types
from fedi.activitypub.uris import host_of
from fedi.errors import NotAllowed, NotFound, Unavailable, Unprocessable
from fedi.model.people import Account
from fedi.model.permissions import MANAGE_REPORTS, roles_with
from fedi.model.posts import Post
from fedi.outbox.publish import Audience, activity_uri, publish
from fedi.social.notifying import notify
from fedi.store.reports import CATEGORIES, Report
from fedi.store.store import Transaction

COMMENT_MAX = 1_000
"""Characters that a person here may write."""
CONTENT_MAX = 5_000
"""Characters that are kept of what another server says."""
OBJECTS_MAX = 100
DOMAINS_MAX = 10


class Complaint(Struct, frozen=True, kw_only=True):
    """What somebody here reports. `posts` are those of the account that they may see."""

    posts: Sequence[Post] = ()
    comment: str = ""
    category: str = "other"
    rule_ids: tuple[int, ...] = ()
    collection_ids: tuple[int, ...] = ()
    forward: bool = False
    forward_domains: Collection[str] | None = None
    """Which of the servers concerned are told; None: that of the account."""


async def report(tx: Transaction, reporter: Account, target: Account, complaint: Complaint) -> Report:
    """A local person reports an account, with posts of it. Raises NotFound, Unprocessable.

    Where it is forwarded, the account's own server hears of it, and those of whom its posts answer, if they
    are asked for; the reporter is not named to them.
    """
    _check(reporter, target, complaint)
    posts = [post for post in complaint.posts if post.account_id == target.id][:OBJECTS_MAX]
    to = await _concerned(tx, target, posts, complaint) if complaint.forward else []
    made = Report(
        id=tx.new_id(),
        uri=activity_uri(tx, reporter)[1],
        reporter_id=reporter.id,
        target_id=target.id,
        post_ids=tuple(post.id for post in posts),
        collection_ids=complaint.collection_ids,
        rule_ids=complaint.rule_ids,
        category="violation" if complaint.rule_ids else complaint.category,
        comment=complaint.comment,
        forwarded=bool(to),
        created_at=tx.now,
        updated_at=tx.now,
    )
    await tx.reports.add(made)
    await _tell_staff(tx, made)
    if to:
        await _forward(tx, reporter, target, posts, made, to)
    return made


async def reported(tx: Transaction, activity: types.Flag, reporter: Account) -> None:
    """Another server reports somebody here. Raises NotAllowed if nothing of it is about anybody here."""
    if (await tx.blocks.domain_rule(host_of(reporter.uri))).reject_reports:
        raise NotAllowed(f"reports of {reporter.domain} are not read")
    uris = activity.objects[:OBJECTS_MAX]
    people = [account for account in (await tx.people.by_uris(uris)).values() if account.is_local]
    posts = [post for post in (await tx.posts.by_uris(uris)).values() if post.local]
    target_id = people[0].id if people else posts[0].account_id if posts else None
    if target_id is None or activity.id is None:
        raise NotAllowed("a report about nobody here")
    made = Report(
        id=tx.new_id(),
        uri=activity.id,
        reporter_id=reporter.id,
        target_id=target_id,
        post_ids=tuple(post.id for post in posts if post.account_id == target_id),
        comment=(activity.content or "")[:CONTENT_MAX],
        created_at=tx.now,
        updated_at=tx.now,
    )
    if await tx.reports.add(made):
        await _tell_staff(tx, made)


def _check(reporter: Account, target: Account, complaint: Complaint) -> None:
    if target.deleted_at is not None or target.type == "Application":
        raise NotFound(f"{target.uri} is not there to be reported")
    if reporter.id == target.id:
        raise Unprocessable(public="Validation failed: Target account can't be yourself")
    if complaint.category not in CATEGORIES:
        raise Unprocessable(public="Validation failed: Category is not included in the list")
    if len(complaint.comment) > COMMENT_MAX:
        raise Unprocessable(
            public=f"Validation failed: Comment is too long (maximum is {COMMENT_MAX} characters)"
        )


async def _tell_staff(tx: Transaction, made: Report) -> None:
    for staff_id in await tx.reports.staff(roles_with(MANAGE_REPORTS)):
        if staff_id != made.reporter_id:
            await notify(tx, staff_id, "admin.report", made.reporter_id, about_id=made.id)


async def _concerned(
    tx: Transaction, target: Account, posts: Sequence[Post], complaint: Complaint
) -> list[Account]:
    """One account of each other server that is to be told."""
    answered = [post.in_reply_to_account_id for post in posts if post.in_reply_to_account_id is not None]
    people = [target, *(await tx.people.by_ids(answered)).values()]
    wanted = {target.domain} if complaint.forward_domains is None else {*complaint.forward_domains}
    found: dict[str, Account] = {}
    for person in people:
        if not person.is_local and person.domain in wanted:
            found.setdefault(person.domain, person)
    return [*found.values()][:DOMAINS_MAX]


async def _forward(
    tx: Transaction,
    reporter: Account,
    target: Account,
    posts: Sequence[Post],
    made: Report,
    to: Sequence[Account],
) -> None:
    speaker = await _instance_actor(tx, reporter)
    flag = types.Flag(
        id=made.uri,
        actor=speaker.uri,
        to=(target.uri,),
        objects=(target.uri, *(post.uri for post in posts)),
        content=made.comment,
    )
    inboxes = tuple(dict.fromkeys(one.delivery_inbox for one in to))
    await publish(tx, flag, by=speaker, audience=Audience(inboxes=inboxes))


async def _instance_actor(tx: Transaction, local: Account) -> Account:
    domain = await tx.domains.by_id(local.domain_id) if local.domain_id is not None else None
    actor = await tx.people.by_id(domain.actor_id) if domain and domain.actor_id is not None else None
    if actor is None:
        raise Unavailable(f"the domain of {local.uri} has no instance actor")
    return actor
