"""JSON-LD: read a document as JSON where that is safe, by expansion where it is not, and canonicalise it.

pyld takes 1 to 2 ms for a document, so `plain` uses it only when `screening` says so; callers that must not
block ask `needs_expansion` first and call `plain` (or `codec.parse`) in a thread. Contexts are bundled;
nothing is ever fetched.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fedi.activitypub import screening
from fedi.activitypub.screening import Survey, survey
from fedi.activitypub.vocabulary import BASE, LANGUAGE_MAPS, LINKS, NAMES, bundled, type_name
from fedi.errors import Malformed
from fedi.later import later

if TYPE_CHECKING:
    from fedi.activitypub import expanding
else:  # with it comes pyld
    expanding = later("fedi.activitypub.expanding")

Document = dict[str, Any]

MAX_EXPANDED_NODES = 5_000
MAX_CONTEXTS = 64
MAX_SCOPED_WORK = 200_000

_ACTIVITYSTREAMS = "https://www.w3.org/ns/activitystreams"


def needs_expansion(document: Document) -> bool:
    """Whether reading the document takes milliseconds of JSON-LD expansion. Raises Malformed (see `plain`)."""
    return screening.needs_expansion(_survey(document))


def plain(document: Document) -> Document:
    """The document under our own terms, so that it can be read as JSON: itself, where it already is.

    Terms that its contexts leave undefined have the meaning in contexts/fedi.json: many servers forget a
    definition, or the whole context. So this is for what the sender signed over HTTP, not for what a Linked
    Data signature covers (see `compact`). Raises Malformed if the document is too large or deep, has an id
    that is no string, or uses @graph, @included or @reverse.
    """
    found = _survey(document)
    return _normalised(document, found) if screening.needs_expansion(found) else document


def normalise(document: Document) -> Document:
    """What `plain` makes of a document that needs expansion; for others it means the same, and takes longer."""
    return _normalised(document, _survey(document))


def _survey(document: Document) -> Survey:
    if not isinstance(document.get("id"), str | None):
        raise Malformed("an id that is not a string")
    return survey(document)


def _normalised(document: Document, found: Survey) -> Document:
    _bound(found)
    return _reduced(expanding.expand(_clean(document), strict=False, base=BASE))


def compact(document: Document) -> Document:
    """The document under our own terms and nothing that its contexts do not define: what its RDF says.

    This is what may be used of a document whose Linked Data signature verified: everything else could have
    been added on the way without touching the signature (CVE-2022-24307). Raises Malformed, also for a
    context that is not bundled.
    """
    found = survey(document)
    _refuse_unknown(found)
    _bound(found)
    return {"@context": _ACTIVITYSTREAMS, **_reduced(expanding.expand(document, strict=True))}


def canonicalise(document: Document) -> str:
    """The document as canonical N-Quads (URDNA2015), to sign or to verify a signature over.

    Raises Malformed for what `compact` refuses, and for graphs built to make this take for ever.
    """
    found = survey(document)
    _refuse_unknown(found)
    _bound(found)
    return expanding.n_quads(document)


def _bound(found: Survey) -> None:
    """Refuse what would keep pyld busy: its work grows with nodes, contexts, and scoped contexts per node.

    And whatever context `judge` refuses: the way here may have led past it.
    """
    for context in found.contexts:
        screening.judge(context)
    if found.nodes > MAX_EXPANDED_NODES or len(found.contexts) > MAX_CONTEXTS:
        raise Malformed("too large for JSON-LD")
    if found.nodes * sum(_scoped_terms(context) for context in found.contexts) > MAX_SCOPED_WORK:
        raise Malformed("too many scoped contexts")


def _scoped_terms(context: Any) -> int:
    """How many terms an inline context would define again and again, wherever its terms are used."""
    terms = [
        entry for entry in (context if isinstance(context, list) else [context]) if isinstance(entry, dict)
    ]
    scoped = any(
        isinstance(definition, dict) and "@context" in definition
        for entry in terms
        for definition in entry.values()
    )
    return sum(len(str(entry)) // 16 for entry in terms) if scoped else 0


def _refuse_unknown(found: Survey) -> None:
    for context in found.contexts:
        for entry in context if isinstance(context, list) else [context]:
            if isinstance(entry, str) and bundled(entry) is None:
                raise Malformed(f"a context that is not bundled: {entry[:200]!r}")


def _clean(value: Any) -> Any:
    """A copy without what pyld stumbles over and reading would skip: ids and types of odd kinds, and nulls.

    To JSON-LD `"@context": null` says "forget every term"; the servers that send it mean that they have none.
    """
    if isinstance(value, list):
        return [_clean(item) for item in value if item is not None]
    if not isinstance(value, dict):
        return value
    copy: Document = {}
    for key, item in value.items():
        if key == "@context" and item is not None:
            copy[key] = item
        elif key == "type":
            copy[key] = [
                name for name in (item if isinstance(item, list) else [item]) if isinstance(name, str)
            ]
        elif item is not None and (key != "id" or isinstance(item, str)):
            copy[key] = _clean(item)
    return copy


# --- from IRIs to our terms -----------------------------------------------------------------------------


def _reduced(node: Document) -> Document:
    """An expanded node under our terms: what we do not read is left out, single values stand alone."""
    reduced: Document = {}
    for iri, values in node.items():
        if iri == "@id":
            reduced["id"] = values
        elif iri == "@type":  # None for a type that a context has taken away
            reduced["type"] = _single([type_name(item) for item in values if isinstance(item, str)])
        elif iri in NAMES:
            _add(reduced, NAMES[iri], values)
    return reduced


def _add(reduced: Document, term: str, values: list[Any]) -> None:
    items: list[Any] = []
    for value in values:
        language = value.get("@language", "und")
        if language != "und" and f"{term}Map" in LANGUAGE_MAPS and "@value" in value:
            reduced.setdefault(f"{term}Map", {}).setdefault(language, value["@value"])
        elif term == "items" and "@list" in value:
            reduced["orderedItems"] = _value(term, value)
        else:
            items.append(_value(term, value))
    if len(items) == 1 and isinstance(items[0], list):  # a @list
        items = items[0]
    if items or (not values and term not in reduced):
        known = reduced.get(term, [])
        reduced[term] = _single([*(known if isinstance(known, list) else [known]), *items])


def _value(term: str, value: Document) -> Any:
    """A literal, a list, an object; or where there is nothing but an id, and the term is for URIs, that."""
    if "@value" in value:
        return value["@value"]
    if "@list" in value:
        return [_value(term, item) for item in value["@list"]]
    if term in LINKS and value.keys() == {"@id"}:
        return value["@id"]
    return _reduced(value)


def _single(items: list[Any]) -> Any:
    return items[0] if len(items) == 1 else items
