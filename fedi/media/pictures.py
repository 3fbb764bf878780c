"""`python -m fedi.media.pictures`: a picture to what we show of it, without anything that it says about its maker.

Every picture is written anew: what was hidden before, behind or inside of it stays behind. Orientation is applied,
colours keep their profile, and how large it is is known before a single pixel is decoded.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import blurhash
import pillow_heif
from PIL import Image, ImageCms, ImageOps

from fedi.media.confinement import Order, Refused, Result, run, size_meta

KEPT_PIXELS = 3840 * 2160
SMALL_PIXELS = 640 * 360
AVATAR = (400, 400)
HEADER = (1500, 500)
_MAX_SIDE = 30_000
_PROFILE_MAX = 1 << 20
_FORMATS = {
    "png": "PNG", "jpg": "JPEG", "gif": "GIF", "webp": "WEBP", "avif": "AVIF", "heic": "HEIF",
}  # fmt: skip
_ANIMATED = frozenset({"gif", "png", "webp"})
_SAVING: dict[str, dict[str, Any]] = {
    "jpg": {"format": "JPEG", "quality": 90, "optimize": True, "progressive": True},
    "png": {"format": "PNG"},
    "webp": {"format": "WEBP", "quality": 90, "method": 4},
}


def work(order: Order) -> Result:
    """Make the files that the order asks for. Raises Refused, and whatever a decoder raises."""
    image = _open(order)
    if order.use == "attachment" and order.extension in _ANIMATED and getattr(image, "is_animated", False):
        return Result(again=True)
    profile = image.info.get("icc_profile")
    image.load()
    if image.mode == "CMYK":
        image, profile = _for_screens(image, profile), None
    image = _plain(image)
    keep = {"icc_profile": profile} if profile and len(profile) <= _PROFILE_MAX and image.mode != "L" else {}
    if order.use in ("avatar", "header"):
        fitted = ImageOps.fit(_shrunk_if_needed(image, order.use), _fitting(image, order.use))
        return Result(type="image", file=_save(fitted, order.folder, "original", order.extension, keep))
    small = scaled(image, SMALL_PIXELS)
    meta = {"small": size_meta(*small.size)}
    found = Result(
        type="image",
        preview=_save(small, order.folder, "small", order.extension, keep),
        blurhash=hash_of(small),
        meta=meta,
    )
    if order.use == "preview":
        return found
    kept = scaled(image, KEPT_PIXELS)
    return Result(
        type="image",
        file=_save(kept, order.folder, "original", order.extension, keep),
        preview=found.preview,
        width=kept.width,
        height=kept.height,
        blurhash=found.blurhash,
        meta={"original": size_meta(*kept.size), **meta},
    )


def _open(order: Order) -> Image.Image:
    """The picture, its head read and nothing else. Raises Refused where decoding it would be too much."""
    Image.MAX_IMAGE_PIXELS = None  # ours is the limit of the settings, checked right below
    if order.extension == "heic":
        pillow_heif.register_heif_opener()
    image = Image.open(order.source, formats=[_FORMATS[order.extension]])
    width, height = image.size
    if width < 1 or height < 1 or width * height > order.pixels or max(width, height) > _MAX_SIDE:
        raise Refused(f"{width}x{height} pixels")
    return image


def _plain(image: Image.Image) -> Image.Image:
    """Upright, in a mode that every format knows, and without anything but pixels."""
    image = ImageOps.exif_transpose(image)
    if image.mode in ("RGB", "RGBA", "L"):
        plain = image
    elif image.mode.startswith("I") or image.mode == "F":
        plain = image.point(lambda value: value / 256).convert("L")  # 16 bits of grey
    elif image.mode in ("LA", "PA") or "transparency" in image.info:
        plain = image.convert("RGBA")
    else:
        plain = image.convert("RGB")
    if plain.mode == "RGBA" and plain.getchannel("A").getextrema() == (255, 255):
        plain = plain.convert("RGB")
    plain.info = {}
    return plain


def _for_screens(image: Image.Image, profile: bytes | None) -> Image.Image:
    """A picture that was made for print, in the colours of screens."""
    if not profile or len(profile) > _PROFILE_MAX:
        return image.convert("RGB")
    given, srgb = ImageCms.ImageCmsProfile(BytesIO(profile)), ImageCms.createProfile("sRGB")
    return ImageCms.profileToProfile(image, given, srgb, outputMode="RGB") or image.convert("RGB")


def scaled(image: Image.Image, pixels: int) -> Image.Image:
    """The picture with at most so many pixels."""
    width, height = image.size
    if width * height <= pixels:
        return image
    factor = (pixels / (width * height)) ** 0.5
    size = (max(1, int(width * factor)), max(1, int(height * factor)))
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)


def hash_of(image: Image.Image) -> str:
    """The blurhash of a picture: from a few pixels of it, as it is no more than a blur."""
    tiny = image.convert("RGB")
    tiny.thumbnail((48, 48))
    found: str = blurhash.encode(tiny, x_components=4, y_components=4)
    return found


def _fitting(image: Image.Image, use: str) -> tuple[int, int]:
    """The size of a profile picture: never larger than what was sent, always of its shape."""
    width, height = AVATAR if use == "avatar" else HEADER
    factor = min(1.0, image.width / width, image.height / height)
    return max(1, round(width * factor)), max(1, round(height * factor))


def _shrunk_if_needed(image: Image.Image, use: str) -> Image.Image:
    # Fitting works on the whole picture: a large one is brought near its size first, cheaply.
    width, height = AVATAR if use == "avatar" else HEADER
    by = min(image.width // (2 * width), image.height // (2 * height))
    return image.reduce(by) if by >= 2 else image


def _save(image: Image.Image, folder: str, name: str, extension: str, keep: dict[str, Any]) -> str:
    """Write a picture; its name. What is see-through, or was drawn, stays exact; photographs become JPEG."""
    if extension not in _SAVING:
        extension = "png" if extension == "gif" else "webp" if image.mode == "RGBA" else "jpg"
    if extension == "jpg" and image.mode == "RGBA":
        extension = "png"
    file = f"{name}.{extension}"
    image.save(Path(folder, file), **_SAVING[extension], **keep)
    return file


if __name__ == "__main__":
    run(work)
