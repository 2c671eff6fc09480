"""A small ICC profile for the Display P3 colour space, written by hand."""

import struct

# Primaries of Display P3 adapted to D50 (Bradford), and the sRGB tone curve.
PRIMARIES = {
    b"rXYZ": (0.51512, 0.24120, -0.00105),
    b"gXYZ": (0.29198, 0.69225, 0.04189),
    b"bXYZ": (0.15710, 0.06657, 0.78407),
    b"wtpt": (0.96420, 1.00000, 0.82491),
}
CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)


def _fixed(*values):
    return b"".join(struct.pack(">i", round(v * 65536)) for v in values)


def _text(text):
    data = text.encode("utf-16-be")
    return b"mluc" + bytes(4) + struct.pack(">II2s2sII", 1, 12, b"en", b"US", len(data), 28) + data


def display_p3():
    """The profile's bytes (version 4.3, RGB monitor, matrix and curve)."""
    tags = {b"desc": _text("Display P3 (test)"), b"cprt": _text("CC0")}
    tags.update({name: b"XYZ " + bytes(4) + _fixed(*xyz) for name, xyz in PRIMARIES.items()})
    curve = b"para" + bytes(4) + struct.pack(">HH", 3, 0) + _fixed(*CURVE)
    tags.update({name: curve for name in (b"rTRC", b"gTRC", b"bTRC")})

    body, table = b"", b""
    start = 128 + 4 + 12 * len(tags)
    for name, data in tags.items():
        table += name + struct.pack(">II", start + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    size = start + len(body)
    head = struct.pack(">I4sI4s4s4s", size, bytes(4), 0x04300000, b"mntr", b"RGB ", b"XYZ ")
    head += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + bytes(4) + struct.pack(">I", 0)
    head += bytes(4) + bytes(4) + bytes(8) + struct.pack(">I", 0) + _fixed(0.96420, 1.0, 0.82491)
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body
