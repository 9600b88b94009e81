package starling.models.onnx.opset;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import starling.models.UnfitException;
import starling.models.graph.Graph;
import starling.models.graph.GraphBuilder;
import starling.models.run.Network;

/** Each operator as older sets write it computes the same after the upgrade. */
class OpsetUpgradeTest {
    private record Case(long opset, String operator, int outputs, AttributeProto... attributes) {
        @Override
        public String toString() {
            return operator + " of set " + opset;
        }
    }

    private static AttributeProto of(String name, long... values) {
        return GraphBuilder.attribute(name, values);
    }

    private static AttributeProto one(String name, long value) {
        return GraphBuilder.attribute(name, value);
    }

    private static AttributeProto real(String name, float value) {
        return GraphBuilder.attribute(name, value);
    }

    private static Stream<Case> cases() {
        return Stream.of(
                new Case(7, "Clip", 1, real("min", -0.3f), real("max", 0.4f)),
                new Case(10, "Clip", 1, real("max", 0.4f)),
                new Case(7, "Pad", 1, of("pads", 0, 0, 1, 2, 0, 1, 0, 0), real("value", 0.5f)),
                new Case(9, "Slice", 1, of("starts", 1, -2), of("ends", 3, 100), of("axes", 1, 3)),
                new Case(9, "Slice", 1, of("starts", 0, 1), of("ends", 100, 3)),
                new Case(11, "Unsqueeze", 1, of("axes", 2)),
                new Case(12, "ReduceSum", 1, of("axes", 1, 3), one("keepdims", 0)),
                new Case(12, "ReduceSum", 1),
                new Case(17, "ReduceMean", 1, of("axes", -1)),
                new Case(13, "ReduceMax", 1, of("axes", 2), one("keepdims", 0)),
                new Case(11, "Split", 2, one("axis", 1), of("split", 3, 1)),
                new Case(11, "Split", 2, one("axis", 1)),
                new Case(13, "Split", 2, one("axis", 3)),
                new Case(12, "Softmax", 1),
                new Case(12, "Softmax", 1, one("axis", 3)),
                new Case(12, "LogSoftmax", 1, one("axis", 2)),
                new Case(13, "Softmax", 1, one("axis", 1)),
                new Case(10, "Dropout", 1, real("ratio", 0.3f)));
    }

    private static ModelProto model(Case tested) {
        GraphBuilder graph = new GraphBuilder("old", tested.opset());
        graph.input("x", 2, 4, 5, 6);
        NodeProto.Builder node = NodeProto.newBuilder()
                .setOpType(tested.operator())
                .addInput("x")
                .addAllAttribute(List.of(tested.attributes()));
        for (int i = 0; i < tested.outputs(); i++) {
            node.addOutput("y" + i);
        }
        graph.add(node.build());
        for (int i = 0; i < tested.outputs(); i++) {
            graph.output(GraphBuilder.shapeless("y" + i));
        }
        return graph.build();
    }

    @TestFactory
    Stream<DynamicTest> outputsStayTheSame() {
        return cases().map(tested -> dynamicTest(tested.toString(), () -> check(model(tested), tested.outputs())));
    }

    private static void check(ModelProto old, int outputs) {
        ModelProto upgraded = OpsetUpgrade.of(old);
        assertEquals(OpsetUpgrade.VERSION, new Graph(upgraded).opset());
        SplittableRandom random = new SplittableRandom(1);
        try (Network before = new Network("old", old, 1);
                Network after = new Network("new", upgraded, 1)) {
            float[] x = new float[before.inputElements()];
            for (int i = 0; i < x.length; i++) {
                x[i] = (float) random.nextGaussian();
            }
            var expected = before.run(x, 1);
            var actual = after.run(x, 1);
            assertEquals(outputs, actual.size());
            expected.forEach(
                    (name, values) -> assertArrayEquals(values, Objects.requireNonNull(actual.get(name)), 1e-6f, name));
        }
    }

    /** Running statistics as outputs, which inference does not have, vanish. */
    @Test
    void trainingOutputsOfBatchNormalizationVanish() {
        GraphBuilder graph = new GraphBuilder("old", 9);
        graph.input("x", 2, 3);
        String vector = graph.constant("v", new float[] {1, 2, 3}, 3);
        graph.add(NodeProto.newBuilder()
                .setOpType("BatchNormalization")
                .addAllInput(List.of("x", vector, vector, vector, vector))
                .addAllOutput(List.of("y", "mean"))
                .build());
        graph.output("y", 2, 3);
        ModelProto upgraded = OpsetUpgrade.of(graph.build());
        assertEquals(1, upgraded.getGraph().getNode(0).getOutputCount());
    }

    @Test
    void newerModelsStayAndUnknownChangesAreNamed() {
        ModelProto recent = model(new Case(18, "Relu", 1));
        assertSame(recent, OpsetUpgrade.of(recent));
        ModelProto resize = model(new Case(9, "Upsample", 1));
        assertEquals(
                "Upsample of operator sets below 10 cannot be rewritten for set 18: 'y0' is of set 9",
                assertThrows(UnfitException.class, () -> OpsetUpgrade.of(resize))
                        .getMessage());
    }
}
