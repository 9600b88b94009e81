package starling.repurpose.space;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import starling.models.graph.Graph;
import starling.models.run.ProbedModel;

/**
 * A network whose inputs are first handed to every worker.
 *
 * @param model the network with an Identity behind each input that stands for the hand-over
 * @param values what these make; names that the network itself does not use
 */
record Everywhere(ProbedModel model, Set<String> values) {
    /** The network with its hand-over. */
    static Everywhere of(ProbedModel model) {
        GraphProto.Builder graph = model.model().getGraph().toBuilder().clearNode();
        Map<String, int[]> shapes = new LinkedHashMap<>(model.shapes());
        Map<String, String> shared = new LinkedHashMap<>();
        for (String input : model.inputs()) {
            String name = input + "@everywhere";
            while (model.graph().names().contains(name)) {
                name += "'";
            }
            shared.put(input, name);
            graph.addNode(NodeProto.newBuilder()
                    .setOpType("Identity")
                    .setName(name)
                    .addInput(input)
                    .addOutput(name));
            shapes.put(name, model.shape(input));
        }
        for (NodeProto node : model.model().getGraph().getNodeList()) {
            NodeProto.Builder changed = node.toBuilder();
            for (int i = 0; i < node.getInputCount(); i++) {
                changed.setInput(i, shared.getOrDefault(node.getInput(i), node.getInput(i)));
            }
            graph.addNode(changed);
        }
        ModelProto all = model.model().toBuilder().setGraph(graph).build();
        return new Everywhere(
                new ProbedModel(all, new Graph(all), model.batched(), shapes), Set.copyOf(shared.values()));
    }
}
