"""HTTP Message Signatures (RFC 9421), as the fediverse uses them: requests, without component parameters.

Here are the rules of what must be signed, and the signature base; `signature_input` reads the headers.
"""

from __future__ import annotations

from fedi.activitypub import signature_claims as claims
from fedi.activitypub.keys import ALGORITHMS
from fedi.activitypub.signature_claims import Claim, RequestHead
from fedi.activitypub.signature_input import Input, inputs, signatures
from fedi.errors import BadSignature

DIGEST = "content-digest"
LABEL = "sig1"
# What Fedify sends, of which Mastodon insists on the first two and content-digest.
COMPONENTS = ("@method", "@target-uri", "@authority", "host", "date")

_DERIVED = frozenset(
    {"@method", "@target-uri", "@authority", "@scheme", "@path", "@query", "@request-target"}
)
_MAX_CREATED = 10**12


def claim(head: RequestHead, found: dict[str, str]) -> Claim:
    """Choose the first signature, in the order of Signature-Input, that we could verify.

    Raises BadSignature if there is none, for the reason that ruled out the first.
    """
    given = signatures(claims.signature_field(found, "signature"))
    first: BadSignature | None = None
    for entry in inputs(claims.signature_field(found, "signature-input")):
        try:
            return _claim(entry, given, head)
        except BadSignature as refusal:
            first = first or refusal
    raise first or BadSignature("the signature-input header is empty")


def _claim(entry: Input, given: dict[str, str], head: RequestHead) -> Claim:
    if entry.label not in given:
        raise BadSignature(f"no signature is labelled {entry.label}")
    if entry.components is None:
        raise BadSignature("component parameters (;sf ;key ;bs ;req ;tr) are not supported")
    algorithm = entry.text("alg")
    if algorithm is not None and algorithm not in ALGORITHMS:
        raise BadSignature(f"unsupported algorithm {algorithm}")
    _check_covered(entry.components, head)
    created, expires = entry.integer("created"), entry.integer("expires")
    if created is None or not 0 < created < _MAX_CREATED:
        raise BadSignature("the created parameter is missing or not a Unix time")
    return Claim(
        scheme="rfc9421",
        key_id=claims.check_key_id(entry.text("keyid")),
        algorithm=algorithm,
        covered=entry.components,
        signature=claims.decode(given[entry.label]),
        created=created,
        expires=expires,
        parameters=entry.raw,
    )


def _check_covered(covered: tuple[str, ...], head: RequestHead) -> None:
    claims.check_covered(covered)
    for name in covered:
        if name.startswith("@") and name not in _DERIVED:
            raise BadSignature(f"unknown component {name}")
    if "@method" not in covered:
        raise BadSignature("@method is not signed")
    if "@target-uri" not in covered and not _covers_target(covered, head.target):
        raise BadSignature("neither @target-uri nor all of its parts are signed")
    if claims.needs_digest(head.method) and DIGEST not in covered:
        raise BadSignature("the content-digest is not signed")


def _covers_target(covered: tuple[str, ...], target: str) -> bool:
    """Whether host, path and query are bound one by one. A query that is not there need not be signed."""
    host = "@authority" in covered or "host" in covered
    path = "@path" in covered and ("@query" in covered or "?" not in target)
    return host and (path or "@request-target" in covered)


def signing_strings(claim: Claim, head: RequestHead, found: dict[str, str]) -> list[bytes]:
    """The signature base (section 2.5), alone in a list because draft-cavage may need two."""
    return [signature_base(claim.covered, claim.parameters, head, found)]


def signature_base(
    covered: tuple[str, ...], parameters: str, head: RequestHead, found: dict[str, str]
) -> bytes:
    """Section 2.5: a line for each component, then the parameters as they were sent."""
    lines = [f'"{name}": {_component(name, head, found)}' for name in covered]
    lines.append(f'"@signature-params": {parameters}')
    return claims.signing_bytes(lines)


def _component(name: str, head: RequestHead, found: dict[str, str]) -> str:
    if name.startswith("@"):
        return _derived(name, head)
    if name not in found:
        raise BadSignature(f"the signed part {name} is not in the request")
    return found[name]


def _derived(name: str, head: RequestHead) -> str:
    """Section 2.2, for a request target in origin form."""
    path, _, query = head.target.partition("?")
    match name:
        case "@method":
            return head.method
        case "@target-uri":
            return f"{head.scheme}://{claims.normal_authority(head.scheme, head.authority)}{head.target}"
        case "@authority":
            return claims.normal_authority(head.scheme, head.authority)
        case "@scheme":
            return head.scheme.lower()
        case "@path":
            return path
        case "@query":
            return f"?{query}"  # section 2.2.7: an absent query is a lone question mark
        case "@request-target":
            return head.target
    raise BadSignature(f"unknown component {name}")


def parameters(covered: tuple[str, ...], created: int, key_id: str, algorithm: str) -> str:
    """The value of `@signature-params`, and of our label in Signature-Input."""
    names = " ".join(f'"{name}"' for name in covered)
    return f'({names});created={created};keyid="{key_id}";alg="{algorithm}"'
