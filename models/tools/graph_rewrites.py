"""Graph rewrites that keep the mathematics and make a network run faster.

Each one replaces an operator that is slow in the inference engine (tract) with
operators that have a fast path there. Needs onnx and numpy.
"""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

# Initializers with fewer values than this stay float32.
HALF_MINIMUM_SIZE = 64
# Larger values would not fit into a half-precision number.
HALF_MAXIMUM_VALUE = 65000


class GraphEditor:
    """Looks up and replaces nodes of an ONNX graph."""

    def __init__(self, model):
        self.model = model
        self.graph = model.graph
        self.counter = 0
        self.refresh()

    def refresh(self):
        """Read the lookup tables from the graph again."""
        self.initializers = {
            initializer.name: initializer
            for initializer in self.graph.initializer
        }
        self.consumers = {}
        for node in self.graph.node:
            for name in node.input:
                self.consumers.setdefault(name, []).append(node)
        self.output_names = {output.name for output in self.graph.output}

    def constant(self, name):
        """Return the array of an initializer, or None."""
        if name not in self.initializers:
            return None
        return numpy_helper.to_array(self.initializers[name])

    def unique(self, prefix):
        """Return a new name."""
        self.counter += 1
        return f"{prefix}__{self.counter}"

    def add_constant(self, array):
        """Store an array as initializer and return its name."""
        name = self.unique("k")
        tensor = numpy_helper.from_array(np.ascontiguousarray(array), name)
        self.graph.initializer.append(tensor)
        self.initializers[name] = tensor
        return name

    def replace(self, node, replacements):
        """Put other nodes in the place of one."""
        index = list(self.graph.node).index(node)
        self.graph.node.remove(node)
        for offset, replacement in enumerate(replacements):
            self.graph.node.insert(index + offset, replacement)
        self.refresh()

    def finish(self):
        """Drop initializers that are no longer used and return the model."""
        used = {name for node in self.graph.node for name in node.input}
        used |= self.output_names
        kept = [
            initializer
            for initializer in self.graph.initializer
            if initializer.name in used
        ]
        del self.graph.initializer[:]
        self.graph.initializer.extend(kept)
        del self.graph.value_info[:]
        return self.model


def attribute(node, name, default=None):
    """Return the value of a node's attribute."""
    for entry in node.attribute:
        if entry.name == name:
            return helper.get_attribute_value(entry)
    return default


def all_attributes(node):
    """Return the attributes of a node as a dictionary."""
    return {
        entry.name: helper.get_attribute_value(entry)
        for entry in node.attribute
    }


def infer_shapes(model):
    """Return the shape of each value of the graph, by name."""
    graph = onnx.shape_inference.infer_shapes(model).graph
    shapes = {}
    for value in [*graph.value_info, *graph.input, *graph.output]:
        dimensions = value.type.tensor_type.shape.dim
        shapes[value.name] = [size.dim_value for size in dimensions]
    return shapes


def replace_prelu(editor):
    """Write PRelu with plain operators.

    With slopes a <= 1 it is max(x, a*x); else it is x + (a-1)*min(x, 0). The
    slopes get the full rank [1, C, 1, 1], without which tract falls back to a
    slow path.
    """
    for node in list(editor.graph.node):
        if node.op_type != "PRelu":
            continue
        slopes = editor.constant(node.input[1])
        source = node.input[0]
        target = node.output[0]
        if slopes.max() <= 1:
            slopes_name = editor.add_constant(slopes.reshape(1, -1, 1, 1))
            scaled = editor.unique("pm")
            multiply = helper.make_node(
                "Mul", [source, slopes_name], [scaled], name=scaled
            )
            maximum = helper.make_node(
                "Max", [scaled, source], [target], name=editor.unique("px")
            )
            editor.replace(node, [multiply, maximum])
        else:
            negative = editor.unique("pr")
            scaled = editor.unique("pq")
            zero_name = editor.add_constant(np.zeros((1, 1, 1, 1), np.float32))
            minimum = helper.make_node(
                "Min", [source, zero_name], [negative], name=negative
            )
            factors = (slopes - 1).reshape(1, -1, 1, 1)
            factors_name = editor.add_constant(factors)
            multiply = helper.make_node(
                "Mul", [negative, factors_name], [scaled], name=scaled
            )
            add = helper.make_node(
                "Add", [scaled, source], [target], name=editor.unique("pa")
            )
            editor.replace(node, [minimum, multiply, add])


def is_linear_resize(node):
    """Tell whether a node is a bilinear Resize."""
    if node.op_type != "Resize":
        return False
    return attribute(node, "mode", b"nearest") == b"linear"


def is_pointwise_convolution(node):
    """Tell whether a node is a plain 1x1 convolution."""
    if node.op_type != "Conv":
        return False
    if attribute(node, "kernel_shape") != [1, 1]:
        return False
    if attribute(node, "group", 1) != 1:
        return False
    return list(attribute(node, "strides", [1, 1])) == [1, 1]


def find_resize_before_convolution(editor):
    """Return a (Resize, 1x1 Conv) pair that can change places, or None."""
    for resize in editor.graph.node:
        if not is_linear_resize(resize):
            continue
        resized = resize.output[0]
        consumers = editor.consumers.get(resized, [])
        if len(consumers) != 1 or resized in editor.output_names:
            continue
        if is_pointwise_convolution(consumers[0]):
            return resize, consumers[0]
    return None


def move_convolution_before_resize(editor):
    """Run a 1x1 convolution on the small image, before it is enlarged."""
    while True:
        pair = find_resize_before_convolution(editor)
        if pair is None:
            return
        resize, convolution = pair
        small = editor.unique("sw")
        new_convolution = helper.make_node(
            "Conv",
            [resize.input[0], *convolution.input[1:]],
            [small],
            name=editor.unique("cv"),
            **all_attributes(convolution),
        )
        new_resize = helper.make_node(
            "Resize",
            [small, *resize.input[1:]],
            [convolution.output[0]],
            name=editor.unique("rs"),
            **all_attributes(resize),
        )
        editor.replace(convolution, [new_resize])
        editor.replace(resize, [new_convolution])


def linear_resizes(editor):
    """Return (node, factor) for each half-pixel bilinear enlargement."""
    found = []
    for node in editor.graph.node:
        if not is_linear_resize(node):
            continue
        transformation = attribute(
            node, "coordinate_transformation_mode", b"half_pixel"
        )
        if transformation != b"half_pixel":
            continue
        scales = editor.constant(node.input[2])
        if scales[2] != scales[3] or scales[2] not in (2, 4, 8):
            continue
        found.append((node, int(scales[2])))
    return found


def replace_resize_with_blur(editor):
    """Write a bilinear x2 Resize as nearest x2, edge padding and a blur.

    The blur is a depthwise convolution with [1, 2, 1] x [1, 2, 1] / 16; the
    result is exact.
    """
    shapes = infer_shapes(editor.model)
    for node, factor in linear_resizes(editor):
        if factor != 2:
            raise NotImplementedError(f"bilinear enlargement x{factor}")
        channels = shapes[node.input[0]][1]
        enlarged = editor.unique("up")
        padded = editor.unique("ep")
        scales_name = editor.add_constant(np.array([1, 1, 2, 2], np.float32))
        enlarge = helper.make_node(
            "Resize",
            [node.input[0], "", scales_name],
            [enlarged],
            name=enlarged,
            mode="nearest",
            coordinate_transformation_mode="asymmetric",
            nearest_mode="floor",
        )
        pads = np.array([0, 0, 1, 1, 0, 0, 1, 1], np.int64)
        pads_name = editor.add_constant(pads)
        pad = helper.make_node(
            "Pad", [enlarged, pads_name], [padded], name=padded, mode="edge"
        )
        taps = np.array([0.25, 0.5, 0.25], np.float32)
        kernel = np.outer(taps, taps)[None, None]
        kernel_name = editor.add_constant(np.tile(kernel, (channels, 1, 1, 1)))
        blur = helper.make_node(
            "Conv",
            [padded, kernel_name],
            [node.output[0]],
            name=editor.unique("dw"),
            kernel_shape=[3, 3],
            group=channels,
            pads=[0, 0, 0, 0],
            strides=[1, 1],
        )
        editor.replace(node, [enlarge, pad, blur])


def interpolation_matrix(size, factor):
    """Return the matrix that enlarges `size` values bilinearly."""
    matrix = np.zeros((size * factor, size), np.float32)
    for row in range(size * factor):
        position = (row + 0.5) / factor - 0.5
        lower = int(np.floor(position))
        fraction = position - lower
        last = size - 1
        matrix[row, min(max(lower, 0), last)] += 1 - fraction
        matrix[row, min(max(lower + 1, 0), last)] += fraction
    return matrix


def replace_resize_with_matmul(editor):
    """Write a bilinear Resize as one small MatMul for each axis."""
    shapes = infer_shapes(editor.model)
    for node, factor in linear_resizes(editor):
        _, _, height, width = shapes[node.input[0]]
        widened = editor.unique("mw")
        columns = interpolation_matrix(width, factor).T
        columns_name = editor.add_constant(columns)
        widen = helper.make_node(
            "MatMul", [node.input[0], columns_name], [widened], name=widened
        )
        rows_name = editor.add_constant(interpolation_matrix(height, factor))
        heighten = helper.make_node(
            "MatMul",
            [rows_name, widened],
            [node.output[0]],
            name=editor.unique("mh"),
        )
        editor.replace(node, [widen, heighten])


def split_max_pool(editor):
    """Write a 2x2 max pooling with stride 2 as two 1-D ones; exact."""
    shapes = infer_shapes(editor.model)
    for node in list(editor.graph.node):
        if node.op_type != "MaxPool":
            continue
        if list(attribute(node, "kernel_shape")) != [2, 2]:
            continue
        if list(attribute(node, "strides", [1, 1])) != [2, 2]:
            continue
        if any(attribute(node, "pads", [0, 0, 0, 0])):
            continue
        _, _, height, width = shapes[node.input[0]]
        if height % 2 or width % 2:
            continue
        halved = editor.unique("mv")
        vertical = helper.make_node(
            "MaxPool",
            [node.input[0]],
            [halved],
            name=halved,
            kernel_shape=[2, 1],
            strides=[2, 1],
        )
        horizontal = helper.make_node(
            "MaxPool",
            [halved],
            [node.output[0]],
            name=editor.unique("mh"),
            kernel_shape=[1, 2],
            strides=[1, 2],
        )
        editor.replace(node, [vertical, horizontal])


def fits_half(array, lossy):
    """Tell whether an array may be stored in half precision."""
    if array.size < HALF_MINIMUM_SIZE:
        return False
    if np.abs(array).max() >= HALF_MAXIMUM_VALUE:
        return False
    if lossy:
        return True
    restored = array.astype(np.float16).astype(np.float32)
    return np.array_equal(restored, array)


def store_weights_as_half(model, lossy=False):
    """Store float32 initializers as half precision plus a Cast to float32.

    The engine folds the casts when it loads the model and computes in float32.
    Unless `lossy`, only arrays that lose nothing are changed.
    """
    graph = model.graph
    casts = []
    kept = []
    for initializer in graph.initializer:
        if initializer.data_type != TensorProto.FLOAT:
            kept.append(initializer)
            continue
        array = numpy_helper.to_array(initializer)
        if not fits_half(array, lossy):
            kept.append(initializer)
            continue
        name = initializer.name
        half_name = name + "_h"
        half = array.astype(np.float16)
        kept.append(numpy_helper.from_array(half, half_name))
        cast = helper.make_node(
            "Cast",
            [half_name],
            [name],
            name="cast_" + name,
            to=TensorProto.FLOAT,
        )
        casts.append(cast)
    nodes = casts + list(graph.node)
    del graph.initializer[:]
    graph.initializer.extend(kept)
    del graph.node[:]
    graph.node.extend(nodes)
    return model


def set_input_shape(model, shape):
    """Give the input a fixed or named shape and forget all other shapes.

    A number fixes a dimension, a string names a free one.
    """
    dimensions = model.graph.input[0].type.tensor_type.shape.dim
    for dimension, size in zip(dimensions, shape, strict=True):
        dimension.Clear()
        if isinstance(size, str):
            dimension.dim_param = size
        else:
            dimension.dim_value = size
    del model.graph.value_info[:]
    for output in model.graph.output:
        output.type.tensor_type.ClearField("shape")
    return model
