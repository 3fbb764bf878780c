"""`python -m fedi.media.recordings`: films, sound and moving pictures to what every browser plays.

What already plays everywhere (H.264 with AAC in MP4, MP3) is packed anew without being encoded again, all else is
encoded. Only pictures and sound are taken along: titles, places, chapters and every other track stay behind.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
from av.container import InputContainer
from av.video.stream import VideoStream
from msgspec.structs import replace
from PIL import Image

from fedi.media.confinement import Order, Refused, Result, run, size_meta
from fedi.media.measuring import Film, Sound, film_meta, measured, sound_meta
from fedi.media.pictures import SMALL_PIXELS, hash_of, scaled
from fedi.media.recoding import Bounds, draw, encode_film, encode_sound, repack

_FRAME_RATE_MAX = 120
_ANIMATION_SECONDS = 120
_FRAMES_MAX = 3_000


def work(order: Order) -> Result:
    """Make the files that the order asks for. Raises Refused, and whatever a decoder raises."""
    if order.extension == "webp":
        return _animation(order)
    # The one demuxer that fits how the file begins, and no other protocol than a file: no playlist that a stranger
    # wrote is ever followed.
    with av.open(
        order.source, format=order.demuxer, options={"protocol_whitelist": "file"}, metadata_errors="ignore"
    ) as source:
        film, sound, cover = measured(source)
        _check(order, source, film)
        if film is not None:
            return _film(order, source, film, sound)
        if sound is not None:
            return _sound(order, source, sound, cover)
    raise Refused("neither pictures nor sound")


def _animation(order: Order) -> Result:
    """A moving WebP, which FFmpeg does not read: its frames are drawn by Pillow."""
    Image.MAX_IMAGE_PIXELS = None  # ours is the limit of the settings, checked right below
    with Image.open(order.source, formats=["WEBP"]) as image:
        if image.width * image.height > order.pixels:
            raise Refused(f"{image.width}x{image.height} pixels")
        target = Path(order.folder, "drawn.mkv")
        draw(image, target, replace(_bounds(order), seconds=_ANIMATION_SECONDS, frames=_FRAMES_MAX))
    with av.open(str(target), format="matroska") as source:
        film, _, _ = measured(source)
        if film is None:
            raise Refused("no pictures are left")
        return _film(replace(order, demuxer="matroska"), source, film, None)


def _check(order: Order, source: InputContainer, film: Film | None) -> None:
    """What the file says of itself, before anything of it is decoded."""
    seconds = (source.duration or 0) / av.time_base
    if seconds > order.seconds + 1:
        raise Refused(f"{seconds:.0f} seconds")
    if film is None:
        return
    if film.width < 1 or film.height < 1 or film.width * film.height > order.pixels:
        raise Refused(f"{film.width}x{film.height} pixels")
    if film.rate > _FRAME_RATE_MAX and order.demuxer != "gif":
        raise Refused(f"{float(film.rate):.0f} frames a second")


def _bounds(order: Order) -> Bounds:
    animation = order.demuxer in ("gif", "apng")
    return Bounds(
        seconds=min(order.seconds, _ANIMATION_SECONDS) if animation else order.seconds,
        pixels=order.pixels,
        frames=_FRAMES_MAX if animation else None,
    )


def _film(order: Order, source: InputContainer, film: Film, sound: Sound | None) -> Result:
    target = Path(order.folder, "original.mp4")
    if film.plays_everywhere and (sound is None or sound.plays_in_films) and order.demuxer == "mov":
        repack(source, target, [film.stream, *([sound.stream] if sound else [])], _bounds(order), "mp4")
    else:
        encode_film(source, target, film, sound, _bounds(order))
    with av.open(str(target), format="mov") as made:
        after, heard, _ = measured(made)
        if after is None:
            raise Refused("no pictures are left")
        first, turned = _first_frame(made, after.stream)
        after = replace(after, rotation=turned)
        meta = film_meta(made, after, heard, target.stat().st_size)
    small = scaled(first, SMALL_PIXELS)
    small.save(Path(order.folder, "small.jpg"), format="JPEG", quality=85)
    return Result(
        type="video" if heard is not None else "gifv",
        file=target.name,
        preview="small.jpg",
        width=after.upright[0],
        height=after.upright[1],
        blurhash=hash_of(small),
        meta={**meta, "small": size_meta(*small.size)},
    )


def _first_frame(source: InputContainer, stream: VideoStream) -> tuple[Image.Image, int]:
    """The first frame, upright, and by how many degrees it had to be turned."""
    for frame in source.decode(stream):
        image: Image.Image = frame.to_image()  # type: ignore[no-untyped-call]
        turned = round(frame.rotation / 90) * 90 % 360
        return (image.rotate(turned, expand=True) if turned else image), turned
    raise Refused("not one frame can be shown")


def _sound(order: Order, source: InputContainer, sound: Sound, cover: VideoStream | None) -> Result:
    picture = _cover(order, source, cover) if cover is not None else None
    if sound.codec == "mp3":
        target = Path(order.folder, "original.mp3")
        repack(source, target, [sound.stream], _bounds(order), "mp3")
    elif sound.codec == "aac" and order.demuxer == "mov":
        target = Path(order.folder, "original.m4a")
        repack(source, target, [sound.stream], _bounds(order), "ipod")
    else:
        target = Path(order.folder, "original.mp3")
        encode_sound(source, target, sound, _bounds(order))
    with av.open(str(target)) as made:
        _, after, _ = measured(made)
        if after is None:
            raise Refused("no sound is left")
        meta: dict[str, Any] = sound_meta(made, after, target.stat().st_size)
    if picture is None:
        return Result(type="audio", file=target.name, meta=meta)
    picture.save(Path(order.folder, "small.jpg"), format="JPEG", quality=85)
    return Result(
        type="audio",
        file=target.name,
        preview="small.jpg",
        blurhash=hash_of(picture),
        meta={**meta, "small": size_meta(*picture.size)},
    )


def _cover(order: Order, source: InputContainer, stream: VideoStream) -> Image.Image | None:
    """The picture of a record. One that cannot be read, or is too large, is left out: the sound matters."""
    if stream.width * stream.height > order.pixels:
        return None
    try:
        return scaled(_first_frame(source, stream)[0].convert("RGB"), SMALL_PIXELS)
    except (av.FFmpegError, Refused, ValueError):
        return None
    finally:
        source.seek(0)


if __name__ == "__main__":
    run(work)
