package starling.repurpose.values;

/**
 * The foreign sources of one receiver as they look once everything it already knows is accounted for: per target what a
 * least-squares fit on the known columns leaves, and what each further source would explain of it.
 */
interface Conditional {
    /** What is left of each target column. */
    double[] residual();

    /** The weighted residual that one more source takes away; 0 if it is known already. */
    double gain(int slot, double[] weight);

    /** Makes a source known. */
    void include(int slot);

    /** What would be left of some targets, in their order, if all these sources were known. */
    double[] residualWith(int[] slots, int[] targets);

    /** The state with these sources known, without their slots. */
    Conditional without(int[] slots);

    Conditional copy();
}
