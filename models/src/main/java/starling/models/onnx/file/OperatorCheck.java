package starling.models.onnx.file;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import starling.models.UnfitException;

/**
 * Refuses numbers on which ONNX Runtime 1.26 is known to divide by zero, run out of memory or never come back, all of them
 * inside native code, where nothing can be caught: windows, steps and groups of zero, and shapes given as constants that
 * are far beyond the element limit. Everything else about operators is left to ONNX Runtime, which says what it dislikes.
 */
final class OperatorCheck {
    /** Windows, steps and margins in elements; real networks stay below a few thousand. */
    private static final long LARGEST_WINDOW = 1 << 16;

    private static final Set<String> POSITIVE =
            Set.of("strides", "dilations", "kernel_shape", "group", "blocksize", "hidden_size", "size", "num_groups");
    private static final Set<String> MARGINS = Set.of("pads", "output_padding");

    /** Inputs that say how large a result is, by operator; -1 stands for "keep" or "find out" in some of them. */
    private static final Map<String, Integer> SHAPE_INPUT = Map.ofEntries(
            Map.entry("ConstantOfShape", 0),
            Map.entry("Expand", 1),
            Map.entry("OneHot", 1),
            Map.entry("Pad", 1),
            Map.entry("Reshape", 1),
            Map.entry("Resize", 3),
            Map.entry("Tile", 1),
            Map.entry("TopK", 1));

    /** Operators of {@link #SHAPE_INPUT} that read one positive number. */
    private static final Set<String> SINGLE = Set.of("OneHot", "TopK");

    private static final Set<ElementType> SIZE_TYPES =
            EnumSet.of(ElementType.INT64, ElementType.INT32, ElementType.FLOAT32, ElementType.FLOAT64);

    private OperatorCheck() {}

    static void check(GraphProto graph, LoadLimits limits) {
        Map<String, TensorProto> constants = new HashMap<>();
        for (TensorProto tensor : graph.getInitializerList()) {
            constants.put(tensor.getName(), tensor);
        }
        for (NodeProto node : graph.getNodeList()) {
            for (AttributeProto attribute : node.getAttributeList()) {
                window(node, attribute);
                if (node.getOpType().equals("Constant") && attribute.hasT()) {
                    constants.put(node.getOutput(0), attribute.getT());
                }
            }
            inputs(node, constants, limits.maxTensorElements());
        }
    }

    private static void inputs(NodeProto node, Map<String, TensorProto> constants, long most) {
        Integer input = SHAPE_INPUT.get(node.getOpType());
        if (input != null && input < node.getInputCount()) {
            TensorProto shape = constants.get(node.getInput(input));
            if (shape != null) {
                shape(node, node.getInput(input), shape, most);
            }
        }
        if (node.getOpType().equals("Resize") && node.getInputCount() > 2) {
            for (double scale : values(constants.get(node.getInput(2)))) {
                if (scale <= 0 || scale > LARGEST_WINDOW) {
                    throw new UnfitException("scales of " + GraphCheck.describe(node) + " must be positive and at most "
                            + LARGEST_WINDOW + ": " + scale);
                }
            }
        }
        if (node.getOpType().equals("Range") && node.getInputCount() == 3) {
            double[] start = values(constants.get(node.getInput(0)));
            double[] limit = values(constants.get(node.getInput(1)));
            double[] delta = values(constants.get(node.getInput(2)));
            boolean known = start.length == 1 && limit.length == 1 && delta.length == 1;
            if (known && !((limit[0] - start[0]) / delta[0] <= most)) {
                throw new UnfitException(GraphCheck.describe(node) + " counts from " + start[0] + " to " + limit[0]
                        + " by " + delta[0] + ", more than " + most + " elements, the limit for one tensor");
            }
        }
    }

    private static void window(NodeProto node, AttributeProto attribute) {
        boolean positive = POSITIVE.contains(attribute.getName());
        if (!positive && !MARGINS.contains(attribute.getName())) {
            return;
        }
        long least = positive ? 1 : node.getOpType().equals("Pad") ? -LARGEST_WINDOW : 0;
        if (attribute.getType() == AttributeProto.AttributeType.INT) {
            requireWithin(attribute.getI(), least, node, attribute.getName());
        }
        for (long value : attribute.getIntsList()) {
            requireWithin(value, least, node, attribute.getName());
        }
    }

    private static void requireWithin(long value, long least, NodeProto node, String attribute) {
        if (value < least || value > LARGEST_WINDOW) {
            throw new UnfitException(Wording.quote(attribute) + " of " + GraphCheck.describe(node)
                    + " must lie between " + least + " and " + LARGEST_WINDOW + ": " + value);
        }
    }

    /** Each number, and their product, must stay within the element limit; margins of Pad each, of either sign. */
    private static void shape(NodeProto node, String name, TensorProto shape, long most) {
        if (!SIZE_TYPES.contains(ElementType.of(shape.getDataType()))) {
            return;
        }
        double[] numbers = values(shape);
        boolean single = SINGLE.contains(node.getOpType());
        if (single && numbers.length != 1) {
            throw new UnfitException(Wording.quote(name) + " of " + GraphCheck.describe(node)
                    + " must be a single number: it has " + numbers.length + " elements");
        }
        boolean margin = node.getOpType().equals("Pad");
        long least = margin ? -most : single ? 0 : -1;
        double product = 1;
        for (int i = 0; i < numbers.length; i++) {
            if (numbers[i] < least || numbers[i] > most) {
                throw new UnfitException("value " + i + " of " + Wording.quote(name) + ", read as a shape by "
                        + GraphCheck.describe(node) + ", must lie between " + least + " and " + most + ": "
                        + (long) numbers[i]);
            }
            product *= Math.max(1, numbers[i]);
        }
        if (!margin && product > most) {
            throw new UnfitException("the shape " + Wording.quote(name) + " of " + GraphCheck.describe(node)
                    + " has more than " + most + " elements, the limit for one tensor");
        }
    }

    /** The values of a constant in one of the types that sizes come in; none for other types and unknown values. */
    private static double[] values(@Nullable TensorProto tensor) {
        if (tensor == null) {
            return new double[0];
        }
        ByteBuffer raw = ElementType.littleEndian(tensor.getRawData());
        boolean inRaw = tensor.hasRawData();
        return switch (ElementType.of(tensor.getDataType())) {
            case INT64 ->
                sequence(
                        inRaw ? raw.remaining() / 8 : tensor.getInt64DataCount(),
                        i -> inRaw ? raw.getLong(8 * i) : tensor.getInt64Data(i));
            case INT32 ->
                sequence(
                        inRaw ? raw.remaining() / 4 : tensor.getInt32DataCount(),
                        i -> inRaw ? raw.getInt(4 * i) : tensor.getInt32Data(i));
            case FLOAT32 ->
                sequence(
                        inRaw ? raw.remaining() / 4 : tensor.getFloatDataCount(),
                        i -> inRaw ? raw.getFloat(4 * i) : tensor.getFloatData(i));
            case FLOAT64 ->
                sequence(
                        inRaw ? raw.remaining() / 8 : tensor.getDoubleDataCount(),
                        i -> inRaw ? raw.getDouble(8 * i) : tensor.getDoubleData(i));
            default -> new double[0];
        };
    }

    private static double[] sequence(int count, IntToDoubleFunction value) {
        return IntStream.range(0, count).mapToDouble(value).toArray();
    }
}
