"""URDNA2015 over an RDF dataset, with a limit on the work that a hostile graph can ask for.

The algorithm tries every order of blank nodes that look alike, and a few dozen of them, linked in a ring, keep
it busy for years ("poison graphs", RDF Dataset Canonicalization section 7.1). Documents of the fediverse need
none of it: their blank nodes differ, or hang from a node that has an id.
"""

from __future__ import annotations

from typing import Any

from pyld.jsonld import URDNA2015

from fedi.errors import Malformed

MAX_ALIKE = 5
MAX_CALLS = 500


class _BoundedURDNA2015(URDNA2015):  # type: ignore[misc]
    """URDNA2015 that gives up on graphs which need too many tries."""

    calls = 0

    def hash_n_degree_quads(self, id_: str, issuer: Any) -> Any:
        self.calls += 1
        if self.calls > MAX_CALLS:
            raise Malformed("a graph that takes too long to canonicalise")
        return super().hash_n_degree_quads(id_, issuer)

    def create_hash_to_related(self, id_: str, issuer: Any) -> Any:
        related = super().create_hash_to_related(id_, issuer)
        if any(len(nodes) > MAX_ALIKE for nodes in related.values()):
            raise Malformed("a graph with too many blank nodes that look alike")
        return related


def n_quads(dataset: Any) -> str:
    """The canonical N-Quads of a dataset as pyld's `to_rdf` gives it. Raises Malformed."""
    text: str = _BoundedURDNA2015().main(dataset, {"format": "application/n-quads"})
    return text
