"""The people of other servers: their addresses, their keys, and requests they have signed."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

import msgspec
import orjson

from bench import http
from fedi.activitypub import signatures
from fedi.activitypub.keys import KeyPair, SigningKey, generate_rsa

_KEYS = 16
_CONTEXT = [
    "https://www.w3.org/ns/activitystreams",
    {
        "ostatus": "http://ostatus.org#",
        "atomUri": "ostatus:atomUri",
        "inReplyToAtomUri": "ostatus:inReplyToAtomUri",
        "conversation": "ostatus:conversation",
        "sensitive": "as:sensitive",
        "toot": "http://joinmastodon.org/ns#",
        "votersCount": "toot:votersCount",
    },
]
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"


class Stranger(msgspec.Struct, frozen=True):
    """Somebody on another server; which key is theirs follows from the number."""

    host: str
    number: int

    @property
    def uri(self) -> str:
        """The actor's id."""
        return f"http://{self.host}/users/u{self.number}"

    @property
    def key_id(self) -> str:
        """The id of their key."""
        return f"{self.uri}#main-key"


class Keys:
    """A few RSA keys for any number of people: what differs for our server is the key's id."""

    def __init__(self) -> None:
        with ThreadPoolExecutor() as threads:
            self.pairs: list[KeyPair] = list(threads.map(lambda _: generate_rsa(), range(_KEYS)))

    def of(self, number: int) -> KeyPair:
        """The pair of the person with this number."""
        return self.pairs[number % _KEYS]


class Author:
    """Writes requests to the server at `url` in the names of strangers, signed before anything is measured."""

    def __init__(self, url: str, keys: Keys) -> None:
        self._url = url
        self._keys = keys
        self._numbers = itertools.count(1)

    @cached_property
    def _seconds(self) -> Iterator[int]:
        # A signature is over the second at which it was made; each GET gets another one, within the hour.
        return itertools.cycle(range(3000))

    def get(self, who: Stranger, target: str) -> bytes:
        """A signed GET of an ActivityPub document."""
        then = datetime.now(UTC) - timedelta(seconds=next(self._seconds))
        headers = signatures.sign("cavage", "GET", self._url + target, None, self._key(who), then)
        return http.request("GET", target, headers | {"Accept": "application/activity+json"})

    def post(self, who: Stranger, activity: dict[str, Any], target: str = "/inbox") -> bytes:
        """A signed POST of an activity."""
        body = orjson.dumps(activity)
        now = datetime.now(UTC)
        headers = signatures.sign("cavage", "POST", self._url + target, body, self._key(who), now)
        return http.request("POST", target, headers | {"User-Agent": "bench"}, body)

    def _key(self, who: Stranger) -> SigningKey:
        return SigningKey(who.key_id, self._keys.of(who.number).private_pem)

    def create(self, who: Stranger, mention: str | None = None) -> dict[str, Any]:
        """A `Create` as Mastodon writes it, of a public note; `mention` is the actor it names."""
        note = f"{who.uri}/statuses/{next(self._numbers)}"
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        cc = [f"{who.uri}/followers"] + ([mention] if mention else [])
        link = f'<span class="h-card"><a href="{mention}" class="u-url mention">@<span>ana</span></a></span> '
        content = f"<p>{link if mention else ''}Nothing is measured until it is counted, said the clock.</p>"
        tags = [{"type": "Mention", "href": mention, "name": "@ana@bench.test"}] if mention else []
        return {
            "@context": _CONTEXT,
            "id": f"{note}/activity",
            "type": "Create",
            "actor": who.uri,
            "published": now,
            "to": [PUBLIC],
            "cc": cc,
            "object": {
                "id": note,
                "type": "Note",
                "summary": None,
                "inReplyTo": None,
                "published": now,
                "url": note,
                "attributedTo": who.uri,
                "to": [PUBLIC],
                "cc": cc,
                "sensitive": False,
                "atomUri": note,
                "inReplyToAtomUri": None,
                "conversation": f"tag:{who.host},2026-01-01:objectId={who.number}:objectType=Conversation",
                "content": content,
                "contentMap": {"en": content},
                "attachment": [],
                "tag": tags,
                "replies": {
                    "id": f"{note}/replies",
                    "type": "Collection",
                    "first": {
                        "type": "CollectionPage",
                        "next": f"{note}/replies?only_other_accounts=true&page=true",
                        "partOf": f"{note}/replies",
                        "items": [],
                    },
                },
            },
        }

    def follow(self, who: Stranger, whom: str) -> dict[str, Any]:
        """A `Follow`."""
        return {
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": f"{who.uri}/follows/{next(self._numbers)}",
            "type": "Follow",
            "actor": who.uri,
            "object": whom,
        }

    def delete_actor(self, who: Stranger) -> dict[str, Any]:
        """A `Delete` of the actor itself, as sent to every server that may have met them."""
        return {
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": f"{who.uri}#delete",
            "type": "Delete",
            "actor": who.uri,
            "to": [PUBLIC],
            "object": who.uri,
        }
