"""Which documents may be read as plain JSON, and which are refused before anything looks at them.

A document is plain when the meaning of every key and type that we read is the one we give it: each context it
names is bundled or unknown, and its own definitions agree with ours or concern nothing that it uses. Then
reading the JSON gives what JSON-LD expansion would. All else goes through pyld (`jsonld`).

A context URL that is not bundled counts as empty, here and in pyld alike: its terms keep the meaning in
`contexts/fedi.json`. That cannot hide or forge anything. The bytes were signed by the sender over HTTP, so a
wrong guess only misreads the sender's own words; ids are held against their hosts afterwards; and documents
that rest on a Linked Data signature are canonicalised and compacted without any such guess.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

import orjson

from fedi.activitypub.vocabulary import LANGUAGE_MAPS, LINKS, NAMES, ORDINARY_KEYS, PREFIXES, READ, bundled
from fedi.errors import Malformed

MAX_DEPTH = 64
MAX_NODES = 20_000
MAX_CONTEXT_BYTES = 32_768

# CVE-2026-46349: these let a document say one thing to a reader of JSON and another to one of RDF.
_REFUSED = frozenset({"@graph", "@included", "@reverse"})
_PLAIN_DEFINITION = frozenset({"@id", "@type", "@container", "@protected", "@context"})
_DELIMITERS = (":", "/", "?", "#", "[", "]", "@")
_WEB = ("https://", "http://")
# Compact IRIs that reading knows as they are, or does not look at: many write the one, Fedify the other.
_HARMLESS = frozenset({"as:Public", "as:Endpoints"})
_PREFIXES = frozenset(PREFIXES)


class Verdict(NamedTuple):
    """What a `@context` does to our reading."""

    always: bool
    """Only full JSON-LD will do."""
    disputed: frozenset[str]
    """Terms that mean something else than we would read, so long as the document uses them."""
    prefixes: dict[str, str]
    """The prefixes it defines, each with its IRI."""


class Survey:
    """What a walk over a document found."""

    __slots__ = ("contexts", "document", "heads", "keys", "nested_lists", "nodes")

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.keys: set[str] = set()
        self.heads: set[str] = set()
        """What stands before the colon of values such as `as:Note`."""
        self.contexts: list[Any] = []
        self.nodes = 1
        self.nested_lists = False


def survey(document: dict[str, Any]) -> Survey:
    """Walk a document level by level. Raises Malformed if it is too deep or too large, or has a refused key."""
    found = Survey(document)
    level: list[Any] = [document]
    for _ in range(MAX_DEPTH):
        level = _below(level, found)
        if found.nodes > MAX_NODES:
            raise Malformed(f"more than {MAX_NODES} values")
        if not level:
            break
    else:
        raise Malformed(f"nested more than {MAX_DEPTH} deep")
    if not _REFUSED.isdisjoint(found.keys):
        raise Malformed("@graph, @included and @reverse are refused")
    return found


def _below(level: list[Any], found: Survey) -> list[Any]:
    """The objects and lists inside those of `level`. This loop sees every value of every document."""
    below: list[Any] = []
    keys, heads = found.keys, found.heads
    for node in level:
        found.nodes += len(node)
        is_list = node.__class__ is list
        if not is_list:
            keys.update(node)
        for value in node if is_list else _values(node, found) if "@context" in node else node.values():
            kind = value.__class__
            if kind is str:
                if value[:4] != "http" and (end := value.find(":", 0, 24)) > 0 and value not in _HARMLESS:
                    heads.add(value[:end])
            elif kind is dict:
                below.append(value)
            elif kind is list:
                below.append(value)
                found.nested_lists |= is_list
    return below


def _values(node: dict[str, Any], found: Survey) -> list[Any]:
    """The values of a document with a context, without that, which is set aside; null is some servers' none."""
    if node["@context"] is not None:
        found.contexts.append(node["@context"])
    return [value for key, value in node.items() if key != "@context"]


def types(value: Any) -> Iterator[str]:
    """Every type named in a document that was surveyed, and so is not too deep."""
    if value.__class__ is dict:
        named = value.get("type")
        yield from (item for item in (named if named.__class__ is list else [named]) if item.__class__ is str)
        for inner in value.values():
            yield from types(inner)
    elif value.__class__ is list:
        for inner in value:
            yield from types(inner)


def needs_expansion(found: Survey) -> bool:
    """Whether the surveyed document means what it says only after JSON-LD expansion. Raises Malformed."""
    prefixes: dict[str, str] = {}
    if found.nested_lists:  # JSON-LD reads a list of lists as one list
        return True
    for context in found.contexts:
        verdict = judge(context)
        disputed = verdict.disputed
        if verdict.always or not disputed.isdisjoint(found.keys):
            return True
        if disputed and not disputed.isdisjoint(types(found.document)):
            return True
        if not prefixes:
            prefixes = verdict.prefixes
        elif prefixes != verdict.prefixes:
            if any(prefixes.get(name, iri) != iri for name, iri in verdict.prefixes.items()):
                return True
            prefixes = prefixes | verdict.prefixes
    if found.heads and not (found.heads.isdisjoint(_PREFIXES) and found.heads.isdisjoint(prefixes)):
        return True
    odd = found.keys - ORDINARY_KEYS
    return bool(odd) and any(_is_telling(key, prefixes) for key in odd)


def _is_telling(key: str, prefixes: dict[str, str]) -> bool:
    """Whether a key that is no ordinary term may yet mean one: a keyword, a full IRI, or `as:actor`."""
    if key.startswith("@"):
        return True
    prefix, colon, rest = key.partition(":")
    if not colon:
        return False
    base = prefixes.get(prefix) or PREFIXES.get(prefix)
    return key in NAMES or (base is not None and (base + rest in NAMES or "@" in base))


def judge(context: Any) -> Verdict:
    """The verdict on the value of a `@context`. Raises Malformed for what can be no context."""
    if context.__class__ is str:
        return _judge_url(context)
    try:
        body = orjson.dumps(context)
    except TypeError:
        raise Malformed("a context that is not JSON") from None
    if len(body) > MAX_CONTEXT_BYTES:
        raise Malformed("a context that is too large")
    # pyld 2.0.4 writes an importing context into the cached one it imports, for everybody after it.
    if b'"@import"' in body:
        raise Malformed("@import is refused")
    return _judge_body(body)


_NOTHING = Verdict(False, frozenset(), {})


@lru_cache(maxsize=512)
def _judge_url(url: str) -> Verdict:
    document = bundled(url)
    return judge(document["@context"]) if document else _NOTHING


@lru_cache(maxsize=512)
def _judge_body(body: bytes) -> Verdict:
    """Judge a context by its JSON: servers send the same one every time, so this is nearly always cached."""
    context = orjson.loads(body)
    disputed: set[str] = set()
    prefixes: dict[str, str] = {}
    always = False
    for entry in context if context.__class__ is list else [context]:
        if entry.__class__ is str:
            verdict = _judge_url(entry)
            always, disputed = always or verdict.always, disputed | verdict.disputed
            prefixes |= verdict.prefixes
        elif entry.__class__ is dict:
            always = _judge_terms(entry, prefixes, disputed, depth=0) or always
        elif entry is None:  # forgets every definition so far, ours too
            always = True
        else:
            raise Malformed("a context is a URL or an object")
    return Verdict(always, frozenset(disputed), prefixes)


def _judge_terms(terms: dict[str, Any], prefixes: dict[str, str], disputed: set[str], depth: int) -> bool:
    """Add to `prefixes` and `disputed` what an inline context defines; True if only full JSON-LD will do."""
    if depth > 3:
        return True
    always = not all(_is_harmless_keyword(name, terms[name]) for name in terms if name.startswith("@"))
    raw = {name: iri for name in terms if (iri := _raw_iri(terms[name])) is not None}
    names = prefixes | raw
    for name, definition in terms.items():
        if name.startswith("@"):
            continue
        iri = _resolve(raw[name], names) if name in raw else None
        if iri is not None and iri.endswith(_DELIMITERS):  # JSON-LD 1.1, create term definition, 14.2.5
            prefixes[name] = iri
            always = always or name.startswith("http")  # for the sake of a quick look at values
        if not _agrees(name, iri, definition):
            disputed.add(name)
        if definition.__class__ is dict and "@context" in definition:
            inner = definition["@context"]
            always = always or inner.__class__ is not dict
            always = always or _judge_terms(inner, dict(prefixes), disputed, depth + 1)
    return always


def _raw_iri(definition: Any) -> str | None:
    iri = definition.get("@id") if definition.__class__ is dict else definition
    return iri if iri.__class__ is str else None


def _is_harmless_keyword(name: str, value: Any) -> bool:
    """`@vocab: _:` is ActivityStreams' own way to drop unknown terms; und is Pleroma's "no language"."""
    if name in _REFUSED:
        raise Malformed(f"{name} is refused")
    return name in ("@version", "@protected") or (name, value) in (("@language", "und"), ("@vocab", "_:"))


def _resolve(iri: str, prefixes: dict[str, str]) -> str | None:
    """The IRI that `iri` stands for among these names, or None if that takes a JSON-LD processor."""
    for _ in range(4):
        if iri.startswith(("@", "_:", *_WEB)):
            return iri
        prefix, colon, rest = iri.partition(":")
        base = prefixes.get(prefix) or PREFIXES.get(prefix)
        if base is None:
            return None
        iri = base + rest if colon else base
    return None


def _agrees(name: str, iri: str | None, definition: Any) -> bool:
    _refuse_tricks(name, iri, definition)
    if iri is None or (definition.__class__ is dict and not _PLAIN_DEFINITION.issuperset(definition)):
        return False
    if name not in READ:
        return iri not in NAMES and not iri.startswith("@")
    if iri not in READ[name]:
        return False
    if definition.__class__ is not dict:
        return name not in LANGUAGE_MAPS
    kind, container = definition.get("@type"), definition.get("@container")
    if kind.__class__ is str and kind.startswith("@") and not (kind == "@id" and name in LINKS):
        return False
    return container == "@language" if name in LANGUAGE_MAPS else container in (None, "@list", "@set")


def _refuse_tricks(name: str, iri: str | None, definition: Any) -> None:
    """Raise Malformed where a definition brings back a refused keyword under another name."""
    inside = definition if definition.__class__ is dict else {}
    if iri in _REFUSED or not _REFUSED.isdisjoint(inside):
        raise Malformed("@graph, @included and @reverse are refused")
    # Data Integrity puts the proof into a graph of its own, beside the document and not in it.
    if name != "proof" and "@graph" in _words(inside.get("@container")):
        raise Malformed("@graph is refused")


def _words(value: Any) -> list[Any]:
    return value if value.__class__ is list else [value]
