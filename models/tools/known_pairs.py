#!/usr/bin/env python3
"""Write known_pairs.json: what each model gives for one computed input.

The input is a picture that a few lines of code make: a bright disc with a soft
edge on black. White noise would not do, since it drives most outputs to 0; the
disc is enough of a face and of a person to give values in between. The outputs
are those of ONNX Runtime on the CPU. Needs the packages in requirements.txt.
"""

import argparse
import json
import pathlib
import sys
import tomllib

import numpy as np
import onnxruntime

MODELS_FOLDER = pathlib.Path(__file__).resolve().parent.parent
MANIFEST = MODELS_FOLDER / "models.toml"
PAIRS = MODELS_FOLDER / "known_pairs.json"

FORMULA = [
    "all in f64, with integer division; i is the flat index in the NCHW tensor",
    "x = ((i % W) + 0.5) / W",
    "y = (((i / W) % H) + 0.5) / H",
    "c = i / (W * H)",
    "d = (x - 0.5) * (x - 0.5) + (y - 0.5) * (y - 0.5)",
    "frac = max(0, 1 - 5 * d) * (1 - 0.15 * c)",
    "value = lo + (hi - lo) * frac, then rounded to f32",
]

SAMPLES_PER_OUTPUT = 16
INPUT_SAMPLES = 8

# Largest difference to allow in another engine: about ten times or more the
# largest one seen between tract and ONNX Runtime.
TOLERANCES = {
    # Near 0 for this input, so the default would hide a difference.
    "obj_8": 0.000005,
    "obj_16": 0.000005,
    "obj_32": 0.000005,
    "landmarks": 0.01,
    "presence": 0.001,
    "tongue": 0.000005,
    "mask": 0.001,
    "logits": 0.001,
}
DEFAULT_TOLERANCE = 0.0001


def make_input(shape, low, high):
    """Return the input tensor of a model by FORMULA."""
    _, _, height, width = shape
    index = np.arange(np.prod(shape), dtype=np.int64)
    x = ((index % width) + 0.5) / width
    y = (((index // width) % height) + 0.5) / height
    channel = index // (width * height)
    distance = (x - 0.5) * (x - 0.5) + (y - 0.5) * (y - 0.5)
    fraction = np.maximum(0.0, 1 - 5 * distance) * (1 - 0.15 * channel)
    values = low + (high - low) * fraction
    return values.astype(np.float32).reshape(shape)


def as_number(value):
    """Return a float32 as the shortest decimal number that gives it back."""
    return float(np.format_float_scientific(np.float32(value), unique=True))


def samples(values, indices):
    """Return [index, value] pairs in the order of the indices."""
    chosen = sorted(int(index) for index in indices)
    return [[index, as_number(values[index])] for index in chosen]


def spread_indices(values, count):
    """Return indices of values spread evenly from the least to the greatest."""
    order = np.argsort(values, kind="stable")
    count = min(count, len(order))
    ranks = np.linspace(0, len(order) - 1, count).round().astype(int)
    return order[ranks]


def describe_output(name, array):
    """Return the entry of one output."""
    values = array.ravel()
    return {
        "name": name,
        "shape": list(array.shape),
        "mean": float(values.mean(dtype=np.float64)),
        "tolerance": TOLERANCES.get(name, DEFAULT_TOLERANCE),
        "samples": samples(values, spread_indices(values, SAMPLES_PER_OUTPUT)),
    }


def make_pair(entry):
    """Run one model and return its entry."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    # Silences a note about YuNet's output shapes, which the file leaves open.
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        str(MODELS_FOLDER / entry["file"]),
        options,
        providers=["CPUExecutionProvider"],
    )
    model_input = entry["input"]
    shape = model_input["fed_shape"]
    low = model_input["value_min"]
    high = model_input["value_max"]
    tensor = make_input(shape, low, high)
    results = session.run(None, {model_input["name"]: tensor})
    flat = tensor.ravel()
    outputs = []
    for output, array in zip(session.get_outputs(), results, strict=True):
        outputs.append(describe_output(output.name, array))
    return {
        "file": entry["file"],
        "sha256": entry["sha256"],
        "input": {
            "name": model_input["name"],
            "shape": shape,
            "lo": low,
            "hi": high,
            "mean": float(flat.mean(dtype=np.float64)),
            "samples": samples(flat, spread_indices(flat, INPUT_SAMPLES)),
        },
        "outputs": outputs,
    }


def make_pairs():
    """Return the whole content of known_pairs.json."""
    with MANIFEST.open("rb") as file:
        manifest = tomllib.load(file)
    return {
        "schema": 1,
        "runtime": f"onnxruntime {onnxruntime.__version__}, CPU, 1 thread",
        "formula": FORMULA,
        "pairs": [make_pair(entry) for entry in manifest["model"]],
    }


def write_json(content):
    """Return readable JSON with short lists on one line each."""
    text = json.dumps(content, indent=1)
    lines = []
    depth = 0
    for line in text.splitlines():
        stripped = line.strip()
        if depth:
            lines[-1] += stripped + (" " if stripped.endswith(",") else "")
            depth += stripped.count("[") - stripped.count("]")
            continue
        lines.append(line)
        opens_list = stripped.endswith("[")
        is_short = '"samples"' in line or '"shape"' in line
        if opens_list and is_short:
            depth = 1
    return "\n".join(line.rstrip() for line in lines) + "\n"


def largest_differences(stored, computed):
    """Yield (output label, largest difference, tolerance)."""
    for old, new in zip(stored["pairs"], computed["pairs"], strict=True):
        outputs = zip(old["outputs"], new["outputs"], strict=True)
        for old_output, new_output in outputs:
            differences = [abs(old_output["mean"] - new_output["mean"])]
            new_values = dict(new_output["samples"])
            for index, value in old_output["samples"]:
                # Near ties may choose other samples on another processor.
                if index in new_values:
                    differences.append(abs(value - new_values[index]))
            label = f"{old['file']} {old_output['name']}"
            yield label, max(differences), old_output["tolerance"]


def check():
    """Compare known_pairs.json with the models; return the exit code."""
    stored = json.loads(PAIRS.read_text(encoding="utf-8"))
    failures = 0
    for label, difference, tolerance in largest_differences(
        stored, make_pairs()
    ):
        verdict = "ok" if difference <= tolerance else "DIFFERENT"
        failures += verdict != "ok"
        print(f"{label:36} {difference:.1e} {verdict}")
    return 1 if failures else 0


def main():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="write nothing, compare the present file with the models",
    )
    arguments = parser.parse_args()
    if arguments.check:
        return check()
    PAIRS.write_text(write_json(make_pairs()), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
