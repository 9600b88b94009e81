package starling.repurpose.evaluate;

import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import starling.models.graph.Attributes;
import starling.models.graph.Graph;
import starling.models.graph.Node;
import starling.models.graph.Tensors;
import starling.models.run.ProbedModel;

/**
 * Which operators move two values apart no further than their inputs are, in Euclidean distance over a sample (1-Lipschitz).
 * Max pooling is where no number lies in two windows; with overlap one changed number can win several of them.
 */
final class Contractions {
    private static final Set<String> ALWAYS = Set.of(
            "Abs",
            "Atan",
            "Asinh",
            "Cast",
            "Celu",
            "Clip",
            "Cos",
            "Dropout",
            "Flatten",
            "GlobalAveragePool",
            "GlobalMaxPool",
            "Identity",
            "Neg",
            "ReduceMax",
            "ReduceMean",
            "ReduceMin",
            "Relu",
            "Reshape",
            "Sigmoid",
            "Sin",
            "Slice",
            "Softmax",
            "Softplus",
            "Softsign",
            "Split",
            "Squeeze",
            "Tanh",
            "Transpose",
            "Unsqueeze");

    private final ProbedModel model;
    private final Graph graph;

    Contractions(ProbedModel model) {
        this.model = model;
        this.graph = model.graph();
    }

    /**
     * Why an operator is none, or null if it is one.
     *
     * @param x the value that differs; all else it reads is a constant
     */
    @Nullable
    String obstacle(Node node, String x) {
        if (!model.isSignal(node.output())) {
            return "'" + node.operator() + "' makes no float32 value";
        }
        if (node.inputs().indexOf(x) != node.inputs().lastIndexOf(x)) {
            return node.operator() + " '" + node.name() + "' reads one value twice";
        }
        Attributes attributes = node.attributes();
        boolean holds =
                switch (node.operator()) {
                    case "LeakyRelu" -> Math.abs(attributes.real("alpha", 0.01f)) <= 1;
                    case "Elu" -> Math.abs(attributes.real("alpha", 1)) <= 1;
                    case "HardSigmoid" -> Math.abs(attributes.real("alpha", 0.2f)) <= 1;
                    case "Add", "Sub", "Max", "Min" -> keepsShape(node, x);
                    case "Mul", "PRelu" -> keepsShape(node, x) && largest(node, x) <= 1;
                    case "Div" -> keepsShape(node, x) && node.input(0).equals(x) && smallest(node.input(1)) >= 1;
                    case "BatchNormalization" -> largestScale(node) <= 1;
                    case "Gather" -> picksOnce(node);
                    case "Pad" -> attributes.text("mode", "constant").equals("constant");
                    default -> ALWAYS.contains(node.operator());
                };
        if (node.operator().equals("MaxPool") || node.operator().equals("AveragePool")) {
            return windowsApart(node)
                    ? null
                    : "the windows of " + node.operator() + " '" + node.name() + "' overlap, so that one changed number"
                            + " may count several times";
        }
        return holds ? null : node.operator() + " '" + node.name() + "' is not 1-Lipschitz";
    }

    private boolean keepsShape(Node node, String x) {
        return Arrays.equals(model.shape(x), model.shape(node.output()));
    }

    private double largest(Node node, String x) {
        double largest = 0;
        for (String input : node.inputs()) {
            if (!input.equals(x)) {
                for (float value : floats(input)) {
                    largest = Math.max(largest, Math.abs(value));
                }
            }
        }
        return largest;
    }

    private double smallest(String constant) {
        double smallest = Double.POSITIVE_INFINITY;
        for (float value : floats(constant)) {
            smallest = Math.min(smallest, Math.abs(value));
        }
        return smallest;
    }

    private double largestScale(Node node) {
        float[] scale = floats(node.input(1));
        float[] variance = floats(node.input(4));
        float epsilon = node.attributes().real("epsilon", 1e-5f);
        double largest = scale.length == variance.length ? 0 : Double.POSITIVE_INFINITY;
        for (int i = 0; i < Math.min(scale.length, variance.length); i++) {
            largest = Math.max(largest, Math.abs(scale[i]) / Math.sqrt(variance[i] + epsilon));
        }
        return largest;
    }

    private float[] floats(String name) {
        TensorProto constant = graph.constant(name);
        return constant == null || constant.getDataType() != TensorProto.DataType.FLOAT.getNumber()
                ? new float[] {Float.POSITIVE_INFINITY}
                : Tensors.floats(constant);
    }

    private boolean picksOnce(Node node) {
        TensorProto indices = graph.constant(node.input(1));
        Set<Long> seen = new HashSet<>();
        return indices != null
                && Arrays.stream(Tensors.integers(indices)).allMatch(index -> index >= 0 && seen.add(index));
    }

    private static boolean windowsApart(Node node) {
        long[] kernel = node.attributes().integers("kernel_shape");
        long[] strides = node.attributes().integers("strides");
        long[] dilations = node.attributes().integers("dilations");
        boolean apart =
                kernel != null && (dilations == null || Arrays.stream(dilations).allMatch(d -> d == 1));
        for (int d = 0; kernel != null && d < kernel.length; d++) {
            apart &= (strides == null ? 1 : strides[d]) >= kernel[d];
        }
        return apart;
    }
}
