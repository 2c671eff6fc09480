#!/usr/bin/env python3
"""Convert a TFLite vision network to an NCHW float32 ONNX graph.

Only the operators of the networks in models.toml are covered. TFLite keeps
images as NHWC; every 4-D value that comes from a convolution is kept as NCHW
here, so that the result has no needless transposes. Needs tflite, onnx, numpy.
"""

import argparse
import struct

import numpy as np
import onnx
import tflite
from onnx import TensorProto, helper, numpy_helper

OPSET = 17
IR_VERSION = 8
# Written into the file, so part of the pinned hashes.
PRODUCER_NAME = "tfl2onnx"
GRAPH_NAME = "g"

CUSTOM_OPERATOR_CODE = 32
OPERATOR_NAMES = {
    code: name
    for name, code in vars(tflite.BuiltinOperator).items()
    if not name.startswith("_")
}
NUMPY_TYPES = {0: np.float32, 1: np.float16, 2: np.int32}

NCHW = "nchw"
RAW = "raw"
TO_NCHW = [0, 3, 1, 2]
TO_NHWC = [0, 2, 3, 1]
# NHWC axis -> NCHW axis.
AXIS_TO_NCHW = [0, 2, 3, 1]

PADDING_VALID = 1
ACTIVATION_NONE = 0
ACTIVATION_RELU = 1

# Constants smaller than this are stored once, however often they are used.
SHARED_CONSTANT_LIMIT = 4096


def same_padding(input_size, output_size, kernel, stride, dilation):
    """Return (before, after) of TensorFlow's SAME padding along one axis."""
    covered = (output_size - 1) * stride + (kernel - 1) * dilation + 1
    total = max(covered - input_size, 0)
    return total // 2, total - total // 2


class Converter:
    """Converts the first subgraph of one TFLite model."""

    def __init__(self, model_bytes, output_names):
        self.model = tflite.Model.GetRootAsModel(model_bytes, 0)
        self.graph = self.model.Subgraphs(0)
        self.output_names = output_names
        self.nodes = []
        self.initializers = {}
        self.counter = 0
        # By TFLite tensor index: the ONNX value name, its layout, or its data.
        self.value_names = {}
        self.layouts = {}
        self.constants = {}
        self.shared_constants = {}
        self.transposed = {}

    # Reading the TFLite model.

    def shape(self, tensor):
        """Return the shape of a tensor as a list."""
        description = self.graph.Tensors(tensor)
        if not description.ShapeLength():
            return []
        return [int(size) for size in description.ShapeAsNumpy()]

    def constant_data(self, tensor):
        """Return the array of a constant tensor, or None."""
        if tensor in self.constants:
            return self.constants[tensor]
        description = self.graph.Tensors(tensor)
        buffer = self.model.Buffers(description.Buffer())
        if buffer.DataLength() == 0:
            return None
        if description.Sparsity() is not None:
            raise NotImplementedError("sparse tensor")
        raw = buffer.DataAsNumpy().tobytes()
        array = np.frombuffer(raw, NUMPY_TYPES[description.Type()])
        array = array.reshape(self.shape(tensor))
        self.constants[tensor] = array
        return array

    def weights(self, tensor):
        """Return a constant tensor as float32."""
        return self.constant_data(tensor).astype(np.float32)

    @staticmethod
    def options(operator, options_class):
        """Return the options record of an operator."""
        table = operator.BuiltinOptions()
        options = options_class()
        options.Init(table.Bytes, table.Pos)
        return options

    def operator_name(self, operator):
        """Return the name of an operator, built in or custom."""
        entry = self.model.OperatorCodes(operator.OpcodeIndex())
        code = max(entry.BuiltinCode(), entry.DeprecatedBuiltinCode())
        if code == CUSTOM_OPERATOR_CODE:
            return entry.CustomCode().decode()
        return OPERATOR_NAMES[code]

    # Writing the ONNX graph.

    def unique(self, prefix):
        """Return a new name."""
        self.counter += 1
        return f"{prefix}_{self.counter}"

    def add_constant(self, array, prefix="c"):
        """Store an array as initializer and return its name."""
        array = np.ascontiguousarray(array)
        key = None
        if array.size < SHARED_CONSTANT_LIMIT:
            key = (array.dtype.str, array.shape, array.tobytes())
        if key in self.shared_constants:
            return self.shared_constants[key]
        name = self.unique(prefix)
        self.initializers[name] = numpy_helper.from_array(array, name)
        if key is not None:
            self.shared_constants[key] = name
        return name

    def add_node(self, operator, inputs, output=None, **attributes):
        """Append a node and return the name of its output."""
        if output is None:
            output = self.unique(operator.lower())
        name = self.unique("n")
        node = helper.make_node(
            operator, inputs, [output], name=name, **attributes
        )
        self.nodes.append(node)
        return output

    def value(self, tensor, layout):
        """Return the ONNX name of a tensor in the wanted layout."""
        array = self.constant_data(tensor)
        if array is not None:
            return self.constant_value(array, layout)
        name = self.value_names[tensor]
        if self.layouts[tensor] == layout or len(self.shape(tensor)) != 4:
            return name
        key = (name, layout)
        if key not in self.transposed:
            order = TO_NCHW if layout == NCHW else TO_NHWC
            transposed = self.add_node("Transpose", [name], perm=order)
            self.transposed[key] = transposed
        return self.transposed[key]

    def constant_value(self, array, layout):
        """Store a constant operand in the wanted layout, return its name."""
        if layout == NCHW and array.size > 1:
            if array.ndim != 1:
                raise NotImplementedError("constant image")
            array = array.reshape(-1, 1, 1)
        return self.add_constant(array)

    def define(self, tensor, name, layout):
        """Note that `name` holds the tensor in this layout."""
        self.value_names[tensor] = name
        is_image = len(self.shape(tensor)) == 4
        self.layouts[tensor] = layout if is_image else RAW

    def activate(self, name, activation):
        """Append a fused activation function."""
        if activation == ACTIVATION_NONE:
            return name
        if activation == ACTIVATION_RELU:
            return self.add_node("Relu", [name])
        raise NotImplementedError(f"fused activation {activation}")

    def convert(self):
        """Return the ONNX model."""
        graph_inputs = [self.convert_input()]
        for index in range(self.graph.OperatorsLength()):
            operator = self.graph.Operators(index)
            name = self.operator_name(operator)
            handler = getattr(self, "convert_" + name.lower(), None)
            if handler is None:
                raise NotImplementedError(f"operator {name}")
            inputs = [
                operator.Inputs(position)
                for position in range(operator.InputsLength())
            ]
            handler(operator, inputs, operator.Outputs(0))
        graph_outputs = self.convert_outputs()
        graph = helper.make_graph(
            self.nodes,
            GRAPH_NAME,
            graph_inputs,
            graph_outputs,
            list(self.initializers.values()),
        )
        model = helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid("", OPSET)],
            producer_name=PRODUCER_NAME,
        )
        model.ir_version = IR_VERSION
        return model

    def convert_input(self):
        """Declare the one image input, with batch 1."""
        if self.graph.InputsLength() != 1:
            raise NotImplementedError("more than one input")
        tensor = self.graph.Inputs(0)
        _, height, width, channels = self.shape(tensor)
        self.define(tensor, "input", NCHW)
        return helper.make_tensor_value_info(
            "input", TensorProto.FLOAT, [1, channels, height, width]
        )

    def convert_outputs(self):
        """Declare the outputs under the wanted names."""
        count = self.graph.OutputsLength()
        if count != len(self.output_names):
            raise ValueError(f"the network has {count} outputs")
        declared = []
        for index, output_name in enumerate(self.output_names):
            tensor = self.graph.Outputs(index)
            shape = self.shape(tensor)
            if len(shape) == 4:
                name = self.value(tensor, NCHW)
                shape = [1, shape[3], shape[1], shape[2]]
            else:
                name = self.value(tensor, RAW)
                shape = [1] + shape[1:]
            self.add_node("Identity", [name], output_name)
            info = helper.make_tensor_value_info(
                output_name, TensorProto.FLOAT, shape
            )
            declared.append(info)
        return declared

    # Convolutions and pooling.

    def window_pads(self, options, input_shape, output_shape, kernel, dilation):
        """Return the ONNX pads of a sliding window."""
        if options.Padding() == PADDING_VALID:
            return [0, 0, 0, 0]
        top, bottom = same_padding(
            input_shape[1],
            output_shape[1],
            kernel[0],
            options.StrideH(),
            dilation[0],
        )
        left, right = same_padding(
            input_shape[2],
            output_shape[2],
            kernel[1],
            options.StrideW(),
            dilation[1],
        )
        return [top, left, bottom, right]

    def convolution_inputs(self, image, weights, bias):
        """Return the input names of a convolution; `bias` may be None or -1."""
        names = [self.value(image, NCHW), self.add_constant(weights, "w")]
        if bias is not None and bias >= 0:
            names.append(self.add_constant(self.weights(bias), "b"))
        return names

    def convolution(self, inputs, output, options, weights, group):
        """Append a Conv node with its activation."""
        kernel = list(weights.shape[2:])
        dilation = [options.DilationHFactor(), options.DilationWFactor()]
        pads = self.window_pads(
            options,
            self.shape(inputs[0]),
            self.shape(output),
            kernel,
            dilation,
        )
        bias = inputs[2] if len(inputs) > 2 else None
        name = self.add_node(
            "Conv",
            self.convolution_inputs(inputs[0], weights, bias),
            kernel_shape=kernel,
            strides=[options.StrideH(), options.StrideW()],
            dilations=dilation,
            pads=pads,
            group=group,
        )
        name = self.activate(name, options.FusedActivationFunction())
        self.define(output, name, NCHW)

    def convert_conv_2d(self, operator, inputs, output):
        options = self.options(operator, tflite.Conv2DOptions)
        weights = self.weights(inputs[1]).transpose(0, 3, 1, 2)
        channels = self.shape(inputs[0])[3]
        group = channels // weights.shape[1]
        self.convolution(inputs, output, options, weights, group)

    def convert_depthwise_conv_2d(self, operator, inputs, output):
        options = self.options(operator, tflite.DepthwiseConv2DOptions)
        weights = self.weights(inputs[1]).transpose(3, 0, 1, 2)
        channels = self.shape(inputs[0])[3]
        self.convolution(inputs, output, options, weights, channels)

    def transposed_convolution(self, image, weights, bias, output, strides):
        """Append a ConvTranspose node that gives exactly the output size."""
        weights = self.weights(weights).transpose(3, 0, 1, 2)
        kernel = list(weights.shape[2:])
        input_size = self.shape(image)[1:3]
        output_size = self.shape(output)[1:3]
        before = []
        after = []
        output_padding = []
        for axis in range(2):
            full = (input_size[axis] - 1) * strides[axis] + kernel[axis]
            surplus = full - output_size[axis]
            output_padding.append(max(-surplus, 0))
            surplus = max(surplus, 0)
            before.append(surplus // 2)
            after.append(surplus - surplus // 2)
        name = self.add_node(
            "ConvTranspose",
            self.convolution_inputs(image, weights, bias),
            kernel_shape=kernel,
            strides=list(strides),
            pads=before + after,
            output_padding=output_padding,
        )
        self.define(output, name, NCHW)

    def convert_transpose_conv(self, operator, inputs, output):
        options = self.options(operator, tflite.TransposeConvOptions)
        bias = inputs[3] if len(inputs) > 3 else None
        strides = (options.StrideH(), options.StrideW())
        self.transposed_convolution(inputs[2], inputs[1], bias, output, strides)

    def convert_convolution2dtransposebias(self, operator, inputs, output):
        """MediaPipe's custom operator: a transposed convolution with bias."""
        custom = operator.CustomOptionsAsNumpy().tobytes()
        _padding, stride_w, stride_h = struct.unpack("<iii", custom[:12])
        image, weights, bias = inputs
        strides = (stride_h, stride_w)
        self.transposed_convolution(image, weights, bias, output, strides)

    def convert_max_pool_2d(self, operator, inputs, output):
        options = self.options(operator, tflite.Pool2DOptions)
        kernel = [options.FilterHeight(), options.FilterWidth()]
        pads = self.window_pads(
            options, self.shape(inputs[0]), self.shape(output), kernel, [1, 1]
        )
        name = self.add_node(
            "MaxPool",
            [self.value(inputs[0], NCHW)],
            kernel_shape=kernel,
            strides=[options.StrideH(), options.StrideW()],
            pads=pads,
        )
        name = self.activate(name, options.FusedActivationFunction())
        self.define(output, name, NCHW)

    def convert_average_pool_2d(self, operator, inputs, output):
        options = self.options(operator, tflite.Pool2DOptions)
        kernel = [options.FilterHeight(), options.FilterWidth()]
        covers_image = kernel == self.shape(inputs[0])[1:3]
        if not covers_image or self.shape(output)[1:3] != [1, 1]:
            raise NotImplementedError("average pooling of a part of the image")
        image = self.value(inputs[0], NCHW)
        name = self.add_node("GlobalAveragePool", [image])
        self.define(output, name, NCHW)

    # Element-wise operators.

    def elementwise(self, operator, inputs, output, onnx_operator, options):
        """Append an operator with two operands and its activation."""
        any_nchw = any(self.layouts.get(tensor) == NCHW for tensor in inputs)
        is_image = len(self.shape(output)) == 4
        layout = NCHW if is_image and any_nchw else RAW
        names = [self.value(tensor, layout) for tensor in inputs]
        name = self.add_node(onnx_operator, names)
        fused = self.options(operator, options).FusedActivationFunction()
        self.define(output, self.activate(name, fused), layout)

    def convert_add(self, operator, inputs, output):
        self.elementwise(operator, inputs, output, "Add", tflite.AddOptions)

    def convert_mul(self, operator, inputs, output):
        self.elementwise(operator, inputs, output, "Mul", tflite.MulOptions)

    def unary(self, inputs, output, onnx_operator):
        """Append an operator with one operand that keeps the layout."""
        name = self.add_node(onnx_operator, [self.value_names[inputs[0]]])
        self.define(output, name, self.layouts[inputs[0]])

    def convert_relu(self, _operator, inputs, output):
        self.unary(inputs, output, "Relu")

    def convert_logistic(self, _operator, inputs, output):
        self.unary(inputs, output, "Sigmoid")

    def convert_hard_swish(self, _operator, inputs, output):
        name = self.value_names[inputs[0]]
        gate = self.add_node("HardSigmoid", [name], alpha=1 / 6, beta=0.5)
        product = self.add_node("Mul", [name, gate])
        self.define(output, product, self.layouts[inputs[0]])

    def convert_prelu(self, _operator, inputs, output):
        slopes = self.weights(inputs[1])
        if slopes.size != slopes.shape[-1]:
            raise NotImplementedError("PReLU slopes that vary over the image")
        image = self.value(inputs[0], NCHW)
        slopes_name = self.add_constant(slopes.reshape(-1, 1, 1), "a")
        name = self.add_node("PRelu", [image, slopes_name])
        self.define(output, name, NCHW)

    def convert_softmax(self, _operator, inputs, output):
        layout = self.layouts[inputs[0]]
        axis = 1 if layout == NCHW else -1
        name = self.value_names[inputs[0]]
        name = self.add_node("Softmax", [name], axis=axis)
        self.define(output, name, layout)

    # Shape operators.

    def convert_dequantize(self, _operator, inputs, output):
        """Widen half-precision weights; no node is needed."""
        self.constants[output] = self.weights(inputs[0])

    def convert_pad(self, _operator, inputs, output):
        pads = self.constant_data(inputs[1]).astype(np.int64)
        layout = self.layouts[inputs[0]]
        if layout == NCHW:
            pads = pads[TO_NCHW]
        pads_name = self.add_constant(np.concatenate([pads[:, 0], pads[:, 1]]))
        name = self.value_names[inputs[0]]
        name = self.add_node("Pad", [name, pads_name])
        self.define(output, name, layout)

    def convert_sum(self, operator, inputs, output):
        options = self.options(operator, tflite.ReducerOptions)
        rank = len(self.shape(inputs[0]))
        axes = [
            int(axis) % rank
            for axis in np.atleast_1d(self.constant_data(inputs[1]))
        ]
        if self.layouts[inputs[0]] != NCHW or not options.KeepDims():
            raise NotImplementedError("sum that is no NCHW image")
        axes = [AXIS_TO_NCHW[axis] for axis in axes]
        axes_name = self.add_constant(np.array(axes, np.int64))
        name = self.value_names[inputs[0]]
        name = self.add_node("ReduceSum", [name, axes_name], keepdims=1)
        self.define(output, name, NCHW)

    def convert_reshape(self, _operator, inputs, output):
        input_shape = self.shape(inputs[0])
        target = self.shape(output)
        if target[0] == input_shape[0]:
            target[0] = 0
        if self.layouts[inputs[0]] == NCHW and input_shape[1:3] == [1, 1]:
            # One pixel: both layouts have the same order of values.
            name = self.value_names[inputs[0]]
        else:
            name = self.value(inputs[0], RAW)
        target_name = self.add_constant(np.array(target, np.int64))
        name = self.add_node("Reshape", [name, target_name])
        self.define(output, name, RAW)

    def convert_transpose(self, _operator, inputs, output):
        order = [int(axis) for axis in self.constant_data(inputs[1])]
        name = self.value(inputs[0], RAW)
        name = self.add_node("Transpose", [name], perm=order)
        self.define(output, name, RAW)

    def resize(self, inputs, output, options, mode):
        """Append a Resize node."""
        if options.AlignCorners() or not options.HalfPixelCenters():
            raise NotImplementedError("resize without half-pixel centres")
        attributes = {
            "mode": mode,
            "coordinate_transformation_mode": "half_pixel",
        }
        if mode == "nearest":
            attributes["nearest_mode"] = "round_prefer_ceil"
        input_shape = self.shape(inputs[0])
        output_shape = self.shape(output)
        scales = [
            1,
            1,
            output_shape[1] / input_shape[1],
            output_shape[2] / input_shape[2],
        ]
        image = self.value(inputs[0], NCHW)
        scales_name = self.add_constant(np.array(scales, np.float32))
        name = self.add_node("Resize", [image, "", scales_name], **attributes)
        self.define(output, name, NCHW)

    def convert_resize_bilinear(self, operator, inputs, output):
        options = self.options(operator, tflite.ResizeBilinearOptions)
        self.resize(inputs, output, options, "linear")

    def convert_resize_nearest_neighbor(self, operator, inputs, output):
        options = self.options(operator, tflite.ResizeNearestNeighborOptions)
        self.resize(inputs, output, options, "nearest")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tflite_file")
    parser.add_argument("onnx_file")
    parser.add_argument(
        "output_names", nargs="+", help="one name for each output, in order"
    )
    arguments = parser.parse_args()
    with open(arguments.tflite_file, "rb") as file:
        converter = Converter(file.read(), arguments.output_names)
    model = converter.convert()
    onnx.checker.check_model(model)
    onnx.save(model, arguments.onnx_file)


if __name__ == "__main__":
    main()
