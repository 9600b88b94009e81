package starling.repurpose.values;

/**
 * The foreign sources of one receiver as they look once everything it already knows is accounted for: per target column what a
 * least-squares fit on the known columns leaves, and what each further source would explain of it.
 */
interface Conditional {
    /** What is left of each target column. */
    double[] residual();

    /** The weighted residual of some target columns that one more source takes away; 0 if it is known already. */
    double gain(int slot, int[] columns, double[] weights);

    /** Makes a source known. */
    void include(int slot);

    /** What would be left of some target columns, in their order, if all these sources were known. */
    double[] residualWith(int[] slots, int[] columns);

    /** The state with these sources known, without their slots, for some target columns. */
    Conditional without(int[] slots, int[] columns);

    Conditional copy();
}
