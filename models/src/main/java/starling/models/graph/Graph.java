package starling.models.graph;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A read view of a validated, topologically sorted ONNX graph: nodes, and values by name. Constant nodes count as
 * initializers. Immutable.
 */
public final class Graph {
    private final ModelProto model;
    private final List<Node> nodes = new ArrayList<>();
    private final Map<String, TensorProto> constants = new LinkedHashMap<>();
    private final Map<String, Node> producers = new LinkedHashMap<>();
    private final Map<String, List<Node>> consumers = new LinkedHashMap<>();

    public Graph(ModelProto model) {
        this.model = model;
        for (TensorProto tensor : model.getGraph().getInitializerList()) {
            constants.put(tensor.getName(), tensor);
        }
        for (NodeProto proto : model.getGraph().getNodeList()) {
            Node node = Node.of(nodes.size(), proto);
            TensorProto value =
                    proto.getOpType().equals("Constant") ? node.attributes().tensor("value") : null;
            if (value != null) {
                constants.put(
                        node.output(), value.toBuilder().setName(node.output()).build());
                continue;
            }
            nodes.add(node);
            for (String output : node.outputs()) {
                producers.put(output, node);
            }
            for (String input : node.inputs()) {
                consumers.computeIfAbsent(input, name -> new ArrayList<>()).add(node);
            }
        }
    }

    public ModelProto model() {
        return model;
    }

    /** The version of the standard operator set. */
    public long opset() {
        return model.getOpsetImportList().stream()
                .filter(set -> set.getDomain().isEmpty() || set.getDomain().equals("ai.onnx"))
                .mapToLong(OperatorSetIdProto::getVersion)
                .max()
                .orElse(1);
    }

    /** All operators but constants, in topological order. */
    public List<Node> nodes() {
        return List.copyOf(nodes);
    }

    /** Graph inputs that are not initializers. */
    public List<ValueInfoProto> inputs() {
        GraphProto graph = model.getGraph();
        return graph.getInputList().stream()
                .filter(info -> !constants.containsKey(info.getName()))
                .toList();
    }

    public List<ValueInfoProto> outputs() {
        return model.getGraph().getOutputList();
    }

    public boolean isConstant(String value) {
        return constants.containsKey(value);
    }

    /** The constant of this name, or null when the value is computed. */
    public @Nullable TensorProto constant(String value) {
        return constants.get(value);
    }

    /** All constants by name, in the order of the file. */
    public Map<String, TensorProto> constants() {
        return Collections.unmodifiableMap(constants);
    }

    /** The names of all values, constants included. */
    public Set<String> names() {
        Set<String> names = new LinkedHashSet<>(constants.keySet());
        model.getGraph().getInputList().forEach(info -> names.add(info.getName()));
        nodes.forEach(node -> names.addAll(node.outputs()));
        return names;
    }

    /** The node that makes a value, or null for graph inputs and constants. */
    public @Nullable Node producer(String value) {
        return producers.get(value);
    }

    /** The nodes that read a value. */
    public List<Node> consumers(String value) {
        return consumers.getOrDefault(value, List.of());
    }

    public boolean isOutput(String value) {
        return outputs().stream().anyMatch(info -> info.getName().equals(value));
    }

    /** The declared dimensions of a graph input; -1 where symbolic. */
    public static int[] declaredShape(ValueInfoProto info) {
        return info.getType().getTensorType().getShape().getDimList().stream()
                .mapToInt(dim -> dim.hasDimValue() ? Math.toIntExact(dim.getDimValue()) : -1)
                .toArray();
    }
}
