package starling.models.gradient;

import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import starling.models.graph.GraphBuilder;
import starling.models.graph.Node;
import starling.models.graph.Tensors;
import starling.models.run.ProbedModel;

/**
 * Writes a model's operators as they are computed while learning, with what their derivatives need later: pooling says where
 * its maxima were, batch normalization keeps the normalized value, dropout its mask. What is kept has a name that follows from
 * the node's.
 */
final class Forward {
    private final ProbedModel model;
    private final GraphBuilder graph;
    private final GradientGraph.Mode mode;
    private final Map<String, GradientGraph.Statistics> statistics = new LinkedHashMap<>();
    private final List<GradientGraph.Noise> noise = new ArrayList<>();

    Forward(ProbedModel model, GraphBuilder graph, GradientGraph.Mode mode) {
        this.model = model;
        this.graph = graph;
        this.mode = mode;
    }

    /** Where the maxima of a pooling were, as positions in its whole input. */
    static String places(Node node) {
        return node.outputs().size() > 1 ? node.outputs().get(1) : node.output() + "#places";
    }

    /** The normalized value of a batch normalization, before scale and shift. */
    static String normalized(Node node) {
        return node.output() + "#normalized";
    }

    /** What a batch normalization multiplies by in order to normalize, for each channel. */
    static String scale(Node node) {
        return node.output() + "#scale";
    }

    /** What dropout multiplies by. */
    static String mask(Node node) {
        return node.output() + "#mask";
    }

    /** All axes but the channels'. */
    static long[] allButChannels(int rank) {
        long[] axes = new long[rank - 1];
        for (int i = 1; i < axes.length; i++) {
            axes[i] = i + 1L;
        }
        return axes;
    }

    /** A vector with one number for each channel, shaped to be used with values of this rank. */
    static String perChannel(GraphBuilder graph, String vector, int rank) {
        long[] shape = new long[rank];
        Arrays.fill(shape, 1);
        shape[1] = -1;
        return graph.node("Reshape", List.of(vector, graph.constant("channels", shape)));
    }

    void write() {
        for (Node node : model.graph().nodes()) {
            switch (node.operator()) {
                case "MaxPool" -> maxPool(node);
                case "BatchNormalization" -> batchNormalization(node);
                case "Dropout" -> dropout(node);
                default -> graph.add(node.proto());
            }
        }
    }

    /** The statistics of the batch that each batch normalization has measured. */
    List<GradientGraph.Statistics> statistics() {
        return List.copyOf(statistics.values());
    }

    /** The random numbers that dropout asks for. */
    List<GradientGraph.Noise> noise() {
        return List.copyOf(noise);
    }

    private void maxPool(Node node) {
        NodeProto.Builder pool = node.proto().toBuilder();
        if (pool.getOutputCount() == 1 && model.isSignal(node.input(0))) {
            pool.addOutput(places(node));
        }
        graph.add(pool.build());
    }

    private void batchNormalization(Node node) {
        String x = node.input(0);
        int rank = model.shape(x).length;
        float epsilon = node.attributes().real("epsilon", 1e-5f);
        String mean;
        String variance;
        String centred;
        if (mode == GradientGraph.Mode.TRAINING) {
            mean = mean(x, rank);
            centred = graph.node("Sub", List.of(x, mean));
            variance = mean(graph.node("Mul", List.of(centred, centred)), rank);
            GradientGraph.Statistics measured = new GradientGraph.Statistics(
                    node.input(3),
                    node.input(4),
                    node.output() + "#mean",
                    node.output() + "#variance",
                    node.attributes().real("momentum", 0.9f));
            flat(mean, measured.batchMean());
            flat(variance, measured.batchVariance());
            statistics.put(node.output(), measured);
        } else {
            mean = perChannel(graph, node.input(3), rank);
            variance = perChannel(graph, node.input(4), rank);
            centred = graph.node("Sub", List.of(x, mean));
        }
        String widened = graph.node("Add", List.of(variance, graph.constant("epsilon", new float[] {epsilon})));
        graph.node("Reciprocal", List.of(graph.node("Sqrt", List.of(widened))), scale(node));
        graph.node("Mul", List.of(centred, scale(node)), normalized(node));
        String scaled = graph.node("Mul", List.of(normalized(node), perChannel(graph, node.input(1), rank)));
        graph.node("Add", List.of(scaled, perChannel(graph, node.input(2), rank)), node.output());
    }

    private String mean(String value, int rank) {
        return graph.node(
                "ReduceMean",
                List.of(value, graph.constant("axes", allButChannels(rank))),
                GraphBuilder.attribute("keepdims", 1));
    }

    private void flat(String value, String name) {
        graph.node("Reshape", List.of(value, graph.constant("flat", -1)), name);
    }

    /** {@code y = x [u >= ratio] / (1 - ratio)} with u uniform in [0, 1), given from outside so that a run can be repeated. */
    private void dropout(Node node) {
        float ratio = ratio(node);
        if (mode == GradientGraph.Mode.FROZEN || ratio == 0) {
            graph.node("Identity", List.of(node.input(0)), node.output());
            if (mode == GradientGraph.Mode.TRAINING) {
                graph.constant(Tensors.of(mask(node), new float[] {1}));
            }
            return;
        }
        int[] shape = model.shape(node.output()).clone();
        shape[0] = -1;
        String uniform = node.output() + "#uniform";
        graph.input(uniform, shape);
        noise.add(new GradientGraph.Noise(uniform, model.elements(node.output())));
        String kept = graph.node("GreaterOrEqual", List.of(uniform, graph.constant("ratio", new float[] {ratio})));
        graph.node(
                "Where",
                List.of(
                        kept,
                        graph.constant("kept", new float[] {1 / (1 - ratio)}),
                        graph.constant("dropped", new float[] {0})),
                mask(node));
        graph.node("Mul", List.of(node.input(0), mask(node)), node.output());
    }

    private float ratio(Node node) {
        TensorProto given = model.graph().constant(node.input(1));
        float ratio = given == null ? 0.5f : Tensors.floats(given)[0];
        if (!(ratio >= 0 && ratio < 1)) {
            throw Backward.unfit(node, "its ratio must be at least 0 and below 1: it is " + ratio);
        }
        return ratio;
    }
}
