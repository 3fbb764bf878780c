"""What people are written when a moderator did something about their account: subject and text, by language."""

from __future__ import annotations

from collections.abc import Mapping

_ENGLISH = {
    "none": ("A warning from {server}", "have a warning for you"),
    "disable": (
        "Your login at {server} is frozen",
        "froze your login: nobody can sign in until they decide otherwise",
    ),
    "sensitive": (
        "Your media at {server} are hidden",
        "hide pictures and videos of yours behind a warning from now on",
    ),
    "silence": (
        "Your account at {server} is limited",
        "limited your account: only who follows you sees your posts",
    ),
    "suspend": (
        "Your account at {server} is suspended",
        "suspended your account. After 30 days its data is deleted",
    ),
}
_FRENCH = {
    "none": ("Un avertissement de {server}", "vous adresse un avertissement"),
    "disable": (
        "Votre accès à {server} est gelé",
        "a gelé votre accès : plus personne ne peut se connecter d’ici là",
    ),
    "sensitive": (
        "Vos médias sur {server} sont masqués",
        "masque désormais vos images et vidéos derrière un avis",
    ),
    "silence": (
        "Votre compte sur {server} est limité",
        "a limité votre compte : seuls vos abonnés voient vos messages",
    ),
    "suspend": (
        "Votre compte sur {server} est suspendu",
        "a suspendu votre compte. Après 30 jours, ses données seront supprimées",
    ),
}
_LETTER_EN = (
    "Hello {{name}},\n\nthis is about {{handle}}. The moderators of {{server}} {what}.\n\n{{words}}"
    "{{link}}\n\n{{server}}\n"
)
_LETTER_FR = (
    "Bonjour {{name}},\n\nil s’agit de {{handle}}. L’équipe de modération de {{server}} {what}.\n\n{{words}}"
    "{{link}}\n\n{{server}}\n"
)


def _letters(said: Mapping[str, tuple[str, str]], letter: str) -> dict[str, tuple[str, str]]:
    return {f"warning_{name}": (subject, letter.format(what=what)) for name, (subject, what) in said.items()}


WARNINGS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "en": _letters(_ENGLISH, _LETTER_EN),
    "fr": _letters(_FRENCH, _LETTER_FR),
}
"""(subject, text) by language and name."""
PAGES = dict.fromkeys(WARNINGS["en"], "/")
"""Where their links lead."""
