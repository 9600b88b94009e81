package starling.models.zoo;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import starling.models.graph.Shapes;
import starling.models.graph.Tensors;

/**
 * First weights from a network that learned before, by name. A parameter of the same shape is copied; one whose first
 * dimension is P times as long is repeated P times, as for the branches of P sensors that begin alike; a matrix that is P times as
 * large both ways gets the smaller one in each of its P diagonal blocks and keeps its own numbers, divided by ten, elsewhere.
 * All others keep their own.
 */
final class Transfer {
    private static final float ELSEWHERE = 0.1f;

    private Transfer() {}

    static ModelProto into(ModelProto network, ModelProto learned) {
        Map<String, TensorProto> known = new LinkedHashMap<>();
        learned.getGraph().getInitializerList().forEach(tensor -> known.put(tensor.getName(), tensor));
        GraphProto.Builder graph = network.getGraph().toBuilder().clearInitializer();
        for (TensorProto own : network.getGraph().getInitializerList()) {
            TensorProto from = known.get(own.getName());
            boolean number = own.getDataType() == TensorProto.DataType.FLOAT.getNumber();
            graph.addInitializer(from == null || !number ? own : taken(own, from));
        }
        return network.toBuilder().setGraph(graph).build();
    }

    private static TensorProto taken(TensorProto own, TensorProto from) {
        int[] wanted = Tensors.shape(own);
        int[] given = Tensors.shape(from);
        if (wanted.length != given.length || given.length == 0 || wanted[0] % given[0] != 0) {
            return own;
        }
        int times = wanted[0] / given[0];
        if (Arrays.equals(Shapes.with(wanted, 0, given[0]), given)) {
            float[] one = Tensors.floats(from);
            float[] values = new float[one.length * times];
            for (int i = 0; i < times; i++) {
                System.arraycopy(one, 0, values, i * one.length, one.length);
            }
            return Tensors.of(own.getName(), values, wanted);
        }
        if (given.length == 2 && wanted[1] == times * given[1]) {
            return Tensors.of(own.getName(), blocks(Tensors.floats(own), Tensors.floats(from), given, times), wanted);
        }
        return own;
    }

    private static float[] blocks(float[] own, float[] block, int[] shape, int times) {
        float[] values = own.clone();
        int columns = times * shape[1];
        for (int row = 0; row < times * shape[0]; row++) {
            for (int column = 0; column < columns; column++) {
                int at = row * columns + column;
                boolean inside = row / shape[0] == column / shape[1];
                values[at] = inside ? block[row % shape[0] * shape[1] + column % shape[1]] : ELSEWHERE * own[at];
            }
        }
        return values;
    }
}
