package starling.repurpose.values;

import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import starling.models.graph.Node;
import starling.repurpose.space.Operation;
import starling.repurpose.space.SplitGraph;

/** The layers behind which there is no other layer. */
final class LastLayers {
    private LastLayers() {}

    static Set<Operation.Linear> of(SplitGraph graph) {
        Set<String> beforeLayer = new HashSet<>();
        Set<Operation.Linear> last = new LinkedHashSet<>();
        Set<Node> layers = new HashSet<>();
        graph.linear().forEach(layer -> layers.add(layer.node()));
        List<Node> nodes = graph.model().graph().nodes();
        for (int i = nodes.size() - 1; i >= 0; i--) {
            Node node = nodes.get(i);
            boolean reaches = node.outputs().stream().anyMatch(beforeLayer::contains);
            if (reaches || layers.contains(node)) {
                beforeLayer.addAll(node.inputs());
            }
            if (!reaches) {
                graph.linear().stream()
                        .filter(layer -> layer.node().equals(node))
                        .forEach(last::add);
            }
        }
        return last;
    }
}
