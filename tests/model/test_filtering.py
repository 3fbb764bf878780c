"""Words in texts: what is found is what a reader would find, and looking has an end."""

from __future__ import annotations

import random
import re

from fedi.model.filtering import Filter, Keyword, Sieve
from fedi.model.posts import Post


def found(keyword: str, text: str, *, whole: bool) -> bool:
    post = Post(id=1, uri="x", account_id=1, local=True, visibility="public", content=text, created_at=1)
    one = Filter(
        id=1,
        account_id=1,
        title="x",
        context=("home",),
        action="warn",
        created_at=1,
        keywords=(Keyword(1, keyword, whole),),
    )
    return bool(Sieve([one]).matches([post], {}, 1))


def test_whole_words_are_what_a_regular_expression_finds() -> None:
    dice = random.Random(7)
    for _ in range(3000):
        keyword = "".join(dice.choice("ab é_") for _ in range(dice.randint(1, 4))).strip() or "a"
        text = "".join(dice.choice("abé _.") for _ in range(dice.randint(0, 12)))
        left = r"(?<!\w)" if re.match(r"\w", keyword) else ""
        right = r"(?!\w)" if re.search(r"\w$", keyword) else ""
        expected = re.search(left + re.escape(keyword) + right, text.strip()) is not None
        assert found(keyword, text, whole=True) is expected, (keyword, text)
        assert found(keyword, text, whole=False) is (keyword in text.strip())


def test_words_that_are_made_to_be_found_in_vain_are_given_up() -> None:
    keyword = "ab " * 170 + "a"
    assert not found(keyword, "ab " * 3000, whole=True)
    assert found(keyword, "ab " * 180 + "a", whole=True)
