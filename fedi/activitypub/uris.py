"""URIs: whose host they are on, and our own addresses for one local domain.

Hosts are compared in one normal form (lower case, punycode, no trailing dot, no default port), because every
other spelling of a blocked or trusted host is a way around the check (GHSA-v3xf-c9qf-j667, CVE-2023-42451).
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import quote

import idna
from msgspec import Struct

from fedi.errors import Malformed

MAX_URI = 2048

# Characters that no URI may hold and that user agents read in different ways are not looked past.
_URI = re.compile(r"(https?)://([^/?#\s\\<>\"\x00-\x20]+)[^\s\\<>\"\x00-\x20]*", re.IGNORECASE)
plain_uri = re.compile(
    r"(https?)://([A-Za-z0-9._-]{1,253}(?::\d{1,5})?)(?:[/?#][!#-;=?-\[\]_a-z~]{0,1700})?"
).fullmatch
"""Matches what `is_http` accepts in the usual case, ASCII and not very long, at a fraction of the cost."""
_PLAIN_HOST = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*")
_IPV6 = re.compile(r"\[[0-9a-f:.]{2,45}\]")
_AUTHORITY = re.compile(r"(\[[^\]@]*\]|[^:@\[\]]+)(?::(\d{0,5}))?")
_DEFAULT_PORTS = {"http": "80", "https": "443"}


def is_http(value: object) -> bool:
    """Whether `value` is a full http(s) URI that we read: a string of at most 2,048 printable characters."""
    if value.__class__ is not str:
        return False
    return plain_uri(value) is not None or (len(value) <= MAX_URI and _URI.fullmatch(value) is not None)


def host_of(uri: str) -> str:
    """The host of an http(s) URI in normal form, with its port if that is not the scheme's own.

    Raises Malformed for another scheme, user information, or a host that is neither a name nor an address.
    """
    match = (plain_uri(uri) or _URI.fullmatch(uri)) if len(uri) <= MAX_URI else None
    if match is None:
        raise Malformed(f"not an http(s) URI: {uri[:200]!r}")
    return _normal_authority(match[1], match[2])


def is_on(host: str, uri: str) -> bool:
    """Whether a URI is on a host that `host_of` gave. Never raises."""
    try:
        return host_of(uri) == host
    except Malformed:
        return False


def same_origin(first: str, second: str) -> bool:
    """Whether two http(s) URIs are on the same host and port, however they spell it. Never raises.

    The scheme is not compared: the same server under http and https is the same server (and in production
    http is not spoken at all).
    """
    try:
        host = host_of(first)
        # Spelled alike, as it nearly always is, the second needs no second look.
        return first[: first.find("/", 8)] == second[: second.find("/", 8)] or host == host_of(second)
    except Malformed:
        return False


@lru_cache(maxsize=8192)
def _normal_authority(scheme: str, authority: str) -> str:
    match = _AUTHORITY.fullmatch(authority)
    if match is None:
        raise Malformed(f"not a host: {authority[:200]!r}")
    host, port = normal_host(match[1]), match[2]
    return host if not port or port == _DEFAULT_PORTS[scheme.lower()] else f"{host}:{int(port)}"


def normal_host(name: str) -> str:
    """A domain name or address in normal form (RFC 5891, UTS 46). Raises Malformed."""
    host = name.lower().removesuffix(".")
    if len(host) <= 253 and (_PLAIN_HOST.fullmatch(host) or _IPV6.fullmatch(host)):
        return host
    try:
        if host.isascii() or len(host) > 253:
            raise Malformed(f"not a host: {name[:200]!r}")
        return idna.encode(host, uts46=True).decode("ascii").removesuffix(".")
    except (idna.IDNAError, UnicodeError):
        raise Malformed(f"not a host: {name[:200]!r}") from None


# --- our own addresses ----------------------------------------------------------------------------------

_USER_PARTS = ("inbox", "outbox", "followers", "following", "featured", "tags")
_POST_PARTS = {"": "post", "replies": "replies", "likes": "likes", "shares": "shares", "activity": "create"}
_LOCAL = re.compile(
    r"/ap/(users|posts|activities|contexts|stamps)/([1-9]\d{0,18})(?:/([a-z]+))?(#[a-z0-9-]+)?"
)
_PAGE = re.compile(r"/@([^/@?#]+)(?:/([1-9]\d{0,18}))?/?")


class Addresses(Struct, frozen=True):
    """The addresses of one local domain. `base` is where it answers: scheme and authority, without a slash.

    They hold ids and no names, so that an account can be renamed (Mastodon 4.5 does the same). Ids are
    64-bit positive integers.
    """

    base: str

    @property
    def instance_actor(self) -> str:
        """The actor of the server itself, which signs fetches made for nobody."""
        return f"{self.base}/actor"

    @property
    def instance_inbox(self) -> str:
        """Its own inbox."""
        return f"{self.base}/actor/inbox"

    @property
    def instance_outbox(self) -> str:
        """Its own outbox, always empty."""
        return f"{self.base}/actor/outbox"

    @property
    def shared_inbox(self) -> str:
        """`endpoints.sharedInbox` of everybody here."""
        return f"{self.base}/inbox"

    def actor(self, person: int) -> str:
        """The id of a local actor."""
        return f"{self.base}/ap/users/{person}"

    def inbox(self, person: int) -> str:
        """Where others deliver to this person alone."""
        return f"{self.base}/ap/users/{person}/inbox"

    def outbox(self, person: int) -> str:
        """What this person published."""
        return f"{self.base}/ap/users/{person}/outbox"

    def followers(self, person: int) -> str:
        """Also the address that a followers-only post is sent to."""
        return f"{self.base}/ap/users/{person}/followers"

    def following(self, person: int) -> str:
        """Whom this person follows."""
        return f"{self.base}/ap/users/{person}/following"

    def featured(self, person: int) -> str:
        """The pinned posts."""
        return f"{self.base}/ap/users/{person}/featured"

    def featured_tags(self, person: int) -> str:
        """The hashtags on their profile."""
        return f"{self.base}/ap/users/{person}/tags"

    def rsa_key(self, actor: str) -> str:
        """The `keyId` of an actor's HTTP signatures."""
        return f"{actor}#main-key"

    def ed25519_key(self, actor: str) -> str:
        """The verification method of an actor's proofs (FEP-8b32)."""
        return f"{actor}#ed25519-key"

    def post(self, post: int) -> str:
        """The id of a local post."""
        return f"{self.base}/ap/posts/{post}"

    def replies(self, post: int) -> str:
        """The collection of its replies."""
        return f"{self.base}/ap/posts/{post}/replies"

    def likes(self, post: int) -> str:
        """The collection of its likes."""
        return f"{self.base}/ap/posts/{post}/likes"

    def shares(self, post: int) -> str:
        """The collection of its boosts."""
        return f"{self.base}/ap/posts/{post}/shares"

    def create(self, post: int) -> str:
        """The id of the Create that published it."""
        return f"{self.base}/ap/posts/{post}/activity"

    def activity(self, activity: int) -> str:
        """The id of any other activity."""
        return f"{self.base}/ap/activities/{activity}"

    def context(self, conversation: int) -> str:
        """The collection of a conversation (FEP-7888)."""
        return f"{self.base}/ap/contexts/{conversation}"

    def stamp(self, stamp: int) -> str:
        """The consent to a quote (FEP-044f)."""
        return f"{self.base}/ap/stamps/{stamp}"

    def profile_page(self, name: str) -> str:
        """The page of a person, for people."""
        return f"{self.base}/@{name}"

    def post_page(self, name: str, post: int) -> str:
        """The page of a post, for people."""
        return f"{self.base}/@{name}/{post}"

    def tagged_page(self, profile: str, tag: str) -> str:
        """The page of what the person with that profile page posted with a hashtag, without its #."""
        return f"{profile}/tagged/{quote(tag)}"

    def tag_page(self, name: str) -> str:
        """The page of a hashtag, without its #."""
        return f"{self.base}/tags/{name}"

    def local_id(self, uri: str) -> tuple[str, int] | None:
        """What one of our URIs stands for, or None: not ours, or nothing of that form.

        The kind is user, key, inbox, outbox, followers, following, featured, tags, post, replies, likes, shares,
        create, activity, context or stamp. Whether a row with this id exists is not known here.
        """
        match = _LOCAL.fullmatch(self._path(uri))
        if match is None:
            return None
        root, number, part, fragment = match.groups()
        kind = _kind(root, part or "", fragment)
        return (kind, int(number)) if kind and int(number) < 2**63 else None

    def local_page(self, uri: str) -> tuple[str, int | None] | None:
        """The name, and for a post its id, of one of our pages for people: `/@name` or `/@name/<id>`."""
        match = _PAGE.fullmatch(self._path(uri))
        if match is None:
            return None
        number = int(match[2]) if match[2] else None
        return None if number is not None and number >= 2**63 else (match[1], number)

    def _path(self, uri: str) -> str:
        """What follows the base, or nothing when the URI is on another host."""
        if uri.startswith(self.base):
            return uri[len(self.base) :]
        if not same_origin(uri, self.base):
            return ""
        _, _, rest = uri.partition("://")
        return rest[len(rest.partition("/")[0]) :]


def _kind(root: str, part: str, fragment: str | None) -> str | None:
    if fragment is not None:
        return "key" if root == "users" and not part else None
    if root == "users":
        return part if part in _USER_PARTS else (None if part else "user")
    if root == "posts":
        return _POST_PARTS.get(part)
    return None if part else {"activities": "activity", "contexts": "context", "stamps": "stamp"}[root]
