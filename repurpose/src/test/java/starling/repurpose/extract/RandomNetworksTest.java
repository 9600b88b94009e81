package starling.repurpose.extract;

import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import starling.models.UnfitException;
import starling.models.onnx.file.LoadLimits;
import starling.models.onnx.file.OnnxFile;
import starling.models.run.ProbedModel;
import starling.repurpose.assign.Capacities;
import starling.repurpose.assign.TransportationSolver;
import starling.repurpose.edges.EdgeObjective;
import starling.repurpose.exchange.Schedule;
import starling.repurpose.fixture.FleetCheck;
import starling.repurpose.fixture.RandomNetwork;
import starling.repurpose.partition.LoadedNetwork;
import starling.repurpose.space.Ownership;
import starling.repurpose.space.SpaceAnalysis;
import starling.repurpose.space.SplitGraph;
import starling.repurpose.space.SplitNetwork;
import starling.repurpose.values.ValuesObjective;

/**
 * Splitting changes nothing, whatever the operators: networks drawn at random, over two to seven workers, with the owners
 * of either planner and with owners drawn at random, compute what ONNX Runtime computes of the network whole; with some weights
 * dropped, what the reference computes.
 */
class RandomNetworksTest {
    private static final int NETWORKS = 220;

    @TempDir
    Path folder;

    @TestFactory
    Stream<DynamicTest> fleetEqualsOriginal() {
        return LongStream.range(0, NETWORKS)
                .mapToObj(seed -> DynamicTest.dynamicTest("network " + seed, () -> check(seed)));
    }

    private void check(long seed) {
        RandomNetwork drawn = RandomNetwork.of(seed);
        ModelProto original = OnnxFile.parse(drawn.model().toByteArray(), LoadLimits.defaults())
                .model();
        ProbedModel probed = seed % 3 == 0
                ? LoadedNetwork.parse("drawn", drawn.model().toByteArray()).probed()
                : ProbedModel.of(original);
        SplitGraph graph = SpaceAnalysis.of(probed, drawn.rules());
        UniformRandomProvider random = RandomSource.XO_SHI_RO_256_PP.create(1000 + seed);
        float[] samples = FleetCheck.samples(probed, random);
        Map<String, float[]> whole = FleetCheck.run(original, samples);
        int workers = 2 + (int) (seed % 6);
        int others = seed % 12 == 0 ? 1 : 2 + (int) ((seed + 3) % 6);
        Schedule.Kinds kinds = seed % 7 == 0 ? Schedule.Kinds.ACTIVATIONS : Schedule.Kinds.BOTH;
        String what =
                "repeat with RandomNetwork.of(" + seed + "), " + workers + " and " + others + " workers: " + drawn;
        FleetCheck.requireEqual(folder, planned(graph, drawn, workers), kinds, whole, samples, what);
        if (seed % 3 == 1) {
            byValues(graph, drawn, others, seed, samples, whole, what);
        }
        SplitNetwork network = SplitNetwork.original(graph, others, FleetCheck.owners(graph, others, random));
        if (seed % 4 == 1) {
            SplitNetwork thin = thinned(network, random);
            FleetCheck.requireEqual(
                    folder, thin, kinds, FleetCheck.run(WholeModels.reference(thin), samples), samples, what);
        } else {
            FleetCheck.requireEqual(folder, network, kinds, whole, samples, what);
        }
        ModelProto reference = WholeModels.reference(SplitNetwork.original(graph, 1, new int[graph.units()]));
        FleetCheck.requireEqual(whole, FleetCheck.run(reference, samples), "reference of network " + seed);
    }

    /** As the planner itself gives the units away, without dropping anything. */
    private static SplitNetwork planned(SplitGraph graph, RandomNetwork drawn, int workers) {
        Capacities capacities = Capacities.equal(workers);
        int[] inputs = Ownership.ofInputs(graph, drawn.rules(), capacities);
        return EdgeObjective.plan(
                        graph,
                        capacities,
                        inputs,
                        new EdgeObjective.Thresholds(0, null),
                        new TransportationSolver(1),
                        EdgeObjective.USUAL_SWEEPS)
                .network();
    }

    /** As the planner of values gives the units away, with nothing dropped and with at most half of those values. */
    private void byValues(
            SplitGraph graph,
            RandomNetwork drawn,
            int workers,
            long seed,
            float[] samples,
            Map<String, float[]> whole,
            String what) {
        Capacities capacities = Capacities.equal(workers);
        int[] inputs = Ownership.ofInputs(graph, drawn.rules(), capacities);
        ValuesObjective objective = new ValuesObjective(
                new ValuesObjective.Task(graph, capacities, inputs, null),
                new ValuesObjective.Means(new TransportationSolver(seed), seed, 1),
                (done, total) -> {});
        SplitNetwork unpruned = objective.plan(ValuesObjective.Limits.NONE).network();
        FleetCheck.requireEqual(folder, unpruned, Schedule.Kinds.BOTH, whole, samples, "by values, " + what);
        long most = Schedule.of(unpruned, Schedule.Kinds.BOTH).values() / 2;
        SplitNetwork pruned;
        try {
            pruned = objective.plan(new ValuesObjective.Limits(most, null)).network();
        } catch (UnfitException needsMore) {
            assertTrue(String.valueOf(needsMore.getMessage()).contains("the minimum is"), needsMore.getMessage());
            return;
        }
        assertTrue(Schedule.of(pruned, Schedule.Kinds.BOTH).values() <= most, what);
        Map<String, float[]> expected = FleetCheck.run(WholeModels.reference(pruned), samples);
        FleetCheck.requireEqual(folder, pruned, Schedule.Kinds.BOTH, expected, samples, "half by values, " + what);
    }

    /** The network with a third of its weights dropped. */
    private static SplitNetwork thinned(SplitNetwork network, UniformRandomProvider random) {
        Map<String, SplitNetwork.Weights> layers = new LinkedHashMap<>();
        network.layers().forEach((layer, weights) -> {
            float[] left = weights.values().clone();
            for (int i = 0; i < left.length; i++) {
                left[i] = random.nextInt(3) == 0 ? 0 : left[i];
            }
            layers.put(layer, new SplitNetwork.Weights(left, weights.bias()));
        });
        return new SplitNetwork(network.graph(), network.workers(), network.owners(), layers);
    }
}
