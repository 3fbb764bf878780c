"""Who gets a page and who a document, from the same address."""

from __future__ import annotations

import pytest

from fedi.outbox.negotiation import prefers_activity

LD = 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
CHROME = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


@pytest.mark.parametrize(
    "accept",
    [
        "application/activity+json",
        LD,
        f"application/activity+json, {LD}",
        f"{LD}, application/activity+json;q=0.9, text/html;q=0.1",
        "text/html;q=0.8, application/activity+json",
        "application/activity+json, text/html",
        "application/json",
        "APPLICATION/ACTIVITY+JSON;Q=1",
        'application/ld+json; profile="https://www.w3.org/ns/activitystreams, https://x.test/;q=0", text/html;q=0.5',
        "application/activity+json, */*;q=0.1",
    ],
)
def test_servers_get_documents_everywhere(accept: str) -> None:
    assert prefers_activity(accept, otherwise=True)
    assert prefers_activity(accept, otherwise=False)


@pytest.mark.parametrize(
    "accept",
    [
        CHROME,
        "text/html",
        "text/html;q=0.9, application/activity+json;q=0.5",
        "application/xhtml+xml",
        "text/*",
    ],
)
def test_browsers_get_pages_everywhere(accept: str) -> None:
    assert not prefers_activity(accept, otherwise=True)
    assert not prefers_activity(accept, otherwise=False)


@pytest.mark.parametrize(
    "accept",
    ["", "*/*", "image/png", "text/html;q=0, application/activity+json;q=0", "*/*;q=0.5", ",;,", "x" * 2000],
)
def test_without_a_preference_the_address_decides(accept: str) -> None:
    assert prefers_activity(accept, otherwise=True)
    assert not prefers_activity(accept, otherwise=False)


@pytest.mark.parametrize("quality", ["nan", "inf", "-1", "x", ""])
def test_a_strange_quality_is_no_error(quality: str) -> None:
    assert isinstance(
        prefers_activity(f"application/activity+json;q={quality}, text/html", otherwise=True), bool
    )
