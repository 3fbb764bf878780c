"""Quotes: a post about another, with the consent of who wrote that one (FEP-044f), and who may quote what."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from fedi.model.people import Account
from fedi.model.posts import Post

PENDING, ACCEPTED, REJECTED, REVOKED = "pending", "accepted", "rejected", "revoked"

POLICIES = ("public", "followers", "nobody")
"""What people choose from: who may quote a post without asking."""
_WORDS = ("public", "followers", "following", "unsupported_policy")


class Quote(Struct, frozen=True, kw_only=True):
    """That a post quotes another one; see the schema for each column."""

    post_id: int
    account_id: int
    quoted_id: int | None = None
    quoted_account_id: int | None = None
    quoted_uri: str
    state: str
    request_uri: str | None = None
    stamp_uri: str | None = None
    created_at: int


class Shown(Struct, frozen=True, kw_only=True):
    """A quote as somebody sees it: Mastodon's state, and the quoted post where they may see it."""

    state: str
    post: Post | None = None
    author: Account | None = None
    inner_state: str | None = None
    inner_id: int | None = None
    """If the quoted post quotes one itself: the state of that, and its id where it may be seen."""


class Policy(Struct, frozen=True):
    """Who may quote a post: without asking, and if its author agrees. Words: public, followers, following,
    unsupported_policy (other people of another server's choice)."""

    automatic: tuple[str, ...] = ()
    manual: tuple[str, ...] = ()

    def text(self) -> str:
        """As the column keeps it."""
        return f"{','.join(self.automatic)}|{','.join(self.manual)}"


_NOBODY = Policy()
_EVERYBODY = Policy(("public",))
_FOLLOWERS = Policy(("followers",))
_NAMED = {"public": _EVERYBODY, "followers": _FOLLOWERS, "nobody": _NOBODY}


def chosen(name: str, visibility: str) -> Policy:
    """The policy of that name for a post of that visibility: what few may read, nobody else quotes."""
    return _NAMED[name] if visibility in ("public", "unlisted") else _NOBODY


def policy_of(post: Post) -> Policy:
    """Who may quote a post."""
    if post.quote_policy is None:
        return _EVERYBODY if post.local and post.is_public else _NOBODY
    known = _KNOWN.get(post.quote_policy)
    if known is not None:
        return known
    automatic, _, manual = post.quote_policy.partition("|")
    return Policy(_words(automatic.split(",")), _words(manual.split(",")))


def _words(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(word for word in found if word in _WORDS)


_KNOWN = {policy.text(): policy for policy in (_NOBODY, _EVERYBODY, _FOLLOWERS)}


def may_quote(post: Post, viewer_id: int | None, *, follows: bool = False, followed: bool = False) -> str:
    """What Mastodon calls `current_user`: automatic, manual, denied or unknown.

    `follows`: the viewer follows the author; `followed`: the author follows the viewer.
    """
    if viewer_id is None or post.visibility == "direct":
        return "denied"
    if viewer_id == post.account_id:
        return "automatic"
    if not post.is_public:
        return "denied"
    policy = policy_of(post)
    if policy is _EVERYBODY:  # nearly always
        return "automatic"
    meant = {"public"} | ({"followers"} if follows else set()) | ({"following"} if followed else set())
    if meant & set(policy.automatic):
        return "automatic"
    if meant & set(policy.manual):
        return "manual"
    return "unknown" if "unsupported_policy" in policy.automatic + policy.manual else "denied"
