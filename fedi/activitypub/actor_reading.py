"""Documents to actors."""

from __future__ import annotations

from typing import Any

from fedi.activitypub import parts
from fedi.activitypub.keys import decode_multikey
from fedi.activitypub.reading import (
    MAX_NAME,
    MAX_SUMMARY,
    Document,
    fields,
    flag,
    items,
    kind,
    link,
    own_id,
    required,
    text,
    time,
    translated,
    uri,
    uris,
)
from fedi.activitypub.types import ACTOR_TYPES, Actor, Field, PublicKey
from fedi.activitypub.uris import host_of, is_on
from fedi.errors import BadSignature, Malformed

MAX_FIELDS = 50
MAX_FIELD = 2_047
MAX_KEYS = 10
MAX_ALIASES = 256
MAX_DOMAIN = 253
MAX_PEM = 8_192

_PROPERTY_VALUE = frozenset({"PropertyValue"})
_MULTIKEY = frozenset({"Multikey"})
_NAMELESS = frozenset({"Application", "Service"})


def actor(document: Document) -> Actor:
    """The actor in a document (PROTOCOL section 2).

    Its inbox has to be on its own host; collections, a shared inbox, keys and a page elsewhere are left out
    (Misskey refuses the actor, Mastodon drops them). A key counts only if it names the actor as its owner.
    Raises Malformed.
    """
    name = kind(document, ACTOR_TYPES)
    if name is None:
        raise Malformed("not an actor")
    own = required(own_id(document), "actor id")
    host = host_of(own)
    inbox = _on(host, document.get("inbox"))
    return Actor(
        id=own,
        type=name,
        preferred_username=_username(document, name, host),
        inbox=required(inbox, "inbox on the actor's host"),
        name=text(translated(document, "name")[0], MAX_NAME),
        summary=text(translated(document, "summary")[0], MAX_SUMMARY),
        url=_on(host, link(document.get("url"))),
        outbox=_on(host, document.get("outbox")),
        followers=_on(host, document.get("followers")),
        following=_on(host, document.get("following")),
        featured=_on(host, document.get("featured")),
        shared_inbox=_on(host, fields(document.get("endpoints")).get("sharedInbox")),
        public_keys=_keys(document, own, host),
        icon=parts.picture(document.get("icon")),
        image=parts.picture(document.get("image")),
        fields=_profile(document.get("attachment")),
        tags=parts.tags(document.get("tag")),
        published=time(document.get("published")),
        manually_approves_followers=flag(document.get("manuallyApprovesFollowers")) or False,
        discoverable=flag(document.get("discoverable")),
        indexable=flag(document.get("indexable")),
        show_media=flag(document.get("showMedia")),
        show_media_replies=flag(document.get("showRepliesInMedia")),
        show_featured=flag(document.get("showFeatured")),
        attribution_domains=_domains(document.get("attributionDomains")),
        memorial=flag(document.get("memorial")) or False,
        suspended=flag(document.get("suspended")) or False,
        also_known_as=uris(document.get("alsoKnownAs"))[:MAX_ALIASES],
        moved_to=uri(document.get("movedTo")),
        webfinger=_handle(document.get("webfinger")),
    )


def keys(document: Document) -> tuple[PublicKey, ...]:
    """The keys in a document: an actor, a stub of one that has only its key (GoToSocial), or a key itself.

    Each names its owner, which has to be confirmed in the owner's own document. Raises Malformed.
    """
    if "publicKeyPem" in document or "publicKeyMultibase" in document:
        owner = required(uri(document.get("owner") or document.get("controller")), "owner")
        document = {"publicKey": document, "assertionMethod": document}
    else:
        owner = required(own_id(document), "actor id")
    return _keys(document, owner, host_of(owner))


def _on(host: str, value: Any) -> str | None:
    """The URI in `value` if it is on this host."""
    found = uri(value)
    return found if found is not None and is_on(host, found) else None


def _username(document: Document, kind: str, host: str) -> str:
    """`preferredUsername`. The actors of servers may have none (Lemmy): they go by their domain."""
    found = text(document.get("preferredUsername"), MAX_NAME)
    if not found and kind in _NAMELESS:
        return host
    return required(found or None, "preferredUsername")


def _handle(value: Any) -> str | None:
    """`user@domain` (FEP-2c59), however it is dressed."""
    found = text(value, MAX_NAME)
    if found is None:
        return None
    name, at, domain = found.removeprefix("acct:").removeprefix("@").partition("@")
    return f"{name}@{domain}" if name and at and domain and "@" not in domain else None


def _domains(value: Any) -> tuple[str, ...]:
    found = (text(item, MAX_DOMAIN) for item in items(value))
    return tuple(one for one in found if one)[:MAX_ALIASES]


def _profile(value: Any) -> tuple[Field, ...]:
    found = []
    for item in items(value):
        if item.__class__ is dict and kind(item, _PROPERTY_VALUE):
            name, content = text(item.get("name"), MAX_FIELD), text(item.get("value"), MAX_FIELD)
            if name is not None and content is not None:
                found.append(Field(name=name, value=content))
    return tuple(found[:MAX_FIELDS])


def _keys(document: Document, own: str, host: str) -> tuple[PublicKey, ...]:
    keys = [_rsa_key(item, own, host) for item in items(document.get("publicKey"))[:MAX_KEYS]]
    keys += [_multikey(item, own, host) for item in items(document.get("assertionMethod"))[:MAX_KEYS]]
    return tuple(key for key in keys if key is not None)[:MAX_KEYS]


def _rsa_key(value: Any, own: str, host: str) -> PublicKey | None:
    if value.__class__ is not dict or uri(value.get("owner")) != own:
        return None
    own_id, pem = _on(host, value.get("id")), text(value.get("publicKeyPem"))
    if own_id is None or not pem or len(pem) > MAX_PEM:
        return None
    return PublicKey(id=own_id, owner=own, pem=pem)


def _multikey(value: Any, own: str, host: str) -> PublicKey | None:
    """An Ed25519 key of `assertionMethod` (FEP-521a); other kinds are left out."""
    if value.__class__ is not dict or not kind(value, _MULTIKEY) or uri(value.get("controller")) != own:
        return None
    own_id, multibase = _on(host, value.get("id")), text(value.get("publicKeyMultibase"))
    if own_id is None or multibase is None:
        return None
    try:
        return PublicKey(id=own_id, owner=own, pem=decode_multikey(multibase))
    except BadSignature:  # a key of another kind, which we could not use
        return None
