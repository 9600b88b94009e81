package starling.repurpose.extract;

import ai.onnx.proto.OnnxMl.TensorProto;
import starling.models.graph.Shapes;
import starling.models.graph.Tensors;
import starling.repurpose.space.LinearMap;
import starling.repurpose.space.Operation;
import starling.repurpose.space.SplitGraph;

/**
 * What operators weigh. Layers, depthwise convolutions and normalisations have parameters; layers and depthwise convolutions
 * multiply with weights, once per use of a weight. Constants of all other operators count as neither.
 *
 * @param parameters weights, biases and the other numbers they hold per index
 * @param multiplyAdds scalar multiplications with weights per sample
 */
public record Weighing(long parameters, long multiplyAdds) {
    static final Weighing NOTHING = new Weighing(0, 0);

    /** An original network: the sum over all operators that workers run. */
    public static Weighing of(SplitGraph graph) {
        Weighing sum = NOTHING;
        for (Operation operation : graph.operations()) {
            sum = sum.plus(of(graph, operation));
        }
        return sum;
    }

    /** An original operator: of a layer the multiplications with weights that are not zero, of others all. */
    public static Weighing of(SplitGraph graph, Operation operation) {
        if (operation instanceof Operation.Linear linear) {
            float[] bias = linear.map().bias();
            return new Weighing(
                    linear.map().weights().length + (bias == null ? 0 : bias.length),
                    linear.map().multiplyAdds());
        }
        if (operation instanceof Operation.Carry carry && hasParameters(carry)) {
            return carried(graph, carry, graph.model().shape(carry.node().output())[1]);
        }
        return NOTHING;
    }

    /** A dense block of a layer's weights, zeros in it included. */
    static Weighing block(LinearMap map, int targets, int sources) {
        long weights = (long) targets * sources * map.kernel();
        return new Weighing(weights, weights * map.targetEach());
    }

    /** What a part with some indices of an operator's output holds of it; all of what every worker computes whole. */
    static Weighing part(SplitGraph graph, Operation.Carry carry, int indices) {
        if (carry.rule() == Operation.Rule.REPLICATED) {
            return of(graph, carry);
        }
        return hasParameters(carry) ? carried(graph, carry, indices) : NOTHING;
    }

    private static boolean hasParameters(Operation.Carry carry) {
        return switch (carry.rule()) {
            case DEPTHWISE, PARAMETERS -> true;
            case REPLICATED ->
                switch (carry.node().operator()) {
                    case "Conv", "BatchNormalization", "InstanceNormalization" -> true;
                    default -> false;
                };
            default -> false;
        };
    }

    private static Weighing carried(SplitGraph graph, Operation.Carry carry, int indices) {
        long parameters = 0;
        for (int i = 1; i < carry.node().inputs().size(); i++) {
            parameters += perIndex(graph, carry.node().input(i));
        }
        long multiplyAdds = 0;
        if (carry.node().operator().equals("Conv")) {
            int[] made = graph.model().shape(carry.node().output());
            multiplyAdds = perIndex(graph, carry.node().input(1)) * (Shapes.elements(made) / made[1]);
        }
        return new Weighing(indices * parameters, indices * multiplyAdds);
    }

    /** Numbers of a constant per index of its first dimension. */
    private static long perIndex(SplitGraph graph, String name) {
        TensorProto tensor = graph.model().graph().constant(name);
        return tensor == null ? 0 : Shapes.inner(Tensors.shape(tensor), 0);
    }

    Weighing plus(Weighing other) {
        return new Weighing(parameters + other.parameters, multiplyAdds + other.multiplyAdds);
    }
}
