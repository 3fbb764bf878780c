"""POST /api/v1/statuses/{id}/translate."""

from __future__ import annotations

from msgspec import Struct
from quart import Blueprint, Response

from fedi.api.auth import member
from fedi.api.context import Asker
from fedi.api.params import body, path_id
from fedi.api.responses import answer
from fedi.social import reading, translating

routes = Blueprint("api_translations", __name__, url_prefix="/api/v1/statuses/<status_id>")


class TranslatedAttachment(Struct):
    """What is in a file, in the other language."""

    id: str
    description: str


class TranslatedOption(Struct):
    """A choice in the other language."""

    title: str


class TranslatedPoll(Struct):
    """The choices in the other language."""

    id: str
    options: list[TranslatedOption]


class Translation(Struct):
    """A status in another language. https://docs.joinmastodon.org/entities/Translation/."""

    content: str
    spoiler_text: str
    language: str
    detected_source_language: str
    provider: str
    media_attachments: list[TranslatedAttachment]
    poll: TranslatedPoll | None


@routes.post("/translate")
@member("read:statuses")
async def translate(me: Asker, status_id: str) -> Response:
    """A status in the language `lang`, or the person's own."""
    assert me.session is not None
    given = me.services.config.brand.languages[0]
    language = (await body()).text("lang") or me.session.user.locale or given
    async with me.services.store.read() as tx:
        view = await reading.one(tx, path_id(status_id), me.id)
    post = view.posts[0] if view.posts[0].boost_of_id is None else next(iter(view.originals.values()))
    ballot = view.polls.get(post.poll_id or 0)
    poll = ballot.poll if ballot is not None else None
    found = await translating.translate(me.services, post, poll, language)
    options = [TranslatedOption(title) for title in found.options]
    return answer(
        Translation(
            found.content,
            found.summary,
            found.language,
            found.detected,
            found.provider,
            [TranslatedAttachment(own, text) for own, text in found.descriptions],
            TranslatedPoll(str(poll.id), options) if poll is not None else None,
        )
    )
