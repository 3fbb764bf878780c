"""Reading Signature-Input and Signature (RFC 9421 sections 4.1 and 4.2).

A parser of our own for the two shapes of RFC 8941 dictionary that occur, for two reasons. http-sf keeps the
last of two equal labels or parameters without a word, where we must refuse the request; and reading both
headers and serialising the inner list again for the signature base takes it 50 µs, twice an RSA
verification, where this takes 11 (measured). Any but the canonical spelling (one space between
components, none elsewhere) is refused, so that the text as sent *is* the serialisation of section 2.5.
"""

from __future__ import annotations

import re

import msgspec

from fedi.errors import BadSignature

MAX_SIGNATURES = 8

# Possessive quantifiers (`*+`) keep every match linear whatever is sent.
_LABEL = r"[a-z*][a-z0-9_.*-]*+"
_STRING = r'"(?:[ !#-\[\]-~]|\\["\\])*+"'
_BARE = r"[0-9A-Za-z!#$%&'*+./:=?^_`|~-]++"
_END = r"[ \t]*+(?:,[ \t]*+|\Z)"
_MEMBER = re.compile(
    rf"({_LABEL})=(\(((?:[^()\"]|{_STRING})*+)\)((?:;{_LABEL}(?:=(?:{_STRING}|{_BARE}))?)*+)){_END}"
)
_PARAMETER = re.compile(rf";({_LABEL})(?:=({_STRING}|{_BARE}))?")
_COMPONENTS = re.compile(r"""(?:"@?[a-z0-9!#$%&'*+.^_`|~-]++"(?:\ (?=")|\Z))*+""")
_SIGNATURE = re.compile(rf"({_LABEL})=:([A-Za-z0-9+/=]++):{_END}")
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})")


class Input(msgspec.Struct, frozen=True):
    """One member of Signature-Input. `components` is None where some component has parameters."""

    label: str
    components: tuple[str, ...] | None
    parameters: dict[str, str]
    raw: str

    def text(self, name: str) -> str | None:
        """A string parameter, None when absent. Raises BadSignature for another type."""
        value = self.parameters.get(name)
        if value is None:
            return None
        if not value.startswith('"') or "\\" in value:
            raise BadSignature(f"the {name} parameter is not a plain string")
        return value[1:-1]

    def integer(self, name: str) -> int | None:
        """An integer parameter, None when absent. Raises BadSignature for another type."""
        value = self.parameters.get(name)
        if value is None:
            return None
        if _INTEGER.fullmatch(value) is None:
            raise BadSignature(f"the {name} parameter is not an integer")
        return int(value)


def inputs(header: str) -> list[Input]:
    """The members of Signature-Input, in order. Raises BadSignature."""
    found: dict[str, Input] = {}
    for match in _members(_MEMBER, header, "signature-input"):
        label, raw, inner, tail = match.groups()
        if label in found:
            raise BadSignature(f"duplicate label {label}")
        found[label] = Input(label, _components(inner), _parameters(tail), raw)
    return list(found.values())


def signatures(header: str) -> dict[str, str]:
    """The members of Signature: base64 by label. Raises BadSignature."""
    found: dict[str, str] = {}
    for match in _members(_SIGNATURE, header, "signature"):
        if match[1] in found:
            raise BadSignature(f"duplicate label {match[1]}")
        found[match[1]] = match[2]
    return found


def _members(pattern: re.Pattern[str], header: str, name: str) -> list[re.Match[str]]:
    matches: list[re.Match[str]] = []
    position = 0
    while position < len(header):
        match = pattern.match(header, position)
        if match is None:
            raise BadSignature(f"the {name} header is malformed")
        matches.append(match)
        if len(matches) > MAX_SIGNATURES:
            raise BadSignature(f"more than {MAX_SIGNATURES} signatures")
        position = match.end()
    return matches


def _components(inner: str) -> tuple[str, ...] | None:
    if _COMPONENTS.fullmatch(inner):
        return tuple(part[1:-1] for part in inner.split(" ")) if inner else ()
    if ";" in inner:
        return None
    raise BadSignature("the list of components is malformed")


def _parameters(tail: str) -> dict[str, str]:
    given: dict[str, str] = {}
    for match in _PARAMETER.finditer(tail):
        if match[1] in given:
            raise BadSignature(f"duplicate signature parameter {match[1]}")
        given[match[1]] = match[2] or "?1"
    return given
