package starling.models.onnx.file;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import starling.models.UnfitException;

/**
 * Kahn's algorithm that always takes the ready node which stood first in the file: nodes that are already in order stay
 * exactly where they are. Cost O(V log V + E).
 */
final class TopologicalOrder {
    private static final int LONGEST_CYCLE = 6;

    private TopologicalOrder() {}

    /**
     * Sorts the nodes in place.
     *
     * @return true when nodes had to be moved
     * @throws UnfitException naming a cycle when there is one
     */
    static boolean sort(GraphProto.Builder graph) {
        List<NodeProto> nodes = graph.getNodeList();
        Map<String, Integer> producer = new HashMap<>();
        for (int i = 0; i < nodes.size(); i++) {
            for (String output : nodes.get(i).getOutputList()) {
                if (!output.isEmpty()) {
                    producer.put(output, i);
                }
            }
        }
        List<List<Integer>> consumers = new ArrayList<>();
        int[] waiting = new int[nodes.size()];
        for (int i = 0; i < nodes.size(); i++) {
            consumers.add(new ArrayList<>(2));
        }
        for (int i = 0; i < nodes.size(); i++) {
            for (String input : nodes.get(i).getInputList()) {
                Integer from = producer.get(input);
                if (from != null) {
                    consumers.get(from).add(i);
                    waiting[i]++;
                }
            }
        }
        PriorityQueue<Integer> ready = new PriorityQueue<>();
        for (int i = 0; i < waiting.length; i++) {
            if (waiting[i] == 0) {
                ready.add(i);
            }
        }
        List<NodeProto> sorted = new ArrayList<>(nodes.size());
        boolean moved = false;
        for (Integer next = ready.poll(); next != null; next = ready.poll()) {
            moved |= next != sorted.size();
            sorted.add(nodes.get(next));
            for (int consumer : consumers.get(next)) {
                if (--waiting[consumer] == 0) {
                    ready.add(consumer);
                }
            }
        }
        if (sorted.size() < nodes.size()) {
            throw new UnfitException("the graph has a cycle: " + cycle(nodes, producer, waiting));
        }
        if (moved) {
            graph.clearNode().addAllNode(sorted);
        }
        return moved;
    }

    /** Walks from a node that never became ready to a producer that never became ready, until one comes up again. */
    private static String cycle(List<NodeProto> nodes, Map<String, Integer> producer, int[] waiting) {
        int node = 0;
        while (waiting[node] == 0) {
            node++;
        }
        int[] seenAt = new int[nodes.size()];
        Arrays.fill(seenAt, -1);
        List<Integer> walk = new ArrayList<>();
        while (seenAt[node] < 0) {
            seenAt[node] = walk.size();
            walk.add(node);
            for (String input : nodes.get(node).getInputList()) {
                Integer from = producer.get(input);
                if (from != null && waiting[from] > 0) {
                    node = from;
                    break;
                }
            }
        }
        List<Integer> round = walk.subList(seenAt[node], walk.size());
        StringBuilder text = new StringBuilder();
        for (int i = round.size() - 1; i >= Math.max(0, round.size() - LONGEST_CYCLE); i--) {
            text.append(GraphCheck.describe(nodes.get(round.get(i)))).append(" -> ");
        }
        if (round.size() > LONGEST_CYCLE) {
            text.append("... -> ");
        }
        return text.append(GraphCheck.describe(nodes.get(round.get(round.size() - 1))))
                .toString();
    }
}
