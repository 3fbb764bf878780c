"""What a notice says in a line, in the person's language: on lock screens, and in apps that do not know its type."""

from __future__ import annotations

from fedi.model.people import Account
from fedi.model.posts import Post
from fedi.model.sanitizing import plain

BODY_MAX = 140
_NAME_MAX = 100
DEFAULT = "en"

_HEADLINES = {
    "en": {
        "mention": "{name} mentioned you",
        "status": "{name} just posted",
        "reblog": "{name} boosted your post",
        "follow": "{name} now follows you",
        "follow_request": "{name} asks to follow you",
        "favourite": "{name} liked your post",
        "poll": "A poll by {name} has ended",
        "update": "{name} edited a post",
        "quote": "{name} quoted your post",
        "quoted_update": "{name} edited a post that you quoted",
        "admin.sign_up": "{name} signed up",
        "admin.report": "{name} sent a report",
        "severed_relationships": "You lost followers, or people you follow",
        "moderation_warning": "You have received a warning from the moderators",
        "added_to_collection": "{name} added you to a collection",
        "collection_update": "{name} changed a collection that you are in",
    },
    "fr": {
        "mention": "{name} vous a mentionné",
        "status": "{name} vient de publier",
        "reblog": "{name} a partagé votre message",
        "follow": "{name} vous suit",
        "follow_request": "{name} demande à vous suivre",
        "favourite": "{name} aime votre message",
        "poll": "Un sondage de {name} est terminé",
        "update": "{name} a modifié un message",
        "quote": "{name} a cité votre message",
        "quoted_update": "{name} a modifié un message que vous avez cité",
        "admin.sign_up": "{name} s’est inscrit",
        "admin.report": "{name} a envoyé un signalement",
        "severed_relationships": "Vous avez perdu des abonnés ou des abonnements",
        "moderation_warning": "Vous avez reçu un avertissement de la modération",
        "added_to_collection": "{name} vous a ajouté à une collection",
        "collection_update": "{name} a modifié une collection où vous figurez",
    },
}


def language(locale: str | None) -> str:
    """The language of ours that is nearest to a person's."""
    word = (locale or DEFAULT).replace("_", "-").split("-")[0].lower()
    return word if word in _HEADLINES else DEFAULT


def headline(kind: str, sender: Account, locale: str | None) -> str:
    """One line; `kind` is the notice's type."""
    lines = _HEADLINES[language(locale)]
    name = " ".join((sender.name or sender.username).split())[:_NAME_MAX]
    return lines.get(kind, "{name}").replace("{name}", name)


def body(sender: Account, post: Post | None) -> str:
    """What was written, behind its content warning if there is one; of a notice without a post, who it is."""
    if post is None:
        return _short(plain(sender.summary)) or f"@{sender.handle}"
    return _short(post.summary or plain(post.content))


def _short(text: str) -> str:
    text = " ".join(text[: BODY_MAX * 20].split())
    return text if len(text) <= BODY_MAX else f"{text[: BODY_MAX - 1]}…"
