package starling.repurpose.space;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A network with an owner for every unit and the weights it is to run with.
 *
 * @param graph its spaces
 * @param workers number of workers
 * @param owners worker of every unit
 * @param layers weights and bias of every layer, by the name of its output; weights between workers that are zero are
 *     dropped edges
 */
public record SplitNetwork(SplitGraph graph, int workers, int[] owners, Map<String, Weights> layers) {
    /**
     * A layer's numbers.
     *
     * @param values [T][S][K]
     * @param bias [T], or null
     */
    public record Weights(float[] values, float @Nullable [] bias) {}

    /** The network with its original weights. */
    public static SplitNetwork original(SplitGraph graph, int workers, int[] owners) {
        Map<String, Weights> layers = new LinkedHashMap<>();
        for (Operation.Linear linear : graph.linear()) {
            layers.put(
                    linear.map().output(),
                    new Weights(linear.map().weights(), linear.map().bias()));
        }
        return new SplitNetwork(graph, workers, owners, layers);
    }

    public Weights weights(LinearMap map) {
        Weights found = layers.get(map.output());
        if (found == null) {
            throw new IllegalArgumentException("no layer '" + map.output() + "'");
        }
        return found;
    }

    /** The owner of each index of a value along its layout; empty for a replicated value. */
    public int[] ownersOf(String value) {
        int[] units = graph.layout(value).units();
        int[] of = new int[units.length];
        for (int i = 0; i < of.length; i++) {
            of[i] = owners[units[i]];
        }
        return of;
    }

    /** The indices of a value that a worker owns, ascending. */
    public int[] local(String value, int worker) {
        int[] of = ownersOf(value);
        int[] indices = new int[of.length];
        int count = 0;
        for (int i = 0; i < of.length; i++) {
            if (of[i] == worker) {
                indices[count++] = i;
            }
        }
        return java.util.Arrays.copyOf(indices, count);
    }

    /** Non-zero scalar weights between different workers, for these weights of the layer. */
    public long crossEdges(LinearMap map, float[] weights) {
        if (graph.layout(map.input()).isReplicated()) {
            return 0;
        }
        int[] from = ownersOf(map.input());
        int[] to = ownersOf(map.output());
        long count = 0;
        for (int t = 0; t < to.length; t++) {
            for (int s = 0; s < from.length; s++) {
                if (from[s] != to[t]) {
                    int at = (t * map.sources() + s) * map.kernel();
                    for (int k = 0; k < map.kernel(); k++) {
                        count += weights[at + k] != 0 ? 1 : 0;
                    }
                }
            }
        }
        return count;
    }

    /** Whether source and target are joined by a weight that is not zero. */
    public static boolean joined(LinearMap map, float[] weights, int target, int source) {
        int at = (target * map.sources() + source) * map.kernel();
        for (int k = 0; k < map.kernel(); k++) {
            if (weights[at + k] != 0) {
                return true;
            }
        }
        return false;
    }
}
