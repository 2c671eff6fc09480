"""Cuts a person out of a portrait whose own wall is plain.

The person mask of the model is coarse (one cell is 16 pixels wide). The wall
is smooth, so its colour behind the person can be fitted; with a known wall,
the share of foreground in a mixed pixel (hair, shoulder edge) follows from its
colour. The mask only says where to look.
"""

from dataclasses import dataclass

import numpy as np
from PIL import Image

BODY_SKIN, FACE_SKIN, CLOTHES = 2, 3, 4


@dataclass
class Layer:
    """A person without a wall, in the pixels of the source photo."""

    colour: np.ndarray  # H x W x 3, linear mix share already multiplied in, 0..255
    alpha: np.ndarray  # H x W, 0..1
    clothes: np.ndarray  # H x W, 0..1
    wall: np.ndarray  # H x W x 3, the fitted wall of the source photo


def box(a, radius):
    """Mean over a square window, edges repeated."""
    for axis in (0, 1):
        pad = [(0, 0)] * a.ndim
        pad[axis] = (radius + 1, radius)
        c = np.cumsum(np.pad(a, pad, mode="edge"), axis=axis, dtype=np.float64)
        n = a.shape[axis]
        width = 2 * radius + 1
        hi = np.take(c, np.arange(width, width + n), axis=axis)
        lo = np.take(c, np.arange(n), axis=axis)
        a = ((hi - lo) / width).astype(np.float32)
    return a


def gauss(a, sigma):
    """Three box passes: close enough to a Gaussian, and plain numpy."""
    radius = max(1, int(round((np.sqrt(4 * sigma * sigma + 1) - 1) / 2)))
    for _ in range(3):
        a = box(a, radius)
    return a


def resize(a, width, height, how=Image.BILINEAR):
    """Resizes a float plane or a stack of planes (last axis)."""
    if a.ndim == 3:
        return np.stack([resize(a[..., i], width, height, how) for i in range(a.shape[2])], -1)
    return np.asarray(Image.fromarray(a.astype(np.float32)).resize((width, height), how))


def guided(guide, plane, radius, eps):
    """Colour guided filter: makes `plane` follow the edges of `guide` (0..1)."""
    mean_i, mean_p = box(guide, radius), box(plane, radius)
    cov_ip = box(guide * plane[..., None], radius) - mean_i * mean_p[..., None]
    var = np.empty(plane.shape + (3, 3), np.float32)
    for i in range(3):
        for j in range(i, 3):
            v = box(guide[..., i] * guide[..., j], radius) - mean_i[..., i] * mean_i[..., j]
            var[..., i, j] = var[..., j, i] = v
    var += eps * np.eye(3, dtype=np.float32)
    a = np.linalg.solve(var, cov_ip[..., None])[..., 0]
    b = mean_p - (a * mean_i).sum(-1)
    return box(a, radius), box(b, radius)


def classes(photo, session):
    """Class probabilities of selfie_multiclass, as 6 planes."""
    side = session.get_inputs()[0].shape[-1]
    x = np.asarray(photo.resize((side, side), Image.BOX), np.float32).transpose(2, 0, 1)
    logits = session.run(None, {session.get_inputs()[0].name: x[None] / 127.5 - 1})[0][0]
    e = np.exp(logits - logits.max(0))
    p = e / e.sum(0)
    # The network never says quite 0 or 1: its floor is about 0.017 for a class.
    return np.clip((p - 0.02) / 0.9, 0, 1)


def fit_wall(pixels, sure):
    """Second-order surface through the wall's pixels, in log brightness."""
    h, w = sure.shape
    step = 8
    yy, xx = np.mgrid[0:h:step, 0:w:step].astype(np.float64)
    keep = sure[::step, ::step]

    def terms(x, y):
        x, y = x / w - 0.5, y / h - 0.5
        return np.stack([np.ones_like(x), x, y, x * y, x * x, y * y], -1)

    values = np.log(np.maximum(pixels[::step, ::step][keep], 1))
    k, *_ = np.linalg.lstsq(terms(xx[keep], yy[keep]), values, rcond=None)
    fy, fx = np.mgrid[0:h, 0:w].astype(np.float64)
    return np.exp(terms(fx, fy) @ k).astype(np.float32)


def main_part(mask):
    """1 on the largest connected part of a coarse mask and a little around it."""
    solid = mask > 0.5
    left = solid.copy()
    best = np.zeros_like(solid)
    while left.any():
        part = np.zeros_like(solid)
        part.flat[np.flatnonzero(left)[0]] = True
        while True:
            grown = part.copy()
            grown[1:] |= part[:-1]
            grown[:-1] |= part[1:]
            grown[:, 1:] |= part[:, :-1]
            grown[:, :-1] |= part[:, 1:]
            grown &= solid
            if (grown == part).all():
                break
            part = grown
        left &= ~part
        if part.sum() > best.sum():
            best = part
    return np.clip(gauss(best.astype(np.float32), 2) / 0.1, 0, 1)


def cut_out(photo, session):
    """Photo with a plain wall of its own -> `Layer`."""
    w, h = photo.size
    pixels = np.asarray(photo, np.float32)
    p = classes(photo, session)
    somebody = np.clip((1 - p[0] - 0.04) / 0.92, 0, 1)
    person, clothes = resize(somebody, w, h), resize(p[CLOTHES], w, h)

    small = (w // 4, h // 4)
    guide = resize(pixels, *small, Image.BOX) / 255
    refined = []
    for plane in (somebody, p[CLOTHES]):
        a, b = guided(guide, resize(plane, *small), 7, 1e-4)
        full = (resize(a, w, h) * pixels / 255).sum(-1) + resize(b, w, h)
        refined.append(np.clip(full, 0, 1))
    coarse, clothes_fine = refined

    scale = w / 2048
    near = gauss(person, 22 * scale) * resize(main_part(somebody), w, h)
    inside, outside = near > 0.93, near < 0.05
    wall = fit_wall(pixels, gauss(person, 60 * scale) < 0.04)

    # Foreground colour next to the edge, from the pixels surely inside: the near ones,
    # and where there are none the farther ones.
    weight = inside.astype(np.float32)
    total, fore = 0, 0
    for reach, share in ((26, 1.0), (90, 0.05)):
        total = total + share * gauss(weight, reach * scale)
        fore = fore + share * gauss(pixels * weight[..., None], reach * scale)
    d = fore / np.maximum(total, 1e-5)[..., None] - wall
    size = (d * d).sum(-1)
    keyed = ((pixels - wall) * d).sum(-1) / np.maximum(size, 1)
    keyed = np.clip((keyed - 0.08) / 0.86, 0, 1)
    trust = np.clip((np.sqrt(size) - 30) / 50, 0, 1) * np.clip(total / 0.002, 0, 1)
    alpha = trust * keyed + (1 - trust) * np.clip((coarse - 0.1) / 0.8, 0, 1)

    # Skin next to dark hair, and cloth next to skin, have another colour than the mean
    # inside: skin is known by its tint against the grey wall, cloth by the mask.
    off_wall = pixels - wall
    tint = np.sqrt(((off_wall - off_wall.mean(-1, keepdims=True)) ** 2).sum(-1))
    skin = resize(p[BODY_SKIN] + p[FACE_SKIN], w, h)
    skin_near = np.clip(gauss(skin, 16 * scale) / 0.12, 0, 1)
    cloth_near = np.clip(gauss(clothes, 14 * scale) / 0.3, 0, 1)
    alpha = np.maximum(alpha, skin_near * np.clip((tint - 12) / 18, 0, 1))
    alpha = np.maximum(alpha, cloth_near * np.clip((off_wall.mean(-1) - 20) / 40, 0, 1))
    alpha = np.maximum(alpha, cloth_near * np.clip((near - 0.55) / 0.25, 0, 1))
    alpha[inside], alpha[outside] = 1, 0
    alpha = alpha.astype(np.float32)

    colour = pixels - (1 - alpha)[..., None] * wall
    colour = np.clip(colour, 0, 255) * (alpha > 0.01)[..., None]
    white = np.clip((0.24 - (pixels.max(-1) - pixels.min(-1)) / np.maximum(pixels.max(-1), 1)) / 0.1, 0, 1)
    bright = np.clip((pixels.mean(-1) - 60) / 40, 0, 1)
    worn = np.maximum(clothes_fine * (clothes > 0.03), np.clip(gauss(clothes, 14 * scale) / 0.12, 0, 1)) * white * bright
    worn = np.where(gauss(clothes, 10 * scale) > 0.97, 1, worn).astype(np.float32)
    return Layer(colour, alpha, worn, wall)
