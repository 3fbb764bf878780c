"""What we write to people, in the languages that we write. `{}` names are filled in by `mailing`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from fedi.social import warning_letters


class Letter(NamedTuple):
    """Subject and text."""

    subject: str
    text: str


_ENGLISH = {
    "confirm": Letter(
        "Confirm your e-mail address for {server}",
        "Hello {name},\n\nsomebody, you we hope, made the account {handle} with this e-mail address. To confirm "
        "that it is yours, open this page:\n\n{link}\n\nThe link is good for a week. If it was not you, do "
        "nothing: without it the account cannot be used.\n\n{server}\n",
    ),
    "reset": Letter(
        "A new password for {server}",
        "Hello {name},\n\nsomebody asked for a new password for {handle}. To choose one, open this page:\n\n{link}"
        "\n\nThe link is good once, for six hours. If it was not you, do nothing: your password stays as it "
        "is.\n\n{server}\n",
    ),
    "password_changed": Letter(
        "Your password for {server} was changed",
        "Hello {name},\n\nthe password of {handle} was changed just now, and other browsers were signed out. If "
        "it was not you, choose a new one at once:\n\n{link}\n\n{server}\n",
    ),
    "approved": Letter(
        "Welcome to {server}",
        "Hello {name},\n\nyour account {handle} is ready. Sign in here, or in the app of your choice:\n\n{link}"
        "\n\n{server}\n",
    ),
    "rejected": Letter(
        "Your request to join {server}",
        "Hello {name},\n\nthe people who run {server} read your request for {handle}, and decided against it. "
        "What you sent us is deleted.\n\n{server}\n",
    ),
}
_FRENCH = {
    "confirm": Letter(
        "Confirmez votre adresse pour {server}",
        "Bonjour {name},\n\nquelqu’un, vous sans doute, a créé le compte {handle} avec cette adresse. Pour "
        "confirmer qu’elle est à vous, ouvrez cette page :\n\n{link}\n\nLe lien est valable une semaine. Si ce "
        "n’était pas vous, ne faites rien : sans confirmation, le compte ne peut pas servir.\n\n{server}\n",
    ),
    "reset": Letter(
        "Un nouveau mot de passe pour {server}",
        "Bonjour {name},\n\nquelqu’un a demandé un nouveau mot de passe pour {handle}. Pour le choisir, ouvrez "
        "cette page :\n\n{link}\n\nLe lien est valable une fois, pendant six heures. Si ce n’était pas vous, ne "
        "faites rien : votre mot de passe reste le même.\n\n{server}\n",
    ),
    "password_changed": Letter(
        "Votre mot de passe pour {server} a changé",
        "Bonjour {name},\n\nle mot de passe de {handle} vient d’être changé, et les autres navigateurs ont été "
        "déconnectés. Si ce n’était pas vous, choisissez-en un autre tout de suite :\n\n{link}\n\n{server}\n",
    ),
    "approved": Letter(
        "Bienvenue sur {server}",
        "Bonjour {name},\n\nvotre compte {handle} est prêt. Connectez-vous ici, ou dans l’application de votre "
        "choix :\n\n{link}\n\n{server}\n",
    ),
    "rejected": Letter(
        "Votre demande pour {server}",
        "Bonjour {name},\n\nl’équipe de {server} a lu votre demande pour {handle} et ne l’a pas acceptée. Ce que "
        "vous nous aviez envoyé est supprimé.\n\n{server}\n",
    ),
}
LETTERS: Mapping[str, Mapping[str, Letter]] = {
    language: letters | {name: Letter(*both) for name, both in warning_letters.WARNINGS[language].items()}
    for language, letters in (("en", _ENGLISH), ("fr", _FRENCH))
}
PAGES = {
    **warning_letters.PAGES,
    "confirm": "/auth/confirm/{token}",
    "reset": "/auth/password/{token}",
    "password_changed": "/auth/password",
    "approved": "/auth/sign_in",
    "rejected": "/",
}
"""Where the link of a letter leads."""
