"""Films and sound as people send them, made on the spot."""

from __future__ import annotations

import array
import math
from fractions import Fraction
from pathlib import Path

import av
from PIL import Image

_RATE = 48_000


def film(
    path: Path,
    form: str = "mp4",
    codec: str = "libx264",
    sound: str | None = "aac",
    *,
    seconds: float = 1,
    size: tuple[int, int] = (96, 64),
    rate: int = 10,
    metadata: dict[str, str] | None = None,
) -> bytes:
    """A film whose colour changes; its bytes."""
    with av.open(
        str(path), "w", format=form, options={"movflags": "use_metadata_tags"} if metadata else {}
    ) as out:
        out.metadata.update(metadata or {})
        pictures = out.add_stream(codec, rate=rate)
        pictures.width, pictures.height = size
        pictures.pix_fmt = "yuv420p"
        heard = out.add_stream(sound, rate=_RATE, layout="stereo") if sound else None
        for number in range(round(seconds * rate)):
            frame = av.VideoFrame.from_image(Image.new("RGB", size, (number * 20 % 256, 90, 60)))
            out.mux(pictures.encode(frame))
        if heard is not None:
            _sing(out, heard, seconds)
        out.mux(pictures.encode(None))
    return path.read_bytes()


def sound(
    path: Path, form: str, codec: str, *, seconds: float = 1, metadata: dict[str, str] | None = None
) -> bytes:
    """A tone; its bytes."""
    with av.open(str(path), "w", format=form) as out:
        out.metadata.update(metadata or {})
        _sing(out, out.add_stream(codec, rate=_RATE, layout="stereo"), seconds)
    return path.read_bytes()


def _sing(out: av.container.OutputContainer, stream: av.audio.stream.AudioStream, seconds: float) -> None:
    for start in range(0, round(seconds * _RATE), 1024):
        frame = av.AudioFrame(format="s16", layout="stereo", samples=1024)
        frame.sample_rate, frame.pts, frame.time_base = _RATE, start, Fraction(1, _RATE)
        wave = [int(6000 * math.sin((start + at // 2) / 15)) for at in range(2048)]
        frame.planes[0].update(array.array("h", wave).tobytes())
        out.mux(stream.encode(frame))
    out.mux(stream.encode(None))


def turned(data: bytes) -> bytes:
    """The same MP4, as a camera that was held upright writes it: to be shown turned by 90 degrees."""
    at = data.index(b"tkhd", data.index(b"trak")) + 4
    matrix = at + 4 + (32 if data[at] == 1 else 20) + 16
    words = (0, 1 << 16, 0, -(1 << 16) & 0xFFFFFFFF, 0, 0, 0, 0, 1 << 30)
    return data[:matrix] + b"".join(word.to_bytes(4, "big") for word in words) + data[matrix + 36 :]
