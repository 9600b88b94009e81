package starling.models.onnx.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static starling.models.onnx.file.SmallModels.attribute;
import static starling.models.onnx.file.SmallModels.floats;
import static starling.models.onnx.file.SmallModels.node;
import static starling.models.onnx.file.SmallModels.value;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TrainingInfoProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every rule about a model's header and graph, broken one at a time; and the freedoms that are put right instead. */
class GraphFaultsTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @MethodSource({"headers", "names", "structures", "attributes"})
    void oneFaultOneSentence(Refusal refusal) {
        refusal.check(folder);
    }

    private static Refusal graph(String sentence, Consumer<GraphProto.Builder> fault) {
        return Refusal.of(sentence, model -> fault.accept(model.getGraphBuilder()));
    }

    /** Changes the last node, Relu 'clip'. */
    private static Refusal relu(String sentence, Consumer<NodeProto.Builder> fault) {
        return graph(sentence, graph -> fault.accept(graph.getNodeBuilder(2)));
    }

    private static OperatorSetIdProto.Builder opset(String domain, long version) {
        return OperatorSetIdProto.newBuilder().setDomain(domain).setVersion(version);
    }

    static Stream<Refusal> headers() {
        return Stream.of(
                Refusal.of("not an ONNX model: it has no IR version", ModelProto.Builder::clearIrVersion),
                Refusal.of("IR version must lie between 3 and 13: 2", model -> model.setIrVersion(2)),
                Refusal.of("IR version must lie between 3 and 13: 14", model -> model.setIrVersion(14)),
                Refusal.of("not an ONNX model: it has no graph", ModelProto.Builder::clearGraph),
                Refusal.of(
                        "the model does not say which version of the standard operator set it uses",
                        ModelProto.Builder::clearOpsetImport),
                Refusal.of("operator set version must lie between 7 and 26: 6", model -> model.getOpsetImportBuilder(0)
                        .setVersion(6)),
                Refusal.of("operator set version must lie between 7 and 26: 27", model -> model.getOpsetImportBuilder(0)
                        .setVersion(27)),
                Refusal.of(
                        "operator set version of ai.onnx.ml must lie between 1 and 5: 6",
                        model -> model.addOpsetImport(opset("ai.onnx.ml", 6))),
                Refusal.of(
                        "an operator set may be imported once, and the standard one is imported twice",
                        model -> model.addOpsetImport(opset("ai.onnx", 13))),
                Refusal.of(
                        "model-local functions are not supported, and the model defines 'MyGelu'",
                        model -> model.addFunctions(FunctionProto.newBuilder().setName("MyGelu"))),
                Refusal.of(
                        "training graphs inside a model are not supported, and it has 1",
                        model -> model.addTrainingInfo(TrainingInfoProto.getDefaultInstance())));
    }

    static Stream<Refusal> names() {
        return Stream.of(
                graph(
                        "value 'W' has two origins: an initializer and an initializer",
                        graph -> graph.addInitializer(floats("W", List.of(1L), 1))),
                graph(
                        "value 'x' has two origins: an input and an input",
                        graph -> graph.addInput(value("x", TensorProto.DataType.FLOAT, 1))),
                graph("value 'z' has two origins: Add 'shift' and Relu 'clip'", graph -> graph.getNodeBuilder(2)
                        .setOutput(0, "z")),
                graph("value 'x' has two origins: an input and MatMul 'product'", graph -> graph.getNodeBuilder(0)
                        .setOutput(0, "x")),
                graph("value 'y' has two origins: Relu 'clip' and Relu 'clip'", graph -> graph.getNodeBuilder(2)
                        .addOutput("y")),
                graph(
                        "names must have at most 1024 characters: an input has 1025, beginning '" + "n".repeat(80)
                                + "...'",
                        graph -> graph.getInputBuilder(0).setName("n".repeat(1025))),
                relu(
                        "names must have at most 1024 characters: a node has 1000000, beginning '" + "n".repeat(80)
                                + "...'",
                        node -> node.setName("n".repeat(1_000_000))),
                graph(
                        "names must hold no characters beyond U+FFFF, which ONNX Runtime for Java cannot pass on:"
                                + " an input is called 'x??'",
                        graph -> graph.getInputBuilder(0).setName("x\uD83D\uDE00")),
                graph("names must not be empty: an initializer has none", graph -> graph.getInitializerBuilder(0)
                        .clearName()),
                graph("names must not be empty: an input has none", graph -> graph.getInputBuilder(0)
                        .clearName()),
                graph("names must not be empty: an output has none", graph -> graph.getOutputBuilder(0)
                        .clearName()),
                graph("names must be printable text: an input is called 'x?'", graph -> graph.getInputBuilder(0)
                        .setName("x\0")),
                graph("output 'y' is listed twice", graph -> graph.addOutput(graph.getOutput(0))),
                graph("value 'z' is described twice", graph -> graph.addValueInfo(
                                value("z", TensorProto.DataType.FLOAT, "N", 2))
                        .addValueInfo(value("z", TensorProto.DataType.FLOAT, 1))),
                relu("attribute 'a' of Relu 'clip' is given twice", node -> node.addAttribute(attribute("a", 1))
                        .addAttribute(attribute("a", 1))),
                relu(
                        "names must not be empty: an attribute of Relu 'clip' has none",
                        node -> node.addAttribute(attribute("", 1))));
    }

    static Stream<Refusal> structures() {
        return Stream.of(
                graph("a graph needs at least one node, and this one has none", GraphProto.Builder::clearNode),
                graph(
                        "a graph needs at least one input that is not an initializer, and this one has none",
                        GraphProto.Builder::clearInput),
                graph("a graph needs at least one output, and this one has none", GraphProto.Builder::clearOutput),
                graph(
                        "Add 'shift' reads 'c', which no input, initializer or node provides",
                        graph -> graph.getNodeBuilder(1).setInput(1, "c")),
                graph("output 'q' is provided by no input, initializer or node", graph -> graph.getOutputBuilder(0)
                        .setName("q")),
                graph(
                        "the graph has a cycle: Add 'shift' -> MatMul 'product' -> Add 'shift'",
                        graph -> graph.getNodeBuilder(0).setInput(0, "z")),
                graph("the graph has a cycle: Relu 'clip' -> Relu 'clip'", graph -> graph.getNodeBuilder(2)
                        .setInput(0, "y")),
                graph(
                        "sparse initializers are not supported, and 's' is one",
                        graph -> graph.addSparseInitializer(
                                SparseTensorProto.newBuilder().setValues(floats("s", List.of(1L), 1)))),
                graph(
                        "input 'x' is not a tensor but a sequence; only tensor inputs are supported",
                        graph -> graph.getInputBuilder(0)
                                .setType(TypeProto.newBuilder()
                                        .setSequenceType(TypeProto.Sequence.getDefaultInstance()))),
                graph(
                        "input 'x' is not a tensor but of no declared type; only tensor inputs are supported",
                        graph -> graph.getInputBuilder(0).clearType()),
                graph(
                        "output 'y' is not a tensor but a map; only tensor outputs are supported",
                        graph -> graph.getOutputBuilder(0)
                                .setType(TypeProto.newBuilder().setMapType(TypeProto.Map.getDefaultInstance()))),
                graph(
                        "input 'x' holds string values; only floating-point, integer and boolean tensors of 8 to 64 bits"
                                + " are supported",
                        graph -> graph.setInput(0, value("x", TensorProto.DataType.STRING, 1))),
                graph(
                        "output 'y' holds complex64 values; only floating-point, integer and boolean tensors of 8 to 64"
                                + " bits are supported",
                        graph -> graph.setOutput(0, value("y", TensorProto.DataType.COMPLEX64, 1))),
                graph(
                        "dimensions must not be negative: dimension 1 of input 'x' is -2",
                        graph -> graph.setInput(0, value("x", TensorProto.DataType.FLOAT, "N", -2))),
                graph(
                        "input 'x' has more than 268435456 elements, the limit for one tensor",
                        graph -> graph.setInput(0, value("x", TensorProto.DataType.FLOAT, 1L << 33, 1L << 33))),
                graph(
                        "value 'z' has more than 268435456 elements, the limit for one tensor",
                        graph -> graph.addValueInfo(value("z", TensorProto.DataType.FLOAT, Long.MAX_VALUE, 2))),
                relu("node 'clip' has no operator", NodeProto.Builder::clearOpType),
                relu("Relu 'clip' has no output", NodeProto.Builder::clearOutput),
                relu("Relu 'clip' has no output", node -> node.setOutput(0, "")),
                relu(
                        "Relu 'clip' belongs to operator domain 'com.microsoft'; only the standard domains ai.onnx and"
                                + " ai.onnx.ml are supported",
                        node -> node.setDomain("com.microsoft")),
                relu(
                        "Relu 'clip' belongs to operator domain 'ai.onnx.ml', which the model does not import",
                        node -> node.setDomain("ai.onnx.ml")),
                relu(
                        "Relu 'clip' calls a model-local function, which is not supported",
                        node -> node.setOverload("fast")));
    }

    static Stream<Refusal> attributes() {
        AttributeProto.Builder graph =
                attribute("body", AttributeProto.AttributeType.GRAPH).setG(GraphProto.getDefaultInstance());
        return Stream.of(
                relu(
                        "attribute 'body' of Loop 'clip' is a subgraph; control flow is not supported",
                        node -> node.setOpType("Loop").addAttribute(graph)),
                relu(
                        "attribute 'body' of Scan 'clip' is a subgraph; control flow is not supported",
                        node -> node.setOpType("Scan")
                                .addAttribute(attribute("body", AttributeProto.AttributeType.GRAPHS))),
                relu(
                        "attribute 'body' of Relu 'clip' hides a subgraph",
                        node -> node.addAttribute(graph.clone().setType(AttributeProto.AttributeType.INT))),
                relu(
                        "attribute 'a' of Relu 'clip' hides a tensor",
                        node -> node.addAttribute(attribute("a", 1).setT(floats("t", List.of(1L), 1)))),
                relu(
                        "attribute 'a' of Relu 'clip' hides a tensor",
                        node -> node.addAttribute(attribute("a", 1).addTensors(floats("t", List.of(1L), 1)))),
                relu(
                        "attribute 'a' of Relu 'clip' has no type",
                        node -> node.addAttribute(attribute("a", 1).clearType())),
                relu(
                        "attribute 'a' of Relu 'clip' is said to be a tensor but holds none",
                        node -> node.addAttribute(attribute("a", AttributeProto.AttributeType.TENSOR))),
                relu(
                        "attribute 'a' of Relu 'clip' is a sparse tensor, which is not supported",
                        node -> node.addAttribute(attribute("a", AttributeProto.AttributeType.SPARSE_TENSOR))),
                relu(
                        "attribute 'a' of Relu 'clip' is a type, which is not supported",
                        node -> node.addAttribute(attribute("a", AttributeProto.AttributeType.TYPE_PROTO))),
                relu(
                        "attribute 'a' of Relu 'clip' refers to a function's parameter, which only functions may do",
                        node -> node.addAttribute(attribute("a", 1).setRefAttrName("alpha"))));
    }

    private static LoadedModel parse(ModelProto.Builder model) {
        return OnnxFile.parse(model.build().toByteArray(), LoadLimits.defaults());
    }

    @Test
    void nodesOutOfOrderAreSorted() {
        ModelProto inOrder = SmallModels.dense().build();
        ModelProto.Builder reversed = inOrder.toBuilder();
        List<NodeProto> nodes = new ArrayList<>(inOrder.getGraph().getNodeList());
        Collections.reverse(nodes);
        reversed.getGraphBuilder().clearNode().addAllNode(nodes);
        LoadedModel loaded = parse(reversed);
        assertEquals(inOrder, loaded.model());
        assertEquals(List.of("nodes were out of order and have been sorted"), loaded.notes());
        assertEquals(List.of(), parse(inOrder.toBuilder()).notes());
    }

    @Test
    void independentNodesKeepTheirPlaces() {
        ModelProto.Builder model = SmallModels.dense();
        for (int i = 9; i >= 0; i--) {
            model.getGraphBuilder().addNode(i % 3, node("Neg", "n" + i, List.of("x"), "v" + i));
        }
        assertEquals(model.build(), parse(model).model());
    }

    @Test
    void initializersLeaveTheInputs() {
        ModelProto.Builder model = SmallModels.dense();
        ModelProto expected = model.build();
        model.getGraphBuilder()
                .addInput(0, value("W", TensorProto.DataType.FLOAT, 3, 2))
                .addInput(value("b", TensorProto.DataType.FLOAT, 2));
        LoadedModel replaceable = parse(model);
        assertEquals(expected, replaceable.model());
        assertEquals(List.of("2 inputs have default values and were fixed to them"), replaceable.notes());
        LoadedModel old = parse(model.setIrVersion(3));
        assertEquals(expected.toBuilder().setIrVersion(4).build(), old.model());
        assertEquals(List.of(), old.notes());
    }

    @Test
    void domainsAreSpelledOneWay() {
        ModelProto.Builder model = SmallModels.dense();
        ModelProto expected = model.build();
        model.getOpsetImportBuilder(0).setDomain("ai.onnx");
        model.addOpsetImport(opset("com.microsoft", 1)).addOpsetImport(opset("ai.onnx.ml", 3));
        model.getGraphBuilder().getNodeBuilder(0).setDomain("ai.onnx");
        ModelProto loaded = parse(model).model();
        assertEquals("", loaded.getOpsetImport(0).getDomain());
        assertEquals(expected.getGraph(), loaded.getGraph());
        assertEquals(1, loaded.getOpsetImportCount());
        model.getGraphBuilder().getNodeBuilder(2).setOpType("Binarizer").setDomain("ai.onnx.ml");
        assertEquals(2, parse(model).model().getOpsetImportCount());
    }

    @Test
    void dimensionsOfMinusOneAreFree() {
        ModelProto.Builder model = SmallModels.dense();
        model.getGraphBuilder()
                .setInput(0, value("x", TensorProto.DataType.FLOAT, -1, 3))
                .setOutput(0, value("y", TensorProto.DataType.FLOAT, -1, 2))
                .addValueInfo(value("z", TensorProto.DataType.FLOAT, -1, 2));
        LoadedModel loaded = parse(model);
        assertEquals(List.of("dimensions of -1 in 2 inputs and outputs were taken as free dimensions"), loaded.notes());
        GraphProto graph = loaded.model().getGraph();
        for (ValueInfoProto info : List.of(graph.getInput(0), graph.getOutput(0), graph.getValueInfo(0))) {
            assertEquals(
                    "", info.getType().getTensorType().getShape().getDim(0).toString(), "neither a number nor a name");
            assertEquals(2, info.getType().getTensorType().getShape().getDimCount());
        }
    }

    @Test
    void limitsHoldForNodes() {
        byte[] bytes = SmallModels.dense().build().toByteArray();
        Refusal.says(
                "the graph has 3 nodes, and the limit is 2",
                () -> OnnxFile.parse(bytes, new LoadLimits(1 << 20, 1 << 20, 1 << 20, 2)));
    }
}
