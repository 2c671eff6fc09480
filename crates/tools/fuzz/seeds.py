#!/usr/bin/env python3
"""Writes the first inputs of each target to `corpus/TARGET`, and dictionaries to
`dictionaries/TARGET`, from the test photos and the policies of the project."""

import io
import pathlib
import random
import re
import tarfile

HERE = pathlib.Path(__file__).resolve().parent
PROJECT = HERE.parents[2]
PHOTOS = sorted((PROJECT / "testdata/photos").iterdir())
PARTS = sorted((HERE / "bodies").glob("*.jpg"))


def write(target, inputs):
    folder = HERE / "corpus" / target
    folder.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(inputs):
        (folder / f"seed-{number:03}").write_bytes(data)


def dictionary(target, words):
    folder = HERE / "dictionaries"
    folder.mkdir(exist_ok=True)
    escaped = ("".join(f"\\x{byte:02x}" for byte in word) for word in words)
    (folder / target).write_text("".join(f'"{word}"\n' for word in escaped))


def segments(photo):
    """Kind, length and content of the metadata, as the target `exif_icc` takes them."""
    kinds, found, at = {0xE1: 0, 0xE2: 1, 0xED: 2, 0xFE: 3, 0xEB: 4}, b"", 2
    while photo[at : at + 1] == b"\xff" and photo[at + 1] != 0xDA:
        length = int.from_bytes(photo[at + 2 : at + 4], "big")
        if photo[at + 1] in kinds:
            content = photo[at + 4 : at + 2 + length]
            found += bytes([kinds[photo[at + 1]]]) + len(content).to_bytes(2, "big") + content
        at += 2 + length
    return found


def exif(order):
    """A directory with an orientation and an editor."""
    number = lambda value, size: value.to_bytes(size, "little" if order == b"II" else "big")
    entry = lambda tag, kind, count, value: number(tag, 2) + number(kind, 2) + number(count, 4) + value
    entries = [
        entry(0x112, 3, 1, number(6, 2) + bytes(2)),
        entry(0x131, 2, 16, number(8 + 2 + 24 + 4, 4)),
    ]
    directory = number(2, 2) + b"".join(entries) + bytes(4) + b"Adobe Photoshop\0"
    return b"Exif\0\0" + order + number(42, 2) + number(8, 4) + directory


def archive(form):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=form) as tar:
        for name, kind in [
            ("in", tarfile.DIRTYPE),
            ("in/a.jpg", tarfile.REGTYPE),
            ("b" * 60 + "/" + "c" * 60 + ".jpg", tarfile.REGTYPE),
            ("../c.jpg", tarfile.REGTYPE),
            ("d.jpg", tarfile.SYMTYPE),
        ]:
            info = tarfile.TarInfo(name)
            info.type = kind
            info.size = 20 if kind == tarfile.REGTYPE else 0
            tar.addfile(info, io.BytesIO(bytes(20)))
    return file.getvalue()


def main():
    photos = [path.read_bytes() for path in PHOTOS]
    parts = [path.read_bytes() for path in PARTS]
    found = [p.read_bytes() for p in sorted((PROJECT / "crates/jpeg/tests/found").iterdir())]
    cut = [photo[:60_000] for photo in photos]
    write("review", photos + parts)
    write("probe", cut + parts + found)
    # Each scale, form and precision in turn.
    write("decode", [bytes([n % 32]) + file for n, file in enumerate(cut + parts * 16)] + found)
    draw = random.Random(8)
    write("jpeg", [draw.randbytes(200 * n) for n in range(1, 20)])
    write("journal", [draw.randbytes(100 * n) for n in range(1, 20)])
    blocks = [b"\0" + len(b).to_bytes(2, "big") + b for b in (exif(b"II"), exif(b"MM"))]
    metadata = [found for found in map(segments, photos) if found] + blocks
    write("exif_icc", [bytes([n % 2]) + found for n, found in enumerate(metadata * 2)])

    policies = [path.read_bytes() for path in sorted((PROJECT / "crates/verdict/policies").iterdir())]
    whole = max(policies, key=len)
    tables = re.split(rb"\n(?=\[)", re.sub(rb"(?m)^#.*\n|\n(?=\n)", b"", whole))
    write("policy", policies + tables)
    keys = set(re.findall(rb"(?m)^(?:\[\w+\]|\w+ = )", whole))
    bases = [b'base = "icao"', b'base = "japan-passport"', b"nan", b"inf", b"-0.0", b"1e308"]
    dictionary("policy", sorted(keys) + bases)
    lines = (HERE / "bodies/reviews.jsonl").read_bytes().splitlines()
    write("records", lines)
    dictionary("records", sorted(set(re.findall(rb'"\w+":', b"".join(lines)))) + [b"null", b"1e308"])

    write(
        "manifest",
        [
            b"\0application_id,path\nA-1,a.jpg\nA-2,b.jpg\n",
            b'\0\xef\xbb\xbfpath,note,application_id,waive,policy\r\n"a,1.jpg",x,A-1,turned;tilted,icao\r\n',
        ]
        + [b"\1" + draw.randbytes(60 * n) for n in range(1, 9)],
    )
    dictionary("manifest", [b"application_id", b"path", b"waive", b"policy", b"turned", b"icao", b'""', b"\r\n"])
    forms = tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT
    write(
        "tar",
        [b"\0" + archive(form)[:8192] for form in forms]
        + [b"\1" + draw.randbytes(60 * n) for n in range(1, 9)],
    )
    dictionary("tar", [b"ustar\x0000", b"ustar  \0", b"././@LongLink", b"path=", b"size=", b"GNU.sparse.", b".."])

    markers = [bytes([0xFF, marker]) for marker in range(0xC0, 0xFF)]
    names = [b"Exif\0\0MM\0\x2a", b"Exif\0\0II\x2a\0", b"ICC_PROFILE\0", b"JFIF\0", b"Adobe", b"\0\0\xff\xff"]
    tags = [b"acsp", b"mntrRGB XYZ ", b"scnrGRAYXYZ ", b"para", b"curv", b"mluc", b"rTRC", b"gTRC", b"bTRC", b"kTRC", b"rXYZ", b"wtpt", b"A2B0", b"mft1", b"mft2", b"mAB ", b"chad", b"cicp"]
    for target in "probe", "decode", "review":
        dictionary(target, markers + names)
    marks = [b"JP\0\1\0\0\0\1", b"jumb", b"cbor", b"\x66action\x6bc2pa.edited", b"DigitalSourceType", b"SEFH", b"SEFT", b"PhotoEditor_Re_Edit_Data"]
    dictionary("exif_icc", names + tags + marks + [b"\x01\x12\0\3", b"\x12\1\3\0", b"Photoshop", b"http://ns.adobe.com/xap/1.0/\0"])


main()
