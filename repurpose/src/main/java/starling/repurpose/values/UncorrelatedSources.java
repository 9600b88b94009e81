package starling.repurpose.values;

import java.util.stream.IntStream;

/**
 * Sources that say nothing about each other: one takes the sum of q^2 / g over its columns, that is w^2 E[x^2], from a target,
 * whatever else is known. Cost: O(T K) per gain.
 */
final class UncorrelatedSources implements Conditional {
    private final int kernel;
    private final int targets;
    /** Per slot and target, what the source is worth. */
    private final double[] energy;

    private final double[] residual;
    private final boolean[] known;

    private UncorrelatedSources(int kernel, int targets, double[] energy, double[] residual, boolean[] known) {
        this.kernel = kernel;
        this.targets = targets;
        this.energy = energy;
        this.residual = residual;
        this.known = known;
    }

    static UncorrelatedSources of(LayerMoments moments, int[] foreign, int[] columns) {
        int kernel = moments.map().kernel();
        double[] energy = new double[foreign.length * columns.length];
        double[] residual = new double[columns.length];
        for (int i = 0; i < foreign.length; i++) {
            for (int k = 0; k < kernel; k++) {
                int c = foreign[i] * kernel + k;
                for (int t = 0; t < columns.length; t++) {
                    double cross = moments.cross()[c * moments.map().targets() + columns[t]];
                    double worth = cross * cross / moments.gram()[c];
                    energy[i * columns.length + t] += worth;
                    residual[t] += worth;
                }
            }
        }
        return new UncorrelatedSources(kernel, columns.length, energy, residual, new boolean[foreign.length]);
    }

    @Override
    public double[] residual() {
        return residual;
    }

    @Override
    public double gain(int slot, double[] weight) {
        double sum = 0;
        for (int t = 0; t < targets && !known[slot]; t++) {
            sum += weight[t] * energy[slot * targets + t];
        }
        return sum;
    }

    @Override
    public void include(int slot) {
        for (int t = 0; t < targets && !known[slot]; t++) {
            residual[t] -= energy[slot * targets + t];
        }
        known[slot] = true;
    }

    @Override
    public double[] residualWith(int[] slots, int[] wanted) {
        double[] left = new double[wanted.length];
        for (int t = 0; t < left.length; t++) {
            left[t] = residual[wanted[t]];
            for (int slot : slots) {
                left[t] -= known[slot] ? 0 : energy[slot * targets + wanted[t]];
            }
        }
        return left;
    }

    @Override
    public UncorrelatedSources without(int[] gone) {
        boolean[] leaves = new boolean[known.length];
        for (int slot : gone) {
            leaves[slot] = true;
        }
        int staying = known.length - gone.length;
        double[] newEnergy = new double[staying * targets];
        boolean[] newKnown = new boolean[staying];
        int count = 0;
        for (int slot = 0; slot < known.length; slot++) {
            if (!leaves[slot]) {
                System.arraycopy(energy, slot * targets, newEnergy, count * targets, targets);
                newKnown[count++] = known[slot];
            }
        }
        int[] all = IntStream.range(0, targets).toArray();
        return new UncorrelatedSources(kernel, targets, newEnergy, residualWith(gone, all), newKnown);
    }

    @Override
    public UncorrelatedSources copy() {
        return new UncorrelatedSources(kernel, targets, energy, residual.clone(), known.clone());
    }
}
