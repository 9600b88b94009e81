package starling.repurpose.exchange;

import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import starling.repurpose.space.LinearMap;
import starling.repurpose.space.Operation;
import starling.repurpose.space.SplitGraph;
import starling.repurpose.space.SplitNetwork;

/**
 * Whose part of each value the answer depends on. A worker does not compute a part that nobody reads, so nothing may be sent
 * to it for that. A part is computed as one: if any of its units is needed, all are.
 */
final class NeededParts {
    private static final BitSet NONE = new BitSet();

    private final SplitNetwork network;
    private final SplitGraph graph;
    private final Map<String, BitSet> needed = new HashMap<>();

    NeededParts(SplitNetwork network) {
        this.network = network;
        this.graph = network.graph();
        graph.delivered().forEach(this::all);
        List<Operation> operations = graph.operations();
        for (int i = operations.size() - 1; i >= 0; i--) {
            pass(operations.get(i));
        }
    }

    /** The workers whose part of a value is needed; of a replicated value, none. */
    BitSet of(String value) {
        return needed.getOrDefault(value, NONE);
    }

    private void all(String value) {
        for (int worker : network.ownersOf(value)) {
            add(value, worker);
        }
    }

    private void add(String value, int worker) {
        needed.computeIfAbsent(value, name -> new BitSet()).set(worker);
    }

    private void pass(Operation operation) {
        if (operation instanceof Operation.Linear linear) {
            sources(linear.map());
            return;
        }
        BitSet made = new BitSet();
        operation.node().outputs().forEach(output -> made.or(of(output)));
        boolean gathers = operation instanceof Operation.Share || operation instanceof Operation.Whole;
        for (String input : graph.signals(operation.node())) {
            if (operation instanceof Operation.Share || (gathers && !made.isEmpty())) {
                all(input);
            } else if (!gathers) {
                for (int worker : network.ownersOf(input)) {
                    if (made.get(worker)) {
                        add(input, worker);
                    }
                }
            }
        }
    }

    /** A source is needed when a needed target has a weight for it, or is on the same worker, which multiplies all it has. */
    private void sources(LinearMap map) {
        BitSet made = of(map.output());
        float[] weights = network.weights(map).values();
        int[] from = network.ownersOf(map.input());
        int[] to = network.ownersOf(map.output());
        for (int s = 0; s < from.length; s++) {
            boolean read = made.get(from[s]);
            for (int t = 0; t < to.length && !read; t++) {
                read = made.get(to[t]) && SplitNetwork.joined(map, weights, t, s);
            }
            if (read) {
                add(map.input(), from[s]);
            }
        }
    }
}
