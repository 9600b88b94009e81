package starling.models.gradient;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import starling.models.UnfitException;
import starling.models.graph.Graph;
import starling.models.graph.GraphBuilder;
import starling.models.graph.Tensors;
import starling.models.onnx.file.LoadLimits;
import starling.models.onnx.file.OnnxFile;
import starling.models.run.Network;
import starling.models.zoo.ShippedModels;

/** Losses by their formulas, what a graph lists, and what is refused. */
class GradientGraphTest {
    private static ModelProto dense(int outputs, String... last) {
        GraphBuilder graph = new GraphBuilder("dense", 18);
        graph.input("x", -1, 4);
        float[] w = new float[4 * outputs];
        for (int i = 0; i < w.length; i++) {
            w[i] = (float) Math.sin(i + 1);
        }
        String value = graph.node("MatMul", List.of("x", graph.constant(Tensors.of("w", w, 4, outputs))));
        for (String operator : last) {
            value = graph.node(operator, List.of(value));
        }
        graph.node("Identity", List.of(value), "y");
        graph.output("y", -1, outputs);
        return graph.build();
    }

    private static GradientGraph.Request request(Loss loss, String... parameters) {
        return new GradientGraph.Request(loss, List.of(parameters), GradientGraph.Mode.FROZEN, false);
    }

    private static String refusal(ModelProto model, GradientGraph.Request request) {
        return String.valueOf(assertThrows(UnfitException.class, () -> GradientGraph.of(model, request))
                .getMessage());
    }

    /** Formulas in double precision. */
    @ParameterizedTest
    @CsvSource({"1", "2", "5"})
    void lossesAreThoseOfTheirFormulas(int batch) {
        for (Loss kind : Loss.values()) {
            try (Differentiated graph = new Differentiated(dense(3), request(kind), batch, 7)) {
                long[] labels = new long[batch];
                for (int n = 0; n < batch; n++) {
                    labels[n] = (n + 1L) % 3;
                }
                graph.labels(labels);
                Map<String, float[]> outputs = graph.run();
                float[] z = Objects.requireNonNull(outputs.get("y"));
                float[] t = graph.values.get(graph.graph.target());
                double sum = 0;
                for (int n = 0; n < batch; n++) {
                    double all = 0;
                    for (int c = 0; c < 3; c++) {
                        all += Math.exp(z[3 * n + c]);
                        double target = t == null ? 0 : t[3 * n + c];
                        double p = 1 / (1 + Math.exp(-z[3 * n + c]));
                        sum += switch (kind) {
                            case SOFTMAX_CROSS_ENTROPY -> 0;
                            case SIGMOID_CROSS_ENTROPY -> -(target * Math.log(p) + (1 - target) * Math.log(1 - p)) / 3;
                            case MEAN_SQUARED_ERROR -> Math.pow(z[3 * n + c] - target, 2) / 3;
                        };
                    }
                    if (kind == Loss.SOFTMAX_CROSS_ENTROPY) {
                        sum += Math.log(all) - z[3 * n + (int) labels[n]];
                    }
                }
                assertEquals(
                        sum / batch, Objects.requireNonNull(outputs.get(graph.graph.loss()))[0], 1e-6, kind.name());
            }
        }
    }

    /** A Softmax at the end saturates: its own derivative is 0 there, that of the loss behind it is not. */
    @Test
    void whatTheLossUndoesIsNotDifferentiated() {
        try (Differentiated graph =
                new Differentiated(dense(3, "Softmax"), request(Loss.SOFTMAX_CROSS_ENTROPY), 1, 7)) {
            Arrays.fill(Objects.requireNonNull(graph.values.get("x")), 0);
            float[] w = Objects.requireNonNull(graph.values.get("w"));
            Objects.requireNonNull(graph.values.get("x"))[0] = 1;
            w[0] = 300;
            w[1] = 0;
            w[2] = 0;
            graph.labels(1);
            assertEquals(300, graph.loss(), 1e-3);
            float[] gradient = graph.gradient("w");
            assertEquals(1, gradient[0], 1e-6);
            assertEquals(-1, gradient[1], 1e-6);
        }
    }

    /** Weights that two layers read are a sum of two products: that is no pair of factors. */
    @Test
    void sharedWeightsKeepTheirGradient() {
        GraphBuilder built = new GraphBuilder("shared", 18);
        built.input("x", -1, 3);
        String w = built.constant(Tensors.of("w", new float[] {1, 2, 3, -1, 0, 1, 2, 1, -2}, 3, 3));
        String v = built.constant(Tensors.of("v", new float[] {1, 0, 2, 1, -1, 1}, 3, 2));
        String once = built.node("MatMul", List.of("x", w));
        String twice = built.node("MatMul", List.of(built.node("Tanh", List.of(once)), w));
        built.node("MatMul", List.of(twice, v), "y");
        built.output("y", -1, 2);
        GradientGraph graph = GradientGraph.of(
                built.build(),
                new GradientGraph.Request(
                        Loss.MEAN_SQUARED_ERROR, List.of(), GradientGraph.Mode.FROZEN, GradientGraph.Dense.SIGNALS));
        assertEquals(Set.of("w", "v"), Set.copyOf(graph.parameters()));
        assertEquals(Set.of("w"), graph.gradients().keySet());
        assertEquals(3, graph.signals().size());
    }

    @Test
    void forwardValuesAreTheModelsOwn() {
        for (String name : ShippedModels.names()) {
            ModelProto model = OnnxFile.parse(ShippedModels.read(name), LoadLimits.defaults())
                    .model();
            try (Differentiated graph =
                            new Differentiated(model, GradientGraph.Request.of(Loss.SOFTMAX_CROSS_ENTROPY), 3, 1);
                    Network whole = new Network(name, model, 1)) {
                float[] x = Objects.requireNonNull(graph.values.get("image"));
                float[] expected = whole.run(x, 3).values().iterator().next();
                assertArrayEquals(
                        expected, Objects.requireNonNull(graph.run().get(graph.graph.predictions())), 1e-4f, name);
                long floats = new Graph(model)
                        .constants().values().stream()
                                .filter(tensor -> tensor.getDataType() == 1)
                                .count();
                assertEquals(floats, graph.graph.gradients().size(), "every weight and bias of " + name);
            }
        }
    }

    @Test
    void dropoutListsItsNoiseAndOnlyInTraining() {
        GraphBuilder graph = new GraphBuilder("dropout", 13);
        graph.input("x", -1, 6);
        String dropped = graph.node("Dropout", List.of("x", graph.constant("ratio", new float[] {0.5f})));
        graph.node("MatMul", List.of(dropped, graph.constant(Tensors.of("w", new float[12], 6, 2))), "y");
        graph.output("y", -1, 2);
        ModelProto model = graph.build();
        List<GradientGraph.Noise> noise = GradientGraph.of(
                        model,
                        new GradientGraph.Request(
                                Loss.MEAN_SQUARED_ERROR, List.of("w"), GradientGraph.Mode.TRAINING, false))
                .noise();
        assertEquals(1, noise.size());
        assertEquals(6, noise.get(0).elements());
        assertTrue(GradientGraph.of(model, request(Loss.MEAN_SQUARED_ERROR, "w"))
                .noise()
                .isEmpty());
    }

    @Test
    void whatHasNoDerivativeIsNamed() {
        assertEquals(
                "operators between a parameter and the loss must be among "
                        + String.join(", ", GradientGraph.operators()) + ": 'cos#1' is a Cos",
                refusal(dense(3, "Cos"), request(Loss.MEAN_SQUARED_ERROR)));
        assertEquals(
                "a parameter must be a float32 initializer of the model: 'v' is none",
                refusal(dense(3), request(Loss.MEAN_SQUARED_ERROR, "v")));
        assertEquals(
                "softmax cross-entropy needs an output of one number per class, at least 2: 'y' has shape [1, 1]",
                refusal(dense(1), request(Loss.SOFTMAX_CROSS_ENTROPY)));
        GraphBuilder apart = new GraphBuilder("apart", 18);
        apart.input("x", -1, 2);
        apart.node("Relu", List.of("x"), "y");
        apart.constant(Tensors.of("w", new float[2], 2));
        apart.node("Add", List.of("x", "w"), "unread");
        apart.output("y", -1, 2);
        apart.output("unread", -1, 2);
        assertEquals(
                "a parameter must lead to 'y': none of [w] does",
                refusal(apart.build(), request(Loss.MEAN_SQUARED_ERROR, "w")));
    }

    @Test
    void aFixedBatchThatCannotBeFreedIsRefused() {
        GraphBuilder graph = new GraphBuilder("fixed", 18);
        graph.input("x", 2, 3);
        graph.node("Mul", List.of("x", graph.constant(Tensors.of("w", new float[] {1, 2, 3}, 3))), "y");
        graph.output("y", 2, 3);
        assertEquals(
                "to learn in batches, the first dimension of every value must count the samples: in this model it does"
                        + " not",
                refusal(graph.build(), request(Loss.MEAN_SQUARED_ERROR)));
    }
}
