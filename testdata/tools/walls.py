"""Walls and things in front of them, at output size, 0..255 floats."""

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from matte import gauss, resize


def noise(rng, width, height, sigma):
    """Sensor-like grain: a little wider than one pixel, mostly grey."""
    grey = gauss(rng.standard_normal((height, width)).astype(np.float32), 0.7)
    tint = gauss(rng.standard_normal((height, width, 3)).astype(np.float32), 1.2)
    grain = grey[..., None] / grey.std() + 0.25 * tint / tint.std()
    return sigma * grain


def plain(width, height, colour, falloff=0.10, light=(0.45, 0.35)):
    """A painted wall lit from one spot: brightest at `light`, `falloff` darker in the far corner."""
    yy, xx = np.mgrid[0:height, 0:width].astype(np.float32)
    dx, dy = xx / width - light[0], yy / height - light[1]
    far = (dx * dx + dy * dy) / (0.65**2 + 0.65**2)
    return np.asarray(colour, np.float32) * (1 - falloff * far)[..., None]


def split(wall, at, colour):
    """The right part of the wall in another colour: two sheets meet behind the head."""
    h, w = wall.shape[:2]
    xx = np.arange(w, dtype=np.float32)
    step = np.clip((xx - at * w) / 2 + 0.5, 0, 1)[None, :, None]
    return wall * (1 - step) + plain(w, h, colour, 0.12) * step


def bricks(texture, width, height, colour):
    """Painted bricks: the texture's light and dark, on a light wall, slightly out of focus."""
    t = np.rot90(np.asarray(texture.convert("L"), np.float32))
    side = max(width, height)
    t = resize(t, side, side, Image.BICUBIC)[:height, :width]
    t = gauss((t - t.mean()) / t.std(), 1.0)
    return plain(width, height, colour) * (1 + 0.11 * t)[..., None]


def cast_shadow(wall, alpha, dx, dy, soft, depth):
    """Darkens the wall by the person's outline, moved and blurred; the colour stays."""
    h, w = alpha.shape
    moved = Image.fromarray(alpha.astype(np.float32)).transform(
        (w, h), Image.AFFINE, (1, 0, -dx * w, 0, 1, -dy * h), Image.BILINEAR
    )
    return wall * (1 - depth * gauss(np.asarray(moved), soft * w))[..., None]


def room(width, height, wall, rng):
    """A corner of a room: a door with its frame on the right, a shelf with books on the left."""
    k = 2
    w, h = width * k, height * k
    base = Image.fromarray(np.clip(resize(wall, w, h), 0, 255).astype(np.uint8))

    def shaded(box, top, bottom):
        x0, y0, x1, y1 = [int(round(v)) for v in box]
        ramp = np.linspace(0, 1, y1 - y0)[:, None, None]
        block = np.asarray(top) * (1 - ramp) + np.asarray(bottom) * ramp
        block = np.repeat(block, x1 - x0, axis=1)
        base.paste(Image.fromarray(block.astype(np.uint8)), (x0, y0))

    draw = ImageDraw.Draw(base)
    # Door: casing, leaf, two sunk panels, handle.
    shaded((0.79 * w, 0.05 * h, 0.83 * w, h), (238, 236, 231), (214, 211, 205))
    shaded((0.79 * w, 0.05 * h, w, 0.085 * h), (240, 238, 233), (222, 219, 213))
    shaded((0.83 * w, 0.085 * h, w, h), (146, 104, 70), (118, 82, 54))
    shaded((0.83 * w, 0.085 * h, 0.836 * w, h), (84, 58, 38), (66, 46, 30))
    for y0, y1 in ((0.14, 0.48), (0.60, 0.97)):
        shaded((0.875 * w, y0 * h, w, y1 * h), (112, 78, 52), (104, 72, 47))
        shaded((0.885 * w, (y0 + 0.01) * h, w, (y1 - 0.01) * h), (138, 98, 66), (124, 87, 58))
    draw.ellipse((0.843 * w, 0.52 * h, 0.868 * w, 0.54 * h), fill=(196, 190, 176))
    # Shelf: board, its shadow on the wall, books of uneven height.
    shade = Image.new("L", (w, h), 0)
    ImageDraw.Draw(shade).rectangle((0, 0.395 * h, 0.215 * w, 0.425 * h), fill=90)
    base.paste(Image.new("RGB", (w, h), (96, 88, 78)), (0, 0), shade.filter(ImageFilter.GaussianBlur(9 * k)))
    spines = [(122, 44, 40), (38, 66, 96), (214, 198, 160), (58, 92, 70), (176, 120, 52), (70, 62, 84), (204, 206, 204)]
    x = 0.0
    for colour in spines:
        thick, tall = rng.uniform(0.018, 0.034), rng.uniform(0.10, 0.15)
        if x + thick > 0.19:
            break
        shaded((x * w, (0.375 - tall) * h, (x + thick) * w, 0.375 * h), colour, [0.8 * c for c in colour])
        x += thick + 0.002
    shaded((0, 0.375 * h, 0.21 * w, 0.395 * h), (176, 142, 104), (138, 108, 76))
    return np.asarray(base.filter(ImageFilter.GaussianBlur(1.6 * k)).resize((width, height), Image.BOX), np.float32)
