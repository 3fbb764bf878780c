"""Host metadata (RFC 6415): where WebFinger is asked. Some clients read this first, or when the usual place fails."""

from __future__ import annotations

from html import escape

import msgspec

from fedi.webfinger.jrd import JRD, Link

XRD = "application/xrd+xml"


class HostMeta(msgspec.Struct, frozen=True):
    """The JSON form (RFC 6415 appendix A)."""

    links: list[Link]


def _template(base: str) -> str:
    return f"{base}/.well-known/webfinger?resource={{uri}}"


def as_xml(base: str) -> str:
    """The XRD of the domain that answers at `base`."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">\n'
        f'  <Link rel="lrdd" type="{JRD}" template="{escape(_template(base))}"/>\n'
        "</XRD>\n"
    )


def as_json(base: str) -> bytes:
    """The same as JSON."""
    return msgspec.json.encode(HostMeta([Link("lrdd", type=JRD, template=_template(base))]))
