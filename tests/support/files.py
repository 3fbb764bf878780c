"""Files as people send them, made on the spot."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image


def picture(width: int = 64, height: int = 48, form: str = "PNG", mode: str = "RGB", **how: Any) -> bytes:
    """A picture with something to see in it."""
    image = Image.linear_gradient("L").resize((width, height)).convert(mode)
    out = io.BytesIO()
    image.save(out, form, **how)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    """A picture, decoded."""
    image = Image.open(io.BytesIO(data))
    image.load()
    return image
