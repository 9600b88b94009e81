package starling.models.onnx.file;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Set;

/**
 * Turns a float16 or bfloat16 network into the same network in float32: tensors, inputs, outputs, described values, and
 * the attributes that name an element type ({@code Cast.to} and its kin). Every 16-bit value has an exact float32 value,
 * so weights do not change; results differ from a half-precision run by what that run rounds away.
 */
final class HalfPrecision {
    /** Attributes of standard operators whose integer is an element type. */
    private static final Set<String> TYPE_ATTRIBUTES =
            Set.of("to", "dtype", "output_dtype", "output_datatype", "softmax_precision", "stash_type");

    private int tensors;
    private int values;

    private HalfPrecision() {}

    /** Widens in place; the notes say what was done and are empty when there was nothing to do. */
    static List<String> widen(GraphProto.Builder graph) {
        HalfPrecision half = new HalfPrecision();
        for (int i = 0; i < graph.getInitializerCount(); i++) {
            if (ElementType.isHalf(graph.getInitializer(i).getDataType())) {
                graph.setInitializer(i, half.tensor(graph.getInitializer(i)));
            }
        }
        for (int i = 0; i < graph.getNodeCount(); i++) {
            NodeProto node = graph.getNode(i);
            for (int a = 0; a < node.getAttributeCount(); a++) {
                if (concerns(node.getAttribute(a))) {
                    graph.setNode(
                            i, graph.getNode(i).toBuilder().setAttribute(a, half.attribute(node.getAttribute(a))));
                }
            }
        }
        for (int i = 0; i < graph.getInputCount(); i++) {
            if (isHalf(graph.getInput(i))) {
                graph.setInput(i, half.value(graph.getInput(i)));
            }
        }
        for (int i = 0; i < graph.getOutputCount(); i++) {
            if (isHalf(graph.getOutput(i))) {
                graph.setOutput(i, half.value(graph.getOutput(i)));
            }
        }
        for (int i = 0; i < graph.getValueInfoCount(); i++) {
            if (isHalf(graph.getValueInfo(i))) {
                graph.setValueInfo(i, half.value(graph.getValueInfo(i)));
            }
        }
        if (half.tensors + half.values == 0) {
            return List.of();
        }
        return List.of(
                "the network is in 16-bit floating point: " + Wording.count(half.tensors, "tensor was", "tensors were")
                        + " widened to float32, and it is computed in float32");
    }

    private static boolean isHalf(ValueInfoProto value) {
        return value.getType().hasTensorType()
                && ElementType.isHalf(value.getType().getTensorType().getElemType());
    }

    private static boolean concerns(AttributeProto attribute) {
        return switch (attribute.getType()) {
            case TENSOR -> ElementType.isHalf(attribute.getT().getDataType());
            case TENSORS -> attribute.getTensorsList().stream().anyMatch(t -> ElementType.isHalf(t.getDataType()));
            case INT -> TYPE_ATTRIBUTES.contains(attribute.getName()) && ElementType.isHalf(attribute.getI());
            default -> false;
        };
    }

    private AttributeProto attribute(AttributeProto attribute) {
        AttributeProto.Builder widened = attribute.toBuilder();
        switch (attribute.getType()) {
            case TENSOR -> widened.setT(tensor(attribute.getT()));
            case TENSORS -> {
                for (int i = 0; i < attribute.getTensorsCount(); i++) {
                    if (ElementType.isHalf(attribute.getTensors(i).getDataType())) {
                        widened.setTensors(i, tensor(attribute.getTensors(i)));
                    }
                }
            }
            default -> {
                widened.setI(ElementType.FLOAT32.code);
                values++;
            }
        }
        return widened.build();
    }

    private ValueInfoProto value(ValueInfoProto value) {
        values++;
        ValueInfoProto.Builder widened = value.toBuilder();
        widened.getTypeBuilder().getTensorTypeBuilder().setElemType(ElementType.FLOAT32.code);
        return widened.build();
    }

    private TensorProto tensor(TensorProto tensor) {
        tensors++;
        boolean brain = tensor.getDataType() == ElementType.BFLOAT16.code;
        ByteBuffer raw = ElementType.littleEndian(tensor.getRawData());
        int count = raw.hasRemaining() ? raw.remaining() / Short.BYTES : tensor.getInt32DataCount();
        ByteBuffer wide = ByteBuffer.allocate(count * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            short bits = raw.hasRemaining() ? raw.getShort(Short.BYTES * i) : (short) tensor.getInt32Data(i);
            wide.putFloat(brain ? Float.intBitsToFloat(bits << 16) : float16(bits));
        }
        return tensor.toBuilder()
                .setDataType(ElementType.FLOAT32.code)
                .clearInt32Data()
                .setRawData(UnsafeByteOperations.unsafeWrap(wide.flip()))
                .build();
    }

    /** The value of an IEEE 754 binary16: sign, 5 bits of exponent (bias 15), 10 bits of fraction. */
    static float float16(short bits) {
        int sign = (bits & 0x8000) << 16;
        int exponent = (bits >> 10) & 0x1F;
        int fraction = bits & 0x3FF;
        if (exponent == 0x1F) {
            return Float.intBitsToFloat(sign | 0x7F80_0000 | fraction << 13);
        }
        if (exponent == 0) {
            float magnitude = fraction * 0x1p-24f;
            return sign == 0 ? magnitude : -magnitude;
        }
        return Float.intBitsToFloat(sign | (exponent + 112) << 23 | fraction << 13);
    }
}
