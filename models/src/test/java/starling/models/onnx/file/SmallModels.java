package starling.models.onnx.file;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Hand-made models for tests, small enough to be read. */
public final class SmallModels {
    private SmallModels() {}

    /** {@code y = Relu(x W + b)}, x is N x 3, W is 3 x 2: MatMul, Add, Relu, all valid. */
    public static ModelProto.Builder dense() {
        GraphProto.Builder graph = GraphProto.newBuilder()
                .setName("dense")
                .addInput(value("x", TensorProto.DataType.FLOAT, "N", 3))
                .addOutput(value("y", TensorProto.DataType.FLOAT, "N", 2))
                .addInitializer(floats("W", List.of(3L, 2L), 1, -2, 3, -4, 5, -6))
                .addInitializer(floats("b", List.of(2L), 0.5f, 20))
                .addNode(node("MatMul", "product", List.of("x", "W"), "xw"))
                .addNode(node("Add", "shift", List.of("xw", "b"), "z"))
                .addNode(node("Relu", "clip", List.of("z"), "y"));
        return model(graph);
    }

    public static ModelProto.Builder model(GraphProto.Builder graph) {
        return ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(13))
                .setGraph(graph);
    }

    public static NodeProto.Builder node(String operator, String name, List<String> inputs, String... outputs) {
        return NodeProto.newBuilder()
                .setOpType(operator)
                .setName(name)
                .addAllInput(inputs)
                .addAllOutput(List.of(outputs));
    }

    /** A tensor value; dimensions are numbers, names or null. */
    public static ValueInfoProto.Builder value(String name, TensorProto.DataType type, Object... dims) {
        TypeProto.Tensor.Builder tensor = TypeProto.Tensor.newBuilder().setElemType(type.getNumber());
        for (Object dim : dims) {
            if (dim instanceof String symbol) {
                tensor.getShapeBuilder().addDimBuilder().setDimParam(symbol);
            } else {
                tensor.getShapeBuilder().addDimBuilder().setDimValue(((Number) dim).longValue());
            }
        }
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder().setTensorType(tensor));
    }

    /** A float32 tensor with its values in raw_data. */
    public static TensorProto.Builder floats(String name, List<Long> dims, float... values) {
        ByteBuffer raw = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        raw.asFloatBuffer().put(values);
        return tensor(name, TensorProto.DataType.FLOAT, dims).setRawData(ByteString.copyFrom(raw));
    }

    /** A tensor without values. */
    public static TensorProto.Builder tensor(String name, TensorProto.DataType type, List<Long> dims) {
        return TensorProto.newBuilder()
                .setName(name)
                .setDataType(type.getNumber())
                .addAllDims(dims);
    }

    public static AttributeProto.Builder attribute(String name, AttributeProto.AttributeType type) {
        return AttributeProto.newBuilder().setName(name).setType(type);
    }

    public static AttributeProto.Builder attribute(String name, long value) {
        return attribute(name, AttributeProto.AttributeType.INT).setI(value);
    }

    public static AttributeProto.Builder attribute(String name, TensorProto.Builder value) {
        return attribute(name, AttributeProto.AttributeType.TENSOR).setT(value);
    }

    public static StringStringEntryProto.Builder entry(String key, String value) {
        return StringStringEntryProto.newBuilder().setKey(key).setValue(value);
    }
}
