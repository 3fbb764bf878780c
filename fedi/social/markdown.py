"""Markdown to the HTML that the fediverse reads: CommonMark without pictures, HTML and rules.

`render` knows mentions and hashtags and writes them as Mastodon does (PROTOCOL section 5.1), because other
servers and apps recognise them by their classes. `to_html` is plain Markdown, for what PeerTube sends.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any
from urllib.parse import quote

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from msgspec import Struct

from fedi.activitypub.uris import Addresses
from fedi.model.people import Account
from fedi.model.sanitizing import clean_own

# A name, and for another server its domain (with a port on a lab's loopback). Bounded, so that they stay linear.
MENTION = re.compile(
    r"@([a-zA-Z0-9_](?:[a-zA-Z0-9_.-]{0,60}[a-zA-Z0-9_])?)(?:@(\w(?:[\w.-]{0,250}\w)?(?::\d{1,5})?))?"
)
HASHTAG = re.compile(r"#([\w·]{1,100})")
LENGTH_MAX = 20_000
"""Longer Markdown from elsewhere is cut: reading it takes time that grows faster than its length."""
_SHOWN = 30
_PREFIX = re.compile(r"https?://(?:www\.)?", re.IGNORECASE)


class Found(Struct):
    """What a text was found to hold, in its order, while it was rendered."""

    accounts: Mapping[str, Account]
    """The handles that are to become mentions, in lower case and without the first @."""
    addresses: Addresses | None = None
    handles: list[str] = []
    mentioned: list[Account] = []
    tags: list[str] = []


def render(text: str, found: Found) -> str:
    """The HTML of a local person's text; fills `found`."""
    return _finish(_SOCIAL.render(text, {"found": found}))


def scan(text: str) -> Found:
    """What a text holds, without resolving any of it."""
    found = Found(accounts={})
    _SOCIAL.parse(text, {"found": found})
    return found


def to_html(text: str) -> str:
    """The HTML of Markdown that came from elsewhere."""
    return _finish(_PLAIN.render(text))


def _finish(html: str) -> str:
    # Apps show line breaks between the tags as they are (white-space: pre-wrap).
    return clean_own(html.replace(">\n<", "><").strip())


def _mention(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "@" or state.linkLevel or _follows_word(state, "=/"):
        return False
    match = MENTION.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    handle = match[0][1:].lower()
    found: Found = state.env["found"]
    if not silent:
        found.handles.append(handle)
    account = found.accounts.get(handle)
    if account is None:
        return False
    if not silent:
        found.mentioned.append(account)
        state.push("mention", "", 0).meta = {"account": account}
    state.pos = match.end()
    return True


def _hashtag(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "#" or state.linkLevel or _follows_word(state, "=/)&"):
        return False
    match = HASHTAG.match(state.src, state.pos, state.posMax)
    if match is None or not any(character.isalpha() for character in match[1]):
        return False
    if not silent:
        found: Found = state.env["found"]
        found.tags.append(match[1].lower())
        token = state.push("hashtag", "", 0)
        token.content, token.meta = match[1], {"addresses": found.addresses}
    state.pos = match.end()
    return True


def _follows_word(state: StateInline, others: str) -> bool:
    before = state.src[state.pos - 1] if state.pos else " "
    return before.isalnum() or before == "_" or before in others


def _shorten(state: StateCore) -> None:
    """Addresses that stand in the text become one token each, to be shown shortened."""
    for block in state.tokens:
        children = block.children or []
        if any(token.info == "auto" for token in children):
            block.children = _shortened(children)


def _shortened(tokens: Sequence[Token]) -> list[Token]:
    kept: list[Token] = []
    inside = False
    for token in tokens:
        if token.info == "auto":
            inside = token.nesting == 1
            if inside:
                kept.append(Token("address", "", 0, content=str(token.attrs["href"])))
        elif not inside:
            kept.append(token)
    return kept


def _write_mention(_renderer: Any, tokens: Sequence[Token], index: int, _options: Any, _env: Any) -> str:
    account: Account = tokens[index].meta["account"]
    return (
        f'<span class="h-card" translate="no"><a href="{escape(account.url or account.uri)}" '
        f'class="u-url mention">@<span>{escape(account.username)}</span></a></span>'
    )


def _write_hashtag(_renderer: Any, tokens: Sequence[Token], index: int, _options: Any, _env: Any) -> str:
    name, addresses = tokens[index].content, tokens[index].meta["addresses"]
    if addresses is None:
        return f"#{escape(name)}"
    href = escape(addresses.tag_page(quote(name.lower())))
    return f'<a href="{href}" class="mention hashtag" rel="tag">#<span>{escape(name)}</span></a>'


def _write_address(_renderer: Any, tokens: Sequence[Token], index: int, _options: Any, _env: Any) -> str:
    href = tokens[index].content
    start = match.end() if (match := _PREFIX.match(href)) else 0
    end = start + _SHOWN
    shown = (
        f'<span class="ellipsis">{escape(href[start:end])}</span>'
        if len(href) > end
        else (f"<span>{escape(href[start:end])}</span>")
    )
    return (
        f'<a href="{escape(href)}" target="_blank" rel="nofollow noopener" translate="no">'
        f'<span class="invisible">{escape(href[:start])}</span>{shown}'
        f'<span class="invisible">{escape(href[end:])}</span></a>'
    )


def _write_link(renderer: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    tokens[index].attrs |= {"target": "_blank", "rel": "nofollow noopener"}
    tokens[index].attrs.pop("title", None)
    return str(renderer.renderToken(tokens, index, options, env))


def _write_heading(_renderer: Any, tokens: Sequence[Token], index: int, _options: Any, _env: Any) -> str:
    return "<p><strong>" if tokens[index].nesting == 1 else "</strong></p>"


def _write_break(*_: Any) -> str:
    return "<br>"


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "linkify": True, "breaks": True, "maxNesting": 16})
    parser.enable(["linkify", "strikethrough"])
    # `hr` and pictures are not in the subset; indented code and underlined headings surprise in a short post.
    parser.disable(["image", "html_block", "html_inline", "hr", "code", "lheading", "reference"])
    assert parser.linkify is not None
    parser.linkify.set({"fuzzy_link": False, "fuzzy_email": False, "fuzzy_ip": False})
    parser.core.ruler.push("shorten", _shorten)
    for name, rule in (
        ("mention", _write_mention),
        ("hashtag", _write_hashtag),
        ("address", _write_address),
        ("link_open", _write_link),
        ("heading_open", _write_heading),
        ("heading_close", _write_heading),
        ("softbreak", _write_break),
        ("hardbreak", _write_break),
    ):
        parser.add_render_rule(name, rule)
    return parser


def _social_parser() -> MarkdownIt:
    parser = _parser()
    parser.inline.ruler.push("mention", _mention)
    parser.inline.ruler.push("hashtag", _hashtag)
    return parser


_PLAIN = _parser()
_SOCIAL = _social_parser()
