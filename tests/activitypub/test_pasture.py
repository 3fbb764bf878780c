"""The inputs of the Fediverse Pasture project: every spelling it collected is read, and as it is meant."""

from __future__ import annotations

from typing import Any

import pytest
from fediverse_pasture_inputs import available

from fedi.activitypub import codec
from fedi.activitypub.types import PUBLIC, Create, Hashtag, Mention, Other, Post
from fedi.errors import Malformed

AUTHOR = "http://pasture-one-actor/actor"
IDS = [f"{name}-{number}" for name, data in sorted(available.items()) for number in range(len(data.examples))]
MALFORMED = {"necessary_properties-1", "necessary_properties-3"}  # no id, no attributedTo
# No type, and the types that are no posts: Document, Place, Profile, Relationship, Tombstone.
IGNORED = {"necessary_properties-4", *(f"object_types-{number}" for number in (2, 7, 8, 9, 10, 13))}
# A payment link, a note, a recipe, an image without a type and one within a data: URI.
NO_MEDIA = {"attachments-5", "attachments-8", "attachments-9", "image_attachments-11", "image_attachments-16"}


def activity(name: str) -> dict[str, Any]:
    group, _, number = name.rpartition("-")
    example = available[group].examples[int(number)]
    note = {
        "type": "Note",
        "id": "http://pasture-one-actor/object/1",
        "attributedTo": AUTHOR,
        "to": [PUBLIC],
        "published": "2024-01-06T13:11:45Z",
    }
    context = [
        "https://www.w3.org/ns/activitystreams",
        {"Hashtag": "as:Hashtag", "sensitive": "as:sensitive"},
    ]
    return {
        "@context": example.get("@context", context),
        "type": "Create",
        "id": "http://pasture-one-actor/activity/1",
        "actor": AUTHOR,
        "to": [PUBLIC],
        "object": {**note, **example},
    }


def post(name: str) -> Post:
    read = codec.parse(activity(name))
    assert isinstance(read, Create)
    assert isinstance(read.object, Post)
    return read.object


def those(group: str) -> list[str]:
    return [name for name in IDS if name.rpartition("-")[0] == group and name not in MALFORMED | IGNORED]


@pytest.mark.parametrize("name", [name for name in IDS if name not in MALFORMED | IGNORED])
def test_every_input_is_a_public_post_with_its_text(name: str) -> None:
    read = post(name)
    example = activity(name)["object"]
    assert read.attributed_to == AUTHOR
    assert read.to[0] == PUBLIC
    assert read.content == example.get("content", next(iter(read.content_map), (None, None))[1])
    assert read.summary == example.get("summary")


@pytest.mark.parametrize("name", sorted(MALFORMED))
def test_a_post_needs_an_id_and_an_author(name: str) -> None:
    with pytest.raises(Malformed):
        codec.parse(activity(name))


@pytest.mark.parametrize("name", sorted(IGNORED))
def test_what_is_no_post_is_ignored(name: str) -> None:
    assert isinstance(codec.parse(activity(name)), Other)


@pytest.mark.parametrize(
    "name", [*those("attachments"), *those("image_attachments"), *those("image_description")]
)
def test_attachments(name: str) -> None:
    given = activity(name)["object"]["attachment"]
    expected = 0 if name in NO_MEDIA else len(given) if isinstance(given, list) else 1
    assert len(post(name).attachments) == expected


@pytest.mark.parametrize("name", [*those("hashtags"), *those("hashtag_jsonld")])
def test_hashtags(name: str) -> None:
    found = [tag.name for tag in post(name).tags if isinstance(tag, Hashtag)]
    assert len(found) == (0 if name == "hashtag_jsonld-2" else 1)  # a tag without a type
    assert all(tag.startswith("#") and not tag.startswith("##") for tag in found)


@pytest.mark.parametrize("name", those("mentions"))
def test_mentions(name: str) -> None:
    found = [tag.href for tag in post(name).tags if isinstance(tag, Mention)]
    assert len(found) == {"mentions-8": 0, "mentions-9": 2}.get(name, 1)  # 8 has no type


@pytest.mark.parametrize("name", [name for name in those("quotes") if name != "quotes-4"])
def test_quotes(name: str) -> None:
    """All but the link tag of FEP-e232, which those who send it send beside these."""
    assert post(name).quote == "http://pasture-one-actor/assets/note1.jsonap"


@pytest.mark.parametrize("name", those("url"))
def test_urls(name: str) -> None:
    url = post(name).url
    assert url is not None
    mixed = str(activity(name)["object"]["url"])
    assert ("html.example" in url) == ("html.example" in mixed)


@pytest.mark.parametrize("name", those("in_reply_to"))
def test_replies(name: str) -> None:
    expected = {"in_reply_to-1": "http://invalid.example/", "in_reply_to-5": None}  # 5 is a collection
    assert post(name).in_reply_to == expected.get(name, "http://pasture-one-actor/assets/note1.jsonap")


@pytest.mark.parametrize("name", those("language"))
def test_languages(name: str) -> None:
    given = activity(name)["object"].get("contentMap", {})
    assert dict(post(name).content_map) == given
