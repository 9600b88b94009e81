package starling.repurpose.extract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import starling.models.graph.GraphBuilder;
import starling.models.graph.Shapes;
import starling.models.plan.Plan;
import starling.models.run.ProbedModel;
import starling.repurpose.assign.Capacities;
import starling.repurpose.exchange.Schedule;
import starling.repurpose.fixture.FleetCheck;
import starling.repurpose.space.InputRule;
import starling.repurpose.space.Operation;
import starling.repurpose.space.Ownership;
import starling.repurpose.space.SpaceAnalysis;
import starling.repurpose.space.SplitGraph;
import starling.repurpose.space.SplitNetwork;

/** Networks with something unusual that a plan must cope with: each one computes what the network whole does. */
class OddNetworksTest {
    private static final long OPSET = 17;

    @TempDir
    Path folder;

    private final UniformRandomProvider random = RandomSource.XO_SHI_RO_256_PP.create(5);
    private GraphBuilder builder = new GraphBuilder("odd", OPSET);

    @BeforeEach
    void reset() {
        builder = new GraphBuilder("odd", OPSET);
    }

    private String weights(int... shape) {
        float[] drawn = new float[(int) Shapes.elements(shape)];
        for (int i = 0; i < drawn.length; i++) {
            drawn[i] = random.nextFloat() - 0.5f;
        }
        return builder.constant("w", drawn, shape);
    }

    private void gemm(String x, int sources, int targets, String output) {
        builder.node("Gemm", List.of(x, weights(sources, targets), weights(targets)), output);
    }

    private String gemm(String x, int sources, int targets) {
        String output = builder.fresh("layer");
        gemm(x, sources, targets, output);
        return output;
    }

    private SplitGraph graph(Map<String, InputRule> rules) {
        return SpaceAnalysis.of(ProbedModel.of(builder.build()), rules);
    }

    /** Splits the network among 1 to 4 workers at random and compares; returns the last plan. */
    private Plan check(SplitGraph graph) {
        float[] samples = FleetCheck.samples(graph.model(), random);
        Map<String, float[]> expected = FleetCheck.run(builder.build(), samples);
        for (int workers = 1; workers < 4; workers++) {
            check(graph, workers, samples, expected);
        }
        return check(graph, 4, samples, expected);
    }

    private Plan check(SplitGraph graph, int workers, float[] samples, Map<String, float[]> expected) {
        SplitNetwork network = SplitNetwork.original(graph, workers, FleetCheck.owners(graph, workers, random));
        return FleetCheck.requireEqual(folder, network, Schedule.Kinds.BOTH, expected, samples, workers + " workers");
    }

    private static Map<String, InputRule> split(String... inputs) {
        Map<String, InputRule> rules = new LinkedHashMap<>();
        for (String input : inputs) {
            rules.put(input, new InputRule.Split());
        }
        return rules;
    }

    @Test
    void valuesMayBeCalledWhatPlansCallTheirPorts() {
        builder.input("input", -1, 6).output("output", -1, 3);
        gemm("input", 6, 5, "from_0");
        builder.node("Relu", List.of("from_0"), "to_1");
        gemm("to_1", 5, 4, "answer_0");
        gemm("answer_0", 4, 3, "output");
        check(graph(split("input")));
    }

    @Test
    void nodesMayBeCalledWhatOtherNodesMake() {
        builder.input("x", -1, 4).output("out", -1, 3);
        builder.add(NodeProto.newBuilder()
                .setName("b")
                .setOpType("MatMul")
                .addInput("x")
                .addInput(weights(4, 5))
                .addOutput("a")
                .build());
        builder.add(NodeProto.newBuilder()
                .setName("a")
                .setOpType("Relu")
                .addInput("a")
                .addOutput("b")
                .build());
        gemm("b", 5, 3, "out");
        check(graph(split("x")));
    }

    @Test
    void severalInputsStayWithTheirOwners() {
        builder.input("left", -1, 3)
                .input("camera", -1, 2, 4, 4)
                .input("right", -1, 3)
                .output("out", -1, 4);
        String a = builder.node("Relu", List.of(gemm("left", 3, 4)));
        String b = builder.node("Relu", List.of(gemm("right", 3, 4)));
        String c = builder.node("Conv", List.of("camera", weights(3, 2, 3, 3)));
        String flat = builder.node("Flatten", List.of(c));
        String sum = builder.node("Add", List.of(a, b));
        String all = builder.node("Concat", List.of(sum, flat), GraphBuilder.attribute("axis", 1));
        gemm(all, 16, 4, "out");
        Map<String, InputRule> rules = new LinkedHashMap<>();
        rules.put("left", new InputRule.Owners(new int[] {2}));
        rules.put("camera", new InputRule.Owners(new int[] {0, 1}));
        rules.put("right", new InputRule.Owners(new int[] {1, 2, 0}));
        SplitGraph graph = graph(rules);
        int[] owners = Ownership.ofInputs(graph, rules, Capacities.equal(3));
        for (int unit = 0; unit < owners.length; unit++) {
            owners[unit] = owners[unit] == Ownership.FREE ? random.nextInt(3) : owners[unit];
        }
        float[] samples = FleetCheck.samples(graph.model(), random);
        Plan plan = FleetCheck.requireEqual(
                folder,
                SplitNetwork.original(graph, 3, owners),
                Schedule.Kinds.BOTH,
                FleetCheck.run(builder.build(), samples),
                samples,
                "three sensors");
        // elements: left 0-2, camera 3-18 and 19-34, right 35-37
        assertArrayEquals(new int[] {3, 19, 37, 38}, ends(plan, 0));
        assertArrayEquals(new int[] {19, 36}, ends(plan, 1));
        assertArrayEquals(new int[] {0, 3, 36, 37}, ends(plan, 2));
    }

    private static int[] ends(Plan plan, int worker) {
        int[] ends = plan.parts().get(worker).input().stream()
                .flatMapToInt(range -> IntStream.of(range.from(), range.to()))
                .toArray();
        // adjacent ranges of different inputs may or may not be one
        return worker == 1 && ends.length == 4 ? new int[] {ends[0], ends[3]} : ends;
    }

    @Test
    void operatorsRunWholeFollowOneAnother() {
        builder.input("x", -1, 6).output("out", -1, 3);
        String a = builder.node("Softmax", List.of(gemm("x", 6, 5)), GraphBuilder.attribute("axis", 1));
        String b = builder.node("LayerNormalization", List.of(gemm(a, 5, 5), weights(5), weights(5)));
        String c = builder.node("Softmax", List.of(b), GraphBuilder.attribute("axis", 1));
        gemm(c, 5, 3, "out");
        SplitGraph graph = graph(split("x"));
        assertEquals(2, wholes(graph), "the last Softmax goes where its only input is");
        check(graph);
    }

    private static long wholes(SplitGraph graph) {
        return graph.operations().stream()
                .filter(Operation.Whole.class::isInstance)
                .count();
    }

    @Test
    void integersInTheMiddle() {
        builder.input("x", -1, 6).output("out", -1, 3);
        String layer = gemm("x", 6, 5);
        String best = builder.node("ArgMax", List.of(layer), GraphBuilder.attribute("axis", 1));
        String real = builder.node("Cast", List.of(best), GraphBuilder.attribute("to", 1));
        String all = builder.node("Concat", List.of(real, layer), GraphBuilder.attribute("axis", 1));
        gemm(all, 6, 3, "out");
        check(graph(split("x")));
    }

    @Test
    void masksOfSeveralLayersMeetLater() {
        builder.input("x", -1, 6).output("out", -1, 3);
        String zero = builder.constant("zero", new float[] {0.02f});
        String first = gemm("x", 6, 5);
        String early = builder.node("Greater", List.of(first, zero));
        String second = gemm(builder.node("Relu", List.of(first)), 5, 5);
        String late = builder.node("Less", List.of(second, zero));
        String both = builder.node("Or", List.of(early, late));
        String third = gemm(builder.node("Tanh", List.of(second)), 5, 5);
        String chosen = builder.node("Where", List.of(both, third, second));
        gemm(chosen, 5, 3, "out");
        check(graph(split("x")));
    }

    @Test
    void aClassThatIsBothAnswerAndInput() {
        builder.input("x", -1, 6).output(integers("class")).output("out", -1, 2);
        String layer = gemm("x", 6, 5);
        builder.node("ArgMax", List.of(layer), "class", GraphBuilder.attribute("axis", 1));
        String real = builder.node("Cast", List.of("class"), GraphBuilder.attribute("to", 1));
        gemm(real, 1, 2, "out");
        check(graph(split("x")));
    }

    private static ValueInfoProto integers(String name) {
        ValueInfoProto.Builder info = GraphBuilder.value(name, -1, 1).toBuilder();
        info.getTypeBuilder().getTensorTypeBuilder().setElemType(TensorProto.DataType.INT64.getNumber());
        return info.build();
    }

    @Test
    void anOperatorWhoseFirstOutputIsOmitted() {
        builder.input("x", 3, 1, 4).output("out", 1, 2);
        builder.add(NodeProto.newBuilder()
                .setOpType("LSTM")
                .addInput("x")
                .addInput(weights(1, 12, 4))
                .addInput(weights(1, 12, 3))
                .addOutput("")
                .addOutput("last")
                .addAttribute(GraphBuilder.attribute("hidden_size", 3))
                .build());
        String state = builder.node("Squeeze", List.of("last", builder.constant("axes", 0L)));
        gemm(state, 3, 2, "out");
        SplitGraph graph = graph(split("x"));
        assertEquals(1, wholes(graph));
        check(graph);
    }

    @Test
    void whatNothingReadsIsNotSent() {
        builder.input("x", -1, 6).output("out", -1, 2);
        String layer = builder.node("Relu", List.of(gemm("x", 6, 4)));
        gemm(layer, 4, 7);
        String kept = builder.node(
                "Slice",
                List.of(
                        layer,
                        builder.constant("starts", 1L),
                        builder.constant("ends", 3L),
                        builder.constant("axes", 1L)));
        gemm(kept, 2, 2, "out");
        SplitGraph graph = graph(split("x"));
        check(graph);
        int[] owners = new int[graph.units()];
        int dropped = graph.layout(layer).units()[0];
        owners[dropped] = 1;
        Schedule schedule = Schedule.of(SplitNetwork.original(graph, 2, owners), Schedule.Kinds.BOTH);
        assertEquals(0, schedule.values(), "worker 1 has one unit that is sliced away");
    }

    @Test
    void aUnitWithoutAnyWeightIsNotSent() {
        builder.input("x", -1, 3).output("out", -1, 1);
        String hidden = builder.node("Relu", List.of(gemm("x", 3, 2)));
        float[] column = {0.5f, 0};
        builder.node("MatMul", List.of(hidden, builder.constant("w", column, 2, 1)), "out");
        SplitGraph graph = graph(split("x"));
        check(graph);
        int[] owners = new int[graph.units()];
        owners[graph.layout(hidden).units()[1]] = 1;
        Schedule schedule = Schedule.of(SplitNetwork.original(graph, 2, owners), Schedule.Kinds.BOTH);
        assertEquals(0, schedule.values(), "worker 1 has one unit whose only weight is zero");
    }

    @Test
    void layersAlongDifferentDimensions() {
        builder.input("x", -1, 3, 4).output("out", -1, 2, 5);
        String mixed = builder.node("MatMul", List.of("x", weights(4, 5)));
        String along = builder.node("Conv", List.of(mixed, weights(3, 3, 1)));
        String gathered = builder.node("Concat", List.of(along, mixed), GraphBuilder.attribute("axis", 1));
        builder.node("MatMul", List.of(weights(2, 6), gathered), "out");
        check(graph(split("x")));
    }

    @Test
    void oneValueReadAlongTwoDimensions() {
        builder.input("x", -1, 3, 4).output("out", -1, 3, 8);
        String one = builder.node("Relu", List.of(builder.node("MatMul", List.of(weights(3, 3), "x"))));
        String mean = builder.node("GlobalAveragePool", List.of(one));
        String scaled = builder.node("Mul", List.of(one, mean));
        String down = builder.node("MatMul", List.of(weights(3, 3), scaled));
        String across = builder.node("MatMul", List.of(scaled, weights(4, 4)));
        builder.node("Concat", List.of(down, across), "out", GraphBuilder.attribute("axis", 2));
        check(graph(split("x")));
    }

    @Test
    void aDepthwiseConvolutionBehindALayerAlongAnotherDimension() {
        builder.input("x", -1, 3, 4).output("out", -1, 3, 4);
        String mixed = builder.node("MatMul", List.of("x", weights(4, 5)));
        builder.node("Conv", List.of(mixed, weights(3, 1, 2)), "out", GraphBuilder.attribute("group", 3));
        check(graph(split("x")));
    }

    @Test
    void reductionsToOneNumberPerSample() {
        builder.input("x", -1, 6).output("out", -1, 2);
        String axes = builder.constant("axes", 1L);
        String sum = builder.node("ReduceSum", List.of(gemm("x", 6, 4), axes), GraphBuilder.attribute("keepdims", 0));
        String root = builder.node("Sqrt", List.of(builder.node("Abs", List.of(sum))));
        String column = builder.node("Unsqueeze", List.of(root, axes));
        gemm(column, 1, 2, "out");
        check(graph(split("x")));
    }

    @Test
    void anIntegerExponent() {
        builder.input("x", -1, 2, 3, 3).output("out", -1, 2);
        String squared = builder.node("Pow", List.of("x", builder.constant("two", 2L)));
        String flat = builder.node("Flatten", List.of(squared));
        gemm(flat, 18, 2, "out");
        assertTrue(wholes(graph(split("x"))) == 0);
        check(graph(split("x")));
    }
}
