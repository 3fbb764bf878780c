"""What becomes of files: which kinds are read, what is left behind, what is refused before it is decoded."""

from __future__ import annotations

import io
import struct
import time
import zipfile
import zlib
from pathlib import Path

import av
import pillow_heif
import pytest
from msgspec.structs import replace
from PIL import Image, ImageCms

from fedi.config import Config
from fedi.errors import Unprocessable
from fedi.media import kinds
from fedi.media.library import Library, Made
from tests.support import recordings
from tests.support.files import opened, picture

GPS = {1: "N", 2: (48.0, 51.0, 24.0), 3: "E", 4: (2.0, 21.0, 7.0)}


@pytest.fixture
def library(tmp_path: Path) -> Library:
    config = Config.load(None, {"FEDI_DOMAIN": "a.test", "FEDI_MEDIA__PATH": str(tmp_path / "media")})
    return Library(config, None, None)  # type: ignore[arg-type]


async def make(library: Library, data: bytes, folder: Path) -> Made:
    """The way of an upload, up to its files."""
    file = folder / "sent"
    file.write_bytes(data)
    kind = await library.kind_of(file)
    if kind.family == "image":
        made = await library.picture(file, kind, folder)
        if not made.result.again:
            return made
    return await library.recording(file, kind, folder)


def main_file(made: Made) -> Path:
    assert made.result.file is not None
    return next(path for path in made.files.values() if path.name == made.result.file)


def with_place(form: str) -> bytes:
    """A picture that says where it was made, on its side."""
    image = Image.linear_gradient("L").resize((80, 40)).convert("RGB")
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    exif[0x010F] = "Secret camera"
    exif.get_ifd(0x8825).update(GPS)
    out = io.BytesIO()
    image.save(out, form, exif=exif)
    return out.getvalue()


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "AVIF"])
async def test_pictures_are_turned_upright_and_say_nothing_more(
    library: Library, tmp_path: Path, form: str
) -> None:
    made = await make(library, with_place(form), tmp_path)
    assert (made.result.width, made.result.height) == (40, 80)
    assert made.result.meta["small"]["height"] == 80
    for path in made.files.values():
        image = opened(path.read_bytes())
        assert not image.getexif()
        assert b"Secret" not in path.read_bytes()
        assert b"xmp" not in {name.lower() for name in image.info}


async def test_heic_becomes_jpeg(library: Library, tmp_path: Path) -> None:
    pillow_heif.register_heif_opener()
    made = await make(library, picture(form="HEIF"), tmp_path)
    assert opened(main_file(made).read_bytes()).format == "JPEG"


async def test_a_colour_profile_stays(library: Library, tmp_path: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    made = await make(library, picture(form="JPEG", icc_profile=profile), tmp_path)
    assert opened(main_file(made).read_bytes()).info["icc_profile"] == profile


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "I;16", "1", "CMYK"])
async def test_every_mode_of_a_picture_can_be_shown(library: Library, tmp_path: Path, mode: str) -> None:
    image = Image.new(mode if mode != "P" else "L", (30, 20)).convert(mode)
    out = io.BytesIO()
    image.save(out, "JPEG" if mode == "CMYK" else "PNG")
    made = await make(library, out.getvalue(), tmp_path)
    assert opened(main_file(made).read_bytes()).mode in ("RGB", "RGBA", "L")


async def test_a_large_picture_is_scaled_and_keeps_its_shape(library: Library, tmp_path: Path) -> None:
    made = await make(library, picture(5000, 2500, "JPEG"), tmp_path)
    assert made.result.width is not None
    assert made.result.width * (made.result.height or 0) <= 3840 * 2160
    assert made.result.width == pytest.approx(2 * (made.result.height or 0), abs=2)


async def test_a_file_that_is_two_things_is_only_a_picture_afterwards(
    library: Library, tmp_path: Path
) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as inside:
        inside.writestr("payload.html", "<script>alert(1)</script>")
    made = await make(library, picture() + archive.getvalue(), tmp_path)
    for path in made.files.values():
        assert b"payload" not in path.read_bytes()
        assert not zipfile.is_zipfile(path)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_of(width: int, height: int) -> bytes:
    """A small file that says it is a huge picture."""
    body = zlib.compress(bytes(1_000_000))
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", body)
        + chunk(b"IEND", b"")
    )


def gif_of(frames: int, size: int = 2_000) -> bytes:
    """A moving picture of many frames, each as large as all of it, each a few bytes."""
    head = b"GIF89a" + struct.pack("<HHBBB", size, size, 0x80, 0, 0) + bytes(6)
    frame = (
        b"\x21\xf9\x04\x04\x05\x00\x00\x00"
        b"\x2c" + struct.pack("<HHHHB", 0, 0, size, size, 0) + b"\x02\x02\x4c\x01\x00"
    )
    return head + frame * frames + b"\x3b"


def hostile() -> dict[str, bytes]:
    whole = picture(200, 200)
    return {
        "bomb": png_of(50_000, 50_000),
        "thin": png_of(1, 2_000_000),
        "lying": png_of(4_000, 4_000),
        "truncated": whole[: len(whole) // 2],
        "no_frames": b"GIF89a" + bytes(20),
        "many_frames": gif_of(50_000),
        "jpeg_head": b"\xff\xd8\xff\xe0" + bytes(100),
        "mp4_head": b"\x00\x00\x00\x18ftypisom" + bytes(200),
        "matroska_head": b"\x1a\x45\xdf\xa3" + bytes(200),
        "mp3_head": b"ID3" + bytes(500),
        "webp_head": b"RIFF\xff\xff\xff\x7fWEBPVP8 " + bytes(50),
        "ogg_head": b"OggS" + bytes(300),
    }


@pytest.mark.parametrize("name", hostile())
async def test_what_cannot_be_read_or_is_too_much_is_refused(
    library: Library, tmp_path: Path, name: str
) -> None:
    with pytest.raises(Unprocessable) as refused:
        await make(library, hostile()[name], tmp_path)
    assert refused.value.public in (
        "File type of uploaded media could not be verified",
        "Error processing thumbnail for uploaded media",
    )


@pytest.mark.parametrize(
    "data",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<!doctype html><script>1</script>",
        b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n",
        b"ffconcat version 1.0\nfile /etc/passwd\n",
        b"%PDF-1.7",
        b"MZ" + bytes(100),
        b"\0" * 100,
    ],
    ids=["svg", "html", "playlist", "concat", "pdf", "exe", "zeros"],
)
async def test_other_kinds_are_not_even_opened(library: Library, tmp_path: Path, data: bytes) -> None:
    (tmp_path / "sent").write_bytes(data)
    with pytest.raises(Unprocessable, match="content type is invalid"):
        await library.kind_of(tmp_path / "sent")


async def test_a_name_does_not_make_a_kind() -> None:
    assert kinds.of(picture(form="JPEG")) is not None
    assert kinds.of(b"cat.jpg") is None


@pytest.mark.parametrize("form", ["GIF", "PNG", "WEBP"])
async def test_a_picture_that_moves_becomes_a_film(library: Library, tmp_path: Path, form: str) -> None:
    frames = [Image.new("RGB", (61, 41), (level, 0, 0)) for level in range(0, 250, 25)]
    out = io.BytesIO()
    frames[0].save(out, form, save_all=True, append_images=frames[1:], duration=100)
    made = await make(library, out.getvalue(), tmp_path)
    assert made.result.type == "gifv"
    assert made.result.file == "original.mp4"
    assert made.result.meta["original"]["width"] == 60
    assert made.result.meta["original"]["duration"] == pytest.approx(1, abs=0.15)
    assert made.result.blurhash


PLAIN = [("mp4", "libx264", "aac"), ("mov", "mpeg4", "aac"), ("webm", "libvpx", "libopus")]


@pytest.mark.parametrize(("form", "codec", "sound"), PLAIN, ids=[one[0] for one in PLAIN])
async def test_films_play_everywhere_and_tell_nothing(
    library: Library, tmp_path: Path, form: str, codec: str, sound: str
) -> None:
    said = {"title": "Secret title", "location": "+48.8567+002.3508/", "com.apple.quicktime.make": "Secret"}
    data = recordings.film(tmp_path / f"in.{form}", form, codec, sound, metadata=said)
    assert b"ecret" in data
    made = await make(library, data, tmp_path)
    assert made.result.type == "video"
    with av.open(str(main_file(made))) as film:
        assert film.streams.video[0].codec_context.name == "h264"
        assert film.streams.audio[0].codec_context.name == "aac"
        assert not {
            name
            for name in film.metadata
            if name not in ("major_brand", "minor_version", "compatible_brands")
        }
    for path in made.files.values():
        assert b"ecret" not in path.read_bytes()
        assert b"48.8567" not in path.read_bytes()
    meta = made.result.meta
    assert meta["original"]["duration"] == pytest.approx(1, abs=0.15)
    assert meta["original"]["frame_rate"] == "10/1"
    assert (meta["width"], meta["height"], meta["audio_encode"]) == (96, 64, "aac")
    assert meta["length"].startswith("0:00:01.")


@pytest.mark.parametrize("codec", ["libx264", "mpeg4"])
async def test_a_film_made_upright_is_shown_upright(library: Library, tmp_path: Path, codec: str) -> None:
    data = recordings.turned(recordings.film(tmp_path / "in.mp4", codec=codec))
    made = await make(library, data, tmp_path)
    assert (made.result.width, made.result.height) == (64, 96)
    assert (made.result.meta["small"]["width"], made.result.meta["small"]["height"]) == (64, 96)


async def test_a_film_without_sound_is_a_moving_picture(library: Library, tmp_path: Path) -> None:
    made = await make(library, recordings.film(tmp_path / "in.mp4", sound=None), tmp_path)
    assert made.result.type == "gifv"


SOUNDS = [
    ("mp3", "libmp3lame", "mp3"), ("ogg", "libopus", "mp3"), ("flac", "flac", "mp3"), ("wav", "pcm_s16le", "mp3"),
    ("ipod", "aac", "m4a"), ("adts", "aac", "mp3"),
]  # fmt: skip


@pytest.mark.parametrize(("form", "codec", "extension"), SOUNDS, ids=[one[0] for one in SOUNDS])
async def test_sound_plays_everywhere_and_tells_nothing(
    library: Library, tmp_path: Path, form: str, codec: str, extension: str
) -> None:
    data = recordings.sound(tmp_path / "in", form, codec, metadata={"title": "Secret title"})
    made = await make(library, data, tmp_path)
    assert made.result.type == "audio"
    assert main_file(made).suffix == f".{extension}"
    assert b"Secret" not in main_file(made).read_bytes()
    assert made.result.meta["original"]["duration"] == pytest.approx(1, abs=0.15)


async def test_the_cover_of_a_record_is_its_preview(library: Library, tmp_path: Path) -> None:
    tone = recordings.sound(tmp_path / "in", "mp3", "libmp3lame")
    cover = picture(60, 60, "JPEG")
    body = b"\0image/jpeg\0\x03\0" + cover
    frame = b"APIC" + struct.pack(">I", len(body)) + b"\0\0" + body
    size = len(frame)
    packed = bytes((size >> shift) & 0x7F for shift in (21, 14, 7, 0))
    made = await make(library, b"ID3\x03\0\0" + packed + frame + tone[tone.index(b"\xff") :], tmp_path)
    assert made.result.preview == "small.jpg"
    assert made.result.blurhash


async def test_what_lasts_too_long_is_refused(library: Library, tmp_path: Path) -> None:
    library.settings = replace(library.settings, limits=replace(library.settings.limits, seconds=1))
    for data in (
        recordings.film(tmp_path / "in.mp4", seconds=4, rate=2),
        recordings.sound(tmp_path / "in", "adts", "aac", seconds=4),
    ):
        with pytest.raises(Unprocessable):
            await make(library, data, tmp_path)


async def test_the_event_loop_stays_free_while_files_are_read(library: Library, tmp_path: Path) -> None:
    """However long it takes, others are served: nothing is decoded in this process."""
    data = picture(3000, 2000, "PNG")
    before = time.process_time()
    made = await make(library, data, tmp_path)
    assert made.result.width == 3000
    assert time.process_time() - before < 0.5
