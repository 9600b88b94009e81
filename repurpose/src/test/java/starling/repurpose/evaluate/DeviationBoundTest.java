package starling.repurpose.evaluate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import starling.models.graph.GraphBuilder;
import starling.models.graph.Shapes;
import starling.models.run.Network;
import starling.models.run.ProbedModel;
import starling.repurpose.extract.WholeModels;
import starling.repurpose.space.SpaceAnalysis;
import starling.repurpose.space.SplitGraph;
import starling.repurpose.space.SplitNetwork;

class DeviationBoundTest {
    private static final int SAMPLES = 20;

    private static SplitGraph graph(GraphBuilder builder) {
        return SpaceAnalysis.of(ProbedModel.of(builder.build()), Map.of());
    }

    private static String weights(GraphBuilder builder, UniformRandomProvider random, int... shape) {
        float[] drawn = new float[(int) Shapes.elements(shape)];
        for (int i = 0; i < drawn.length; i++) {
            drawn[i] = random.nextFloat() - 0.5f;
        }
        return builder.constant("w", drawn, shape);
    }

    /** Convolutions, pooling and dense layers in sequence, drawn at random. */
    private static GraphBuilder sequence(UniformRandomProvider random) {
        GraphBuilder builder = new GraphBuilder("sequence", 13);
        String x = "x";
        int features = 3 + random.nextInt(4);
        if (random.nextBoolean()) {
            int size = 6;
            builder.input("x", -1, 2, size, size);
            int channels = 2;
            for (int i = random.nextInt(2); i < 2; i++) {
                int made = 1 + random.nextInt(3);
                List<String> inputs = new ArrayList<>(List.of(x, weights(builder, random, made, channels, 3, 3)));
                if (random.nextBoolean()) {
                    inputs.add(weights(builder, random, made));
                }
                x = builder.node("Conv", inputs, GraphBuilder.attribute("pads", new long[] {1, 1, 1, 1}));
                channels = made;
                x = builder.node(activation(random), List.of(x));
            }
            x = builder.node(
                    random.nextBoolean() ? "MaxPool" : "AveragePool",
                    List.of(x),
                    GraphBuilder.attribute("kernel_shape", new long[] {2, 2}),
                    GraphBuilder.attribute("strides", new long[] {2, 2}));
            x = builder.node("Flatten", List.of(x));
            features = channels * 9;
        } else {
            builder.input("x", -1, features);
        }
        int layers = 1 + random.nextInt(4);
        for (int i = 0; i < layers; i++) {
            int made = 1 + random.nextInt(6);
            x = builder.node(
                    "Gemm", List.of(x, weights(builder, random, features, made), weights(builder, random, made)));
            features = made;
            if (i < layers - 1) {
                x = builder.node(activation(random), List.of(x));
            }
        }
        builder.node(random.nextBoolean() ? "Identity" : "Softmax", List.of(x), "y");
        return builder.output("y", -1, features);
    }

    private static String activation(UniformRandomProvider random) {
        return List.of("Relu", "Tanh", "Sigmoid", "LeakyRelu", "Softplus").get(random.nextInt(5));
    }

    /** Some weights dropped, the others and the biases moved. */
    private static SplitNetwork changed(SplitGraph graph, UniformRandomProvider random, float much) {
        Map<String, SplitNetwork.Weights> layers = new LinkedHashMap<>();
        SplitNetwork original = SplitNetwork.original(graph, 1, new int[graph.units()]);
        original.layers().forEach((layer, weights) -> {
            float[] values = weights.values().clone();
            for (int i = 0; i < values.length; i++) {
                values[i] = random.nextInt(4) == 0 ? 0 : values[i] + much * (random.nextFloat() - 0.5f);
            }
            float[] bias = weights.bias() == null ? null : weights.bias().clone();
            for (int i = 0; bias != null && i < bias.length; i++) {
                bias[i] += much * (random.nextFloat() - 0.5f);
            }
            layers.put(layer, new SplitNetwork.Weights(values, bias));
        });
        return new SplitNetwork(graph, 1, original.owners(), layers);
    }

    private static double measured(GraphBuilder builder, SplitNetwork network, float[] samples) {
        try (Network before = new Network("before", builder.build(), 1);
                Network after = new Network("after", WholeModels.reference(network), 1)) {
            float[] y = before.run(samples, SAMPLES).values().iterator().next();
            float[] now = after.run(samples, SAMPLES).values().iterator().next();
            int width = y.length / SAMPLES;
            double largest = 0;
            for (int i = 0; i < SAMPLES; i++) {
                double sum = 0;
                for (int j = i * width; j < (i + 1) * width; j++) {
                    sum += ((double) y[j] - now[j]) * ((double) y[j] - now[j]);
                }
                largest = Math.max(largest, Math.sqrt(sum));
            }
            return largest;
        }
    }

    @Test
    void isNeverBelowWhatIsMeasured() {
        for (int seed = 0; seed < 60; seed++) {
            UniformRandomProvider random = RandomSource.XO_SHI_RO_256_PP.create(seed);
            GraphBuilder builder = sequence(random);
            SplitGraph graph = graph(builder);
            assertNull(DeviationBound.obstacle(graph), "sequence " + seed);
            float[] samples = new float[SAMPLES * graph.model().elements("x")];
            for (int i = 0; i < samples.length; i++) {
                samples[i] = 4 * random.nextFloat() - 2;
            }
            SplitNetwork network = changed(graph, random, seed % 3 == 0 ? 0 : 0.1f);
            DeviationBound bound = DeviationBound.of(network, samples, SAMPLES);
            double measured = measured(builder, network, samples);
            // float32 rounding comes on top of both
            double rounding = 1e-5 * Math.max(1, bound.signal());
            assertTrue(measured <= bound.layered() + rounding, seed + ": " + measured + " of " + bound);
            assertTrue(bound.layered() <= bound.bound() * (1 + 1e-9), seed + ": " + bound);
            assertEquals(graph.linear().size(), bound.layers());
        }
    }

    /** One number through two layers of weight 1: the bound is reached. */
    @Test
    void isReached() {
        GraphBuilder builder = new GraphBuilder("line", 13);
        builder.input("x", -1, 1).output("y", -1, 1);
        String one = builder.constant("one", new float[] {1}, 1, 1);
        String hidden = builder.node("Relu", List.of(builder.node("Gemm", List.of("x", one))));
        builder.node("Gemm", List.of(hidden, one), "y");
        SplitGraph graph = graph(builder);
        Map<String, SplitNetwork.Weights> layers = new LinkedHashMap<>();
        graph.linear()
                .forEach(linear -> layers.put(
                        linear.map().output(), new SplitNetwork.Weights(new float[] {1.5f}, new float[] {0.25f})));
        SplitNetwork network = new SplitNetwork(graph, 1, new int[graph.units()], layers);
        DeviationBound bound = DeviationBound.of(network, new float[] {2}, 1);
        assertEquals(new DeviationBound(2, 0.5, 1, 0.25, 2, 3.125, 3.125), bound);
        // 1.5 (1.5 * 2 + 0.25) + 0.25 = 5.125, three and an eighth more than 2
        try (Network after = new Network("after", WholeModels.reference(network), 1)) {
            float[] y = after.run(new float[] {2}, 1).values().iterator().next();
            assertEquals(5.125f, y[0]);
        }
    }

    @Test
    void whatIsNotChangedDoesNotDeviate() {
        UniformRandomProvider random = RandomSource.XO_SHI_RO_256_PP.create(9);
        SplitGraph graph = graph(sequence(random));
        SplitNetwork same = SplitNetwork.original(graph, 1, new int[graph.units()]);
        float[] samples = new float[graph.model().elements("x")];
        DeviationBound bound = DeviationBound.of(same, samples, 1);
        assertEquals(0, bound.bound());
        assertEquals(0, bound.layered());
        assertTrue(bound.tau() > 0);
    }

    @ParameterizedTest
    @CsvSource({
        "overlapping pooling, overlap",
        "dilated pooling, overlap",
        "residual, joins",
        "doubled, twice",
        "gelu, 1-Lipschitz",
        "scaled, 1-Lipschitz",
        "broadcast, 1-Lipschitz",
        "class, float32",
    })
    void saysWhatStandsAgainstIt(String what, String reason) {
        UniformRandomProvider random = RandomSource.XO_SHI_RO_256_PP.create(1);
        GraphBuilder builder = new GraphBuilder(what, 20);
        builder.input("x", -1, 2, 6, 6);
        String conv = builder.node("Conv", List.of("x", weights(builder, random, 2, 2, 1, 1)));
        String odd =
                switch (what) {
                    case "overlapping pooling" ->
                        builder.node(
                                "MaxPool",
                                List.of(conv),
                                GraphBuilder.attribute("kernel_shape", new long[] {3, 3}),
                                GraphBuilder.attribute("strides", new long[] {2, 2}));
                    case "dilated pooling" ->
                        builder.node(
                                "MaxPool",
                                List.of(conv),
                                GraphBuilder.attribute("kernel_shape", new long[] {2, 2}),
                                GraphBuilder.attribute("dilations", new long[] {2, 2}),
                                GraphBuilder.attribute("strides", new long[] {2, 2}));
                    case "residual" -> builder.node("Add", List.of(conv, "x"));
                    case "doubled" -> builder.node("Add", List.of(conv, conv));
                    case "gelu" -> builder.node("Gelu", List.of(conv));
                    case "scaled" -> builder.node("Mul", List.of(conv, builder.constant("c", new float[] {1.01f}, 1)));
                    default ->
                        builder.node(
                                "Cast",
                                List.of(builder.node("ArgMax", List.of(conv), GraphBuilder.attribute("axis", 1))),
                                GraphBuilder.attribute("to", 1));
                };
        builder.node("GlobalAveragePool", List.of(odd), "y");
        builder.output("y", -1, 2, 1, 1);
        if (what.equals("broadcast")) {
            builder = new GraphBuilder(what, 20);
            builder.input("x", -1, 2);
            String layer = builder.node("Gemm", List.of("x", weights(builder, random, 2, 1)));
            builder.node("Add", List.of(layer, builder.constant("c", new float[6], 1, 6)), "y");
            builder.output("y", -1, 6);
        }
        String obstacle = DeviationBound.obstacle(graph(builder));
        assertNotNull(obstacle, what);
        assertTrue(obstacle.contains(reason), obstacle);
    }
}
