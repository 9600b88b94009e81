package starling.repurpose.finetune;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import starling.models.data.DataSpec;
import starling.models.data.Dataset;
import starling.models.data.Split;
import starling.models.graph.GraphBuilder;
import starling.models.run.Decision;
import starling.models.run.Network;
import starling.models.run.ProbedModel;
import starling.repurpose.exchange.Schedule;
import starling.repurpose.extract.WholeModels;
import starling.repurpose.fixture.FleetCheck;
import starling.repurpose.space.InputRule;
import starling.repurpose.space.LinearMap;
import starling.repurpose.space.Operation;
import starling.repurpose.space.SpaceAnalysis;
import starling.repurpose.space.SplitGraph;
import starling.repurpose.space.SplitNetwork;

/** Every way a layer can be written, most of them square so that a mask in the wrong order fits and is wrong. */
class FineTuningTest {
    private static final int SAMPLES = 160;

    @TempDir
    private Path folder;

    private final Random random = new Random(17);

    @ParameterizedTest
    @CsvSource({
        "gemm, true", "gemm, false",
        "right, true", "right, false",
        "left, true", "left, false",
        "conv, true", "conv, false",
        "grouped, true", "grouped, false"
    })
    void whatThePlanDroppedStaysZeroAndTheRestLearns(String kind, boolean replicated) throws IOException {
        ProbedModel model = ProbedModel.of(network(kind));
        InputRule rule = replicated ? new InputRule.Replicated() : new InputRule.Split();
        SplitGraph graph = SpaceAnalysis.of(model, Map.of("x", rule));
        UniformRandomProvider owners = RandomSource.XO_SHI_RO_256_PP.create(3);
        SplitNetwork planned = pruned(graph, FleetCheck.owners(graph, 3, owners));
        Dataset data = data(model.elements("x"));

        SplitNetwork tuned = new FineTuning(data, 3, 9).of(planned);

        assertEquals(2, graph.linear().size(), "both layers are split");
        for (Operation.Linear linear : graph.linear()) {
            requireMasked(planned, tuned, linear.map());
        }
        for (Schedule.Kinds kinds : List.of(Schedule.Kinds.BOTH, Schedule.Kinds.ACTIVATIONS)) {
            Schedule before = Schedule.of(planned, kinds);
            assertEquals(before.values(), Schedule.of(tuned, kinds).values(), "the plan's values");
        }
        ModelProto reference = WholeModels.reference(tuned);
        float[] samples = FleetCheck.samples(model, owners);
        FleetCheck.requireEqual(folder, tuned, Schedule.Kinds.BOTH, FleetCheck.run(reference, samples), samples, kind);
        double before = loss(WholeModels.reference(planned), data);
        double after = loss(reference, data);
        assertTrue(after < before, "the loss falls from " + before + ": " + after);
    }

    private static void requireMasked(SplitNetwork planned, SplitNetwork tuned, LinearMap map) {
        float[] before = planned.weights(map).values();
        float[] after = tuned.weights(map).values();
        int[] from = planned.ownersOf(map.input());
        int[] to = planned.ownersOf(map.output());
        int kept = 0;
        int moved = 0;
        int dropped = 0;
        for (int t = 0; t < map.targets(); t++) {
            for (int s = 0; s < map.sources(); s++) {
                boolean across = from.length > 0 && from[s] != to[t];
                for (int k = 0; k < map.kernel(); k++) {
                    int at = (t * map.sources() + s) * map.kernel() + k;
                    if (before[at] == 0 && (across || map.weights()[at] == 0)) {
                        assertEquals(0f, after[at], "weight " + t + " <- " + s);
                        dropped++;
                    } else if (before[at] != 0) {
                        assertTrue(after[at] != 0, "a kept weight stays: " + t + " <- " + s);
                        assertTrue(Math.abs(after[at] - before[at]) < 0.2, "a weight stays the one it was");
                        kept++;
                        moved += after[at] != before[at] ? 1 : 0;
                    }
                }
            }
        }
        assertTrue(from.length == 0 || dropped > 0, "something is dropped in " + map.output());
        assertTrue(moved > kept / 2, "weights learn: " + moved + " of " + kept);
    }

    @Test
    void theBetterNetworkGoesOnLearningUnlessThatMakesItWorse() throws IOException {
        ProbedModel model = ProbedModel.of(network("gemm"));
        SplitGraph graph = SpaceAnalysis.of(model, Map.of("x", new InputRule.Split()));
        int[] owners = FleetCheck.owners(graph, 3, RandomSource.XO_SHI_RO_256_PP.create(3));
        SplitNetwork right = SplitNetwork.original(graph, 3, owners);
        SplitNetwork blind = silent(graph, owners);
        for (boolean misled : new boolean[] {false, true}) {
            Dataset data = answers(WholeModels.reference(right), misled);
            FineTuning tuning = new FineTuning(data, 200, 9);
            SplitNetwork best = tuning.best(List.of(right, blind));
            if (misled) {
                assertSame(right, best, "nine of ten samples have wrong labels, those held back are right");
            } else {
                assertEquals(
                        loss(WholeModels.reference(tuning.of(right)), data), loss(WholeModels.reference(best), data));
                assertEquals(
                        loss(WholeModels.reference(best), data),
                        loss(WholeModels.reference(tuning.best(List.of(blind, right))), data));
            }
        }
    }

    /** A network without weights: it answers the same to everything. */
    private static SplitNetwork silent(SplitGraph graph, int[] owners) {
        Map<String, SplitNetwork.Weights> layers = new LinkedHashMap<>();
        for (Operation.Linear linear : graph.linear()) {
            LinearMap map = linear.map();
            layers.put(map.output(), new SplitNetwork.Weights(new float[map.weights().length], map.bias()));
        }
        return new SplitNetwork(graph, 3, owners, layers);
    }

    /** Samples whose class is what a network answers; if misled, all but every tenth, which are held back, are off by one. */
    private Dataset answers(ModelProto model, boolean misled) throws IOException {
        int elements = 8;
        float[] samples = new float[SAMPLES * elements];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = (float) random.nextGaussian();
        }
        StringBuilder rows = new StringBuilder();
        try (Network network = new Network("whole", model, 1)) {
            float[] z = network.run(samples, SAMPLES).values().iterator().next();
            for (int n = 0; n < SAMPLES; n++) {
                for (int i = 0; i < elements; i++) {
                    rows.append(samples[n * elements + i]).append(',');
                }
                int answer = Decision.of(z, 3 * n, 3);
                rows.append(misled && n % 10 != 0 ? (answer + 1) % 3 : answer).append('\n');
            }
        }
        Path file = Files.writeString(folder.resolve("answers-" + misled + ".csv"), rows);
        return DataSpec.parse("csv:" + file + ",split=all,header=false").open(Split.ALL, 1);
    }

    /** Half of the weights between workers are dropped, as they are drawn. */
    private SplitNetwork pruned(SplitGraph graph, int[] owners) {
        SplitNetwork original = SplitNetwork.original(graph, 3, owners);
        Map<String, SplitNetwork.Weights> layers = new LinkedHashMap<>();
        for (Operation.Linear linear : graph.linear()) {
            LinearMap map = linear.map();
            float[] values = map.weights().clone();
            int[] from = original.ownersOf(map.input());
            int[] to = original.ownersOf(map.output());
            for (int t = 0; t < map.targets(); t++) {
                for (int s = 0; s < map.sources(); s++) {
                    boolean drop = random.nextBoolean();
                    for (int k = 0; k < map.kernel() && from.length > 0; k++) {
                        int at = (t * map.sources() + s) * map.kernel() + k;
                        values[at] = drop && from[s] != to[t] ? 0 : values[at];
                    }
                }
            }
            layers.put(map.output(), new SplitNetwork.Weights(values, map.bias()));
        }
        return new SplitNetwork(graph, 3, owners, layers);
    }

    private ModelProto network(String kind) {
        boolean images = kind.equals("conv") || kind.equals("grouped");
        GraphBuilder builder = new GraphBuilder(kind, 13);
        String value;
        int width;
        if (images) {
            builder.input("x", -1, 6, 3, 3);
            int groups = kind.equals("grouped") ? 2 : 1;
            value = builder.node(
                    "Conv",
                    List.of("x", constant(builder, 6, 6 / groups, 2, 2), constant(builder, 6)),
                    GraphBuilder.attribute("group", (long) groups));
            width = 24;
        } else if (kind.equals("left")) {
            builder.input("x", -1, 6, 2);
            value = builder.node("MatMul", List.of(constant(builder, 6, 6), "x"));
            width = 12;
        } else {
            builder.input("x", -1, 8);
            value = kind.equals("gemm")
                    ? builder.node("Gemm", List.of("x", constant(builder, 8, 8), constant(builder, 8)))
                    : builder.node("MatMul", List.of("x", constant(builder, 8, 8)));
            width = 8;
        }
        value = builder.node("Flatten", List.of(builder.node("Relu", List.of(value))));
        builder.node("Gemm", List.of(value, constant(builder, width, 3), constant(builder, 3)), "y");
        return builder.output("y", -1, 3).build();
    }

    private String constant(GraphBuilder builder, int... shape) {
        int count = 1;
        for (int size : shape) {
            count *= size;
        }
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian() / 2;
            values[i] += Math.copySign(0.3f, values[i]); // far enough from zero that a kept weight is known by it
        }
        return builder.constant("c", values, shape);
    }

    /** The class is the place of the greatest of three sums. */
    private Dataset data(int elements) throws IOException {
        StringBuilder rows = new StringBuilder();
        for (int n = 0; n < SAMPLES; n++) {
            double[] sums = new double[3];
            for (int i = 0; i < elements; i++) {
                double x = random.nextGaussian();
                sums[i % 3] += x;
                rows.append(x).append(',');
            }
            int best = sums[0] > sums[1] ? 0 : 1;
            rows.append(sums[2] > sums[best] ? 2 : best).append('\n');
        }
        Path file = Files.writeString(folder.resolve("data.csv"), rows);
        return DataSpec.parse("csv:" + file + ",split=all,header=false").open(Split.ALL, 1);
    }

    private static double loss(ModelProto model, Dataset data) {
        float[] samples = new float[data.count() * data.elements()];
        data.readBatch(0, data.count(), samples);
        try (Network network = new Network("whole", model, 1)) {
            float[] z = network.run(samples, data.count()).values().iterator().next();
            double loss = 0;
            for (int n = 0; n < data.count(); n++) {
                double sum = Math.exp(z[3 * n]) + Math.exp(z[3 * n + 1]) + Math.exp(z[3 * n + 2]);
                loss += Math.log(sum) - z[3 * n + data.label(n)];
            }
            return loss / data.count();
        }
    }
}
