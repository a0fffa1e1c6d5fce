"""Images of figures: drawings keep their colors, photographs are light."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from paperkit.reading.rasters import _light


def _opened(pixels: np.ndarray) -> tuple[Image.Image, str]:
    data, suffix = _light(pixels, 90)
    return Image.open(io.BytesIO(data)), suffix


def test_a_drawing_keeps_its_colors():
    """White stays white and a legend's red that red; the file is a PNG with a palette."""
    pixels = np.full((300, 400, 3), 255, dtype=np.uint8)
    pixels[50:200, 60:100] = (214, 39, 40)
    pixels[210:214] = (31, 119, 180)
    image, suffix = _opened(pixels)
    assert (suffix, image.mode) == ("png", "P")
    assert np.array_equal(np.asarray(image.convert("RGB")), pixels)


def test_black_on_white_is_gray_and_exact():
    """A table's smoothed letters come out as they were drawn."""
    gray = np.tile(np.arange(256, dtype=np.uint8), (90, 2))
    image, suffix = _opened(np.repeat(gray[..., None], 3, axis=2))
    assert (suffix, image.mode) == ("png", "L")
    assert np.array_equal(np.asarray(image), gray)


def test_a_photograph_is_webp():
    """Thousands of colors fit no palette."""
    pixels = np.random.default_rng(7).integers(0, 256, (200, 300, 3), dtype=np.uint8)
    image, suffix = _opened(pixels)
    assert (suffix, image.format, image.size) == ("webp", "WEBP", (300, 200))
