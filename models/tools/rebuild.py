#!/usr/bin/env python3
"""Rebuild the model files from pinned packages, or check the present ones.

Every package, every member taken from it and every result is compared with the
sha256 in models.toml; the results are the same byte for byte. A rebuild needs
the packages in requirements.txt, and npm; --check needs only Python 3.11.
"""

import argparse
import hashlib
import pathlib
import sys
import tomllib

MODELS_FOLDER = pathlib.Path(__file__).resolve().parent.parent
MANIFEST = MODELS_FOLDER / "models.toml"

MULTICLASS_SIZE = 64
# Written into the file, so part of the pinned hash.
MULTICLASS_CLASSES = "background,hair,body-skin,face-skin,clothes,others"

GOOGLE_LICENCE = "Apache-2.0; Google MediaPipe"


def load_manifest():
    """Return models.toml as a dictionary."""
    with MANIFEST.open("rb") as file:
        return tomllib.load(file)


def all_entries(manifest):
    """Return the entries of all files, models first."""
    return [*manifest["model"], *manifest["data"]]


def check_files(manifest, folder):
    """Compare the files of a folder with the manifest; return the exit code."""
    failures = 0
    entries = all_entries(manifest)
    for entry in entries:
        path = folder / entry["file"]
        if not path.is_file():
            verdict = "MISSING"
        else:
            data = path.read_bytes()
            digest = hashlib.sha256(data).hexdigest()
            same_size = len(data) == entry["bytes"]
            same_hash = digest == entry["sha256"]
            verdict = "ok" if same_size and same_hash else "DIFFERENT"
        if verdict != "ok":
            failures += 1
        print(f"{entry['file']:28} {verdict}")
    listed = {entry["file"] for entry in entries}
    for path in sorted(folder.glob("*.onnx")):
        if path.name not in listed:
            failures += 1
            print(f"{path.name:28} NOT LISTED")
    return 1 if failures else 0


def serialize(model, metadata, check=True):
    """Return the bytes of an ONNX model, with our metadata and no shape notes."""
    import onnx

    del model.graph.value_info[:]
    del model.metadata_props[:]
    for key, value in metadata.items():
        entry = model.metadata_props.add()
        entry.key = key
        entry.value = value
    if check:
        onnx.checker.check_model(model)
    return model.SerializeToString(deterministic=True)


def build_yunet(member):
    """Free the size of YuNet's input and rewrite its poolings."""
    import graph_rewrites
    import onnx
    from onnx import numpy_helper

    model = onnx.load_from_string(member)
    # The rewrites need some fixed size; any multiple of 32 does.
    graph_rewrites.set_input_shape(model, [1, 3, 320, 320])
    editor = graph_rewrites.GraphEditor(model)
    graph_rewrites.split_max_pool(editor)
    editor.finish()

    # Reshapes to [1, -1, k] become [0, -1, k], which keeps the batch size.
    initializers = {tensor.name: tensor for tensor in model.graph.initializer}
    for node in model.graph.node:
        if node.op_type != "Reshape":
            continue
        tensor = initializers[node.input[1]]
        target = numpy_helper.to_array(tensor).copy()
        if target.size == 3 and target[0] == 1:
            target[0] = 0
            tensor.CopyFrom(numpy_helper.from_array(target, tensor.name))

    graph_rewrites.set_input_shape(model, ["N", 3, "H", "W"])
    metadata = {
        "licence": "MIT; YuNet 2023mar, Shiqi Yu et al., OpenCV Zoo",
        "input": "BGR 0..255 NCHW, H,W multiples of 32",
    }
    # onnx.checker wants output shapes, which depend on the input size here.
    return serialize(model, metadata, check=False)


def build_face_mesh(member):
    """Convert the 478-point face mesh."""
    import graph_rewrites
    import tflite_to_onnx

    outputs = ["landmarks", "presence", "tongue"]
    model = tflite_to_onnx.Converter(member, outputs).convert()
    editor = graph_rewrites.GraphEditor(model)
    graph_rewrites.replace_prelu(editor)
    graph_rewrites.split_max_pool(editor)
    model = graph_rewrites.store_weights_as_half(editor.finish())
    metadata = {
        "licence": GOOGLE_LICENCE + " face_landmarker float16/1",
        "input": "RGB 0..1 NCHW 1x3x256x256",
    }
    return serialize(model, metadata)


def build_selfie_segmentation(member):
    """Convert the person/background segmenter."""
    import graph_rewrites
    import tflite_to_onnx

    model = tflite_to_onnx.Converter(member, ["mask"]).convert()
    editor = graph_rewrites.GraphEditor(model)
    graph_rewrites.move_convolution_before_resize(editor)
    graph_rewrites.replace_resize_with_blur(editor)
    model = graph_rewrites.store_weights_as_half(editor.finish())
    metadata = {
        "licence": GOOGLE_LICENCE + " @mediapipe/selfie_segmentation",
        "input": "RGB 0..1 NCHW 1x3x256x256",
    }
    return serialize(model, metadata)


def multiclass_reshapes(size):
    """Return the reshape targets of the multiclass network at another size.

    The network has two kinds of transformer blocks, which cut the image into
    patches of 4x4 pixels: one on a map of size/8, one on a map of size/16.
    The result maps a target in the 256-pixel network to the list of targets
    that replace it in turn.
    """
    large_map = size // 8
    large_grid = large_map // 4
    large_patches = large_grid * large_grid
    small_map = size // 16
    small_grid = small_map // 4
    small_patches = small_grid * small_grid
    return {
        # Blocks on the large map, 128 channels.
        (8, 4, 8, 512): [[large_grid, 4, large_grid, 512]],
        (8, 8, 4, 512): [[large_grid, large_grid, 4, 512]],
        (1, 64, 16, 128): [[1, large_patches, 16, 128]],
        (1, 32, 32, 128): [[1, large_map, large_map, 128]],
        (0, 16, 1, 64): [[0, 16, 1, large_patches]],
        (0, 16, 64, 1): [[0, 16, large_patches, 1]],
        # Blocks on the small map, 192 channels. At 256 pixels, cutting and
        # joining have the same targets, so their turn tells them apart.
        (4, 4, 4, 768): [
            [small_grid, 4, small_grid, 768],
            [small_grid, small_grid, 4, 768],
        ],
        (1, 16, 16, 192): [
            [1, small_patches, 16, 192],
            [1, small_map, small_map, 192],
        ],
        (0, 16, 1, 16): [[0, 16, 1, small_patches]],
        (0, 16, 16, 1): [[0, 16, small_patches, 1]],
    }


def resize_multiclass(model, size):
    """Make the multiclass network take size x size pixels."""
    import numpy as np
    from onnx import numpy_helper

    graph = model.graph
    initializers = {tensor.name: tensor for tensor in graph.initializer}
    reshapes = multiclass_reshapes(size)
    turns = dict.fromkeys(reshapes, 0)
    for node in graph.node:
        if node.op_type != "Reshape":
            continue
        tensor = initializers[node.input[1]]
        target = tuple(numpy_helper.to_array(tensor).tolist())
        choices = reshapes[target]
        choice = choices[turns[target] % len(choices)]
        turns[target] += 1
        name = f"{node.name}_shape"
        array = np.array(choice, np.int64)
        graph.initializer.append(numpy_helper.from_array(array, name))
        node.input[1] = name
    for value in (graph.input[0], graph.output[0]):
        dimensions = value.type.tensor_type.shape.dim
        dimensions[2].dim_value = size
        dimensions[3].dim_value = size


def build_multiclass(member, size=MULTICLASS_SIZE):
    """Convert the six-class segmenter for size x size pixels."""
    import graph_rewrites
    import onnx
    import tflite_to_onnx

    model = tflite_to_onnx.Converter(member, ["logits"]).convert()
    resize_multiclass(model, size)
    model = onnx.shape_inference.infer_shapes(model, strict_mode=True)
    editor = graph_rewrites.GraphEditor(model)
    graph_rewrites.replace_resize_with_matmul(editor)
    model = graph_rewrites.store_weights_as_half(editor.finish(), lossy=True)
    metadata = {
        "licence": GOOGLE_LICENCE + " selfie_multiclass_256x256 float32/1",
        "input": f"RGB -1..1 NCHW 1x3x{size}x{size}",
        "classes": MULTICLASS_CLASSES,
    }
    return serialize(model, metadata)


def build_face_constants(geometry, blendshapes):
    """Extract the geometry constants."""
    import face_constants

    return face_constants.build_face_constants(geometry, blendshapes)


def multiclass_file(size):
    """Return the file name of the multiclass network at a size."""
    return f"selfie_multiclass_{size}.onnx"


BUILDERS = {
    "face_yunet.onnx": build_yunet,
    "face_mesh478.onnx": build_face_mesh,
    "selfie_seg256.onnx": build_selfie_segmentation,
    multiclass_file(MULTICLASS_SIZE): build_multiclass,
    "face_constants.json": build_face_constants,
}


def read_members(entry, cache):
    """Return the checked package members that an entry is made from."""
    import packages

    source = entry["source"]
    members = source.get("members")
    if members is None:
        member = {"path": source["member"], "sha256": source["member_sha256"]}
        members = [member]
    return [
        packages.read_member(source, member["path"], member["sha256"], cache)
        for member in members
    ]


def rebuild(manifest, out, cache, only, multiclass_size):
    """Build the wanted files; return the exit code."""
    import packages

    out.mkdir(parents=True, exist_ok=True)
    cache.mkdir(parents=True, exist_ok=True)
    failures = 0
    for entry in all_entries(manifest):
        file = entry["file"]
        if only and file not in only:
            continue
        try:
            members = read_members(entry, cache)
        except packages.HashError as error:
            print(f"{file}: {error}", file=sys.stderr)
            failures += 1
            continue
        expected = entry["sha256"]
        is_multiclass = file == multiclass_file(MULTICLASS_SIZE)
        if is_multiclass and multiclass_size != MULTICLASS_SIZE:
            data = build_multiclass(members[0], multiclass_size)
            file = multiclass_file(multiclass_size)
            expected = None
        else:
            data = BUILDERS[file](*members)
        digest = packages.sha256(data)
        if expected is None:
            verdict = "not pinned"
        elif digest == expected:
            verdict = "ok"
        else:
            verdict = "DIFFERENT, not written"
            failures += 1
        if verdict != "DIFFERENT, not written":
            (out / file).write_bytes(data)
        print(f"{file:28} {len(data):8} {digest} {verdict}", flush=True)
    return 1 if failures else 0


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="build nothing, compare the files in OUT with models.toml",
    )
    parser.add_argument(
        "--out",
        type=pathlib.Path,
        default=MODELS_FOLDER,
        help="folder of the model files (default: the models folder)",
    )
    parser.add_argument(
        "--cache",
        type=pathlib.Path,
        help="folder for downloaded packages, about 33 MB (needed to rebuild)",
    )
    parser.add_argument(
        "--only",
        action="append",
        choices=sorted(BUILDERS),
        help="build this file only; may be repeated",
    )
    parser.add_argument(
        "--multiclass-size",
        type=int,
        default=MULTICLASS_SIZE,
        help="input size of the multiclass network, a multiple of 64; sizes"
        " other than the default have no pinned hash",
    )
    arguments = parser.parse_args()
    size = arguments.multiclass_size
    if size < 64 or size % 64:
        parser.error("--multiclass-size must be a multiple of 64")
    if not arguments.check and arguments.cache is None:
        parser.error("a rebuild needs --cache")
    return arguments


def main():
    arguments = parse_arguments()
    manifest = load_manifest()
    if arguments.check:
        return check_files(manifest, arguments.out)
    return rebuild(
        manifest,
        arguments.out,
        arguments.cache,
        arguments.only,
        arguments.multiclass_size,
    )


if __name__ == "__main__":
    sys.exit(main())
