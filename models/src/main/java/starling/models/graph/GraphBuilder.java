package starling.models.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** Builds one float32 ONNX model node by node. Names are the caller's; constants of the same name are added once. */
public final class GraphBuilder {
    /** The symbolic name of a free batch dimension. */
    public static final String BATCH = "batch";

    private final GraphProto.Builder graph = GraphProto.newBuilder();
    private final Set<String> constants = new LinkedHashSet<>();
    private final Set<String> made = new LinkedHashSet<>();
    private final Set<String> avoided = new LinkedHashSet<>();
    private final long opset;
    private int fresh;

    public GraphBuilder(String name, long opset) {
        graph.setName(name);
        this.opset = opset;
    }

    public long opset() {
        return opset;
    }

    /** An attribute, for {@link #node}. */
    public static AttributeProto attribute(String name, long value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.INT)
                .setI(value)
                .build();
    }

    /** An attribute, for {@link #node}. */
    public static AttributeProto attribute(String name, float value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.FLOAT)
                .setF(value)
                .build();
    }

    /** An attribute, for {@link #node}. */
    public static AttributeProto attribute(String name, String value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.STRING)
                .setS(ByteString.copyFromUtf8(value))
                .build();
    }

    /** An attribute, for {@link #node}. */
    public static AttributeProto attribute(String name, long[] values) {
        AttributeProto.Builder builder =
                AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INTS);
        for (long value : values) {
            builder.addInts(value);
        }
        return builder.build();
    }

    /** Declares an output of any type. */
    public GraphBuilder output(ValueInfoProto info) {
        graph.addOutput(info);
        return this;
    }

    /** Names that values from elsewhere have and {@link #fresh} must not give to others. */
    public GraphBuilder avoid(Collection<String> names) {
        avoided.addAll(names);
        return this;
    }

    /** A name nothing else has, starting with {@code stem}. */
    public String fresh(String stem) {
        String name;
        do {
            name = stem + "#" + fresh++;
        } while (avoided.contains(name) || has(name));
        return name;
    }

    /** Declares a float32 input; a dimension of -1 is the free batch. */
    public GraphBuilder input(String name, int... shape) {
        graph.addInput(value(name, shape));
        made.add(name);
        return this;
    }

    /** Declares an input of any type. */
    public GraphBuilder input(ValueInfoProto info) {
        graph.addInput(info);
        made.add(info.getName());
        return this;
    }

    /** Declares a float32 output; a dimension of -1 is the free batch. */
    public GraphBuilder output(String name, int... shape) {
        graph.addOutput(value(name, shape));
        return this;
    }

    /** Adds a constant once and returns its name. */
    public String constant(TensorProto tensor) {
        if (constants.add(tensor.getName())) {
            graph.addInitializer(tensor);
        }
        return tensor.getName();
    }

    /** Adds a float32 constant under a fresh name. */
    public String constant(String stem, float[] values, int... shape) {
        return constant(Tensors.of(fresh(stem), values, shape));
    }

    /** Adds an int64 constant under a fresh name. */
    public String constant(String stem, long... values) {
        return constant(Tensors.of(fresh(stem), values));
    }

    /** Adds a node with one output of a fresh name, which is returned. */
    public String node(String operator, List<String> inputs, AttributeProto... attributes) {
        String output = fresh(operator.toLowerCase(java.util.Locale.ROOT));
        node(operator, inputs, output, attributes);
        return output;
    }

    /** Adds a node with one named output. */
    public void node(String operator, List<String> inputs, String output, AttributeProto... attributes) {
        add(NodeProto.newBuilder()
                .setOpType(operator)
                .setName(output)
                .addAllInput(inputs)
                .addOutput(output)
                .addAllAttribute(List.of(attributes))
                .build());
    }

    /** Adds a node as it is. */
    public void add(NodeProto node) {
        graph.addNode(node);
        made.addAll(node.getOutputList());
    }

    /** Whether this graph already has a value of that name. */
    public boolean has(String value) {
        return made.contains(value) || constants.contains(value);
    }

    /** Takes back outputs that nobody reads after all. */
    public void keepOutputs(Predicate<String> wanted) {
        List<ValueInfoProto> kept = graph.getOutputList().stream()
                .filter(info -> wanted.test(info.getName()))
                .toList();
        graph.clearOutput().addAllOutput(kept);
    }

    /** Names of the outputs. */
    public List<String> outputs() {
        return graph.getOutputList().stream().map(ValueInfoProto::getName).toList();
    }

    /** The model, without nodes, constants and inputs that no output needs. */
    public ModelProto build() {
        return ModelProto.newBuilder()
                .setIrVersion(8)
                .setProducerName("starling")
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(opset))
                .setGraph(live())
                .build();
    }

    private GraphProto live() {
        Set<String> needed = new LinkedHashSet<>(outputs());
        List<NodeProto> kept = new ArrayList<>();
        for (int i = graph.getNodeCount() - 1; i >= 0; i--) {
            NodeProto node = graph.getNode(i);
            if (node.getOutputList().stream().anyMatch(needed::contains)) {
                needed.addAll(node.getInputList());
                needed.remove("");
                kept.add(0, node.toBuilder().setName(firstOutput(node)).build());
            }
        }
        return GraphProto.newBuilder()
                .setName(graph.getName())
                .addAllInput(graph.getInputList().stream()
                        .filter(info -> needed.contains(info.getName()))
                        .toList())
                .addAllOutput(graph.getOutputList())
                .addAllInitializer(graph.getInitializerList().stream()
                        .filter(tensor -> needed.contains(tensor.getName()))
                        .toList())
                .addAllNode(kept)
                .build();
    }

    /** What a node is called: values have different names, nodes from several sources may not. */
    private static String firstOutput(NodeProto node) {
        return node.getOutputList().stream()
                .filter(name -> !name.isEmpty())
                .findFirst()
                .orElse("");
    }

    /** A float32 value whose shape is left to ONNX Runtime. */
    public static ValueInfoProto shapeless(String name) {
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(
                                TypeProto.Tensor.newBuilder().setElemType(TensorProto.DataType.FLOAT.getNumber())))
                .build();
    }

    /** A float32 value of this shape; a dimension of -1 is the free batch. */
    public static ValueInfoProto value(String name, int... shape) {
        TensorShapeProto.Builder dims = TensorShapeProto.newBuilder();
        for (int dim : shape) {
            dims.addDim(
                    dim < 0
                            ? TensorShapeProto.Dimension.newBuilder().setDimParam(BATCH)
                            : TensorShapeProto.Dimension.newBuilder().setDimValue(dim));
        }
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder()
                                .setElemType(TensorProto.DataType.FLOAT.getNumber())
                                .setShape(dims)))
                .build();
    }
}
