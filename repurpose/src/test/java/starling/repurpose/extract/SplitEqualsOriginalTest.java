package starling.repurpose.extract;

import java.nio.file.Files;
import java.nio.file.Path;
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
import starling.models.run.ProbedModel;
import starling.repurpose.exchange.Schedule;
import starling.repurpose.fixture.FleetCheck;
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

    private void check(Path file, String inputs, int workers) {
        LoadedModel loaded = OnnxFile.load(file, LoadLimits.defaults());
        ProbedModel model = ProbedModel.of(Folding.fold(loaded.model()).model());
        InputRule rule = inputs.equals("split") ? new InputRule.Split() : new InputRule.Replicated();
        SplitGraph graph = SpaceAnalysis.of(model, Map.of(model.inputs().get(0), rule));
        UniformRandomProvider random = RandomSource.XO_SHI_RO_256_PP.create(17L + workers);
        SplitNetwork network = SplitNetwork.original(graph, workers, FleetCheck.owners(graph, workers, random));
        float[] samples = FleetCheck.samples(model, random);
        Map<String, float[]> expected = FleetCheck.run(loaded.model(), samples);
        FleetCheck.requireEqual(
                expected, FleetCheck.run(WholeModels.reference(network), samples), "reference of " + file);
        for (Schedule.Kinds kinds : Schedule.Kinds.values()) {
            FleetCheck.requireEqual(folder, network, kinds, expected, samples, file + ", " + kinds);
        }
    }
}
