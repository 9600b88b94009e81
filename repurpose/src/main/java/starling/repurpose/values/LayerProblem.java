package starling.repurpose.values;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import starling.repurpose.space.LinearMap;

/**
 * One layer, the owners of its sources, and what is known about its signals: all that does not depend on who gets the targets
 * and on what is sent.
 */
final class LayerProblem {
    private final LayerMoments moments;
    private final int workers;
    private final int[] owners;
    private final Sensitivity sensitivity;
    private final int[][] sourcesOf;
    private final Conditional[] start;
    private final double[] full;
    private @Nullable CholeskyFactor fullFactor;

    /**
     * Prepares a layer.
     *
     * @param owners worker of every source
     * @param sensitivity of the answers to its targets
     */
    LayerProblem(LayerMoments moments, int workers, int[] owners, Sensitivity sensitivity) {
        this.moments = moments;
        this.workers = workers;
        this.owners = owners;
        this.sensitivity = sensitivity;
        this.sourcesOf = new int[workers][];
        for (int k = 0; k < workers; k++) {
            int worker = k;
            sourcesOf[k] = IntStream.range(0, owners.length)
                    .filter(s -> owners[s] == worker)
                    .toArray();
        }
        int[] targets = IntStream.range(0, moments.map().targets()).toArray();
        this.start = moments.known()
                ? new Conditional[workers]
                : UncorrelatedSources.ofAll(
                        moments,
                        sourcesOf,
                        IntStream.range(0, workers).mapToObj(this::foreign).toArray(int[][]::new));
        IntStream.range(0, moments.known() ? workers : 0)
                .parallel()
                .forEach(k -> start[k] = CorrelatedSources.of(moments, sourcesOf[k], foreign(k), targets));
        this.full = new double[targets.length];
        if (moments.known()) {
            int[] all = IntStream.range(0, moments.columns()).toArray();
            double[] half = moments.cross().clone();
            factor(all).forward(half, targets.length);
            for (int t = 0; t < full.length; t++) {
                full[t] = moments.power()[t];
                for (int c = 0; c < moments.columns(); c++) {
                    full[t] -= half[c * full.length + t] * half[c * full.length + t];
                }
                full[t] = Math.max(0, full[t]);
            }
        }
    }

    /** The factor of the Gram matrix of some columns. */
    CholeskyFactor factor(int[] columns) {
        CholeskyFactor known = columns.length == moments.columns() ? fullFactor : null;
        if (known == null) {
            known = CholeskyFactor.ofOwned(moments.gramOf(columns, columns), columns.length);
            if (columns.length == moments.columns()) {
                fullFactor = known;
            }
        }
        return known;
    }

    Sensitivity sensitivity() {
        return sensitivity;
    }

    LayerMoments moments() {
        return moments;
    }

    LinearMap map() {
        return moments.map();
    }

    int workers() {
        return workers;
    }

    int sources() {
        return owners.length;
    }

    int targets() {
        return moments.map().targets();
    }

    int owner(int source) {
        return owners[source];
    }

    double weight(int target) {
        return sensitivity.weight()[target];
    }

    /** Numbers one activation is. */
    int sourceNumbers() {
        return moments.map().sourceEach();
    }

    /** Numbers one partial sum is. */
    int targetNumbers() {
        return moments.map().targetEach();
    }

    int[] sourcesOf(int worker) {
        return sourcesOf[worker];
    }

    /** The sources a worker does not have. */
    int[] foreign(int worker) {
        return IntStream.range(0, owners.length)
                .filter(s -> owners[s] != worker)
                .toArray();
    }

    /** The workers that could send this one something. */
    int[] senders(int worker) {
        return IntStream.range(0, workers)
                .filter(k -> k != worker && sourcesOf[k].length > 0)
                .toArray();
    }

    /** The state in which a worker knows its own sources only; to be copied before it is changed. */
    Conditional start(int worker) {
        return start[worker];
    }

    /** What remains of a target when it knows every source. */
    double fullResidual(int target) {
        return full[target];
    }

    /** What a fit on the local sources alone leaves of each target beyond what all sources leave, times its importance. */
    double[] localLoss(int worker, double[] residual) {
        double[] loss = new double[targets()];
        Arrays.setAll(loss, t -> weight(t) * Math.max(0, residual[t] - full[t]));
        return loss;
    }
}
