package starling.repurpose.exchange;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
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
 *
 * <p>Cost: all weights between workers are looked at once, O(T S K) per layer. {@link Kinds#ACTIVATIONS} marks sources and needs
 * no memory beyond the frames; {@link Kinds#BOTH} holds the edges of one link at a time in buffers that double, at most 24
 * octets an edge besides the graph they become, and solves one cover per link and exchange ({@link VertexCover}).
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

    /** Exchanges that the owners of a network need when no weight is dropped. */
    public static int unprunedRounds(SplitNetwork network) {
        return rounds(SplitNetwork.original(network.graph(), network.workers(), network.owners()));
    }

    /** What {@link #rounds()} would say, without the frames. */
    public static int rounds(SplitNetwork network) {
        Schedule schedule = new Schedule(network);
        schedule.stage();
        return schedule.rounds;
    }

    /** Exchanges with at least one frame. */
    public int rounds() {
        return rounds;
    }

    /** All frames, by step, sender and receiver. */
    public List<Frame> frames() {
        return List.copyOf(frames);
    }

    /**
     * The stage after which a value is there.
     *
     * @throws IllegalArgumentException when it is no input of the model and no operator of the workers makes it
     */
    public int stage(String value) {
        Integer stage = stages.get(value);
        if (stage == null) {
            throw new IllegalArgumentException(
                    "a stage makes inputs and values of the workers: '" + value + "' is none");
        }
        return stage;
    }

    /**
     * The exchange an operator waits for, 0 if none.
     *
     * @throws IllegalArgumentException when no worker runs the operator
     */
    public int step(Node node) {
        Integer step = steps.get(node);
        if (step == null) {
            throw new IllegalArgumentException("a step belongs to an operator of the workers: " + node.operator() + " '"
                    + node.name() + "' is none");
        }
        return step;
    }

    /**
     * The worker that runs an operator whole.
     *
     * @throws IllegalArgumentException when the operator is not run whole
     */
    public int wholeAt(Node node) {
        Integer worker = wholeAt.get(node);
        if (worker == null) {
            throw new IllegalArgumentException("a worker runs operators whole that cannot be split: " + node.operator()
                    + " '" + node.name() + "' can");
        }
        return worker;
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
        graph.model().inputs().forEach(input -> stages.put(input, 0));
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
            steps.put(node, waits ? ready + 1 : 0);
            if (waits) {
                ready++;
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
        List<LinearMap> maps = new ArrayList<>();
        Map<String, Set<Integer>> activations = new LinkedHashMap<>();
        for (Operation operation : operations) {
            if (operation instanceof Operation.Linear linear) {
                maps.add(linear.map());
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
        List<LinearMap> read =
                maps.stream().filter(map -> needed.of(map.output()).get(to)).toList();
        if (kinds == Kinds.ACTIVATIONS) {
            read.forEach(map -> mark(map, from, to, activations));
        } else {
            cover(from, to, read, activations, partialSums);
        }
        Map<String, int[]> sentActivations = sorted(activations);
        Map<String, int[]> sentSums = sorted(partialSums);
        return sentActivations.isEmpty() && sentSums.isEmpty()
                ? null
                : new Frame(step, from, to, sentActivations, sentSums);
    }

    /** Every source with a kept edge to the receiver. */
    private void mark(LinearMap map, int from, int to, Map<String, Set<Integer>> activations) {
        float[] weights = network.weights(map).values();
        int[] targets = network.local(map.output(), to);
        for (int s : network.local(map.input(), from)) {
            boolean read = false;
            for (int i = 0; i < targets.length && !read; i++) {
                read = SplitNetwork.joined(map, weights, targets[i], s);
            }
            if (read) {
                activations
                        .computeIfAbsent(map.input(), value -> new LinkedHashSet<>())
                        .add(s);
            }
        }
    }

    /** Some indices of a value as consecutive vertices of one side. */
    private record Vertices(String value, int[] indices, int first) {}

    /** Edges of a bipartite graph in two growing buffers. */
    private static final class Edges {
        private int[] lefts = new int[64];
        private int[] rights = new int[64];
        private int count;

        void add(int left, int right) {
            if (count == lefts.length) {
                lefts = Arrays.copyOf(lefts, 2 * count);
                rights = Arrays.copyOf(rights, 2 * count);
            }
            lefts[count] = left;
            rights[count++] = right;
        }

        BipartiteGraph graph(int left, int right) {
            return BipartiteGraph.of(left, right, Arrays.copyOf(lefts, count), Arrays.copyOf(rights, count));
        }
    }

    private void cover(
            int from,
            int to,
            List<LinearMap> maps,
            Map<String, Set<Integer>> activations,
            Map<String, Set<Integer>> partialSums) {
        Map<String, Vertices> sources = new LinkedHashMap<>();
        List<Vertices> targets = new ArrayList<>();
        Edges edges = new Edges();
        int left = 0;
        int right = 0;
        for (LinearMap map : maps) {
            Vertices source = sources.get(map.input());
            if (source == null) {
                source = new Vertices(map.input(), network.local(map.input(), from), left);
                sources.put(map.input(), source);
                left += source.indices().length;
            }
            Vertices target = new Vertices(map.output(), network.local(map.output(), to), right);
            targets.add(target);
            right += target.indices().length;
            join(map, source, target, activations.getOrDefault(map.input(), Set.of()), edges);
        }
        if (edges.count == 0) {
            return;
        }
        VertexCover cover =
                VertexCover.minimum(edges.graph(left, right), weights(sources.values(), left), weights(targets, right));
        collect(sources.values(), cover.left(), activations);
        collect(targets, cover.right(), partialSums);
    }

    private void join(LinearMap map, Vertices source, Vertices target, Set<Integer> known, Edges edges) {
        float[] weights = network.weights(map).values();
        BitSet sent = new BitSet();
        known.forEach(sent::set);
        int[] from = source.indices();
        int[] to = target.indices();
        for (int t = 0; t < to.length; t++) {
            for (int s = 0; s < from.length; s++) {
                if (!sent.get(from[s]) && SplitNetwork.joined(map, weights, to[t], from[s])) {
                    edges.add(source.first() + s, target.first() + t);
                }
            }
        }
    }

    private long[] weights(Collection<Vertices> side, int count) {
        long[] weights = new long[count];
        for (Vertices vertices : side) {
            Arrays.fill(
                    weights, vertices.first(), vertices.first() + vertices.indices().length, each(vertices.value()));
        }
        return weights;
    }

    private static void collect(Collection<Vertices> side, boolean[] taken, Map<String, Set<Integer>> into) {
        for (Vertices vertices : side) {
            for (int i = 0; i < vertices.indices().length; i++) {
                if (taken[vertices.first() + i]) {
                    into.computeIfAbsent(vertices.value(), value -> new LinkedHashSet<>())
                            .add(vertices.indices()[i]);
                }
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
