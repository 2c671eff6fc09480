#!/usr/bin/env python3
"""Makes the benchmark corpus: photographs that are large enough, coded in every way that matters.

    python3 -m venv venv && venv/bin/pip install numpy pillow scikit-image
    venv/bin/python benches/jpeg_corpus.py FOLDER

The pixels are scikit-image's portrait (NASA, public domain) enlarged with a bicubic filter, plus
grain as a sensor makes it: noise that grows with the square root of the light, blurred a little
as demosaicing does. Without the grain, enlarged pictures have hardly any AC coefficients and
flatter every decoder that skips them. The seed is fixed.
"""

import pathlib
import sys

import numpy as np
from PIL import Image, ImageFilter
from skimage import data


def photo(width: int, height: int, grain: float) -> Image.Image:
    portrait = Image.fromarray(data.astronaut()).convert("RGB")
    side = min(portrait.width, portrait.height * width // height)
    portrait = portrait.crop((0, 0, side, side * height // width))
    large = portrait.resize((width, height), Image.Resampling.BICUBIC)
    rng = np.random.default_rng(20261122)
    noise = rng.standard_normal((height, width), dtype=np.float32)
    grey = Image.fromarray(np.clip(noise * 40 + 128, 0, 255).astype(np.uint8))
    noise = (np.asarray(grey.filter(ImageFilter.GaussianBlur(0.6)), np.float32) - 128) / 40
    pixels = np.asarray(large, np.float32)
    light = np.sqrt(pixels.mean(axis=2) / 128)
    chroma = rng.standard_normal((height // 2, width // 2, 3), dtype=np.float32)
    chroma = chroma.repeat(2, axis=0).repeat(2, axis=1)[:height, :width]
    pixels = pixels + (noise * light * grain)[..., None] + chroma * grain * 0.25
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def main() -> None:
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)

    def save(image: Image.Image, name: str, **options: object) -> None:
        path = folder / f"{name}.jpg"
        image.save(path, "JPEG", **options)
        print(f"{path.name:24} {image.width}x{image.height} {path.stat().st_size / 1e6:.2f} MB")

    twelve = photo(3024, 4032, 6.0)
    save(twelve, "12mp_420_2mb", quality=88, subsampling=2)
    save(twelve, "12mp_420_4mb", quality=95, subsampling=2)
    save(twelve, "12mp_444", quality=86, subsampling=0)
    save(twelve, "12mp_422", quality=86, subsampling=1)
    save(twelve, "12mp_420_restart", quality=86, subsampling=2, restart_marker_rows=1)
    save(twelve, "12mp_420_progressive", quality=86, subsampling=2, progressive=True)
    save(twelve, "12mp_444_progressive", quality=86, subsampling=0, progressive=True)
    one = photo(900, 1200, 4.0)
    save(one, "1mp_420", quality=85, subsampling=2)
    save(one, "1mp_420_progressive", quality=85, subsampling=2, progressive=True)
    large = photo(5000, 7200, 5.0)
    save(large, "36mp_420", quality=86, subsampling=2)
    save(large, "36mp_444_progressive", quality=86, subsampling=0, progressive=True)


if __name__ == "__main__":
    main()
