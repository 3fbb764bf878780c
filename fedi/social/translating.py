"""Translations by an engine that the operator named: LibreTranslate (API of 1.6) or DeepL (API v2).

Its answers are HTML that we clean like anybody's, and are kept by the form of the post they are of.
"""

from __future__ import annotations

import hashlib
import re
from html import escape, unescape
from typing import Any

import msgspec
from msgspec import Struct

from fedi.config.sections import Translation
from fedi.errors import FetchError, NotAllowed, NotFound, Unavailable
from fedi.model.polls import Poll
from fedi.model.posts import Post
from fedi.model.sanitizing import clean
from fedi.services import Services

_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z]{2,4})?")
_PROVIDERS = {"libretranslate": "LibreTranslate", "deepl": "DeepL.com"}
_ANSWER_BYTES = 1024 * 1024


class Translated(Struct, frozen=True, kw_only=True):
    """A post in another language; `content` is HTML, all else plain. `descriptions` are by attachment."""

    content: str
    summary: str = ""
    options: tuple[str, ...] = ()
    descriptions: tuple[tuple[str, str], ...] = ()
    language: str
    detected: str
    provider: str


async def translate(services: Services, post: Post, poll: Poll | None, language: str) -> Translated:
    """A public post in `language`.

    Raises NotFound where no engine is set, NotAllowed for what is not to be translated, Unavailable where the
    engine fails.
    """
    settings = services.config.translation
    if settings.engine == "none":
        raise NotFound("no engine for translations is set")
    if not post.is_public or not _LANGUAGE.fullmatch(language) or post.language == language:
        raise NotAllowed(public="This action is not allowed")
    texts = _texts(post, poll)
    form = hashlib.sha256(msgspec.json.encode([settings.engine, post.language, texts])).hexdigest()
    async with services.store.read() as tx:
        known = await tx.translations.find(post.id, language, form)
    if known is not None:
        return msgspec.json.decode(known, type=Translated)
    try:
        answers, detected = await _ask(services, settings, texts, post.language, language)
    except (FetchError, ValueError, LookupError, TypeError) as error:
        raise Unavailable(
            f"{settings.engine}: {error}", public="Translation is not available just now."
        ) from error
    made = _made(post, poll, answers, language, detected, _PROVIDERS[settings.engine])
    async with services.store.write() as tx:
        await tx.translations.put(post.id, language, form, msgspec.json.encode(made).decode())
    return made


def _texts(post: Post, poll: Poll | None) -> list[str]:
    plain = [
        post.summary,
        *(poll.options if poll else ()),
        *(one.description or "" for one in post.attachments),
    ]
    return [post.content, *(escape(text, quote=False) for text in plain)]


def _made(
    post: Post, poll: Poll | None, answers: list[str], language: str, detected: str, provider: str
) -> Translated:
    content, summary, *rest = answers
    count = len(poll.options) if poll else 0
    described = zip(post.attachments, rest[count:], strict=True)
    return Translated(
        content=clean(content),
        summary=unescape(summary),
        options=tuple(unescape(option) for option in rest[:count]),
        descriptions=tuple((one.id, unescape(text)) for one, text in described),
        language=language,
        detected=detected,
        provider=provider,
    )


async def _ask(
    services: Services, settings: Translation, texts: list[str], source: str | None, target: str
) -> tuple[list[str], str]:
    """The texts in the other language, and the language that they were in. Raises ValueError for a strange answer."""
    asked = [text for text in texts if text]
    base = settings.url.rstrip("/")
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    if settings.engine == "deepl":
        headers["Authorization"] = f"DeepL-Auth-Key {settings.key}"
        deepl = {"text": asked, "target_lang": target.upper(), "tag_handling": "html"}
        if source:
            deepl["source_lang"] = source.partition("-")[0].upper()
        given = await _json(services, f"{base}/v2/translate", deepl, headers)
        found = [one["text"] for one in given["translations"]]
        detected = str(given["translations"][0]["detected_source_language"]).lower()
    else:
        question = {"q": asked, "source": source or "auto", "target": target, "format": "html"}
        if settings.key:
            question["api_key"] = str(settings.key)
        given = await _json(services, f"{base}/translate", question, headers)
        found = given["translatedText"]
        heard = given.get("detectedLanguage") or [{}]
        detected = str((heard[0] if isinstance(heard, list) else heard).get("language") or source or "")
    if len(found) != len(asked) or not all(isinstance(one, str) for one in found):
        raise ValueError("not as many texts as were sent")
    answers = iter(found)
    return [next(answers) if text else "" for text in texts], detected


async def _json(services: Services, url: str, question: dict[str, Any], headers: dict[str, str]) -> Any:
    answer = await services.helpers.ask(
        url, msgspec.json.encode(question), headers=headers, max_bytes=_ANSWER_BYTES
    )
    return msgspec.json.decode(answer.body)
