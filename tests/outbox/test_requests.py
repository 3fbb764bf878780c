"""Who signed a GET, as it looks behind a reverse proxy that ends TLS."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

import pytest

from fedi.activitypub import signatures
from fedi.config import Config
from fedi.config.sections import Federation
from fedi.store.store import Store
from tests.builders import HERE_URL, make_person
from tests.support.face import ACTIVITY, make_face, make_signer

SECURE = Config(domain="a.test", url=HERE_URL, federation=Federation(secure_mode=True))


@pytest.mark.parametrize("style", ["cavage", "rfc9421"])
async def test_a_signature_over_https_holds_when_the_proxy_speaks_http_to_us(
    store: Store, style: Literal["cavage", "rfc9421"]
) -> None:
    face = await make_face(store, SECURE)
    ana = await make_person(store)
    _, key = await make_signer(store)
    signed = signatures.sign(style, "GET", ana.uri, None, key, datetime.now(UTC))
    path = ana.uri.removeprefix(HERE_URL)
    response = await face.client.get(path, scheme="http", headers={**signed, "Accept": ACTIVITY})
    assert response.status_code == 200
