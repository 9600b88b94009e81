package starling.repurpose.space;

/** Who has a model input. */
public sealed interface InputRule {
    /** Every worker has it whole. */
    record Replicated() implements InputRule {}

    /** Contiguous parts, as the capacities say. */
    record Split() implements InputRule {}

    /**
     * Stated owners.
     *
     * @param owners per element, per index of the channel dimension, or one for all
     */
    record Owners(int[] owners) implements InputRule {}
}
