"""Makes the photos of testdata/photos again from the pinned packages.

    python3 -m venv venv && venv/bin/pip install -r requirements.txt
    venv/bin/python make_photos.py --out ../photos

`--only NAME` (repeatable) makes single files, `--packages DIR` keeps the
fetched wheels. Each function of `PHOTOS` makes one file: the bytes it returns
are what is written under its name.
"""

import argparse
import zlib
from io import BytesIO
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image, ImageCms, ImageFilter

import walls
from icc import display_p3
from matte import cut_out, gauss, resize
from sources import Sources

HERE = Path(__file__).resolve().parent
WIDTH, HEIGHT = 720, 926  # 35:45
LARGE = (900, 1157)


class Face:
    """Measured once on the 2048 px studio portrait: hair top, hairline, chin, face sides."""

    def __init__(self, crown, hairline, chin, left, right):
        self.crown, self.hairline, self.chin, self.left, self.right = crown, hairline, chin, left, right
        self.middle = (left + right) / 2
        self.height, self.width = chin - hairline, right - left
        self.head = chin - crown


FACES = {
    1: Face(24, 536, 1505, 640, 1402),
    2: Face(66, 515, 1430, 643, 1374),
    4: Face(0, 355, 1467, 587, 1472),
    5: Face(60, 341, 1167, 710, 1353),
    6: Face(64, 411, 1329, 640, 1404),
    7: Face(20, 517, 1438, 667, 1391),
    8: Face(46, 483, 1496, 621, 1414),
    9: Face(0, 395, 1480, 604, 1467),
    10: Face(42, 396, 1483, 585, 1466),
}

WHITE = (1, 1, 1)
PALE_BLUE, SAND, GREY, ROSE = (0.70, 0.79, 0.90), (0.86, 0.79, 0.68), (0.62, 0.63, 0.65), (0.88, 0.74, 0.74)


class Studio:
    """Sources, the model, and the cut-outs made so far."""

    def __init__(self, packages, model):
        self.sources = Sources(packages)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(str(model), options)
        self.layers = {}

    def layer(self, number, asset="studio_portrait"):
        key = (number, asset)
        if key not in self.layers:
            photo = self.sources.person(number, asset)
            if asset == "studio_posture":  # the upper part: the mask is finer there
                photo = photo.crop((0, 0, photo.width, 1820))
            layer = cut_out(photo, self.session)
            if asset == "studio_posture":  # the mask also takes the dark end of the studio wall
                for plane in (layer.colour, layer.alpha):
                    plane[:, :380], plane[:, 1112:] = 0, 0
            self.layers[key] = layer
        return self.layers[key]

    def person(self, number, crop, size, shirt=WHITE, tilt=0.0, asset="studio_portrait"):
        """A cut-out in the frame `crop` (x0, y0, x1, y1 in source pixels), as colour and alpha."""
        layer = self.layer(number, asset)
        tint = 1 - layer.clothes[..., None] * (1 - np.asarray(shirt, np.float32))
        planes = np.concatenate([layer.colour * tint, layer.alpha[..., None]], -1)
        if tilt:
            face = FACES[number]
            centre = (face.middle, (face.hairline + face.chin) / 2)
            planes = np.stack(
                [np.asarray(Image.fromarray(planes[..., i]).rotate(tilt, Image.BICUBIC, center=centre))
                 for i in range(4)], -1)
        planes = framed(planes, crop)
        planes = resize(planes, *size, Image.LANCZOS)
        return np.clip(planes[..., :3], 0, 255), np.clip(planes[..., 3], 0, 1)


def framed(planes, crop):
    """Cuts the frame out. Beyond the source there is only wall, so nobody may be cut off there."""
    x0, y0, x1, y1 = (int(round(v)) for v in crop)
    h, w = planes.shape[:2]
    assert y1 <= h, f"the frame ends {y1 - h} px below the source"
    visible = slice(max(y0, 0), y1)
    for column in ([0] if x0 < 0 else []) + ([w - 1] if x1 > w else []):
        assert planes[visible, column, 3].max() < 0.5, f"a shoulder is cut off at column {column}"
    out = np.zeros((y1 - y0, x1 - x0, planes.shape[2]), np.float32)
    a, b = max(x0, 0), max(y0, 0)
    c, d = min(x1, w), min(y1, h)
    out[b - y0 : d - y0, a - x0 : c - x0] = planes[b:d, a:c]
    return out


def frame(face, share=0.66, top=0.09, aspect=WIDTH / HEIGHT, across=0.5):
    """A crop in which the head fills `share` of the height and stands `across` the width."""
    height = face.head / share
    width = height * aspect
    y0 = face.crown - top * height
    x0 = face.middle - across * width
    return x0, y0, x0 + width, y0 + height


def rng_for(name):
    return np.random.default_rng(zlib.crc32(name.encode()))


def compose(person, wall, rng, grain=1.0):
    colour, alpha = person
    out = colour + (1 - alpha)[..., None] * wall
    h, w = alpha.shape
    return out + walls.noise(rng, w, h, grain) * (0.35 + 0.65 * (1 - alpha))[..., None]


def to_image(pixels):
    return Image.fromarray(np.clip(np.rint(pixels), 0, 255).astype(np.uint8))


def jpeg(image, quality=90, **options):
    if not isinstance(image, Image.Image):
        image = to_image(image)
    out = BytesIO()
    image.save(out, "JPEG", quality=quality, **options)
    return out.getvalue()


# Good photos -----------------------------------------------------------------

def good(studio, name, number, wall=(214, 213, 209), shirt=WHITE, size=(WIDTH, HEIGHT), falloff=0.10,
         light=(0.45, 0.35), **crop):
    """One acceptable photo, as pixels."""
    w, h = size
    person = studio.person(number, frame(FACES[number], aspect=w / h, **crop), size, shirt)
    return compose(person, walls.plain(w, h, wall, falloff, light), rng_for(name))


def accept_woman_01(studio, name):
    return jpeg(good(studio, name, 1, (222, 220, 214), PALE_BLUE, LARGE, share=0.68, top=0.09))


def accept_woman_02(studio, name):
    return jpeg(good(studio, name, 6, (206, 208, 210), WHITE, (840, 1080), 0.14, (0.3, 0.3), share=0.64, top=0.10))


def accept_woman_03(studio, name):
    return jpeg(good(studio, name, 10, (228, 226, 222), GREY, (1050, 1350), 0.08, share=0.70, top=0.08))


def accept_man_01(studio, name):
    return jpeg(good(studio, name, 5, (218, 219, 218), PALE_BLUE, LARGE, share=0.60, top=0.09, falloff=0.12, light=(0.6, 0.3)))


def accept_man_02(studio, name):
    return jpeg(good(studio, name, 7, (232, 231, 228), GREY, LARGE, share=0.63, top=0.10))


def accept_exif_orientation_6(studio, name):
    upright = to_image(good(studio, name, 2, (220, 218, 211), ROSE, LARGE, share=0.65, top=0.10))
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned 90 degrees clockwise for viewing
    return jpeg(upright.transpose(Image.ROTATE_90), exif=exif)


def accept_progressive(studio, name):
    return jpeg(good(studio, name, 8, (215, 216, 214), WHITE, LARGE, share=0.66, top=0.10), progressive=True)


def accept_icc_display_p3(studio, name):
    srgb = to_image(good(studio, name, 6, (224, 222, 219), SAND, LARGE, share=0.67, top=0.11, light=(0.7, 0.4)))
    profile = display_p3()
    wide = ImageCms.profileToProfile(
        srgb, ImageCms.createProfile("sRGB"), ImageCms.ImageCmsProfile(BytesIO(profile)),
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC)
    return jpeg(wide, icc_profile=profile)


def accept_monochrome(studio, name):
    pixels = good(studio, name, 10, (222, 222, 222), WHITE, LARGE, share=0.66, top=0.10, light=(0.35, 0.4))
    return jpeg(to_image(pixels).convert("L").convert("RGB"))


# Framing ---------------------------------------------------------------------

def too_close_plain(studio, name):
    return jpeg(good(studio, name, 10, (219, 218, 214), share=0.93, top=0.025))


def too_close_selfie(studio, name):
    photo = studio.sources.person(5, "amateur_selfie")
    return jpeg(photo.crop((377, 440, 1377, 1726)).resize((WIDTH, HEIGHT), Image.LANCZOS))


def cut(studio, name, number, crop, **options):
    w = WIDTH
    h = round(w * (crop[3] - crop[1]) / (crop[2] - crop[0]))
    wall = walls.plain(w, h, (216, 215, 211))
    return jpeg(compose(studio.person(number, crop, (w, h), **options), wall, rng_for(name)))


def face_cut_left(studio, name):
    f = FACES[6]
    x0 = f.left + 0.25 * f.width
    return cut(studio, name, 6, (x0, f.crown - 150, x0 + 1300, f.crown - 150 + 1671), shirt=ROSE)


def face_cut_right(studio, name):
    f = FACES[2]
    x1 = f.right - 0.30 * f.width
    return cut(studio, name, 2, (x1 - 1300, f.crown - 140, x1, f.crown - 140 + 1671), shirt=PALE_BLUE)


def face_cut_top(studio, name):
    f = FACES[5]
    y0 = f.hairline + 0.28 * f.height
    return cut(studio, name, 5, (f.middle - 574, y0, f.middle + 574, y0 + 1476))


def face_cut_bottom(studio, name):
    f = FACES[1]
    y1 = f.chin - 0.25 * f.height
    return cut(studio, name, 1, (f.middle - 680, y1 - 1748, f.middle + 680, y1))


def too_far(studio, name):
    crop = (68, -210, 1468, 1590)
    person = studio.person(10, crop, (WIDTH, HEIGHT), asset="studio_posture")
    return jpeg(compose(person, walls.plain(WIDTH, HEIGHT, (220, 218, 213), 0.12), rng_for(name)))


def off_centre(studio, name):
    return jpeg(good(studio, name, 5, (221, 219, 214), SAND, share=0.50, top=0.14, across=0.27))


def tilted(studio, name):
    f = FACES[5]
    person = studio.person(5, (f.middle - 600, -150, f.middle + 600, 1393), (WIDTH, HEIGHT), tilt=-20)
    return jpeg(compose(person, walls.plain(WIDTH, HEIGHT, (217, 216, 212)), rng_for(name)))


def rotated_sideways(studio, name):
    return jpeg(to_image(good(studio, name, 2, (223, 222, 219), WHITE, share=0.66, top=0.10)).transpose(Image.ROTATE_270))


# Background ------------------------------------------------------------------

def background_object_park(studio, name):
    photo = studio.sources.person(6, "amateur_selfie")
    return jpeg(photo.crop((76, 30, 1616, 2010)).resize((WIDTH, HEIGHT), Image.LANCZOS))


def background_object_room(studio, name):
    rng = rng_for(name)
    person = studio.person(2, frame(FACES[2], share=0.61, top=0.12), (WIDTH, HEIGHT), PALE_BLUE)
    wall = walls.room(WIDTH, HEIGHT, walls.plain(WIDTH, HEIGHT, (221, 216, 205)), rng)
    return jpeg(compose(person, wall, rng))


def background_object_flag(studio, name):
    return jpeg(studio.sources.sample("astronaut.png"))


def background_uneven_bricks(studio, name):
    person = studio.person(8, frame(FACES[8], share=0.68, top=0.10), (WIDTH, HEIGHT))
    wall = walls.bricks(studio.sources.sample("brick.png"), WIDTH, HEIGHT, (208, 202, 194))
    return jpeg(compose(person, wall, rng_for(name)))


def background_uneven_two_tones(studio, name):
    person = studio.person(1, frame(FACES[1], share=0.66, top=0.11), (WIDTH, HEIGHT), SAND)
    wall = walls.split(walls.plain(WIDTH, HEIGHT, (226, 223, 216)), 0.60, (151, 165, 172))
    return jpeg(compose(person, wall, rng_for(name)))


def background_shadow_side(studio, name):
    person = studio.person(10, frame(FACES[10], share=0.66, top=0.10), (WIDTH, HEIGHT), SAND)
    wall = walls.plain(WIDTH, HEIGHT, (224, 222, 217))
    wall = walls.cast_shadow(wall, person[1], 0.085, 0.025, 0.014, 0.40)
    return jpeg(compose(person, wall, rng_for(name)))


# Faces -----------------------------------------------------------------------

def no_face_cup(studio, name):
    cup = studio.sources.sample("coffee.png").resize((750, 500), Image.LANCZOS)
    return jpeg(cup)


def multiple_faces(studio, name):
    w, h = 1028, 800
    wall = walls.plain(w, h, (220, 219, 215))
    f2, f5 = FACES[2], FACES[5]
    tall = 1950
    wide = tall * w / h
    back = studio.person(2, (f2.middle - 0.29 * wide, -200, f2.middle + 0.71 * wide, tall - 200), (w, h), ROSE)
    front = studio.person(5, (f5.middle - 0.69 * wide, -260, f5.middle + 0.31 * wide, tall - 260), (w, h))
    scene = back[0] + (1 - back[1])[..., None] * wall
    return jpeg(compose(front, scene, rng_for(name)))


# Light and sharpness ---------------------------------------------------------

def blurred(studio, name):
    image = to_image(good(studio, name, 7, (218, 217, 213), PALE_BLUE, share=0.66, top=0.11))
    soft = np.asarray(image.filter(ImageFilter.GaussianBlur(9)), np.float32)
    return jpeg(soft + walls.noise(rng_for(name), WIDTH, HEIGHT, 2.0))


def too_dark(studio, name):
    pixels = np.clip(good(studio, name, 6, (205, 203, 198), PALE_BLUE, share=0.66, top=0.10), 0, 255)
    dim = 255 * (0.045 * (pixels / 255) ** 2.2) ** (1 / 2.2)
    return jpeg(dim + walls.noise(rng_for(name), WIDTH, HEIGHT, 2.0))


def too_bright(studio, name):
    pixels = np.clip(good(studio, name, 10, (232, 231, 229), WHITE, share=0.66, top=0.10), 0, 255)
    burnt = 255 * np.clip(4.2 * (pixels / 255) ** 2.2, 0, 1) ** (1 / 2.2)
    return jpeg(burnt + walls.noise(rng_for(name), WIDTH, HEIGHT, 1.0))


# Files -----------------------------------------------------------------------

def small(studio, name, number):
    """A good photo of 504 x 648, for the cases where only the file matters."""
    return good(studio, name, number, (221, 220, 216), SAND, (504, 648), share=0.66, top=0.10)


def file_truncated(studio, name):
    whole = jpeg(good(studio, name, 1, (219, 218, 214), WHITE, share=0.66, top=0.10))
    return whole[: len(whole) * 60 // 100]


def file_corrupt(studio, name):
    """The first Huffman table claims three codes of one bit, which cannot be."""
    data = bytearray(jpeg(small(studio, name, 5)))
    counts = data.index(b"\xff\xc4") + 5
    left = sum(data[counts : counts + 16]) - 3
    data[counts] = 3
    for i in range(1, 16):
        data[counts + i] = min(data[counts + i], left)
        left -= data[counts + i]
    assert left == 0
    return bytes(data)


def not_jpeg_png(studio, name):
    image = to_image(good(studio, name, 5, (221, 220, 216), WHITE, (480, 617), share=0.62, top=0.10))
    out = BytesIO()
    image.quantize(64, Image.Quantize.MEDIANCUT).save(out, "PNG", optimize=True)
    return out.getvalue()


def not_jpeg_text(studio, name):
    return "This is not a photo.\n".encode() * 1200


def colour_model_cmyk(studio, name):
    return jpeg(to_image(small(studio, name, 10)).convert("CMYK"))


PHOTOS = {
    "accept_studio_woman_01.jpg": accept_woman_01,
    "accept_studio_woman_02.jpg": accept_woman_02,
    "accept_studio_woman_03.jpg": accept_woman_03,
    "accept_studio_man_01.jpg": accept_man_01,
    "accept_studio_man_02.jpg": accept_man_02,
    "accept_exif_orientation_6.jpg": accept_exif_orientation_6,
    "accept_progressive.jpg": accept_progressive,
    "accept_icc_display_p3.jpg": accept_icc_display_p3,
    "accept_monochrome.jpg": accept_monochrome,
    "too_close_plain.jpg": too_close_plain,
    "too_close_selfie.jpg": too_close_selfie,
    "face_cut_left.jpg": face_cut_left,
    "face_cut_right.jpg": face_cut_right,
    "face_cut_top.jpg": face_cut_top,
    "face_cut_bottom.jpg": face_cut_bottom,
    "too_far.jpg": too_far,
    "off_centre.jpg": off_centre,
    "tilted.jpg": tilted,
    "rotated_sideways.jpg": rotated_sideways,
    "background_object_park.jpg": background_object_park,
    "background_object_room.jpg": background_object_room,
    "background_object_flag.jpg": background_object_flag,
    "background_uneven_bricks.jpg": background_uneven_bricks,
    "background_uneven_two_tones.jpg": background_uneven_two_tones,
    "background_shadow_side.jpg": background_shadow_side,
    "no_face_cup.jpg": no_face_cup,
    "multiple_faces.jpg": multiple_faces,
    "blurred.jpg": blurred,
    "too_dark.jpg": too_dark,
    "too_bright.jpg": too_bright,
    "file_truncated.jpg": file_truncated,
    "file_corrupt.jpg": file_corrupt,
    "not_jpeg.png": not_jpeg_png,
    "not_jpeg_png.jpg": not_jpeg_png,
    "not_jpeg_text.jpg": not_jpeg_text,
    "colour_model_cmyk.jpg": colour_model_cmyk,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder for the photos")
    parser.add_argument("--packages", type=Path, default=HERE / ".packages", help="folder for the fetched wheels")
    parser.add_argument("--model", type=Path, required=True, help="selfie_multiclass_128.onnx, see ../README.md")
    parser.add_argument("--only", action="append", help="make only this file (may be repeated)")
    options = parser.parse_args()

    options.out.mkdir(parents=True, exist_ok=True)
    studio = Studio(options.packages, options.model)
    for name, make in PHOTOS.items():
        if options.only and name not in options.only:
            continue
        data = make(studio, name)
        (options.out / name).write_bytes(data)
        print(f"{name}\t{len(data)}")


if __name__ == "__main__":
    main()
