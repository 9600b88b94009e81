package starling.repurpose.space;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.LinkedHashMap;
import java.util.Map;
import starling.models.graph.Graph;
import starling.models.graph.Node;
import starling.models.run.ProbedModel;

/** A network whose inputs are first handed to every worker. */
final class Everywhere {
    private static final String SUFFIX = "@everywhere";

    private Everywhere() {}

    /** The model with an Identity behind each input that stands for the hand-over. */
    static ProbedModel shared(ProbedModel model) {
        GraphProto.Builder graph = model.model().getGraph().toBuilder().clearNode();
        Map<String, int[]> shapes = new LinkedHashMap<>(model.shapes());
        for (String input : model.inputs()) {
            graph.addNode(NodeProto.newBuilder()
                    .setOpType("Identity")
                    .setName(input + SUFFIX)
                    .addInput(input)
                    .addOutput(input + SUFFIX));
            shapes.put(input + SUFFIX, model.shape(input));
        }
        for (NodeProto node : model.model().getGraph().getNodeList()) {
            NodeProto.Builder changed = node.toBuilder();
            for (int i = 0; i < node.getInputCount(); i++) {
                if (model.inputs().contains(node.getInput(i))) {
                    changed.setInput(i, node.getInput(i) + SUFFIX);
                }
            }
            graph.addNode(changed);
        }
        ModelProto all = model.model().toBuilder().setGraph(graph).build();
        return new ProbedModel(all, new Graph(all), model.batched(), shapes);
    }

    static boolean isShare(Node node) {
        return node.operator().equals("Identity") && node.name().endsWith(SUFFIX);
    }

    /** Whether a graph was made by {@link #shared}. */
    static boolean isShared(Graph graph) {
        return !graph.nodes().isEmpty() && isShare(graph.nodes().get(0));
    }
}
