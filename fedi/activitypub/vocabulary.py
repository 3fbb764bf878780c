"""The terms of the fediverse: the bundled contexts, and among them the terms that fedi itself reads.

`contexts/*.json` are tables of our own, one a specification, in this form:

    specification   where the terms are defined
    addresses       the URLs under which documents name this context
    extends         URLs of contexts that apply before it
    keywords        whether it lets documents write id and type for @id and @type
    vocabulary      @vocab; protected: whether later contexts may not redefine the terms (JSON-LD 1.1)
    prefixes        name -> IRI
    groups          terms that share a prefix and a type, as words in one string
    definitions     terms that need more, as JSON-LD writes them
    also, uris      (only in fedi.json) other IRIs that servers use for a term; terms without a type that
                    hold URIs all the same, so that some contexts declare them @id

`fedi.json` holds what we read and write, with the IRI of each term. No context is ever fetched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import orjson

Context = dict[str, Any]

_LITEPUB = re.compile(r"https?://[^/]+/schemas/litepub-0\.1\.jsonld")
_KEYWORDS = {"id": "@id", "type": "@type"}


def _tables() -> dict[str, Context]:
    folder = files("fedi.activitypub") / "contexts"
    found = (entry for entry in folder.iterdir() if entry.name.endswith(".json"))
    return {entry.name.removesuffix(".json"): orjson.loads(entry.read_bytes()) for entry in found}


def _context(table: Context) -> Context:
    """The JSON-LD context that a table stands for."""
    context: Context = dict(_KEYWORDS) if table.get("keywords") else {}
    if table.get("protected"):
        context["@protected"] = True
    if "vocabulary" in table:
        context["@vocab"] = table["vocabulary"]
    context.update(table.get("prefixes", {}))
    for group in table.get("groups", []):
        for term in group["terms"].split():
            iri = f"{group['prefix']}:{term}"
            context[term] = {"@id": iri, "@type": group["type"]} if "type" in group else iri
    context.update(table.get("definitions", {}))
    return context


_TABLES = _tables()

CONTEXTS: dict[str, Context] = {
    address: {"@context": [*table["extends"], _context(table)] if "extends" in table else _context(table)}
    for table in _TABLES.values()
    for address in table["addresses"]
}
"""The documents of the bundled contexts, by URL."""

_LITEPUB_DOCUMENT: Context = {"@context": _context(_TABLES["litepub"])}

BASE: Context = _context(_TABLES["fedi"])
"""Our own context: what holds before a document says anything else."""

PREFIXES: dict[str, str] = {
    prefix: iri for table in _TABLES.values() for prefix, iri in table.get("prefixes", {}).items()
} | _TABLES["fedi"]["prefixes"]
"""Prefixes of the bundled contexts. A name that two of them use (schema) stands for fedi.json's."""


def expand_name(name: str) -> str:
    """The IRI of `prefix:name` in a bundled context, where keywords and full IRIs stay."""
    prefix, colon, rest = name.partition(":")
    return PREFIXES[prefix] + rest if colon and prefix in PREFIXES else name


def _read() -> Iterator[tuple[str, str]]:
    table = _TABLES["fedi"]
    for term, definition in _context(table).items():
        if term not in table["prefixes"] and not term.startswith("@"):
            yield term, expand_name(definition if isinstance(definition, str) else definition["@id"])
    for term, iris in table["also"].items():
        yield from ((term, iri) for iri in iris)


READ: dict[str, frozenset[str]] = {}
"""The terms that we read, each with the IRIs that mean it."""
for _term, _iri in _read():
    READ[_term] = READ.get(_term, frozenset()) | {_iri}

LANGUAGE_MAPS = {"contentMap": "content", "nameMap": "name", "summaryMap": "summary"}
"""Terms whose value is {language: text}, and the term that shares their IRI."""

LINKS: frozenset[str] = frozenset(_TABLES["fedi"]["uris"].split()) | {
    term
    for term, definition in BASE.items()
    if isinstance(definition, dict) and definition.get("@type") == "@id"
}
"""The terms that hold URIs or objects, and no literals."""

NAMES: dict[str, str] = {
    iri: term
    for term, iris in READ.items()
    if term not in LANGUAGE_MAPS and term != "orderedItems"
    for iri in iris
}
"""The term for each IRI that we read; compaction turns lists of `items` into `orderedItems`."""

ORDINARY_KEYS: frozenset[str] = frozenset(
    key for table in _TABLES.values() for key in _context(table) if not key.startswith("@")
) | {"@context"}
"""Keys that need no second look: terms of the bundled contexts."""


def bundled(url: str) -> Context | None:
    """The bundled context document at this URL, or None if we have none."""
    known = CONTEXTS.get(url)
    if known is None and _LITEPUB.fullmatch(url):
        return _LITEPUB_DOCUMENT
    return known


def type_name(name: str) -> str:
    """Our term for a type; else the last part of its IRI, unless that would make it pass for one of ours."""
    known = NAMES.get(name)
    if known is not None:
        return known
    last = name.removeprefix("_:").rpartition("#")[2].rpartition("/")[2]
    return name if not last or last in READ else last
