package starling.models.gradient;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import ai.onnx.proto.OnnxMl.ModelProto;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import starling.models.onnx.file.LoadLimits;
import starling.models.onnx.file.OnnxFile;

/** Networks exported by PyTorch, against the gradients PyTorch computes in float64; src/test/python/known_gradients.py made them. */
class KnownGradientsTest {
    private static byte[] resource(String name) throws IOException {
        try (InputStream in = KnownGradientsTest.class.getResourceAsStream(name)) {
            assertNotNull(in, name);
            return in.readAllBytes();
        }
    }

    private static float[] floats(JsonNode array) {
        float[] values = new float[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) array.get(i).asDouble();
        }
        return values;
    }

    private static Differentiated open(String name, JsonNode known, List<String> parameters, GradientGraph.Dense dense)
            throws IOException {
        ModelProto model =
                OnnxFile.parse(resource(name + ".onnx"), LoadLimits.defaults()).model();
        boolean classes = known.get("loss").asText().equals("softmax");
        Differentiated graph = new Differentiated(
                model,
                new GradientGraph.Request(
                        classes ? Loss.SOFTMAX_CROSS_ENTROPY : Loss.SIGMOID_CROSS_ENTROPY,
                        parameters,
                        known.get("training").asBoolean() ? GradientGraph.Mode.TRAINING : GradientGraph.Mode.FROZEN,
                        dense),
                known.get("batch").asInt(),
                1);
        graph.values.put("x", floats(known.get("input")));
        if (classes) {
            JsonNode labels = known.get("labels");
            long[] given = new long[labels.size()];
            for (int i = 0; i < given.length; i++) {
                given[i] = labels.get(i).asLong();
            }
            graph.labels(given);
        } else {
            graph.values.put(graph.graph.target(), floats(known.get("targets")));
        }
        return graph;
    }

    @ParameterizedTest
    @ValueSource(strings = {"lenet", "residual-training", "residual-frozen", "depthwise", "overlapping"})
    void gradientsAreThoseOfPyTorch(String name) throws IOException {
        JsonNode known = new ObjectMapper().readTree(resource(name + ".json"));
        try (Differentiated graph = open(name, known, List.of(), GradientGraph.Dense.GRADIENTS)) {
            JsonNode gradients = known.get("gradients");
            assertEquals(gradients.size(), graph.graph.gradients().size(), "all parameters and no others");
            Map<String, float[]> outputs = graph.run();
            assertEquals(
                    known.get("value").asDouble(), Objects.requireNonNull(outputs.get(graph.graph.loss()))[0], 2e-6);
            gradients.properties().forEach(entry -> {
                float[] actual = Objects.requireNonNull(
                        outputs.get(graph.graph.gradients().get(entry.getKey())), entry.getKey());
                float[] expected = floats(entry.getValue());
                assertEquals(expected.length, actual.length, entry.getKey());
                double scale = 0;
                for (float value : expected) {
                    scale = Math.max(scale, Math.abs(value));
                }
                for (int i = 0; i < expected.length; i++) {
                    // A bias before batch normalization changes nothing: both are rounding errors there.
                    assertEquals(expected[i], actual[i], 5e-6 * scale + 1e-7, entry.getKey() + "[" + i + "]");
                }
            });
        }
    }

    /** The weight gradient of a dense layer is the product of its two signals. */
    @Test
    void signalsOfDenseLayersMultiplyToTheirGradients() throws IOException {
        JsonNode known = new ObjectMapper().readTree(resource("lenet.json"));
        List<String> parameters = List.of("fc1.weight", "conv1.weight", "fc2.weight");
        try (Differentiated graph = open("lenet", known, parameters, GradientGraph.Dense.GRADIENTS_AND_SIGNALS)) {
            Map<String, float[]> outputs = graph.run();
            assertEquals(2, graph.graph.signals().size());
            assertEquals(3, graph.graph.gradients().size());
            for (GradientGraph.Signals signals : graph.graph.signals()) {
                float[] x = Objects.requireNonNull(outputs.get(signals.forward()));
                float[] delta = Objects.requireNonNull(outputs.get(signals.backward()));
                float[] gradient = Objects.requireNonNull(
                        outputs.get(graph.graph.gradients().get(signals.parameter())));
                int k = x.length / graph.batch;
                int m = delta.length / graph.batch;
                for (int i = 0; i < m; i++) {
                    for (int j = 0; j < k; j++) {
                        double sum = 0;
                        for (int n = 0; n < graph.batch; n++) {
                            sum += (double) delta[n * m + i] * x[n * k + j];
                        }
                        assertEquals(sum, gradient[i * k + j], 1e-6);
                    }
                }
            }
        }
    }

    /** All that is still formed is what the whole graph forms, and one product per dense layer is not. */
    @Test
    void denseGradientsThatAreNotWantedAreNotFormed() throws IOException {
        JsonNode known = new ObjectMapper().readTree(resource("lenet.json"));
        try (Differentiated whole = open("lenet", known, List.of(), GradientGraph.Dense.GRADIENTS_AND_SIGNALS);
                Differentiated factors = open("lenet", known, List.of(), GradientGraph.Dense.SIGNALS)) {
            Map<String, float[]> expected = new TreeMap<>(whole.run());
            Map<String, float[]> actual = factors.run();
            assertEquals(whole.graph.parameters(), factors.graph.parameters());
            assertEquals(whole.graph.signals(), factors.graph.signals());
            assertEquals(
                    known.get("gradients").size(), factors.graph.parameters().size());
            for (GradientGraph.Signals signals : whole.graph.signals()) {
                assertFalse(factors.graph.gradients().containsKey(signals.parameter()), signals.parameter());
                assertNotNull(expected.remove(whole.graph.gradients().get(signals.parameter())));
            }
            assertEquals(expected.keySet(), new TreeMap<>(actual).keySet());
            expected.forEach((name, numbers) -> assertArrayEquals(numbers, actual.get(name), 1e-7f, name));
            int layers = whole.graph.signals().size();
            assertEquals(2, layers);
            assertEquals(products(whole) - layers, products(factors));
        }
    }

    private static long products(Differentiated graph) {
        return graph.graph.model().getGraph().getNodeList().stream()
                .filter(node -> node.getOpType().equals("Gemm"))
                .count();
    }

    @Test
    void batchStatisticsAreReported() throws IOException {
        JsonNode known = new ObjectMapper().readTree(resource("residual-training.json"));
        try (Differentiated graph = open("residual-training", known, List.of(), GradientGraph.Dense.GRADIENTS)) {
            Map<String, float[]> outputs = graph.run();
            assertEquals(2, graph.graph.statistics().size());
            for (GradientGraph.Statistics statistics : graph.graph.statistics()) {
                assertEquals(4, Objects.requireNonNull(outputs.get(statistics.batchMean())).length);
                for (float variance : Objects.requireNonNull(outputs.get(statistics.batchVariance()))) {
                    assertFalse(!(variance > 0), "variance " + variance);
                }
                assertEquals(0.9f, statistics.momentum(), 1e-6);
            }
        }
    }
}
