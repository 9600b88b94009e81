package starling.repurpose.extract;

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
import starling.models.onnx.file.LoadLimits;
import starling.models.onnx.file.OnnxFile;
import starling.models.onnx.fold.Folding;
import starling.models.run.ProbedModel;
import starling.repurpose.exchange.Schedule;
import starling.repurpose.fixture.FleetCheck;
import starling.repurpose.fixture.RandomNetwork;
import starling.repurpose.space.SpaceAnalysis;
import starling.repurpose.space.SplitGraph;
import starling.repurpose.space.SplitNetwork;

/**
 * Splitting changes nothing, whatever the operators: networks drawn at random, with owners drawn at random, compute what
 * ONNX Runtime computes of the network whole; with some weights dropped, what the reference computes.
 */
class RandomNetworksTest {
    private static final int NETWORKS = 60;

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
        ProbedModel probed =
                ProbedModel.of(seed % 3 == 0 ? Folding.fold(original).model() : original);
        SplitGraph graph = SpaceAnalysis.of(probed, drawn.rules());
        UniformRandomProvider random = RandomSource.XO_SHI_RO_256_PP.create(1000 + seed);
        float[] samples = FleetCheck.samples(probed, random);
        Map<String, float[]> whole = FleetCheck.run(original, samples);
        for (int workers = 1; workers <= 5; workers++) {
            SplitNetwork network = SplitNetwork.original(graph, workers, FleetCheck.owners(graph, workers, random));
            Map<String, float[]> expected = whole;
            if (workers % 2 == 0) {
                network = thinned(network, random);
                expected = FleetCheck.run(WholeModels.reference(network), samples);
            }
            Schedule.Kinds kinds = (seed + workers) % 3 == 0 ? Schedule.Kinds.ACTIVATIONS : Schedule.Kinds.BOTH;
            String what = "network " + seed + ", " + workers + " workers: " + drawn;
            FleetCheck.requireEqual(folder, network, kinds, expected, samples, what);
        }
        ModelProto reference = WholeModels.reference(SplitNetwork.original(graph, 1, new int[graph.units()]));
        FleetCheck.requireEqual(whole, FleetCheck.run(reference, samples), "reference of network " + seed);
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
