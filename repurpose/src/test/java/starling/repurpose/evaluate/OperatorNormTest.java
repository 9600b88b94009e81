package starling.repurpose.evaluate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import starling.models.graph.GraphBuilder;
import starling.models.graph.Shapes;
import starling.models.run.Network;
import starling.models.run.ProbedModel;
import starling.repurpose.space.InputRule;
import starling.repurpose.space.LinearMap;
import starling.repurpose.space.SpaceAnalysis;

/** Against the matrix itself, one column per input number: what ONNX Runtime makes of a one there and zeros elsewhere. */
class OperatorNormTest {
    private final UniformRandomProvider random = RandomSource.XO_SHI_RO_256_PP.create(3);

    private String weights(GraphBuilder builder, int... shape) {
        float[] drawn = new float[(int) Shapes.elements(shape)];
        for (int i = 0; i < drawn.length; i++) {
            drawn[i] = random.nextFloat() - 0.5f;
        }
        return builder.constant("w", drawn, shape);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "plain",
                "padded",
                "strided",
                "dilated",
                "same upper",
                "same lower",
                "valid",
                "grouped",
                "one dimension",
                "gemm",
                "right",
                "left"
            })
    void equalsTheMatrix(String layer) {
        GraphBuilder builder = new GraphBuilder(layer, 13);
        switch (layer) {
            case "gemm" -> {
                builder.input("x", -1, 4).output("y", -1, 3);
                builder.node("Gemm", List.of("x", weights(builder, 4, 3)), "y");
            }
            case "right" -> {
                builder.input("x", -1, 3, 4).output("y", -1, 3, 2);
                builder.node("MatMul", List.of("x", weights(builder, 4, 2)), "y");
            }
            case "left" -> {
                builder.input("x", -1, 3, 4).output("y", -1, 5, 4);
                builder.node("MatMul", List.of(weights(builder, 5, 3), "x"), "y");
            }
            case "one dimension" -> {
                builder.input("x", -1, 2, 7).output("y", -1, 3, 4);
                String w = weights(builder, 3, 2, 3);
                builder.node("Conv", List.of("x", w), "y", ints("strides", 2), ints("pads", 1, 1));
            }
            default -> {
                int groups = layer.equals("grouped") ? 2 : 1;
                builder.input("x", -1, 4, 5, 6);
                String w = weights(builder, 6, 4 / groups, 3, 2);
                List<AttributeProto> attributes = new ArrayList<>(List.of(GraphBuilder.attribute("group", groups)));
                switch (layer) {
                    case "padded" -> attributes.add(ints("pads", 2, 0, 1, 1));
                    case "strided" -> {
                        attributes.add(ints("strides", 2, 3));
                        attributes.add(ints("pads", 1, 1, 0, 1));
                    }
                    case "dilated" -> {
                        attributes.add(ints("dilations", 2, 3));
                        attributes.add(ints("pads", 1, 2, 1, 0));
                    }
                    case "same upper" -> {
                        attributes.add(GraphBuilder.attribute("auto_pad", "SAME_UPPER"));
                        attributes.add(ints("strides", 2, 1));
                    }
                    case "same lower" -> attributes.add(GraphBuilder.attribute("auto_pad", "SAME_LOWER"));
                    case "valid" -> attributes.add(GraphBuilder.attribute("auto_pad", "VALID"));
                    default -> {}
                }
                builder.node("Conv", List.of("x", w), "y", attributes.toArray(AttributeProto[]::new));
                builder.output(GraphBuilder.value("y").toBuilder()
                        .clearType()
                        .setType(GraphBuilder.value("y").getType().toBuilder()
                                .setTensorType(GraphBuilder.value("y").getType().getTensorType().toBuilder()
                                        .clearShape()))
                        .build());
            }
        }
        ModelProto model = builder.build();
        ProbedModel probed = ProbedModel.of(model);
        LinearMap map = SpaceAnalysis.of(probed, Map.of("x", new InputRule.Replicated()))
                .linear()
                .get(0)
                .map();
        int elements = probed.elements("x");
        double sum = 0;
        try (Network network = new Network(layer, model, 1)) {
            for (int column = 0; column < elements; column++) {
                float[] one = new float[elements];
                one[column] = 1;
                for (float entry : network.run(one, 1).values().iterator().next()) {
                    sum += (double) entry * entry;
                }
            }
        }
        OperatorNorm norm = OperatorNorm.of(probed, map);
        assertEquals(Math.sqrt(sum), norm.of(map.weights()), 1e-5 * Math.sqrt(sum));
        float[] none = new float[map.weights().length];
        assertEquals(norm.of(map.weights()), norm.ofDifference(none, map.weights()), 1e-9);
    }

    private static AttributeProto ints(String name, long... values) {
        return GraphBuilder.attribute(name, values);
    }
}
