"""GET /api/v1/custom_emojis."""

from __future__ import annotations

from quart import Blueprint, Response

from fedi.api.auth import anyone
from fedi.api.context import Asker
from fedi.api.entities.accounts import CustomEmoji
from fedi.api.responses import answer
from fedi.store.emojis import Emojis

routes = Blueprint("api_custom_emojis", __name__, url_prefix="/api/v1")


@routes.get("/custom_emojis")
@anyone()
async def custom_emojis(asker: Asker) -> Response:
    """Custom emojis of this server."""
    async with asker.services.store.read() as tx:
        found = await Emojis(tx).of(asker.domain.id)
    return answer(
        [
            CustomEmoji(one.shortcode, one.url, one.static_url, one.visible_in_picker, one.category)
            for one in found
        ]
    )
