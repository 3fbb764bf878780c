"""Expansion and RDF of JSON-LD by pyld, which is only imported when a document asks for it: most never do.

Contexts are bundled; nothing is ever fetched. `jsonld` decides what gets here, and bounds it first.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from threading import Lock
from typing import Any

from cachetools import LRUCache
from pyld.context_resolver import ContextResolver
from pyld.jsonld import JsonLdError, JsonLdProcessor

from fedi.activitypub import canonical
from fedi.activitypub.vocabulary import bundled
from fedi.errors import Malformed

Document = dict[str, Any]

# What pyld raises on input that its own checks did not foresee.
_PYLD_ERRORS = (
    JsonLdError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
    RecursionError,
    ZeroDivisionError,
)
# pyld's caches are not safe for threads, and it never releases the GIL: waiting here costs nothing.
_LOCK = Lock()


def expand(document: Document, *, strict: bool, base: Document | None = None) -> Document:
    """The one expanded node of a document, read as if `base` were its first context.

    Raises Malformed; with `strict` also for a context that is not bundled, which counts as empty otherwise.
    """
    options = (STRICT if strict else LENIENT).options()
    if base is not None:
        options["expandContext"] = base
    return expanded(document, options)


def expanded(document: Document, options: Document) -> Document:
    """The same, with the options of a `Loader`."""
    with _LOCK:
        try:
            found = JsonLdProcessor().expand(document, options)
        except _PYLD_ERRORS as error:
            raise Malformed(f"not JSON-LD: {error.__class__.__name__}") from error
    if len(found) != 1 or not isinstance(found[0], dict):
        raise Malformed("not one object")
    return found[0]


def n_quads(document: Document) -> str:
    """The document as canonical N-Quads (URDNA2015). Raises Malformed."""
    with _LOCK:
        try:
            dataset = JsonLdProcessor().to_rdf(document, STRICT.options())
            return canonical.n_quads(dataset)
        except _PYLD_ERRORS as error:
            raise Malformed(f"not JSON-LD: {error.__class__.__name__}") from error


class Loader:
    """Answers pyld's requests for contexts: one that is not bundled is empty, or refused if `strict`."""

    def __init__(self, *, strict: bool) -> None:
        self._strict = strict
        self._cache: LRUCache[str, Any] = LRUCache(maxsize=256)

    def options(self) -> Document:
        """What to call pyld with."""
        load: Callable[[str, Any], Document] = self._load
        resolver = ContextResolver(self._cache, load)
        return {"documentLoader": load, "contextResolver": resolver, "base": ""}

    def _load(self, url: str, _options: Any) -> Document:
        document = bundled(url)
        answer: Document = {"contextUrl": None, "documentUrl": url, "contentType": "application/ld+json"}
        if document is not None:
            # pyld writes into what it is given.
            return {**answer, "document": deepcopy(document), "tag": "static"}
        if self._strict:
            raise JsonLdError("not a bundled context", "fedi.Refused", {"url": url})
        return {**answer, "document": {"@context": {}}}


LENIENT = Loader(strict=False)
STRICT = Loader(strict=True)
