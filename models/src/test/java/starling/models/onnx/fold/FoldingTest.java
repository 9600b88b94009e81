package starling.models.onnx.fold;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static starling.models.onnx.file.SmallModels.attribute;
import static starling.models.onnx.file.SmallModels.floats;
import static starling.models.onnx.file.SmallModels.node;
import static starling.models.onnx.file.SmallModels.value;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import starling.models.UnfitException;
import starling.models.onnx.file.SmallModels;

class FoldingTest {
    private static List<String> operators(ModelProto model) {
        return model.getGraph().getNodeList().stream().map(NodeProto::getOpType).toList();
    }

    private static List<String> dims(ValueInfoProto value) {
        return value.getType().getTensorType().getShape().getDimList().stream()
                .map((TensorShapeProto.Dimension dim) ->
                        dim.hasDimValue() ? Long.toString(dim.getDimValue()) : dim.getDimParam())
                .toList();
    }

    private static void sameFunction(ModelProto a, ModelProto b, long... shape) throws Exception {
        SplittableRandom random = new SplittableRandom(17);
        float[] values = PlainRun.values(PlainRun.elements(shape), random);
        Map<String, PlainRun.Feed> feeds = Map.of("x", new PlainRun.Feed(values, shape));
        float[] before = PlainRun.run(a.toByteArray(), feeds, false).get(0);
        float[] after = PlainRun.run(b.toByteArray(), feeds, false).get(0);
        assertTrue(PlainRun.difference(after, before) <= 1e-5);
    }

    @Test
    void matMulAndAddBecomeGemmAndTheBatchStaysFree() throws Exception {
        ModelProto model = SmallModels.dense().build();
        FoldedModel folded = Folding.fold(model);
        assertEquals(List.of(), folded.notes());
        assertEquals(List.of("Gemm", "Relu"), operators(folded.model()));
        GraphProto graph = folded.model().getGraph();
        assertEquals(List.of("N", "3"), dims(graph.getInput(0)));
        assertEquals(List.of("N", "2"), dims(graph.getOutput(0)));
        assertEquals(1, folded.model().getOpsetImportCount(), "only the standard operator set is imported");
        sameFunction(model, folded.model(), 5, 3);
        assertEquals(folded, Folding.fold(model), "folding is repeatable");
        assertEquals(folded.model(), Folding.fold(folded.model()).model(), "and done in one go");
    }

    @Test
    void batchNormalizationMovesIntoTheConvolution() throws Exception {
        SplittableRandom random = new SplittableRandom(3);
        GraphProto.Builder graph = GraphProto.newBuilder()
                .setName("conv")
                .addInput(value("x", DataType.FLOAT, "N", 2, 6, 6))
                .addOutput(value("y", DataType.FLOAT, "N", 3, 4, 4))
                .addInitializer(floats("W", List.of(3L, 2L, 3L, 3L), PlainRun.values(54, random)))
                .addInitializer(floats("scale", List.of(3L), 1, 2, 0.5f))
                .addInitializer(floats("shift", List.of(3L), 1, -1, 3))
                .addInitializer(floats("mean", List.of(3L), 0.25f, 4, -2))
                .addInitializer(floats("variance", List.of(3L), 1, 0.5f, 2))
                .addInitializer(floats("unused", List.of(1L), 1))
                .addNode(node("Conv", "conv", List.of("x", "W"), "c"))
                .addNode(node("BatchNormalization", "norm", List.of("c", "scale", "shift", "mean", "variance"), "n"))
                .addNode(node("Identity", "same", List.of("n"), "y"));
        ModelProto model = SmallModels.model(graph).build();
        FoldedModel folded = Folding.fold(model);
        assertEquals(List.of("Conv"), operators(folded.model()));
        assertEquals(2, folded.model().getGraph().getInitializerCount(), "weights and bias, no dead constant");
        sameFunction(model, folded.model(), 2, 2, 6, 6);
    }

    @Test
    void constantsAreComputed() throws Exception {
        ModelProto.Builder model = SmallModels.dense();
        model.getGraphBuilder()
                .setNode(1, node("Add", "shift", List.of("xw", "b2"), "z"))
                .addNode(0, node("Mul", "twice", List.of("b", "two"), "b2"))
                .addNode(
                        0,
                        node("Constant", "two", List.of(), "two")
                                .addAttribute(attribute("value_float", AttributeProto.AttributeType.FLOAT)
                                        .setF(2)));
        FoldedModel folded = Folding.fold(model.build());
        assertEquals(List.of("Gemm", "Relu"), operators(folded.model()));
        assertTrue(folded.model().getGraph().getInitializerList().stream()
                .map(TensorProto::getRawData)
                .anyMatch(floats("", List.of(2L), 1, 40).getRawData()::equals));
        sameFunction(model.build(), folded.model(), 4, 3);
    }

    @Test
    void freeDimensionsCanBeFixed() throws Exception {
        ModelProto model = SmallModels.dense().build();
        ModelProto fixed = Folding.fold(model, Map.of("N", 7L)).model();
        assertEquals(List.of("7", "3"), dims(fixed.getGraph().getInput(0)));
        assertEquals(List.of("7", "2"), dims(fixed.getGraph().getOutput(0)));
        sameFunction(model, fixed, 7, 3);
        refused("'M' is not a free dimension of an input; there are [N]", () -> Folding.fold(model, Map.of("M", 1L)));
        refused("a dimension must be at least 1: 'N' is 0", () -> Folding.fold(model, Map.of("N", 0L)));
    }

    private static void refused(String sentence, Executable action) {
        assertEquals(sentence, assertThrows(UnfitException.class, action).getMessage());
    }

    @Test
    void whatOnnxRuntimeRefusesIsSaidInOneSentence() {
        ModelProto.Builder unknown = SmallModels.dense();
        unknown.getGraphBuilder().getNodeBuilder(2).setOpType("Frobnicate");
        refused(
                "ONNX Runtime refuses the model: This is an invalid model. In Node, (\"clip\", Frobnicate, \"\", -1) :"
                        + " (\"z\": tensor(float),) -> (\"y\": tensor(float),) , Error No Op registered for Frobnicate with"
                        + " domain_version of 13",
                () -> Folding.fold(unknown.build()));
        ModelProto.Builder shapes = SmallModels.dense();
        shapes.getGraphBuilder().setInitializer(0, floats("W", List.of(2L, 3L), 1, 2, 3, 4, 5, 6));
        refused(
                "ONNX Runtime refuses the model: Node (product) Op (MatMul) [ShapeInferenceError] Incompatible dimensions"
                        + " for matrix multiplication",
                () -> Folding.fold(shapes.build()));
    }

    /** A constant expression that overflows: folding it would leave an infinite weight, which loading refuses. */
    @Test
    void whatDoesNotPassTheChecksIsLeftUnfolded() {
        ModelProto.Builder model = SmallModels.dense();
        model.getGraphBuilder()
                .addInitializer(floats("large", List.of(2L), 3e38f, 1))
                .addNode(0, node("Add", "overflow", List.of("large", "large"), "infinite"))
                .addNode(node("Add", "more", List.of("z", "infinite"), "w"))
                .addOutput(value("w", DataType.FLOAT, "N", 2));
        FoldedModel folded = Folding.fold(model.build());
        assertEquals(model.build(), folded.model());
        assertEquals(1, folded.notes().size());
        assertTrue(
                folded.notes().get(0).startsWith("the model was not simplified: weights must be finite: value 0 of"),
                folded.notes().get(0));
    }

    @Test
    void nothingStaysInTheTemporaryFolder() throws IOException {
        Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
        List<Path> before = leftovers(temporary);
        Folding.fold(SmallModels.dense().build());
        ModelProto.Builder bad = SmallModels.dense();
        bad.getGraphBuilder().getNodeBuilder(2).setOpType("Frobnicate");
        assertThrows(UnfitException.class, () -> Folding.fold(bad.build()));
        assertEquals(before, leftovers(temporary));
    }

    private static List<Path> leftovers(Path temporary) throws IOException {
        try (Stream<Path> files = Files.list(temporary)) {
            return files.filter(file -> file.getFileName().toString().startsWith("starling-fold"))
                    .sorted()
                    .toList();
        }
    }
}
