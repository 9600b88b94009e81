package starling.models.gradient;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import starling.models.graph.Graph;
import starling.models.graph.GraphBuilder;
import starling.models.graph.Node;
import starling.models.graph.Shapes;
import starling.models.graph.Tensors;
import starling.models.run.ProbedModel;

/**
 * Each derivative against central differences of the loss. The operator under test stands between a parameter that is added to
 * the input, so that its gradient is the operator's own, and a dense layer that tells all outputs apart.
 */
class RulesTest {
    /** An operator under test: adds its nodes, reading the named value, and returns the last one's output. */
    private record Case(String name, int[] shape, GradientGraph.Mode mode, BiFunction<Built, String, String> operator) {
        /** Steps in float32 should be long; where maxima change places they must be short. */
        double step() {
            return name.startsWith("MaxPool") ? 1e-3 : 1e-2;
        }
    }

    /** A graph being built, with random constants. */
    private record Built(GraphBuilder graph, SplittableRandom random, List<String> parameters) {
        /** A parameter under test. */
        String parameter(int... shape) {
            String name = constant(1, 0, shape);
            parameters.add(name);
            return name;
        }

        String constant(double spread, double centre, int... shape) {
            float[] values = new float[(int) Shapes.elements(shape)];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (centre + spread * random.nextGaussian());
            }
            return graph.constant("w", values, shape);
        }

        String op(String operator, List<String> inputs, AttributeProto... attributes) {
            return graph.node(operator, inputs, attributes);
        }

        String integers(long... values) {
            return graph.constant("i", values);
        }

        String scalar(float value) {
            return graph.constant("s", new float[] {value});
        }
    }

    private static AttributeProto of(String name, long value) {
        return GraphBuilder.attribute(name, value);
    }

    private static AttributeProto of(String name, long... values) {
        return GraphBuilder.attribute(name, values);
    }

    private static AttributeProto of(String name, float value) {
        return GraphBuilder.attribute(name, value);
    }

    private static AttributeProto of(String name, String value) {
        return GraphBuilder.attribute(name, value);
    }

    private static Case frozen(String name, int[] shape, BiFunction<Built, String, String> operator) {
        return new Case(name, shape, GradientGraph.Mode.FROZEN, operator);
    }

    private static Case training(String name, int[] shape, BiFunction<Built, String, String> operator) {
        return new Case(name, shape, GradientGraph.Mode.TRAINING, operator);
    }

    private static int[] shape(int... dims) {
        return dims;
    }

    private static Case conv(String name, int[] in, int[] kernels, AttributeProto... attributes) {
        return frozen(
                "Conv " + name,
                in,
                (b, x) -> b.op("Conv", List.of(x, b.parameter(kernels), b.parameter(kernels[0])), attributes));
    }

    private static Case pool(String operator, String name, int[] in, AttributeProto... attributes) {
        return frozen(operator + " " + name, in, (b, x) -> b.op(operator, List.of(x), attributes));
    }

    /** Pools what a Relu passed, which is read a second time. */
    private static String rectified(Built b, String x, AttributeProto strides) {
        String passed = b.op("Relu", List.of(x));
        String pooled = b.op("MaxPool", List.of(passed), of("kernel_shape", 2, 2), strides);
        return b.op("Add", List.of(pooled, b.op("GlobalAveragePool", List.of(passed))));
    }

    private static Case simple(String operator, AttributeProto... attributes) {
        return frozen(operator, shape(7), (b, x) -> b.op(operator, List.of(x), attributes));
    }

    private static List<Case> cases() {
        int[] image = {3, 7, 6};
        List<Case> cases = new ArrayList<>(List.of(
                simple("Identity"),
                simple("Relu"),
                simple("LeakyRelu", of("alpha", 0.3f)),
                simple("Elu", of("alpha", 0.7f)),
                simple("Sigmoid"),
                simple("Tanh"),
                simple("HardSigmoid", of("alpha", 0.4f), of("beta", 0.6f)),
                frozen(
                        "HardSwish",
                        shape(9),
                        (b, x) -> b.op("HardSwish", List.of(b.op("Mul", List.of(x, b.scalar(3)))))),
                frozen("Clip both", shape(9), (b, x) -> b.op("Clip", List.of(x, b.scalar(-0.5f), b.scalar(0.8f)))),
                frozen("Clip max", shape(9), (b, x) -> b.op("Clip", List.of(x, "", b.scalar(0.8f)))),
                simple("Softmax", of("axis", -1)),
                frozen("Softmax channels", shape(3, 4), (b, x) -> b.op("Softmax", List.of(x), of("axis", 1))),
                simple("LogSoftmax"),
                frozen(
                        "Gemm",
                        shape(5),
                        (b, x) -> b.op(
                                "Gemm",
                                List.of(x, b.parameter(5, 4), b.parameter(4)),
                                of("alpha", 0.5f),
                                of("beta", 2f))),
                frozen(
                        "Gemm transB",
                        shape(5),
                        (b, x) -> b.op("Gemm", List.of(x, b.parameter(4, 5), b.parameter(1, 4)), of("transB", 1))),
                frozen("MatMul", shape(5), (b, x) -> b.op("MatMul", List.of(x, b.parameter(5, 4)))),
                frozen("MatMul 3d", shape(3, 5), (b, x) -> b.op("MatMul", List.of(x, b.parameter(5, 4)))),
                frozen("MatMul left", shape(3, 5), (b, x) -> b.op("MatMul", List.of(b.parameter(4, 3), x))),
                frozen("MatMul stack", shape(2, 3, 5), (b, x) -> b.op("MatMul", List.of(x, b.parameter(2, 5, 4)))),
                frozen(
                        "MatMul of signals",
                        shape(3, 4),
                        (b, x) -> b.op("MatMul", List.of(x, b.op("Transpose", List.of(x), of("perm", 0, 2, 1))))),
                conv("plain", image, shape(4, 3, 3, 2)),
                conv("strides, pads", image, shape(4, 3, 3, 3), of("strides", 2, 3), of("pads", 1, 0, 2, 1)),
                conv("strides that leave a rest", shape(2, 8, 8), shape(3, 2, 3, 3), of("strides", 2, 2)),
                conv("dilations", image, shape(2, 3, 2, 2), of("dilations", 2, 3)),
                conv("dilations, strides", image, shape(2, 3, 2, 2), of("dilations", 2, 3), of("strides", 2, 1)),
                conv("groups", shape(4, 6, 5), shape(6, 2, 3, 3), of("group", 2), of("pads", 1, 1, 1, 1)),
                conv("depthwise", image, shape(6, 1, 3, 3), of("group", 3), of("strides", 2, 2)),
                conv("same upper", image, shape(2, 3, 3, 3), of("auto_pad", "SAME_UPPER"), of("strides", 2, 2)),
                conv("same lower", image, shape(2, 3, 2, 4), of("auto_pad", "SAME_LOWER"), of("strides", 2, 2)),
                conv("one axis", shape(3, 9), shape(4, 3, 4), of("strides", new long[] {2})),
                conv("three axes", shape(2, 4, 3, 5), shape(2, 2, 2, 2, 3)),
                conv("many filters", image, shape(7, 3, 3, 2), of("pads", 1, 0, 0, 1)),
                conv("points", image, shape(4, 3, 1, 1)),
                conv("points, strides", image, shape(4, 3, 1, 1), of("strides", 2, 3)),
                conv("padding beyond the kernel", image, shape(4, 3, 2, 2), of("pads", 0, 2, 1, 0)),
                conv("many channels", shape(8, 5, 6), shape(4, 8, 3, 3), of("pads", 1, 0, 2, 1)),
                conv("many channels, rest", shape(8, 8, 8), shape(3, 8, 3, 3), of("strides", 2, 2)),
                conv(
                        "many channels, dilated rows",
                        shape(9, 7, 5),
                        shape(2, 9, 3, 3),
                        of("dilations", 2, 1),
                        of("strides", 1, 2)),
                conv(
                        "many channels, dilations",
                        shape(9, 7, 8),
                        shape(2, 9, 3, 3),
                        of("dilations", 2, 3),
                        of("strides", 2, 1),
                        of("pads", 1, 2, 0, 3)),
                conv("many channels, one axis", shape(20, 9), shape(4, 20, 4), of("strides", new long[] {2})),
                conv("many channels, three axes", shape(9, 4, 3, 5), shape(2, 9, 2, 2, 2), of("strides", 1, 1, 2)),
                conv(
                        "many channels, three axes, dilations",
                        shape(9, 4, 3, 5),
                        shape(2, 9, 2, 2, 2),
                        of("dilations", 2, 1, 2)),
                conv(
                        "groups, dilations",
                        shape(4, 6, 7),
                        shape(6, 2, 3, 3),
                        of("group", 2),
                        of("dilations", 1, 2),
                        of("pads", 2, 0, 1, 1)),
                conv("groups, rest", shape(4, 8, 8), shape(2, 2, 3, 3), of("group", 2), of("strides", 2, 2)),
                conv("depthwise, steps of 1", image, shape(3, 1, 3, 3), of("group", 3), of("pads", 1, 1, 1, 1)),
                conv("depthwise, dilations", image, shape(6, 1, 2, 2), of("group", 3), of("dilations", 2, 3)),
                pool("MaxPool", "apart", image, of("kernel_shape", 2, 2), of("strides", 2, 2)),
                pool("MaxPool", "overlapping", image, of("kernel_shape", 3, 3), of("strides", 2, 2)),
                pool("MaxPool", "padded", image, of("kernel_shape", 3, 2), of("pads", 1, 1, 1, 0), of("strides", 1, 2)),
                pool("MaxPool", "ceil", image, of("kernel_shape", 2, 4), of("strides", 2, 4), of("ceil_mode", 1)),
                frozen("MaxPool of Relu", shape(2, 4, 4), (b, x) -> rectified(b, x, of("strides", 2, 2))),
                frozen("MaxPool of Relu, overlapping", shape(2, 4, 3), (b, x) -> rectified(b, x, of("strides", 1, 2))),
                pool("AveragePool", "plain", image, of("kernel_shape", 3, 2), of("strides", 2, 2)),
                pool("AveragePool", "padded", image, of("kernel_shape", 3, 3), of("pads", 1, 1, 1, 1)),
                pool(
                        "AveragePool",
                        "padding counts",
                        image,
                        of("kernel_shape", 3, 3),
                        of("pads", 1, 0, 1, 2),
                        of("strides", 2, 2),
                        of("count_include_pad", 1)),
                pool("AveragePool", "ceil", image, of("kernel_shape", 3, 4), of("strides", 2, 3), of("ceil_mode", 1)),
                pool("GlobalAveragePool", "", image),
                frozen("BatchNormalization frozen", image, RulesTest::normalized),
                training("BatchNormalization training", image, RulesTest::normalized),
                training(
                        "BatchNormalization of vectors",
                        shape(5),
                        (b, x) -> b.op(
                                "BatchNormalization",
                                List.of(
                                        b.op("Tanh", List.of(x)),
                                        b.parameter(5),
                                        b.parameter(5),
                                        b.constant(1, 0, 5),
                                        b.constant(0.1, 2, 5)))),
                training("Dropout", shape(20), (b, x) -> b.op("Dropout", List.of(x, b.scalar(0.4f)))),
                frozen("Dropout frozen", shape(8), (b, x) -> b.op("Dropout", List.of(x, b.scalar(0.4f)))),
                frozen("Flatten", image, (b, x) -> b.op("Flatten", List.of(x))),
                frozen("Reshape", image, (b, x) -> b.op("Reshape", List.of(x, b.integers(0, 6, -1)))),
                frozen("Squeeze", shape(4, 1, 3), (b, x) -> b.op("Squeeze", List.of(x, b.integers(2)))),
                frozen("Unsqueeze", shape(4, 3), (b, x) -> b.op("Unsqueeze", List.of(x, b.integers(2)))),
                frozen("Transpose", image, (b, x) -> b.op("Transpose", List.of(x), of("perm", 0, 2, 3, 1))),
                frozen(
                        "Concat",
                        shape(4, 3),
                        (b, x) -> b.op("Concat", List.of(x, b.op("Tanh", List.of(x)), x), of("axis", 2))),
                frozen(
                        "Slice",
                        image,
                        (b, x) -> b.op("Slice", List.of(x, b.integers(1, -5), b.integers(3, 100), b.integers(1, -1)))),
                frozen(
                        "Slice steps",
                        image,
                        (b, x) -> b.op(
                                "Slice",
                                List.of(x, b.integers(1, 0), b.integers(7, 6), b.integers(2, 3), b.integers(3, 2)))),
                frozen(
                        "Slice backwards",
                        image,
                        (b, x) -> b.op(
                                "Slice", List.of(x, b.integers(-2), b.integers(-100), b.integers(2), b.integers(-2)))),
                frozen("Gather", image, (b, x) -> b.op("Gather", List.of(x, b.integers(4, 0, -1, 4)), of("axis", 2))),
                frozen("Pad", image, (b, x) -> b.op("Pad", List.of(x, b.integers(0, 0, 1, 2, 0, 0, 0, -1)))),
                frozen(
                        "ReduceMean",
                        image,
                        (b, x) -> b.op("ReduceMean", List.of(x, b.integers(1, 3)), of("keepdims", 0))),
                frozen("ReduceSum", image, (b, x) -> b.op("ReduceSum", List.of(x, b.integers(-1)))),
                frozen("Split", shape(7, 3), RulesTest::split)));
        for (String operator : List.of("Add", "Sub", "Mul", "Div")) {
            cases.add(frozen(
                    operator + " of signals",
                    shape(4, 3),
                    (b, x) -> b.op(
                            operator,
                            List.of(
                                    b.op("Tanh", List.of(x)),
                                    b.op("Add", List.of(b.op("Sigmoid", List.of(x)), b.scalar(1)))))));
            cases.add(frozen(
                    operator + " left signal",
                    shape(4, 3),
                    (b, x) -> b.op(operator, List.of(x, parameterAwayFromZero(b, 4, 1)))));
            cases.add(frozen(
                    operator + " right signal",
                    shape(4, 3),
                    (b, x) -> b.op(
                            operator,
                            List.of(b.parameter(3), b.op("Add", List.of(b.op("Tanh", List.of(x)), b.scalar(3)))))));
        }
        cases.add(frozen("Sum", shape(5), (b, x) -> b.op("Sum", List.of(x, b.parameter(5), x))));
        cases.add(frozen(
                "Mul broadcast signals",
                shape(4, 3),
                (b, x) -> b.op("Mul", List.of(x, b.op("ReduceMean", List.of(x, b.integers(2)), of("keepdims", 1))))));
        return cases;
    }

    private static String parameterAwayFromZero(Built b, int... shape) {
        String name = b.constant(0.1, 2, shape);
        b.parameters().add(name);
        return name;
    }

    private static String normalized(Built b, String x) {
        return b.op(
                "BatchNormalization",
                List.of(x, b.parameter(3), b.parameter(3), b.constant(1, 0, 3), b.constant(0.1, 2, 3)),
                of("epsilon", 1e-3f));
    }

    /** Reads two of three parts. */
    private static String split(Built b, String x) {
        String first = b.graph().fresh("part");
        String second = b.graph().fresh("part");
        String third = b.graph().fresh("part");
        b.graph()
                .add(NodeProto.newBuilder()
                        .setOpType("Split")
                        .addAllInput(List.of(x, b.integers(2, 3, 2)))
                        .addAllOutput(List.of(first, second, third))
                        .addAttribute(of("axis", 1))
                        .build());
        return b.op("Add", List.of(first, third));
    }

    private static ModelProto model(Case tested, List<String> parameters) {
        GraphBuilder graph = new GraphBuilder("case", 18);
        SplittableRandom random = new SplittableRandom(tested.name().hashCode());
        int[] in = new int[tested.shape().length + 1];
        in[0] = -1;
        System.arraycopy(tested.shape(), 0, in, 1, tested.shape().length);
        graph.input("x", in);
        Built built = new Built(graph, random, parameters);
        int[] shift = in.clone();
        shift[0] = 1;
        String shifted = graph.node("Add", List.of("x", built.parameter(shift)));
        String result = tested.operator().apply(built, shifted);
        String flat = graph.node("Flatten", List.of(result));
        graph.node("Identity", List.of(flat), "flat");
        graph.output("flat", -1, -1);
        int width = ProbedModel.of(graph.build()).elements("flat");
        graph.keepOutputs(name -> false);
        graph.node("MatMul", List.of("flat", built.constant(1 / Math.sqrt(width), 0, width, 3)), "y");
        graph.output("y", -1, 3);
        return graph.build();
    }

    @TestFactory
    Stream<DynamicTest> derivativesAreThoseOfCentralDifferences() {
        return cases().stream().map(tested -> dynamicTest(tested.name(), () -> check(tested)));
    }

    private static void check(Case tested) {
        List<String> parameters = new ArrayList<>();
        ModelProto model = model(tested, parameters);
        GradientGraph.Request request =
                new GradientGraph.Request(Loss.MEAN_SQUARED_ERROR, parameters, tested.mode(), false);
        SplittableRandom random = new SplittableRandom(5);
        try (Differentiated graph = new Differentiated(model, request, 3, 11)) {
            for (String parameter : parameters) {
                float[] gradient = graph.gradient(parameter);
                double norm = 0;
                for (float g : gradient) {
                    norm += (double) g * g;
                }
                norm = Math.sqrt(norm);
                assertTrue(norm > 1e-4, "a gradient that vanishes proves nothing: " + parameter);
                // Steps that meet a kink are wrong; of seven directions most meet none.
                int right = 0;
                StringBuilder said = new StringBuilder();
                for (int i = 0; i < 7; i++) {
                    double[] direction = random.doubles(gradient.length, -1, 1).toArray();
                    double expected = 0;
                    for (int j = 0; j < gradient.length; j++) {
                        expected += direction[j] * gradient[j];
                    }
                    double slope = graph.slope(parameter, direction, tested.step());
                    right += Math.abs(slope - expected) <= 2e-3 * norm ? 1 : 0;
                    said.append(slope).append(" for ").append(expected).append("; ");
                }
                assertTrue(right >= 5, parameter + " of norm " + norm + ": " + said);
            }
        }
    }

    @Test
    void everyOperatorWithARuleIsTested() {
        Set<String> tested = new LinkedHashSet<>();
        for (Case one : cases()) {
            for (Node node : new Graph(model(one, new ArrayList<>())).nodes()) {
                tested.add(node.operator());
            }
        }
        Set<String> missing = new TreeSet<>(GradientGraph.operators());
        missing.removeAll(tested);
        assertEquals(Set.of(), missing);
    }

    /** Where a Relu passed nothing, its zeros are equal maxima and none of them gets a gradient. */
    @Test
    void aWindowThatARectifierEmptiedGetsNoGradient() {
        GraphBuilder graph = new GraphBuilder("empty", 18);
        graph.input("x", -1, 1, 2, 4);
        String shifted = graph.node("Add", List.of("x", graph.constant(Tensors.of("p", new float[8], 1, 1, 2, 4))));
        String passed = graph.node("Relu", List.of(shifted));
        String pooled = graph.node("MaxPool", List.of(passed), of("kernel_shape", 2, 2), of("strides", 2, 2));
        graph.node("Flatten", List.of(pooled), "y");
        graph.output("y", -1, 2);
        try (Differentiated empty =
                new Differentiated(graph.build(), GradientGraph.Request.of(Loss.MEAN_SQUARED_ERROR), 1, 1)) {
            empty.values.put("x", new float[] {-1, 0, 3, 1, -2, 0, 3, 3});
            float[] gradient = empty.gradient("p");
            for (int i = 0; i < gradient.length; i++) {
                assertEquals(i == 2, gradient[i] != 0, "element " + i);
            }
        }
    }

    /** Of equal maxima the first gets all. */
    @Test
    void theFirstOfEqualMaximaGetsTheGradient() {
        for (long stride : new long[] {2, 1}) {
            GraphBuilder graph = new GraphBuilder("ties", 18);
            graph.input("x", -1, 1, 2, 2);
            String shifted = graph.node("Add", List.of("x", graph.constant(Tensors.of("p", new float[4], 1, 1, 2, 2))));
            String pooled =
                    graph.node("MaxPool", List.of(shifted), of("kernel_shape", 2, 2), of("strides", stride, stride));
            graph.node("Flatten", List.of(pooled), "y");
            graph.output("y", -1, 1);
            try (Differentiated tied =
                    new Differentiated(graph.build(), GradientGraph.Request.of(Loss.MEAN_SQUARED_ERROR), 1, 1)) {
                Arrays.fill(Objects.requireNonNull(tied.values.get("x")), 3);
                float[] gradient = tied.gradient("p");
                assertTrue(gradient[0] > 1 && gradient[1] == 0 && gradient[2] == 0 && gradient[3] == 0);
            }
        }
    }
}
