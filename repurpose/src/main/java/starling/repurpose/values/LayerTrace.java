package starling.repurpose.values;

import java.util.List;

/**
 * What was decided for one layer.
 *
 * @param layer name of its output
 * @param budget numbers it was allowed, -1 without a limit
 * @param values what is kept, in the order it was chosen, with the gain of each; empty where nothing was pruned
 * @param numbers how many numbers that is; the schedule may need fewer
 * @param localResidual weighted residual if nothing crossed, relative to the weighted power of the pre-activations
 * @param residual weighted residual with the values kept, in the same units
 * @param repaired whether the weights were re-fitted
 */
public record LayerTrace(
        String layer,
        long budget,
        List<Value> values,
        long numbers,
        double localResidual,
        double residual,
        boolean repaired) {

    /** A layer that was left as it is. */
    static LayerTrace untouched(String layer) {
        return new LayerTrace(layer, -1, List.of(), 0, 0, 0, false);
    }

    /** Number of kept values of one kind. */
    public long count(Value.Kind kind) {
        return values.stream().filter(value -> value.kind() == kind).count();
    }
}
