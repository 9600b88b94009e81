package starling.models.onnx.fold;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import starling.models.onnx.file.LoadLimits;
import starling.models.onnx.file.LoadedModel;
import starling.models.onnx.file.OnnxFile;

/** Other people's models: loaded, folded, and still the same function. */
class RealModelsTest {
    /** The contract's tolerance for equal outputs. */
    private static final double EQUAL = 1e-5;

    private static final Path MODELS =
            Path.of(System.getProperty("starling.data", "absent")).resolve("models");

    @BeforeEach
    void needsData() {
        Assumptions.assumeTrue(Files.isDirectory(MODELS), "the folder of test models is absent: " + MODELS);
    }

    static Stream<String> models() throws IOException {
        if (!Files.isDirectory(MODELS)) {
            return Stream.of("cntk_mnist8.onnx");
        }
        try (Stream<Path> files = Files.walk(MODELS)) {
            return files
                    .filter(file -> file.toString().endsWith(".onnx"))
                    .map(file -> MODELS.relativize(file).toString())
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    static Stream<String> layers() throws IOException {
        return models().filter(name -> name.contains("layerwise") || !Files.isDirectory(MODELS));
    }

    @ParameterizedTest
    @MethodSource("models")
    void loadingAndFoldingKeepTheFunction(String name) throws Exception {
        Path file = MODELS.resolve(name);
        byte[] raw = Files.readAllBytes(file);
        LoadedModel loaded = OnnxFile.load(file, LoadLimits.defaults());
        FoldedModel folded = Folding.fold(loaded.model());
        // The first layer of the layer-wise set only reshapes a constant: nothing would be left of it.
        assertEquals(
                name.contains("0_Parameter193_reshape1") ? 1 : 0, folded.notes().size());
        ModelProto parsed = ModelProto.parseFrom(raw);
        boolean half = parsed.getGraph().getInput(0).getType().getTensorType().getElemType()
                == TensorProto.DataType.FLOAT16.getNumber();
        Map<String, PlainRun.Feed> feeds = new HashMap<>();
        SplittableRandom random = new SplittableRandom(name.hashCode());
        for (ValueInfoProto input : loaded.model().getGraph().getInputList()) {
            long[] shape = PlainRun.shape(input, 2);
            float[] values = PlainRun.values(PlainRun.elements(shape), random);
            feeds.put(input.getName(), new PlainRun.Feed(values, shape));
        }
        List<float[]> expected = PlainRun.run(raw, feeds, half);
        List<float[]> asLoaded = PlainRun.run(loaded.model().toByteArray(), feeds, false);
        List<float[]> asFolded = PlainRun.run(folded.model().toByteArray(), feeds, false);
        // A float16 run rounds every intermediate value to 11 bits; its probabilities, at most 1, to 2^-11 at best.
        double tolerance = half ? 0x1p-10 : EQUAL;
        for (int i = 0; i < expected.size(); i++) {
            assertTrue(PlainRun.difference(asLoaded.get(i), expected.get(i)) <= tolerance, name);
            assertTrue(PlainRun.difference(asFolded.get(i), expected.get(i)) <= tolerance, name);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void theMnistModelGivesItsPublishedAnswers(int set) throws Exception {
        Path folder = MODELS.resolve("refs/cntk_mnist8/test_data_set_" + set);
        ModelProto model = OnnxFile.load(MODELS.resolve("cntk_mnist8.onnx")).model();
        answers(Folding.fold(model).model(), folder);
    }

    @ParameterizedTest
    @MethodSource("layers")
    void everyLayerGivesItsPublishedAnswer(String name) throws Exception {
        Path file = MODELS.resolve(name);
        Path folder = file.resolveSibling("test_data_set_0");
        answers(Folding.fold(OnnxFile.load(file).model()).model(), folder);
    }

    private static void answers(ModelProto model, Path folder) throws Exception {
        TensorProto input = TensorProto.parseFrom(Files.readAllBytes(folder.resolve("input_0.pb")));
        TensorProto output = TensorProto.parseFrom(Files.readAllBytes(folder.resolve("output_0.pb")));
        String name = model.getGraph().getInput(0).getName();
        long[] shape = input.getDimsList().stream().mapToLong(Long::longValue).toArray();
        List<float[]> outputs =
                PlainRun.run(model.toByteArray(), Map.of(name, new PlainRun.Feed(floats(input), shape)), false);
        assertTrue(PlainRun.difference(outputs.get(0), floats(output)) <= EQUAL, folder.toString());
    }

    private static float[] floats(TensorProto tensor) {
        ByteBuffer raw = tensor.getRawData().asReadOnlyByteBuffer().slice().order(ByteOrder.LITTLE_ENDIAN);
        float[] values = new float[raw.remaining() / 4 + tensor.getFloatDataCount()];
        for (int i = 0; i < values.length; i++) {
            values[i] = raw.hasRemaining() ? raw.getFloat(4 * i) : tensor.getFloatData(i);
        }
        return values;
    }

    @Test
    void theHalfPrecisionNetworkIsFreeOfCasts() {
        LoadedModel loaded = OnnxFile.load(MODELS.resolve("winml_squeezenet_fp16.onnx"));
        assertEquals(
                List.of(
                        "the network is in 16-bit floating point: 52 tensors were widened to float32, and it is computed in"
                                + " float32"),
                loaded.notes());
        ModelProto folded = Folding.fold(loaded.model()).model();
        assertTrue(folded.getGraph().getNodeList().stream()
                .map(NodeProto::getOpType)
                .noneMatch("Cast"::equals));
    }
}
