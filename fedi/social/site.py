"""What admins set while the server runs: read by everyone, kept in memory for some seconds; changed here."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import msgspec

from fedi.errors import Unprocessable
from fedi.model.site import KEYS, Rule, Site, Terms, Translation
from fedi.services import Services
from fedi.social import pages
from fedi.store.site import SiteSettings

KEPT_MS = 10_000
"""For so long another process may still show what was before."""
RULES_MAX = 50
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}")
_LONGEST = {"title": 60, "description": 500, "contact_email": 254, "contact_account": 320}


class Sites:
    """What one process keeps in memory of the settings of its domains."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[int, Site]] = {}

    async def of(self, services: Services, domain_id: int) -> Site:
        """The settings of a domain."""
        known = self._known.get(domain_id)
        now = services.store.clock()
        if known is None or not 0 <= now - known[0] < KEPT_MS:
            async with services.store.read() as tx:
                known = self._known[domain_id] = (now, await SiteSettings(tx).of(domain_id))
        return known[1]

    def forget(self, domain_id: int) -> None:
        """Something was changed."""
        self._known.pop(domain_id, None)


async def put(services: Services, sites: Sites, domain_id: int, key: str, value: Any) -> None:
    """Set a key of `Site`; `value` as JSON has it. Raises Unprocessable for what it cannot be."""
    if key not in KEYS:
        raise Unprocessable(public=f"There is no setting {key[:60]}.")
    try:
        checked = getattr(msgspec.convert({key: value}, Site), key)
    except msgspec.ValidationError as error:
        raise Unprocessable(public=f"{key}: {error}") from error
    if isinstance(checked, str) and len(checked) > _LONGEST.get(key, pages.LONGEST):
        raise Unprocessable(public=f"{key} is too long.")
    if key == "terms":
        checked = _in_order(checked)
    async with services.store.write() as tx:
        await SiteSettings(tx).put(domain_id, key, checked)
    sites.forget(domain_id)


async def add_rule(services: Services, sites: Sites, domain_id: int, text: str, hint: str = "") -> Rule:
    """Add a rule at the end."""
    async with services.store.read() as tx:
        rules = (await SiteSettings(tx).of(domain_id)).rules
    if len(rules) >= RULES_MAX or not text.strip():
        raise Unprocessable(public=f"A rule needs a text, and there are {RULES_MAX} at most.")
    rule = Rule(max((one.id for one in rules), default=0) + 1, text.strip(), hint.strip())
    await put(services, sites, domain_id, "rules", msgspec.to_builtins((*rules, rule)))
    return rule


async def translate_rule(
    services: Services, sites: Sites, domain_id: int, rule_id: int, language: str, said: Translation
) -> None:
    """Say a rule in another language. Raises Unprocessable where there is no such rule or language."""
    async with services.store.read() as tx:
        rules = (await SiteSettings(tx).of(domain_id)).rules
    if not _LANGUAGE.fullmatch(language) or rule_id not in {rule.id for rule in rules}:
        raise Unprocessable(public="There is no such rule, or no such language.")
    changed = [
        msgspec.structs.replace(rule, translations={**rule.translations, language: said})
        if rule.id == rule_id
        else rule
        for rule in rules
    ]
    await put(services, sites, domain_id, "rules", msgspec.to_builtins(changed))


async def remove_rule(services: Services, sites: Sites, domain_id: int, rule_id: int) -> None:
    """Drop a rule; the others keep their ids. Raises Unprocessable where there is none."""
    async with services.store.read() as tx:
        rules = (await SiteSettings(tx).of(domain_id)).rules
    if rule_id not in {rule.id for rule in rules}:
        raise Unprocessable(public="There is no such rule.")
    kept = [rule for rule in rules if rule.id != rule_id]
    await put(services, sites, domain_id, "rules", msgspec.to_builtins(kept))


async def add_terms(services: Services, sites: Sites, domain_id: int, text: str, day: str) -> None:
    """Publish terms of service that hold from a day (2026-11-22) on."""
    async with services.store.read() as tx:
        terms = (await SiteSettings(tx).of(domain_id)).terms
    others = [one for one in terms if one.effective_date != day]
    await put(services, sites, domain_id, "terms", msgspec.to_builtins([*others, Terms(day, text)]))


def current_terms(site: Site, today: date) -> Terms | None:
    """The terms that hold; before the first ones do, those that will."""
    holding = [one for one in site.terms if one.effective_date <= today.isoformat()]
    return holding[-1] if holding else next(iter(site.terms), None)


def _in_order(terms: tuple[Terms, ...]) -> tuple[Terms, ...]:
    for one in terms:
        try:
            date.fromisoformat(one.effective_date)
        except ValueError:
            raise Unprocessable(public="A day is written like 2026-11-22.") from None
    return tuple(sorted(terms, key=lambda one: one.effective_date))
