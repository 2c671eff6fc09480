"""Make face_constants.json from the members of Google's face landmarker task.

The numbers are read from two members of the task file:

* the geometry metadata (a protobuf message) holds the canonical face mesh and
  the weighted landmarks for fitting a head pose to it;
* the blendshape network (a TFLite file) carries a metadata record with the
  landmark indices it reads and the names of its scores.

The short index lists (face oval, eye lids, irises, mouth and so on) name
vertices of that mesh; they are written down in this file.
"""

import json
import struct

import flatbuffers.table
import tflite

SOURCE_NOTE = (
    "face_landmarker.task geometry_pipeline_metadata_landmarks.binarypb"
    " (Apache-2.0, Google)"
)

VERTEX_COUNT = 468
# Each vertex of the canonical mesh is stored as x, y, z, u, v.
FLOATS_PER_VERTEX = 5

# Landmark indices, in drawing order where that matters.
FACE_OVAL = [
    10, 338, 297, 332, 284, 251, 389, 356, 454,
    323, 361, 288, 397, 365, 379, 378, 400, 377,
    152, 148, 176, 149, 150, 136, 172, 58, 132,
    93, 234, 127, 162, 21, 54, 103, 67, 109,
]
RIGHT_EYE = {
    "outer": 33,
    "inner": 133,
    "upper": [159, 158, 160],
    "lower": [145, 153, 144],
}
LEFT_EYE = {
    "outer": 263,
    "inner": 362,
    "upper": [386, 385, 387],
    "lower": [374, 380, 373],
}
IRIS = {
    "right": [468, 469, 470, 471, 472],
    "left": [473, 474, 475, 476, 477],
}
MOUTH = {
    "upper_inner": 13,
    "lower_inner": 14,
    "left_corner": 308,
    "right_corner": 78,
}
CHIN = 152
FOREHEAD_TOP = 10
TEMPLES = [127, 356]


def read_varint(buffer, position):
    """Return the protobuf varint at `position` and the position after it."""
    value = 0
    shift = 0
    while True:
        byte = buffer[position]
        position += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, position


def protobuf_fields(buffer):
    """Yield (field number, value) for each field of a protobuf message.

    Varints come as int, 32-bit fields as float, and length-delimited fields as
    bytes. The geometry metadata uses no other wire type.
    """
    position = 0
    while position < len(buffer):
        key, position = read_varint(buffer, position)
        number, wire_type = key >> 3, key & 7
        if wire_type == 0:
            value, position = read_varint(buffer, position)
        elif wire_type == 2:
            length, position = read_varint(buffer, position)
            value = buffer[position : position + length]
            position += length
        elif wire_type == 5:
            (value,) = struct.unpack_from("<f", buffer, position)
            position += 4
        else:
            raise ValueError(f"unexpected protobuf wire type {wire_type}")
        yield number, value


def read_geometry(geometry_bytes):
    """Return (canonical vertices, Procrustes weights by landmark index).

    The message has field 1 = canonical mesh (its field 3 = the vertex floats)
    and a repeated field 2 = weighted landmark (1 = index, 2 = weight).
    """
    floats = []
    weights = {}
    for number, value in protobuf_fields(geometry_bytes):
        if number == 1:
            for mesh_number, mesh_value in protobuf_fields(value):
                if mesh_number == 3:
                    floats.append(mesh_value)
        elif number == 2:
            landmark = dict(protobuf_fields(value))
            weights[str(landmark[1])] = round(landmark[2], 6)
    if len(floats) != VERTEX_COUNT * FLOATS_PER_VERTEX:
        raise ValueError(f"canonical mesh has {len(floats)} floats")
    vertices = []
    for start in range(0, len(floats), FLOATS_PER_VERTEX):
        xyz = floats[start : start + 3]
        vertices.append([round(coordinate, 5) for coordinate in xyz])
    return vertices, weights


def table_field(table, index):
    """Return the position of field `index` of a flatbuffer table."""
    offset = table.Offset(4 + 2 * index)
    if offset == 0:
        raise ValueError(f"flatbuffer field {index} is missing")
    return table.Pos + offset


def child_table(table, index):
    """Return the table that field `index` of `table` refers to."""
    position = table.Indirect(table_field(table, index))
    return flatbuffers.table.Table(table.Bytes, position)


def read_blendshape_metadata(blendshape_bytes):
    """Return (input landmark indices, output names) of the blendshape network.

    They are in a flatbuffer record marked "RGMD" among the model's buffers:
    field 0 = input table (field 1 = landmark indices), field 1 = output table
    (field 0 = names).
    """
    model = tflite.Model.GetRootAsModel(blendshape_bytes, 0)
    record = None
    for index in range(model.BuffersLength()):
        buffer = model.Buffers(index)
        if buffer.DataLength() < 8:
            continue
        data = buffer.DataAsNumpy().tobytes()
        if data[4:8] == b"RGMD":
            record = data
    if record is None:
        raise ValueError("no RGMD record in the blendshape network")

    (root_position,) = struct.unpack_from("<I", record, 0)
    root = flatbuffers.table.Table(record, root_position)

    inputs = child_table(root, 0)
    indices_offset = inputs.Offset(4 + 2 * 1)
    start = inputs.Vector(indices_offset)
    count = inputs.VectorLen(indices_offset)
    indices = list(struct.unpack_from(f"<{count}i", record, start))

    outputs = child_table(root, 1)
    names_offset = outputs.Offset(4 + 2 * 0)
    start = outputs.Vector(names_offset)
    count = outputs.VectorLen(names_offset)
    names = []
    for index in range(count):
        names.append(outputs.String(start + 4 * index).decode("ascii"))
    return indices, names


def build_face_constants(geometry_bytes, blendshape_bytes):
    """Return the bytes of face_constants.json."""
    vertices, weights = read_geometry(geometry_bytes)
    blendshape_landmarks, blendshape_names = read_blendshape_metadata(
        blendshape_bytes
    )
    constants = {
        "source": SOURCE_NOTE,
        "canonical_xyz": vertices,
        "procrustes": weights,
        "blendshape_landmarks": blendshape_landmarks,
        "blendshape_names": blendshape_names,
        "face_oval": FACE_OVAL,
        "right_eye_corners_lids": RIGHT_EYE,
        "left_eye_corners_lids": LEFT_EYE,
        "iris": IRIS,
        "mouth": MOUTH,
        "chin": CHIN,
        "forehead_top": FOREHEAD_TOP,
        "temples": TEMPLES,
    }
    return json.dumps(constants, separators=(",", ":")).encode("ascii")
