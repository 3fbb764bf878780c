"""Our posts as documents: what every other server needs to find in them."""

from __future__ import annotations

import msgspec
import pytest

from fedi.activitypub import codec, types
from fedi.model.people import Account, CustomEmoji
from fedi.model.posts import Attachment, MentionedAccount, Post
from fedi.outbox.posts import to_announce, to_create, to_delete, to_post, to_update

ANA = Account(
    id=7,
    uri="https://a.test/ap/users/7",
    domain_id=1,
    username="ana",
    domain="a.test",
    handle="ana@a.test",
    inbox="https://a.test/ap/users/7/inbox",
    followers_uri="https://a.test/ap/users/7/followers",
    created_at=0,
)
BO = MentionedAccount(2, "https://b.test/users/bo", "bo", "bo@b.test", "https://b.test/@bo")
CLEO = MentionedAccount(3, "https://a.test/ap/users/3", "cleo", "cleo", "https://a.test/@cleo")
POST = Post(
    id=9,
    uri="https://a.test/ap/posts/9",
    url="https://a.test/@ana/9",
    account_id=7,
    local=True,
    visibility="public",
    conversation="https://a.test/ap/contexts/9",
    in_reply_to_uri="https://b.test/notes/1",
    summary="careful",
    sensitive=True,
    content="<p>hi</p>",
    source="hi",
    source_media_type="text/markdown",
    language="en",
    mentions=(BO, CLEO),
    tags=("tag", "ünï"),
    emojis=(CustomEmoji("blob", "https://a.test/blob.png"),),
    attachments=(
        Attachment(
            id="1", type="image", url="https://a.test/1.png", media_type="image/png", description="alt"
        ),
    ),
    favourites_count=3,
    boosts_count=4,
    created_at=1_700_000_000_000,
)


def test_the_document_of_a_post() -> None:
    document = codec.render(to_post(POST, ANA, first_replies=("https://b.test/notes/2",)))
    assert document["type"] == "Note"
    assert document["attributedTo"] == ANA.uri
    assert document["contentMap"] == {"en": "<p>hi</p>"}
    assert document["conversation"] == document["context"] == POST.conversation
    assert document["published"].startswith("2023-11-14T22:13:20")
    assert document["interactionPolicy"]["canQuote"]["automaticApproval"] == [types.PUBLIC]
    assert document["replies"]["first"]["items"] == ["https://b.test/notes/2"]
    assert (document["likes"]["totalItems"], document["shares"]["totalItems"]) == (3, 4)
    assert {"type": "Mention", "href": BO.uri, "name": "@bo@b.test"} in document["tag"]
    assert {"type": "Mention", "href": CLEO.uri, "name": "@cleo@a.test"} in document["tag"]
    hashtags = [(tag["name"], tag["href"]) for tag in document["tag"] if tag["type"] == "Hashtag"]
    assert hashtags == [
        ("#tag", "https://a.test/tags/tag"),
        ("#ünï", "https://a.test/tags/%C3%BCn%C3%AF"),
    ]
    assert document["attachment"][0]["type"] == "Document"
    assert document["attachment"][0]["name"] == "alt"


@pytest.mark.parametrize("visibility", ["public", "unlisted", "private", "direct"])
def test_what_is_written_reads_back_alike(visibility: str) -> None:
    post = msgspec.structs.replace(POST, visibility=visibility)
    for value in (
        to_create(post, ANA),
        to_update(post, ANA, "https://a.test/ap/activities/1"),
        to_delete(post, ANA, "https://a.test/ap/activities/2"),
    ):
        assert codec.parse_activity(codec.render(value)) == value
        assert value.actor == ANA.uri
        assert {BO.uri, CLEO.uri} <= {*value.to, *value.cc}
        everybody = types.PUBLIC in (*value.to, *value.cc)
        assert everybody is (visibility in ("public", "unlisted"))


def test_a_conversation_that_began_elsewhere_keeps_its_name() -> None:
    post = to_post(msgspec.structs.replace(POST, conversation="tag:x"), ANA)
    assert (post.conversation, post.context) == ("tag:x", None)


def test_a_boost_of_what_everybody_sees_names_it_and_of_the_rest_holds_it() -> None:
    boost = Post(
        id=11, uri="https://a.test/ap/posts/11/activity", account_id=7, local=True, visibility="private",
        boost_of_id=9, created_at=1_700_000_000_000,
    )  # fmt: skip
    assert to_announce(boost, ANA, POST, ANA).inlined is None
    private = msgspec.structs.replace(POST, visibility="private")
    announce = to_announce(boost, ANA, private, ANA)
    assert announce.inlined == to_post(private, ANA)
    assert announce.to == (ANA.followers_uri,)
    assert codec.parse_activity(codec.render(announce)) == announce
