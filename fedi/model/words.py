"""Words as they are searched for: the same ones in a text and in a question, on both databases.

Case, accents and width make no difference. Languages that write no spaces are cut into characters, and what is
searched in them is a phrase. No stemming: we do not know the language of a question.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from fedi.model.posts import Attachment
from fedi.model.sanitizing import plain

MEDIA, IMAGE, VIDEO, AUDIO, LINK = 1, 2, 4, 8, 16
"""Bits of what a post has."""
WORDS_MAX = 3_000
"""So many words of one text are found."""
_LONGEST = 60
_NO_SPACES = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # kana, ideographs
)
_ACCENTS = re.compile("[\u0300-\u036f]+")


def _marks() -> str:
    """Vowel signs and the like of the scripts that write them: parts of words, though not letters to `re`."""
    marks = [chr(code) for code in range(0x483, 0x1E00) if unicodedata.category(chr(code)) in ("Mn", "Mc")]
    return "".join(marks)


_MARKS = _marks()
_WORD = re.compile(f"[{_NO_SPACES}]|[^\\W_{_NO_SPACES}](?:[^\\W_{_NO_SPACES}]|[{_MARKS}])*")
_ANCHOR = re.compile(r"<a\s[^<>]*>", re.IGNORECASE)
_KINDS = {"image": MEDIA | IMAGE, "gifv": MEDIA | VIDEO, "video": MEDIA | VIDEO, "audio": MEDIA | AUDIO}


def words(text: str) -> list[str]:
    """The words of a text, in order, with repetitions."""
    if not text.isascii():
        text = _ACCENTS.sub("", unicodedata.normalize("NFKD", text))
        text = unicodedata.normalize("NFC", text.casefold())
    else:
        text = text.lower()
    return [word[:_LONGEST] for word in _WORD.findall(text)][:WORDS_MAX]


def of_post(
    title: str | None,
    summary: str,
    html: str,
    attachments: Iterable[Attachment],
    options: Iterable[str] = (),
) -> list[str]:
    """The words a post is found by: its own, of its warning, its poll's choices, and what its pictures show."""
    described = [one.description for one in attachments if one.description]
    return words("\n".join((title or "", summary, plain(html), *options, *described)))


def traits(html: str, attachments: Iterable[Attachment]) -> int:
    """What a post has, as bits. Links to people and hashtags are none."""
    found = 0
    for attachment in attachments:
        found |= _KINDS.get(attachment.type, MEDIA)
    links = (
        anchor for anchor in _ANCHOR.findall(html) if "mention" not in anchor and "hashtag" not in anchor
    )
    return found | LINK if any(links) else found
