package starling.models.zoo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto.Dimension;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.google.protobuf.InvalidProtocolBufferException;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import starling.models.UnfitException;
import starling.models.data.DataSpec;
import starling.models.data.Dataset;
import starling.models.data.Split;
import starling.models.zoo.ShippedModels.Description;

class ShippedModelsTest {
    private static final int BATCH = 250;

    /**
     * The claim for all 10 000 test images must lie in the 99.9 % binomial interval around what the slice
     * shows: p -+ 3.29 sqrt(p (1 - p) / 2000). A fixed model and a fixed slice: this cannot fail by chance.
     */
    @ParameterizedTest
    @CsvSource({"dense,0.98", "lenet,0.99"})
    void accuracyIsWhatTheFileClaims(String name, double owed) throws OrtException {
        Description claim = ShippedModels.describe(name);
        assertTrue(claim.accuracy() >= owed, claim::toString);
        Dataset data = DataSpec.parse("builtin:mnist").open(Split.TEST, 0);
        int n = data.count();
        int right = right(ShippedModels.read(name), data);
        double p = claim.accuracy();
        assertEquals(p, right / (double) n, 3.29 * Math.sqrt(p * (1 - p) / n));
    }

    private static int right(byte[] model, Dataset data) throws OrtException {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        int right = 0;
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(1);
            try (OrtSession session = environment.createSession(model, options)) {
                float[] images = new float[BATCH * data.elements()];
                for (int from = 0; from < data.count(); from += BATCH) {
                    data.readBatch(from, BATCH, images);
                    try (OnnxTensor input = OnnxTensor.createTensor(
                                    environment, FloatBuffer.wrap(images), new long[] {BATCH, 1, 28, 28});
                            OrtSession.Result result = session.run(Map.of("image", input))) {
                        float[][] logits =
                                (float[][]) result.get("logits").orElseThrow().getValue();
                        for (int i = 0; i < BATCH; i++) {
                            right += firstMaximum(logits[i]) == data.label(from + i) ? 1 : 0;
                        }
                    }
                }
            }
        }
        return right;
    }

    private static int firstMaximum(float[] values) {
        int best = 0;
        for (int i = 1; i < values.length; i++) {
            best = values[i] > values[best] ? i : best;
        }
        return best;
    }

    @ParameterizedTest
    @ValueSource(strings = {"dense", "lenet"})
    void filesArePlainOnnx(String name) throws InvalidProtocolBufferException {
        ModelProto model = ModelProto.parseFrom(ShippedModels.read(name));
        assertEquals(8, model.getIrVersion());
        assertEquals(1, model.getOpsetImportCount());
        assertEquals(13, model.getOpsetImport(0).getVersion());
        GraphProto graph = model.getGraph();
        assertEquals("image", graph.getInput(0).getName());
        List<Dimension> shape =
                graph.getInput(0).getType().getTensorType().getShape().getDimList();
        assertEquals("batch", shape.get(0).getDimParam());
        assertArrayEquals(
                new long[] {1, 28, 28},
                shape.stream().skip(1).mapToLong(Dimension::getDimValue).toArray());
        assertEquals("logits", graph.getOutput(0).getName());
        assertEquals(1, graph.getInputCount());
        assertEquals(1, graph.getOutputCount());
    }

    @Test
    void theDenseNetworkHasTheSizesItsNameSays() throws InvalidProtocolBufferException {
        GraphProto graph = ModelProto.parseFrom(ShippedModels.read("dense")).getGraph();
        assertEquals(
                List.of("Flatten", "Gemm", "Relu", "Gemm", "Relu", "Gemm"),
                graph.getNodeList().stream().map(node -> node.getOpType()).toList());
        assertEquals(
                List.of(List.of(300L, 784L), List.of(100L, 300L), List.of(10L, 100L)),
                graph.getInitializerList().stream()
                        .filter(weights -> weights.getDimsCount() == 2)
                        .map(weights -> weights.getDimsList())
                        .toList());
    }

    @Test
    void describedAndNamed() {
        assertEquals(List.of("dense", "lenet"), ShippedModels.names());
        for (String name : ShippedModels.names()) {
            Description description = ShippedModels.describe(name);
            assertEquals(name, description.name());
            assertFalse(description.description().isBlank());
            assertTrue(description.recipe().contains("Adam["), description.recipe());
            assertTrue(description.data().startsWith("mnist"), description.data());
        }
        UnfitException thrown = assertThrows(UnfitException.class, () -> ShippedModels.read("../zoo/dense"));
        assertTrue(
                Objects.requireNonNull(thrown.getMessage()).contains("dense, lenet: '../zoo/dense'"),
                thrown.getMessage());
    }
}
