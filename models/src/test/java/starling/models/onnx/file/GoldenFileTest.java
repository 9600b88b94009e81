package starling.models.onnx.file;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/**
 * Files written once by the onnx package 1.12 for Python, from the weights {@code W = [[1, -2], [3, -4], [5, -6]]} and
 * {@code b = [0.5, 20]}: what was readable stays readable. The digests were taken with sha256sum.
 */
class GoldenFileTest {
    static Path golden(String name) throws Exception {
        URI place = Objects.requireNonNull(GoldenFileTest.class.getResource("/golden/" + name))
                .toURI();
        return Path.of(place);
    }

    private static void isTheAffineModel(GraphProto graph) {
        assertEquals(
                List.of("x"),
                graph.getInputList().stream().map(ValueInfoProto::getName).toList());
        assertEquals(
                List.of("y"),
                graph.getOutputList().stream().map(ValueInfoProto::getName).toList());
        assertEquals(
                List.of("Gemm", "Relu"),
                graph.getNodeList().stream().map(NodeProto::getOpType).toList());
        TensorProto weights =
                SmallModels.floats("W", List.of(3L, 2L), 1, -2, 3, -4, 5, -6).build();
        assertEquals(weights, graph.getInitializer(0));
        assertEquals(List.of(2L), graph.getInitializer(1).getDimsList());
    }

    @Test
    void aFileOfIrVersionThree() throws Exception {
        LoadedModel loaded = OnnxFile.load(golden("affine-ir3-opset7.onnx"));
        isTheAffineModel(loaded.model().getGraph());
        assertEquals(
                List.of(0.5f, 20f), loaded.model().getGraph().getInitializer(1).getFloatDataList());
        assertEquals("e7ff32bcecf23a0d34beb44ad13e023d2856a8a1d83e3f10dd2a059c8353110c", loaded.sha256());
        assertEquals(List.of(), loaded.notes());
    }

    @Test
    void aFileWithExternalData() throws Exception {
        LoadedModel loaded = OnnxFile.load(golden("affine-external.onnx"));
        isTheAffineModel(loaded.model().getGraph());
        assertEquals(
                SmallModels.floats("b", List.of(2L), 0.5f, 20).build(),
                loaded.model().getGraph().getInitializer(1));
        assertEquals("1bd6a0087aa7aa610a86a26f8d292d73f2c5b26f67879f3346adf588a8ae9d4f", loaded.sha256());
        assertEquals(List.of(), loaded.notes());
    }
}
