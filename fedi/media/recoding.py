"""Tracks written anew: packed as they are, or encoded; nothing else of the file they come from goes along."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
from av.audio.frame import AudioFrame
from av.container import InputContainer, OutputContainer
from av.filter import Graph
from av.packet import Packet
from av.stream import Stream
from av.video.frame import PictureType, VideoFrame
from av.video.stream import VideoStream
from msgspec import Struct
from PIL import Image, ImageSequence

from fedi.media.confinement import Refused
from fedi.media.measuring import Film, Sound

_LONGEST_SIDE = 1920
_CLOCK = Fraction(1, 90_000)
# One thread, few frames ahead: a film of 4K stays within the memory that the child has.
_X264 = {"preset": "veryfast", "crf": "23", "threads": "2", "rc-lookahead": "10", "movflags": "+faststart"}
_MP4 = {"movflags": "+faststart", "use_editlist": "1", "fflags": "+bitexact"}
_MP3 = {"write_id3v1": "0", "id3v2_version": "0", "fflags": "+bitexact"}


class Bounds(Struct, frozen=True):
    """How much of a file is read before it is refused: files may lie about themselves."""

    seconds: int
    pixels: int
    frames: int | None = None


def repack(source: InputContainer, target: Path, streams: list[Stream], bounds: Bounds, form: str) -> None:
    """Copy packets of some tracks. Raises Refused beyond the bounds."""
    options = _MP3 if form == "mp3" else _MP4
    with av.open(str(target), "w", format=form, container_options=options) as out:
        copies = {stream.index: out.add_stream_from_template(stream) for stream in streams}
        for copy in copies.values():
            copy.metadata.clear()
        for packet in source.demux(*streams):
            if packet.dts is None:
                continue
            _check_time(packet, bounds)
            packet.stream = copies[packet.stream.index]
            out.mux(packet)


def _check_time(thing: Packet[Stream] | VideoFrame | AudioFrame, bounds: Bounds) -> None:
    if thing.pts is not None and thing.time_base and thing.pts * thing.time_base > bounds.seconds + 1:
        raise Refused(f"longer than {bounds.seconds} seconds")


def encode_film(
    source: InputContainer, target: Path, film: Film, sound: Sound | None, bounds: Bounds
) -> None:
    """H.264 and AAC in MP4, upright, at most 1920 pixels long. Raises Refused beyond the bounds."""
    with av.open(str(target), "w", format="mp4", container_options=_MP4) as out:
        pictures = out.add_stream("libx264", rate=film.rate, options=_X264)
        heard = out.add_stream("aac", rate=48_000, layout="stereo") if sound else None
        if heard is not None:
            heard.bit_rate = 128_000
        upright: _Upright | None = None
        for frame in _decoded(source, [film.stream, *([sound.stream] if sound else [])], bounds):
            if isinstance(frame, AudioFrame):
                if heard is not None:
                    _write(out, heard, frame)
                continue
            if upright is None:
                upright = _Upright(film.stream, frame)
                pictures.width, pictures.height = upright.size
                pictures.pix_fmt = "yuv420p"
                pictures.codec_context.time_base = _CLOCK
            _write(out, pictures, upright.turned(frame))
        if upright is None:
            raise Refused("not one frame can be shown")
        for stream in (pictures, heard):
            if stream is not None:
                _write(out, stream, None)


def draw(image: Image.Image, target: Path, bounds: Bounds) -> None:
    """The frames of a moving picture, without loss. Raises Refused beyond the bounds."""
    with av.open(str(target), "w", format="matroska") as out:
        stream = out.add_stream("ffv1", rate=25)
        stream.width, stream.height, stream.pix_fmt = image.width, image.height, "bgr0"
        stream.codec_context.time_base = Fraction(1, 1_000)
        at = 0
        for number, still in enumerate(ImageSequence.Iterator(image)):
            if number >= (bounds.frames or 0) or at > bounds.seconds * 1_000:
                raise Refused(f"more than {number} frames, or {at} ms")
            frame = VideoFrame.from_image(still.convert("RGB")).reformat(format="bgr0")  # type: ignore[no-untyped-call]
            frame.pts, frame.time_base = at, Fraction(1, 1_000)
            _write(out, stream, frame)
            at += max(int(still.info.get("duration") or 0), 20)
        _write(out, stream, None)


def encode_sound(source: InputContainer, target: Path, sound: Sound, bounds: Bounds) -> None:
    """MP3. Raises Refused beyond the bounds."""
    with av.open(str(target), "w", format="mp3", container_options=_MP3) as out:
        heard = out.add_stream("libmp3lame", rate=44_100, layout="stereo")
        heard.bit_rate = 160_000
        for frame in _decoded(source, [sound.stream], bounds):
            _write(out, heard, frame)
        _write(out, heard, None)


def _write(out: OutputContainer, stream: Stream, frame: VideoFrame | AudioFrame | None) -> None:
    for packet in stream.encode(frame):  # type: ignore[attr-defined]
        out.mux(packet)


def _decoded(
    source: InputContainer, streams: list[Stream], bounds: Bounds
) -> Iterator[VideoFrame | AudioFrame]:
    """Frames that can be decoded. What is broken in between is left out, as players do; too much is too much."""
    broken, frames = 0, 0
    for packet in source.demux(*streams):
        try:
            found = packet.decode()
        except av.InvalidDataError:
            broken += 1
            if broken > 100:
                raise
            continue
        for frame in found:
            if not isinstance(frame, VideoFrame | AudioFrame):
                continue
            _check_time(frame, bounds)
            if isinstance(frame, VideoFrame):
                frames += 1
                if frame.width * frame.height > bounds.pixels:
                    raise Refused(f"a frame of {frame.width}x{frame.height} pixels")
                if bounds.frames is not None and frames > bounds.frames:
                    raise Refused(f"more than {bounds.frames} frames")
            yield frame


class _Upright:
    """Turns frames by what the file says of the camera, and makes them fit."""

    def __init__(self, stream: VideoStream, first: VideoFrame) -> None:
        self._turn = round(first.rotation / 90) * 90 % 360
        width, height = first.width, first.height
        if self._turn % 180:
            width, height = height, width
        factor = min(1.0, _LONGEST_SIDE / max(width, height))
        self.size = max(2, int(width * factor) & ~1), max(2, int(height * factor) & ~1)
        self._graph = self._steps(stream, first) if self._turn else None

    def _steps(self, stream: VideoStream, first: VideoFrame) -> Graph:
        graph = Graph()
        source = graph.add_buffer(
            width=first.width, height=first.height, format=first.format, time_base=stream.time_base
        )
        # FFmpeg's angles are counter-clockwise.
        steps = {90: ["cclock"], 180: ["clock", "clock"], 270: ["clock"]}[self._turn]
        last = source
        for step in steps:
            turn = graph.add("transpose", step)
            last.link_to(turn)
            last = turn
        last.link_to(graph.add("buffersink"))
        graph.configure()
        return graph

    def turned(self, frame: VideoFrame) -> VideoFrame:
        """The frame as it is seen."""
        pts, base = frame.pts, frame.time_base
        if self._graph is not None:
            self._graph.push(frame)
            pulled = self._graph.pull()
            assert isinstance(pulled, VideoFrame)
            frame = pulled
        made = frame.reformat(width=self.size[0], height=self.size[1], format="yuv420p")
        made.pts, made.time_base = pts, base
        made.pict_type = PictureType.NONE
        return made
