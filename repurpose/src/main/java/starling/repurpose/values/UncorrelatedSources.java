package starling.repurpose.values;

import java.util.stream.IntStream;

/**
 * Sources that say nothing about each other: one takes its energy w^2 E[x^2] from a target, whatever else is known. Cost: O(T)
 * per gain; the table of energies is shared, not copied.
 */
final class UncorrelatedSources implements Conditional {
    /** Of all sources and targets of the layer, [S][T]. */
    private final float[] energy;

    private final int stride;
    /** Source of each slot. */
    private final int[] sources;
    /** Target of each column. */
    private final int[] targets;

    private final double[] residual;
    private final boolean[] known;

    private UncorrelatedSources(
            float[] energy, int stride, int[] sources, int[] targets, double[] residual, boolean[] known) {
        this.energy = energy;
        this.stride = stride;
        this.sources = sources;
        this.targets = targets;
        this.residual = residual;
        this.known = known;
    }

    /** The state in which nothing foreign is known. */
    static UncorrelatedSources of(LayerMoments moments, int[] foreign) {
        int stride = moments.map().targets();
        double[] residual = new double[stride];
        for (int source : foreign) {
            for (int t = 0; t < stride; t++) {
                residual[t] += moments.energy()[source * stride + t];
            }
        }
        int[] all = IntStream.range(0, stride).toArray();
        return new UncorrelatedSources(moments.energy(), stride, foreign, all, residual, new boolean[foreign.length]);
    }

    private double worth(int slot, int column) {
        return known[slot] ? 0 : energy[sources[slot] * stride + targets[column]];
    }

    @Override
    public double[] residual() {
        return residual;
    }

    @Override
    public double gain(int slot, int[] columns, double[] weights) {
        double sum = 0;
        for (int t = 0; t < columns.length; t++) {
            sum += weights[t] * worth(slot, columns[t]);
        }
        return sum;
    }

    @Override
    public void include(int slot) {
        for (int t = 0; t < targets.length; t++) {
            residual[t] -= worth(slot, t);
        }
        known[slot] = true;
    }

    @Override
    public double[] residualWith(int[] slots, int[] columns) {
        double[] left = new double[columns.length];
        for (int t = 0; t < left.length; t++) {
            left[t] = residual[columns[t]];
            for (int slot : slots) {
                left[t] -= worth(slot, columns[t]);
            }
        }
        return left;
    }

    @Override
    public UncorrelatedSources without(int[] gone, int[] columns) {
        boolean[] leaves = new boolean[known.length];
        for (int slot : gone) {
            leaves[slot] = true;
        }
        int[] staying =
                IntStream.range(0, known.length).filter(slot -> !leaves[slot]).toArray();
        boolean[] stayKnown = new boolean[staying.length];
        for (int i = 0; i < staying.length; i++) {
            stayKnown[i] = known[staying[i]];
        }
        return new UncorrelatedSources(
                energy,
                stride,
                IntStream.of(staying).map(slot -> sources[slot]).toArray(),
                IntStream.of(columns).map(column -> targets[column]).toArray(),
                residualWith(gone, columns),
                stayKnown);
    }

    @Override
    public UncorrelatedSources copy() {
        return new UncorrelatedSources(energy, stride, sources, targets, residual.clone(), known.clone());
    }
}
