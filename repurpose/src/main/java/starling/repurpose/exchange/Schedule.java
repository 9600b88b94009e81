package starling.repurpose.exchange;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import starling.models.graph.Node;
import starling.repurpose.assign.BipartiteGraph;
import starling.repurpose.assign.VertexCover;
import starling.repurpose.space.Layout;
import starling.repurpose.space.LinearMap;
import starling.repurpose.space.Operation;
import starling.repurpose.space.SplitGraph;
import starling.repurpose.space.SplitNetwork;

/**
 * When each value is there and what crosses for it. A layer without a kept edge between workers needs no exchange and is
 * computed in the stage of its input; otherwise it waits for the next exchange. All layers that wait for the same exchange
 * share one frame per link.
 *
 * <p>Per link every kept cross edge must be covered by an activation (its source is sent) or a partial sum (its target is
 * summed by the sender): the fewest numbers are a minimum weighted vertex cover of the bipartite graph of kept cross edges
 * (Koenig 1931; weights: numbers per source where it is exchanged, numbers per target of the layer's linear part), an
 * activation that two layers read counting once. Nothing is sent for parts that nobody reads in the end.
 */
public final class Schedule {
    /** What may be sent. */
    public enum Kinds {
        /** Activations and partial sums, at the fewest values. */
        BOTH,
        /** Activations only. */
        ACTIVATIONS
    }

    private final SplitNetwork network;
    private final NeededParts needed;
    private final Map<String, Integer> stages = new HashMap<>();
    private final Map<Node, Integer> steps = new HashMap<>();
    private final Map<Node, Integer> wholeAt = new HashMap<>();
    private final List<Frame> frames = new ArrayList<>();
    private int rounds;

    private Schedule(SplitNetwork network) {
        this.network = network;
        this.needed = new NeededParts(network);
    }

    /** Plans the exchanges of a network. */
    public static Schedule of(SplitNetwork network, Kinds kinds) {
        Schedule schedule = new Schedule(network);
        schedule.stage();
        schedule.fill(kinds);
        return schedule;
    }

    /** Exchanges with at least one frame. */
    public int rounds() {
        return rounds;
    }

    /** All frames, by step, sender and receiver. */
    public List<Frame> frames() {
        return List.copyOf(frames);
    }

    /** The stage after which a value is there. */
    public int stage(String value) {
        return stages.getOrDefault(value, 0);
    }

    /** The exchange an operator waits for, 0 if none. */
    public int step(Node node) {
        return steps.getOrDefault(node, 0);
    }

    /** The worker that runs an operator whole. */
    public int wholeAt(Node node) {
        return wholeAt.getOrDefault(node, 0);
    }

    /** Numbers in one index of a value where it is exchanged. */
    public int each(String value) {
        return network.graph().layout(value).each(network.graph().model().shape(value));
    }

    /** Numbers in a frame. */
    public int values(Frame frame) {
        int values = 0;
        for (Map.Entry<String, int[]> sent : frame.activations().entrySet()) {
            values += sent.getValue().length * each(sent.getKey());
        }
        for (Map.Entry<String, int[]> sent : frame.partialSums().entrySet()) {
            values += sent.getValue().length * each(sent.getKey());
        }
        return values;
    }

    /** Numbers over all frames. */
    public long values() {
        return frames.stream().mapToLong(this::values).sum();
    }

    private void stage() {
        SplitGraph graph = network.graph();
        for (Operation operation : graph.operations()) {
            Node node = operation.node();
            int ready = 0;
            for (String input : graph.signals(node)) {
                ready = Math.max(ready, stage(input));
            }
            boolean waits = false;
            if (operation instanceof Operation.Linear linear) {
                waits = hasCrossEdge(linear.map());
            } else if (operation instanceof Operation.Share) {
                int[] have = network.ownersOf(node.input(0));
                waits = have.length > 0 && network.workers() > 1;
            } else if (operation instanceof Operation.Whole) {
                int at = network.owners()[graph.layout(node.output()).units()[0]];
                wholeAt.put(node, at);
                for (String input : isNeeded(node) ? graph.signals(node) : Set.<String>of()) {
                    waits |= Arrays.stream(network.ownersOf(input)).anyMatch(owner -> owner != at);
                }
            }
            if (waits) {
                ready++;
                steps.put(node, ready);
                rounds = Math.max(rounds, ready);
            }
            for (String output : node.outputs()) {
                stages.put(output, ready);
            }
        }
    }

    private boolean hasCrossEdge(LinearMap map) {
        if (network.graph().layout(map.input()).isReplicated()) {
            return false;
        }
        int[] from = network.ownersOf(map.input());
        int[] to = network.ownersOf(map.output());
        BitSet made = needed.of(map.output());
        float[] weights = network.weights(map).values();
        for (int t = 0; t < to.length; t++) {
            for (int s = 0; s < from.length && made.get(to[t]); s++) {
                if (from[s] != to[t] && SplitNetwork.joined(map, weights, t, s)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Whether the answer depends on what an operator makes. */
    public boolean isNeeded(Node node) {
        return node.outputs().stream().anyMatch(output -> !needed.of(output).isEmpty());
    }

    private void fill(Kinds kinds) {
        Map<Integer, List<Operation>> waiting = new TreeMap<>();
        for (Operation operation : network.graph().operations()) {
            if (step(operation.node()) > 0) {
                waiting.computeIfAbsent(step(operation.node()), step -> new ArrayList<>())
                        .add(operation);
            }
        }
        waiting.forEach((step, operations) -> {
            for (int from = 0; from < network.workers(); from++) {
                for (int to = 0; to < network.workers(); to++) {
                    Frame frame = from == to ? null : frame(step, from, to, operations, kinds);
                    if (frame != null) {
                        frames.add(frame);
                    }
                }
            }
        });
    }

    private @Nullable Frame frame(int step, int from, int to, List<Operation> operations, Kinds kinds) {
        Map<String, Set<Integer>> sources = new LinkedHashMap<>();
        List<LinearMap> maps = new ArrayList<>();
        Map<String, Set<Integer>> activations = new LinkedHashMap<>();
        for (Operation operation : operations) {
            if (operation instanceof Operation.Linear linear) {
                maps.add(linear.map());
                sources.computeIfAbsent(linear.map().input(), value -> setOf(network.local(value, from)));
            } else if (operation instanceof Operation.Share || wholeAt.getOrDefault(operation.node(), -1) == to) {
                for (String input : network.graph().signals(operation.node())) {
                    Layout layout = network.graph().layout(input);
                    int[] local = layout.isReplicated() ? new int[0] : network.local(input, from);
                    activations
                            .computeIfAbsent(input, value -> new LinkedHashSet<>())
                            .addAll(setOf(local));
                }
            }
        }
        Map<String, Set<Integer>> partialSums = new LinkedHashMap<>();
        cover(new Link(from, to, kinds), maps, sources, activations, partialSums);
        Map<String, int[]> sentActivations = sorted(activations);
        Map<String, int[]> sentSums = sorted(partialSums);
        return sentActivations.isEmpty() && sentSums.isEmpty()
                ? null
                : new Frame(step, from, to, sentActivations, sentSums);
    }

    private record Link(int from, int to, Kinds kinds) {}

    private record Vertex(String value, int index) {}

    private void cover(
            Link link,
            List<LinearMap> maps,
            Map<String, Set<Integer>> sources,
            Map<String, Set<Integer>> activations,
            Map<String, Set<Integer>> partialSums) {
        List<Vertex> left = new ArrayList<>();
        Map<Vertex, Integer> leftNumber = new HashMap<>();
        sources.forEach((value, indices) -> indices.forEach(index -> {
            Vertex vertex = new Vertex(value, index);
            leftNumber.put(vertex, left.size());
            left.add(vertex);
        }));
        List<Vertex> right = new ArrayList<>();
        List<int[]> edges = new ArrayList<>();
        for (LinearMap map : maps) {
            if (!needed.of(map.output()).get(link.to())) {
                continue;
            }
            float[] weights = network.weights(map).values();
            Set<Integer> known = activations.getOrDefault(map.input(), Set.of());
            int[] from = network.local(map.input(), link.from());
            for (int t : network.local(map.output(), link.to())) {
                int number = right.size();
                right.add(new Vertex(map.output(), t));
                for (int s : from) {
                    if (!known.contains(s) && SplitNetwork.joined(map, weights, t, s)) {
                        edges.add(new int[] {leftNumber.getOrDefault(new Vertex(map.input(), s), -1), number});
                    }
                }
            }
        }
        if (edges.isEmpty()) {
            return;
        }
        boolean[] takeLeft = new boolean[left.size()];
        boolean[] takeRight = new boolean[right.size()];
        if (link.kinds() == Kinds.ACTIVATIONS) {
            edges.forEach(edge -> takeLeft[edge[0]] = true);
        } else {
            BipartiteGraph graph = BipartiteGraph.of(
                    left.size(),
                    right.size(),
                    edges.stream().mapToInt(edge -> edge[0]).toArray(),
                    edges.stream().mapToInt(edge -> edge[1]).toArray());
            VertexCover cover = VertexCover.minimum(graph, weights(left), weights(right));
            System.arraycopy(cover.left(), 0, takeLeft, 0, takeLeft.length);
            System.arraycopy(cover.right(), 0, takeRight, 0, takeRight.length);
        }
        collect(left, takeLeft, activations);
        collect(right, takeRight, partialSums);
    }

    private long[] weights(List<Vertex> vertices) {
        return vertices.stream().mapToLong(vertex -> each(vertex.value())).toArray();
    }

    private static void collect(List<Vertex> vertices, boolean[] taken, Map<String, Set<Integer>> into) {
        for (int i = 0; i < taken.length; i++) {
            if (taken[i]) {
                into.computeIfAbsent(vertices.get(i).value(), value -> new LinkedHashSet<>())
                        .add(vertices.get(i).index());
            }
        }
    }

    private static Set<Integer> setOf(int[] indices) {
        Set<Integer> set = new LinkedHashSet<>();
        for (int index : indices) {
            set.add(index);
        }
        return set;
    }

    private static Map<String, int[]> sorted(Map<String, Set<Integer>> sets) {
        Map<String, int[]> all = new LinkedHashMap<>();
        sets.forEach((value, set) -> {
            if (!set.isEmpty()) {
                all.put(value, set.stream().mapToInt(Integer::intValue).sorted().toArray());
            }
        });
        return all;
    }
}
