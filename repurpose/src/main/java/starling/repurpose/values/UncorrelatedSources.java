package starling.repurpose.values;

import java.util.stream.IntStream;

/**
 * Sources that say nothing about each other: one takes its energy w^2 E[x^2] from a target, whatever else is known. Cost: O(T)
 * per gain; energies are read from the layer's moments, not copied.
 */
final class UncorrelatedSources implements Conditional {
    private final LayerMoments moments;
    /** Source of each slot. */
    private final int[] sources;
    /** Target of each column. */
    private final int[] targets;

    private final double[] residual;
    private final boolean[] known;

    private UncorrelatedSources(
            LayerMoments moments, int[] sources, int[] targets, double[] residual, boolean[] known) {
        this.moments = moments;
        this.sources = sources;
        this.targets = targets;
        this.residual = residual;
        this.known = known;
    }

    /**
     * For every worker the state in which nothing foreign is known. Cost: O(S T + P^2 T) for all of them.
     *
     * @param sourcesOf the sources of every worker
     * @param foreign the sources that every worker does not have
     */
    static UncorrelatedSources[] ofAll(LayerMoments moments, int[][] sourcesOf, int[][] foreign) {
        int stride = moments.map().targets();
        int workers = sourcesOf.length;
        double[][] own = new double[workers][stride];
        for (int k = 0; k < workers; k++) {
            for (int t = 0; t < stride; t++) {
                double sum = 0;
                for (int source : sourcesOf[k]) {
                    sum += moments.energy(source, t);
                }
                own[k][t] = sum;
            }
        }
        int[] all = IntStream.range(0, stride).toArray();
        UncorrelatedSources[] states = new UncorrelatedSources[workers];
        for (int k = 0; k < workers; k++) {
            double[] residual = new double[stride];
            for (int j = 0; j < workers; j++) {
                for (int t = 0; j != k && t < stride; t++) {
                    residual[t] += own[j][t];
                }
            }
            states[k] = new UncorrelatedSources(moments, foreign[k], all, residual, new boolean[foreign[k].length]);
        }
        return states;
    }

    private double worth(int slot, int column) {
        return known[slot] ? 0 : moments.energy(sources[slot], targets[column]);
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
                moments,
                IntStream.of(staying).map(slot -> sources[slot]).toArray(),
                IntStream.of(columns).map(column -> targets[column]).toArray(),
                residualWith(gone, columns),
                stayKnown);
    }

    @Override
    public UncorrelatedSources copy() {
        return new UncorrelatedSources(moments, sources, targets, residual.clone(), known.clone());
    }
}
