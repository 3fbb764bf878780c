"""What is in a film or a sound: its first picture track, its first sound track, and what Mastodon's `meta` says."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream
from msgspec import Struct

_MIB = 1 << 20


class Film(Struct, frozen=True):
    """A picture track. `rotation`: degrees by which it is to be turned to be upright."""

    stream: VideoStream
    codec: str
    width: int
    height: int
    rate: Fraction
    rotation: int = 0

    @property
    def plays_everywhere(self) -> bool:
        """Whether browsers and phones play it as it is."""
        return self.codec == "h264" and self.stream.codec_context.pix_fmt in ("yuv420p", "yuvj420p")

    @property
    def upright(self) -> tuple[int, int]:
        """Width and height as it is seen."""
        return (self.height, self.width) if self.rotation % 180 else (self.width, self.height)


class Sound(Struct, frozen=True):
    """A sound track."""

    stream: AudioStream
    codec: str

    @property
    def plays_in_films(self) -> bool:
        """Whether browsers and phones play it in an MP4 as it is."""
        return self.codec in ("aac", "mp3")


def measured(source: InputContainer) -> tuple[Film | None, Sound | None, VideoStream | None]:
    """The picture track, the sound track, and the cover of a record."""
    film, cover = None, None
    for stream in source.streams.video:
        if stream.disposition & Disposition.attached_pic:
            cover = cover or stream
        elif film is None:
            context = stream.codec_context
            rate = stream.average_rate or stream.guessed_rate or Fraction(25)
            film = Film(stream, context.codec.canonical_name, context.width, context.height, rate)
    sound = next((Sound(one, one.codec_context.codec.canonical_name) for one in source.streams.audio), None)
    return film, sound, cover


def length_meta(source: InputContainer, size: int) -> dict[str, Any]:
    """How long it is, in Mastodon's two spellings, and how many bits that makes a second."""
    seconds = (source.duration or 0) / av.time_base
    whole, hundredths = divmod(round(seconds * 100), 100)
    length = f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}.{hundredths:02}"
    bitrate = int(size * 8 / seconds) if seconds else 0
    return {"length": length, "duration": round(seconds, 6), "bitrate": bitrate}


def film_meta(source: InputContainer, film: Film, sound: Sound | None, size: int) -> dict[str, Any]:
    """`meta` of a film or of a picture that moves."""
    length = length_meta(source, size)
    width, height = film.upright
    rate = film.rate.limit_denominator(1001)
    return {
        "length": length["length"],
        "duration": length["duration"],
        "fps": round(float(rate)),
        "size": f"{width}x{height}",
        "width": width,
        "height": height,
        "aspect": width / height,
        **(_heard(sound) if sound else {}),
        "original": {
            "width": width,
            "height": height,
            "frame_rate": f"{rate.numerator}/{rate.denominator}",
            "duration": length["duration"],
            "bitrate": length["bitrate"],
        },
    }


def sound_meta(source: InputContainer, sound: Sound, size: int) -> dict[str, Any]:
    """`meta` of a sound."""
    length = length_meta(source, size)
    return {
        "length": length["length"],
        "duration": length["duration"],
        **_heard(sound),
        "original": {"duration": length["duration"], "bitrate": length["bitrate"]},
    }


def _heard(sound: Sound) -> dict[str, Any]:
    context = sound.stream.codec_context
    return {
        "audio_encode": sound.codec,
        "audio_bitrate": f"{context.sample_rate} Hz",
        "audio_channels": context.layout.name,
    }
