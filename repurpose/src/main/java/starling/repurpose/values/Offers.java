package starling.repurpose.values;

import org.jspecify.annotations.Nullable;

/** One worker's side of the selection of values: what each further value sent to it would gain. */
interface Offers {
    /** The value with the largest gain per number among those of at most {@code numbers}; null if none gains. */
    @Nullable
    Value best(long numbers);

    /** Keeps a value. */
    void take(Value value);

    /** What a fit on the local sources and the activations kept leaves of every target, whoever owns it. */
    double[] residual();
}
