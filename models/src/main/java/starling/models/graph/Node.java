package starling.models.graph;

import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.List;

/**
 * One operator of a graph.
 *
 * @param index position in topological order
 * @param name the node's own name, or its {@linkplain #output() output's} where it has none
 * @param operator ONNX operator type
 * @param inputs names of the values it reads; an empty name is an omitted optional input
 * @param outputs names of the values it makes; an empty name is an omitted optional output
 * @param attributes its attributes
 * @param proto the node as it stands in the file
 */
public record Node(
        int index,
        String name,
        String operator,
        List<String> inputs,
        List<String> outputs,
        Attributes attributes,
        NodeProto proto) {

    static Node of(int index, NodeProto proto) {
        String name = proto.getName().isEmpty() ? firstGiven(proto.getOutputList()) : proto.getName();
        return new Node(
                index,
                name,
                proto.getOpType(),
                List.copyOf(proto.getInputList()),
                List.copyOf(proto.getOutputList()),
                new Attributes(proto),
                proto);
    }

    /** Its first output that is not omitted. */
    public String output() {
        return firstGiven(outputs);
    }

    private static String firstGiven(List<String> names) {
        return names.stream().filter(name -> !name.isEmpty()).findFirst().orElse("");
    }

    /** The i-th input, or an empty name when it is omitted. */
    public String input(int i) {
        return i < inputs.size() ? inputs.get(i) : "";
    }
}
