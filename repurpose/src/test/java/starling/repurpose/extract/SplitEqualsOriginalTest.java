package starling.repurpose.extract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import starling.models.onnx.file.LoadLimits;
import starling.models.onnx.file.LoadedModel;
import starling.models.onnx.file.OnnxFile;
import starling.models.onnx.fold.Folding;
import starling.models.plan.Bundle;
import starling.models.plan.BundleWriter;
import starling.models.plan.LocalFleet;
import starling.models.run.Network;
import starling.models.run.ProbedModel;
import starling.repurpose.exchange.Schedule;
import starling.repurpose.space.InputRule;
import starling.repurpose.space.SpaceAnalysis;
import starling.repurpose.space.SplitGraph;
import starling.repurpose.space.SplitNetwork;

/**
 * Splitting changes nothing: for any owner of every unit the fleet computes what the original computes, as the contract
 * defines equality. Models of other authors, owners drawn at random.
 */
class SplitEqualsOriginalTest {
    @TempDir
    Path folder;

    @TestFactory
    Stream<DynamicTest> modelsOfOtherAuthors() {
        Path models = Path.of(System.getProperty("starling.data", "none"), "models");
        Assumptions.assumeTrue(Files.isDirectory(models), "no models of other authors at " + models);
        return Stream.of(
                        "cntk_mnist8",
                        "wonnx_opt_mnist",
                        "tribuo_cnn_mnist",
                        "winml_cifar_imageclassifier",
                        "marabou_cnn_max_mnist2",
                        "eran_acasxu_1_1")
                .flatMap(name -> Stream.of("split", "replicated").flatMap(inputs -> IntStream.rangeClosed(1, 7)
                        .mapToObj(workers -> DynamicTest.dynamicTest(
                                name + " " + inputs + " P=" + workers,
                                () -> check(models.resolve(name + ".onnx"), inputs, workers)))));
    }

    private void check(Path file, String inputs, int workers) throws Exception {
        LoadedModel loaded = OnnxFile.load(file, LoadLimits.defaults());
        ProbedModel model = ProbedModel.of(Folding.fold(loaded.model()).model());
        InputRule rule = inputs.equals("split") ? new InputRule.Split() : new InputRule.Replicated();
        SplitGraph graph = SpaceAnalysis.of(model, Map.of(model.inputs().get(0), rule));
        UniformRandomProvider random = RandomSource.XO_SHI_RO_256_PP.create(17L + workers);
        int[] owners = IntStream.range(0, graph.units())
                .map(u -> random.nextInt(workers))
                .toArray();
        SplitNetwork network = SplitNetwork.original(graph, workers, owners);
        for (Schedule.Kinds kinds : Schedule.Kinds.values()) {
            Schedule schedule = Schedule.of(network, kinds);
            BundleAssembler.Content content = new BundleAssembler(
                            network,
                            schedule,
                            new BundleAssembler.Statement(
                                    "test", "m", "0", new byte[0], "values", null, Map.of(), 0, 0, List.of()))
                    .assemble();
            Path target = Files.createTempDirectory(folder, "b").resolve("bundle");
            Bundle bundle = BundleWriter.write(target, false, content.files(), content.plan());
            int batch = 3;
            int elements = bundle.plan().inputElements();
            float[] samples = new float[batch * elements];
            for (int i = 0; i < samples.length; i++) {
                samples[i] = random.nextFloat();
            }
            float[] expected;
            float[] whole;
            try (Network original = new Network("original", loaded.model(), 1);
                    Network reference = new Network(
                            "reference", ModelProto.parseFrom(content.files().get(Bundle.REFERENCE)), 1)) {
                expected = original.run(samples, batch).values().iterator().next();
                whole = reference.run(samples, batch).values().iterator().next();
            }
            try (LocalFleet fleet = new LocalFleet(bundle, 1)) {
                float[] actual = fleet.run(samples, batch).values().iterator().next();
                close(expected, actual, "fleet, " + kinds);
            }
            close(expected, whole, "reference");
            assertEquals(
                    schedule.values(),
                    bundle.plan().layers().stream()
                            .mapToLong(layer -> layer.values())
                            .sum(),
                    "values per layer add up");
        }
    }

    private static void close(float[] expected, float[] actual, String what) {
        assertEquals(expected.length, actual.length, what);
        double scale = 1;
        double difference = 0;
        for (int i = 0; i < expected.length; i++) {
            scale = Math.max(scale, Math.abs(expected[i]));
            difference = Math.max(difference, Math.abs(expected[i] - actual[i]));
        }
        assertTrue(difference / scale <= 1e-5, what + " differs by " + difference / scale);
    }
}
