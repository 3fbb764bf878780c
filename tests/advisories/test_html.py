"""What strangers write is shown, and does nothing. The list itself is tested in tests/model/test_sanitizing.py."""

from __future__ import annotations

import pytest

from fedi.activitypub import codec, types
from tests.advisories.scenes import comes, follows, known, post
from tests.builders import make_person
from tests.peer import World

HOSTILE = '<p onclick="x()">hi<script>x()</script><img src=x onerror=x()><iframe src="https://evil.test"></iframe></p>'
BAD_URLS = (
    "javascript:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "//evil.test/x",
    "https://e\u202evil.test/\n",
)


async def test_cve_2023_36459_nothing_of_a_strangers_text_runs(world: World) -> None:
    """Mastodon trusted the HTML of preview cards. Here everything that is HTML is cleaned as it comes in."""
    ana, eve = await make_person(world.store), world.peer("evil.test").person("eve")
    fields = (types.Field(name=HOSTILE, value=HOSTILE),)
    eve.peer.serve(eve.actor(name=HOSTILE, summary=HOSTILE, fields=fields))
    await follows(world, ana, eve)
    note = eve.note(HOSTILE, summary=HOSTILE, name=HOSTILE)
    assert await comes(world, eve, eve.create(note)) == 202
    account, kept = await known(world, eve), await post(world, note.id)
    assert kept is not None
    assert kept.content == account.summary == account.fields[0].value == "<p>hi</p>"
    for text in (account.name, account.fields[0].name, kept.title or "", kept.summary):
        assert text == "hi"


async def test_cve_2023_36462_a_link_of_a_profile_is_seen_whole(world: World) -> None:
    """Mastodon let a verified link hide the part of its address that matters."""
    eve = world.peer("evil.test").person("eve")
    link = (
        '<a href="https://evil.test/"><span class="invisible">https://evil.test/</span>'
        '<span class="ellipsis">bank.test</span></a>'
    )
    eve.peer.serve(eve.actor(fields=(types.Field(name="site", value=link),)))
    [field] = (await known(world, eve)).fields
    assert "https://evil.test/" in field.value
    assert "invisible" not in field.value
    assert "ellipsis" not in field.value


@pytest.mark.parametrize("url", BAD_URLS)
async def test_ghsa_x2rc_v5wx_g3m5_addresses_of_other_schemes_are_left_out(world: World, url: str) -> None:
    """Mastodon did not look at the schemes of profiles' and attachments' addresses."""
    ana, eve = await make_person(world.store), world.peer("evil.test").person("eve")
    actor = codec.render(eve.actor())
    actor |= {"url": url, "icon": {"type": "Image", "url": url}, "image": {"type": "Image", "url": url}}
    eve.peer.documents[eve.uri] = actor
    await follows(world, ana, eve)
    note = eve.note(f'<p><a href="{url}">x</a></p>')
    document = codec.render(eve.create(note))
    emoji = {"type": "Emoji", "name": ":e:", "icon": {"type": "Image", "url": url}}
    document["object"] |= {
        "url": url,
        "attachment": [{"type": "Image", "url": url}, {"type": "Link", "href": url}],
        "tag": [emoji, {"type": "Hashtag", "name": "#x", "href": url}],
    }
    assert await comes(world, eve, document) == 202
    account, kept = await known(world, eve), await post(world, note.id)
    assert kept is not None
    assert (account.url, account.avatar_url, account.header_url, kept.url) == (None,) * 4
    assert kept.attachments == kept.emojis == ()
    assert "alert" not in kept.content
    assert 'href="data' not in kept.content


async def test_a_display_name_turns_nothing_around(world: World) -> None:
    eve = world.peer("evil.test").person("eve")
    eve.peer.serve(eve.actor(name="Ana\u202e\n(tset.a@ana)\u2066\x07 \x00שלום"))
    assert (await known(world, eve)).name == "Ana (tset.a@ana) שלום"
