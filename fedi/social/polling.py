"""Polls: asked, voted in, counted; ours and those of other servers (PROTOCOL section 5.2, Questions).

Votes for a poll of ours that come late, twice, for what is no choice, or from who may not see it are dropped
without a word, as every server does.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from fedi.activitypub import types
from fedi.errors import NotFound, Unprocessable
from fedi.model.people import Account
from fedi.model.polls import LONGEST_MS, OPTION_MAX, SHORTEST_MS, Poll, PollDraft
from fedi.model.posts import Post
from fedi.model.times import to_ms
from fedi.outbox.extras import extras_of_one
from fedi.outbox.posts import to_update
from fedi.outbox.publish import Audience, activity_uri, publish
from fedi.social.audiences import everyone_with
from fedi.social.notifying import notify
from fedi.social.seeing import author_of
from fedi.store.store import Transaction

END, TELL = "end_poll", "tell_tallies"
"""The jobs' kinds."""
_TELL_EVERY_MS = 180_000
_STALE_MS = 60_000
REMOTE_OPTIONS_MAX = 32
_WRONG = "Validation failed: "

# --- asking -------------------------------------------------------------------------------------------


def check(draft: PollDraft, options_max: int) -> None:
    """Raise Unprocessable for a poll that may not be asked."""
    options = draft.options
    if len(options) < 2 or any(not option.strip() for option in options):
        raise Unprocessable(public=f"{_WRONG}Options must have more than one item")
    if len(options) > options_max:
        raise Unprocessable(public=f"{_WRONG}Options can't contain more than {options_max} items")
    if any(len(option) > OPTION_MAX for option in options):
        raise Unprocessable(public=f"{_WRONG}Options cannot be longer than {OPTION_MAX} characters each")
    if len(set(options)) != len(options):
        raise Unprocessable(public=f"{_WRONG}Options contain duplicate items")
    if draft.seconds * 1_000 < SHORTEST_MS:
        raise Unprocessable(public=f"{_WRONG}Expires at is too soon")
    if draft.seconds * 1_000 > LONGEST_MS:
        raise Unprocessable(public=f"{_WRONG}Expires at is too far into the future")


async def ask(tx: Transaction, post: Post, draft: PollDraft) -> Poll:
    """Add the poll of a new post of ours (whose `poll_id` it gets), and have it end in time."""
    assert post.poll_id is not None
    poll = Poll(
        id=post.poll_id,
        post_id=post.id,
        options=draft.options,
        tallies=(0,) * len(draft.options),
        multiple=draft.multiple,
        hide_totals=draft.hide_totals,
        voters_count=0,
        expires_at=tx.now + draft.seconds * 1_000,
    )
    await tx.polls.add(poll)
    await end_in_time(tx, poll)
    return poll


async def end_in_time(tx: Transaction, poll: Poll) -> None:
    """Have people told when the poll is over."""
    if poll.expires_at is not None:
        await tx.jobs.add(
            END, {"poll_id": poll.id}, key=f"{END}:{poll.id}:{poll.expires_at}", run_at=poll.expires_at
        )


async def reask(tx: Transaction, post: Post, before: Poll | None, draft: PollDraft | None) -> None:
    """The poll of an edited post of ours: other choices are another question, which nobody has answered yet."""
    if draft is None or before is None:
        if before is not None:
            await tx.polls.remove(before.id)
        elif draft is not None:
            await ask(tx, post, draft)
        return
    locked = await tx.polls.lock(before.id)
    if locked is None:
        raise NotFound(f"the poll of {post.uri} is gone")
    same = locked.options == draft.options and locked.multiple == draft.multiple
    after = msgspec.structs.replace(
        locked,
        options=draft.options,
        multiple=draft.multiple,
        hide_totals=draft.hide_totals,
        expires_at=tx.now + draft.seconds * 1_000,
        closed_at=None,
        **({} if same else {"tallies": (0,) * len(draft.options), "votes_count": 0, "voters_count": 0}),
    )
    if not same:
        await tx.polls.forget_votes(locked.id)
    await tx.polls.change(after)
    await end_in_time(tx, after)


# --- voting here --------------------------------------------------------------------------------------


async def vote(tx: Transaction, voter: Account, post: Post, choices: Sequence[int]) -> None:
    """Vote in the poll of a post that the voter may see. Raises NotFound, Unprocessable."""
    poll = await tx.polls.lock(post.poll_id) if post.poll_id is not None else None
    if poll is None:
        raise NotFound(f"{post.uri} has no poll")
    if poll.is_over(tx.now):
        raise Unprocessable(public=f"{_WRONG}The poll has already ended")
    if post.account_id == voter.id:
        raise Unprocessable(public=f"{_WRONG}You cannot vote in your own polls")
    chosen = list(dict.fromkeys(choices))
    known = all(0 <= choice < len(poll.options) for choice in chosen)
    if not chosen or not known or (len(chosen) > 1 and not poll.multiple):
        raise Unprocessable(public=f"{_WRONG}The chosen vote option does not exist")
    if await tx.polls.choices(poll.id, voter.id):
        raise Unprocessable(public=f"{_WRONG}You have already voted on this poll")
    cast = await tx.polls.vote(poll, voter.id, chosen)
    if post.local:
        await _tell_later(tx, poll)
        return
    await end_in_time(tx, poll)
    author = await author_of(tx, post)
    for vote_id, choice in cast:
        await _send(tx, voter, author, post, f"{voter.uri}#votes/{vote_id}", poll.options[choice])


async def _send(tx: Transaction, voter: Account, author: Account, post: Post, uri: str, option: str) -> None:
    note = types.Post(id=uri, attributed_to=voter.uri, name=option, in_reply_to=post.uri, to=(author.uri,))
    create = types.Create(id=f"{uri}/activity", actor=voter.uri, to=(author.uri,), object=note)
    await publish(tx, create, by=voter, audience=Audience(inboxes=(author.delivery_inbox,)))


async def _tell_later(tx: Transaction, poll: Poll) -> None:
    await tx.jobs.add(TELL, {"poll_id": poll.id}, key=f"{TELL}:{poll.id}", run_at=tx.now + _TELL_EVERY_MS)


async def tell_tallies(tx: Transaction, post: Post) -> None:
    """Tell other servers how many voted for what: an Update with the same time as before, so that it is no edit."""
    author = await author_of(tx, post)
    update = to_update(post, author, activity_uri(tx, author)[1], await extras_of_one(tx, post))
    await publish(tx, update, by=author, audience=await everyone_with(tx, post))


# --- what other servers tell us -----------------------------------------------------------------------


async def voted(tx: Transaction, notes: Sequence[types.Post], voter: Account) -> bool:
    """Count the votes among what a remote person sent; False if the first is no vote in a poll here."""
    first = notes[0]
    if first.name is None or first.content or first.in_reply_to is None:
        return False
    post = await tx.posts.by_uri(first.in_reply_to)
    if post is None or not post.local or post.poll_id is None:
        return False
    poll = await tx.polls.lock(post.poll_id)
    if poll is None or poll.is_over(tx.now) or post.account_id == voter.id:
        return True
    if not await tx.posts.may_see(post, voter.id):
        return True
    names = [note.name for note in notes if note.in_reply_to == post.uri and note.attributed_to == voter.uri]
    choices = [poll.options.index(name) for name in names if name is not None and name in poll.options]
    if not poll.multiple:
        choices = [] if await tx.polls.choices(poll.id, voter.id) else choices[:1]
    if await tx.polls.vote(poll, voter.id, choices):
        await _tell_later(tx, poll)
    return True


async def found(tx: Transaction, post: Post, asked: types.Poll | None) -> None:
    """Keep the poll of another server's post as it is told now. Other choices: nobody here has voted in it."""
    if asked is None or post.poll_id is None or not 0 < len(asked.options) <= REMOTE_OPTIONS_MAX:
        return
    tallies = tuple(option.votes for option in asked.options)
    end = asked.closed or asked.end_time
    told = Poll(
        id=post.poll_id,
        post_id=post.id,
        options=tuple(option.name for option in asked.options),
        tallies=tallies,
        multiple=asked.multiple,
        votes_count=sum(tallies),
        voters_count=asked.voters_count,
        expires_at=to_ms(end) if end is not None else None,
        fetched_at=tx.now,
    )
    before = await tx.polls.lock(post.poll_id)
    if before is None:
        await tx.polls.add(told)
        return
    if (before.options, before.multiple) != (told.options, told.multiple):
        await tx.polls.forget_votes(before.id)
    await tx.polls.change(msgspec.structs.replace(told, closed_at=before.closed_at))
    if before.expires_at != told.expires_at and await tx.polls.voters_here(before.id):
        await end_in_time(tx, told)


def is_stale(post: Post, poll: Poll, now: int) -> bool:
    """Whether another server's poll is worth asking for again: once after its end, else once a minute."""
    if post.local or poll.fetched_at is None:
        return not post.local
    if poll.is_over(now):
        return poll.fetched_at < (poll.expires_at or 0)
    return poll.fetched_at < now - _STALE_MS


async def ended(tx: Transaction, post: Post, poll: Poll) -> None:
    """Tell the voters here, and of a poll of ours its author and other servers. Once."""
    await tx.polls.change(msgspec.structs.replace(poll, closed_at=tx.now))
    for voter in await tx.polls.voters_here(poll.id):
        await notify(tx, voter, "poll", post.account_id, post.id)
    if post.local:
        await notify(tx, post.account_id, "poll", post.account_id, post.id)
        await tell_tallies(tx, post)
