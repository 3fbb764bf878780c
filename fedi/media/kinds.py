"""What a file is, by how it begins: never by its name, or by what somebody calls it."""

from __future__ import annotations

import re
from typing import Literal

from msgspec import Struct

Family = Literal["image", "video", "audio"]


class Kind(Struct, frozen=True):
    """A kind of file we take. `demuxer` is FFmpeg's only reader that may look at a film or a sound."""

    media_type: str
    family: Family
    extension: str
    demuxer: str = ""


HEAD = 4_096
"""So many bytes of a file's beginning tell its kind."""

_PNG = Kind("image/png", "image", "png", "apng")
_JPEG = Kind("image/jpeg", "image", "jpg")
_GIF = Kind("image/gif", "image", "gif", "gif")
_WEBP = Kind("image/webp", "image", "webp")
_AVIF = Kind("image/avif", "image", "avif")
_HEIC = Kind("image/heic", "image", "heic")
_MP4 = Kind("video/mp4", "video", "mp4", "mov")
_MOV = Kind("video/quicktime", "video", "mov", "mov")
_WEBM = Kind("video/webm", "video", "webm", "matroska")
_M4A = Kind("audio/mp4", "audio", "m4a", "mov")
_MP3 = Kind("audio/mpeg", "audio", "mp3", "mp3")
_AAC = Kind("audio/aac", "audio", "aac", "aac")
_OGG = Kind("audio/ogg", "audio", "ogg", "ogg")
_OGV = Kind("video/ogg", "video", "ogv", "ogg")
_FLAC = Kind("audio/flac", "audio", "flac", "flac")
_WAV = Kind("audio/wav", "audio", "wav", "wav")

_STARTS = (
    (b"\x89PNG\r\n\x1a\n", _PNG),
    (b"\xff\xd8\xff", _JPEG),
    (b"GIF87a", _GIF),
    (b"GIF89a", _GIF),
    (b"\x1a\x45\xdf\xa3", _WEBM),
    (b"fLaC", _FLAC),
    (b"ID3", _MP3),
)
# The major brand of an ISO base media file (ISO/IEC 14496-12).
_BRANDS = {
    **dict.fromkeys((b"avif", b"avis"), _AVIF),
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"), _HEIC),
    **dict.fromkeys((b"M4A ", b"M4B ", b"F4A "), _M4A),
    b"qt  ": _MOV,
}
_QUICKTIME = frozenset({b"moov", b"mdat", b"wide"})

UPLOADED = tuple(
    dict.fromkeys(
        (
            *("image/jpeg", "image/png", "image/gif", "image/webp", "image/avif", "image/heic", "image/heif"),
            *("video/mp4", "video/quicktime", "video/webm", "video/ogg"),
            *("audio/mpeg", "audio/mp3", "audio/mp4", "audio/x-m4a", "audio/aac", "audio/ogg", "audio/flac"),
            *("audio/wav", "audio/x-wav", "audio/wave"),
        )
    )
)
"""What apps are told that they may upload."""

_TYPES = {
    kind.extension: kind.media_type
    for kind in (*(kind for _, kind in _STARTS), *_BRANDS.values(), _WEBP, _MP4, _AAC, _OGG, _OGV, _WAV)
}
_EXTENSION = re.compile(r"\.([a-z0-9]{2,4})$")


def of(head: bytes) -> Kind | None:
    """The kind of a file that begins with `head`; None for what we do not take."""
    for start, kind in _STARTS:
        if head.startswith(start):
            return kind
    if head[4:8] == b"ftyp":
        return _of_brand(head)
    if head[4:8] in _QUICKTIME:
        return _MOV
    if head[:4] == b"RIFF":
        return {b"WEBP": _WEBP, b"WAVE": _WAV}.get(head[8:12])
    if head[:4] == b"OggS":
        # The first page of each stream comes first: a film among them says so there.
        return _OGV if b"\x80theora" in head else _OGG
    return _of_frames(head)


def _of_brand(head: bytes) -> Kind | None:
    """An ISO file, by its brand; where that says no more than "an image", by those it is compatible with."""
    size = min(int.from_bytes(head[:4], "big"), len(head))
    others = {head[at : at + 4] for at in range(16, size - 3, 4)}
    found = _BRANDS.get(head[8:12], _MP4)
    return _AVIF if found is _HEIC and b"avif" in others else found


def _of_frames(head: bytes) -> Kind | None:
    """MPEG audio without a header: a frame's sync word, and fields that may be (ISO/IEC 11172-3, 13818-7)."""
    if len(head) < 4 or head[0] != 0xFF:
        return None
    if head[1] & 0xF6 == 0xF0:
        return _AAC
    layer_3 = head[1] & 0xE6 == 0xE2 and head[1] & 0x18 != 0x08
    bitrate, rate = head[2] >> 4, head[2] >> 2 & 3
    return _MP3 if layer_3 and 0 < bitrate < 15 and rate < 3 else None


def type_of(name: str) -> str:
    """The media type of a file of ours, by the extension that we gave it."""
    found = _EXTENSION.search(name)
    return _TYPES.get(found[1], "application/octet-stream") if found else "application/octet-stream"
