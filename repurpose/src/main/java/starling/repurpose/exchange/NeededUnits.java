package starling.repurpose.exchange;

import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import starling.repurpose.space.Layout;
import starling.repurpose.space.LinearMap;
import starling.repurpose.space.Operation;
import starling.repurpose.space.SplitGraph;
import starling.repurpose.space.SplitNetwork;

/**
 * Which units of each value the answer depends on. A worker whose part of a value nobody reads does not compute it, so nothing
 * may be sent to it for that. A source is needed when a needed target has a weight for it or lies on the same worker, which
 * then multiplies all it has.
 */
final class NeededUnits {
    static final BitSet NONE = new BitSet();

    private final SplitNetwork network;
    private final SplitGraph graph;
    private final Map<String, BitSet> needed = new HashMap<>();

    private NeededUnits(SplitNetwork network) {
        this.network = network;
        this.graph = network.graph();
    }

    /** Per value the units that are needed; nothing for a value of which none is. */
    static Map<String, BitSet> of(SplitNetwork network) {
        NeededUnits units = new NeededUnits(network);
        units.graph.delivered().forEach(units::all);
        List<Operation> operations = units.graph.operations();
        for (int i = operations.size() - 1; i >= 0; i--) {
            units.pass(operations.get(i));
        }
        return units.needed;
    }

    private void all(String value) {
        for (int unit : graph.layout(value).units()) {
            add(value, unit);
        }
    }

    private void add(String value, int unit) {
        needed.computeIfAbsent(value, name -> new BitSet()).set(unit);
    }

    private void pass(Operation operation) {
        if (operation instanceof Operation.Linear linear) {
            sources(linear.map());
        } else if (operation instanceof Operation.Whole whole) {
            if (whole.node().outputs().stream().anyMatch(needed::containsKey)) {
                graph.signals(whole.node()).forEach(this::all);
            }
        } else if (operation instanceof Operation.Share share) {
            all(share.node().input(0));
        } else {
            BitSet read = new BitSet();
            operation.node().outputs().forEach(output -> read.or(needed.getOrDefault(output, NONE)));
            for (String input : graph.signals(operation.node())) {
                for (int unit : graph.layout(input).units()) {
                    if (read.get(unit)) {
                        add(input, unit);
                    }
                }
            }
        }
    }

    private void sources(LinearMap map) {
        Layout targets = graph.layout(map.output());
        BitSet wanted = needed.getOrDefault(map.output(), NONE);
        float[] weights = network.weights(map).values();
        int[] sources = graph.layout(map.input()).units();
        for (int s = 0; s < sources.length; s++) {
            for (int t = 0; t < map.targets(); t++) {
                int target = targets.units()[t];
                if (wanted.get(target)
                        && (network.owners()[target] == network.owners()[sources[s]]
                                || SplitNetwork.joined(map, weights, t, s))) {
                    add(map.input(), sources[s]);
                    break;
                }
            }
        }
    }
}
