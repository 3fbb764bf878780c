"""Filters: what a person does not want to read. Every change of them goes through here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NoReturn, TypeVar

from msgspec import Struct, structs

from fedi.errors import NotFound, Unprocessable
from fedi.model.filtering import ACTIONS, CONTEXTS, KEYWORD_MAX, Filter, FilteredPost, Keyword
from fedi.store.store import Transaction

T = TypeVar("T")
FILTERS_MAX = 200
KEYWORDS_MAX = 1_000
"""Keywords of one person: each is looked for in every post that they are shown."""
CHARACTERS_MAX = 20_000
"""Characters in all of them."""
POSTS_MAX = 1_000
"""Posts that one person's filters name."""
_TITLE_MAX = 256
_LONGEST_S = 100 * 366 * 86_400


class Change(Struct, frozen=True):
    """What a keyword becomes: new where there is no `id`, gone where `destroy` says so; None: as it is."""

    id: int | None = None
    keyword: str | None = None
    whole_word: bool | None = None
    destroy: bool = False


async def own(tx: Transaction, owner_id: int, filter_id: int) -> Filter:
    """A filter of the owner's. Raises NotFound."""
    return _first(one for one in await tx.filters.of(owner_id) if one.id == filter_id)


async def by_keyword(tx: Transaction, owner_id: int, keyword_id: int) -> tuple[Filter, Keyword]:
    """A keyword of the owner's, and its filter. Raises NotFound."""
    filters = await tx.filters.of(owner_id)
    return _first((one, word) for one in filters for word in one.keywords if word.id == keyword_id)


async def by_entry(tx: Transaction, owner_id: int, entry_id: int) -> tuple[Filter, FilteredPost]:
    """An entry of a post in a filter of the owner's, and the filter. Raises NotFound."""
    filters = await tx.filters.of(owner_id)
    return _first((one, entry) for one in filters for entry in one.posts if entry.id == entry_id)


def new(tx: Transaction, owner_id: int, title: str, context: Sequence[str], action: str) -> Filter:
    """A filter that is not kept yet."""
    return Filter(
        id=tx.new_id(),
        account_id=owner_id,
        title=title,
        context=tuple(context),
        action=action,
        created_at=tx.now,
    )


def expiring(tx: Transaction, seconds: int | None) -> int | None:
    """The time so many seconds from now; None: never."""
    return None if seconds is None else tx.now + min(max(seconds, 0), _LONGEST_S) * 1000


async def keep(tx: Transaction, wanted: Filter, changes: Sequence[Change] = ()) -> Filter:
    """Keep a filter, new or changed, with changes to its keywords; the filter as it is then.

    Raises Unprocessable, and NotFound for keywords that are not the filter's.
    """
    wanted = structs.replace(wanted, title=wanted.title.strip(), context=tuple(dict.fromkeys(wanted.context)))
    _check(wanted)
    gone = [one.id for one in changes if one.destroy and one.id is not None]
    known = {word.id: word for word in wanted.keywords}
    if not {one.id for one in changes if one.id is not None} <= known.keys():
        raise NotFound
    put = [_changed(tx, one, known) for one in changes if not one.destroy]
    after = {word.id: word for word in (*wanted.keywords, *put) if word.id not in gone}
    others = [one for one in await tx.filters.of(wanted.account_id) if one.id != wanted.id]
    if len(others) >= FILTERS_MAX:
        _invalid(f"You can have at most {FILTERS_MAX} filters")
    if put:
        _check_amount([word for one in others for word in one.keywords] + list(after.values()))
    await tx.filters.put(wanted)
    await tx.filters.remove_keywords(wanted.id, gone)
    await tx.filters.put_keywords(wanted.id, put)
    await tx.filters.changed(wanted.account_id)
    return structs.replace(wanted, keywords=tuple(after[one] for one in sorted(after)))


async def remove(tx: Transaction, which: Filter) -> None:
    """Delete a filter."""
    await tx.filters.remove(which.id)
    await tx.filters.changed(which.account_id)


async def remove_keyword(tx: Transaction, which: Filter, keyword: Keyword) -> None:
    """Take a keyword out of its filter."""
    await tx.filters.remove_keywords(which.id, [keyword.id])
    await tx.filters.changed(which.account_id)


async def name_post(tx: Transaction, which: Filter, post_id: int | None) -> FilteredPost:
    """Have a filter name a post that its owner may see. Raises Unprocessable."""
    found = await tx.timelines.shown_among(which.account_id, [post_id]) if post_id is not None else None
    if post_id is None or found is None or not found.posts:
        _invalid("Status must exist")
    if sum(len(one.posts) for one in await tx.filters.of(which.account_id)) >= POSTS_MAX:
        _invalid(f"You can filter at most {POSTS_MAX} posts")
    entry = await tx.filters.add_post(which.id, post_id)
    if entry is None:
        _invalid("Status has already been taken")
    await tx.filters.changed(which.account_id)
    return entry


async def forget_post(tx: Transaction, which: Filter, entry: FilteredPost) -> None:
    """A filter no longer names a post."""
    await tx.filters.remove_post(entry.id)
    await tx.filters.changed(which.account_id)


def _check(wanted: Filter) -> None:
    if not wanted.title:
        _invalid("Title can't be blank")
    if len(wanted.title) > _TITLE_MAX:
        _invalid(f"Title is too long (maximum is {_TITLE_MAX} characters)")
    if not wanted.context or not set(wanted.context) <= set(CONTEXTS):
        _invalid("Context None or invalid context supplied")
    if wanted.action not in ACTIONS:
        _invalid("Action is not included in the list")


def _check_amount(words: Sequence[Keyword]) -> None:
    if len(words) > KEYWORDS_MAX:
        _invalid(f"You can have at most {KEYWORDS_MAX} keywords")
    if sum(len(word.keyword) for word in words) > CHARACTERS_MAX:
        _invalid(f"Your keywords can have at most {CHARACTERS_MAX} characters in all")


def _changed(tx: Transaction, change: Change, known: dict[int, Keyword]) -> Keyword:
    before = known[change.id] if change.id is not None else Keyword(tx.new_id(), "", whole_word=True)
    keyword = before.keyword if change.keyword is None else change.keyword.strip()
    if not keyword:
        _invalid("Keyword can't be blank")
    if len(keyword) > KEYWORD_MAX:
        _invalid(f"Keyword is too long (maximum is {KEYWORD_MAX} characters)")
    whole = before.whole_word if change.whole_word is None else change.whole_word
    return Keyword(before.id, keyword, whole)


def _first(found: Iterable[T]) -> T:
    one = next(iter(found), None)
    if one is None:
        raise NotFound
    return one


def _invalid(reason: str) -> NoReturn:
    raise Unprocessable(public=f"Validation failed: {reason}")
