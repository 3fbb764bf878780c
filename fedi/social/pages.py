"""Long texts of a server (about, privacy, terms): Markdown with headings and tables, as safe HTML."""

from __future__ import annotations

import nh3
from markdown_it import MarkdownIt

LONGEST = 100_000
"""Characters of one text."""

_TAGS = frozenset(
    "h1 h2 h3 h4 h5 h6 p br hr a strong em s code pre blockquote ul ol li table thead tbody tr th td".split()  # noqa: SIM905
)
_PARSER = MarkdownIt("commonmark", {"html": False, "linkify": True, "maxNesting": 16}).enable(
    ["table", "strikethrough", "linkify"]
)
_PARSER.disable(["image"])
_CLEANER = nh3.Cleaner(
    tags=set(_TAGS),
    attributes={"a": {"href"}, "ol": {"start"}},
    link_rel="noopener",
    url_schemes={"http", "https", "mailto"},
)


def to_html(markdown: str) -> str:
    """The HTML of a text."""
    return _CLEANER.clean(_PARSER.render(markdown[:LONGEST]).strip())


PRIVACY = """\
# Privacy policy

## What {domain} keeps

- **Your account**: your user name, e-mail address, a hash of your password (never the password itself), and what
  you write into your profile.
- **What you do**: posts, files, follows, favourites, boosts, bookmarks, votes, lists, filters and settings, for as
  long as you keep them.
- **What keeps the service safe**: the apps and browsers that you signed in with, their network addresses and when
  they were last used.

## Who sees it

Public posts and your profile are seen by everybody, and are sent to the servers of people who follow you. Posts for
followers are sent to the servers of your followers; direct posts to the servers of those they mention. **Direct
posts are not encrypted**: whoever runs one of these servers can read them. When you delete something, the other
servers that received it are asked to delete it too; we cannot make them.

Your data is not sold, and it is shown to nobody else, unless the law demands it.

## What you can do

You can read, change and delete what you post, revoke the access of any app, and delete your account with all that
belongs to it. Write to those who run {domain} with any question about it.
"""
"""What is said where an admin has written nothing."""
