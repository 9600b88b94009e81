package starling.experiments.coded;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import starling.codes.sequential.ArbitraryStragglers;
import starling.codes.sequential.Dip;
import starling.codes.sequential.Idip;
import starling.codes.sequential.SequentialScheme;
import starling.models.UnfitException;

/**
 * Products of several dense networks that learn at once, in turn: job i, counted from 1, is of network (i - 1) mod n. A step of a network has a
 * product for each layer forward, and backward one for each layer's weights and one for what each layer but the first passes on
 * (Krishnan et al., section 5: eight for three layers).
 *
 * @param models networks, n
 * @param sizes multiplications of the products of a step, one after another, divided by their mean
 */
@SuppressWarnings("ArrayRecordComponent") // read only
record ModelJobs(int models, double[] sizes) {
    /**
     * For networks of one shape.
     *
     * @param widths of the input, the layers, and the output
     * @param batch samples of a step
     */
    static ModelJobs of(int models, List<Integer> widths, int batch) {
        double[] sizes = shapes(widths, batch).stream()
                .mapToDouble(shape -> (double) shape[0] * shape[1] * shape[2])
                .toArray();
        double mean = 0;
        for (double size : sizes) {
            mean += size / sizes.length;
        }
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] /= mean;
        }
        return new ModelJobs(models, sizes);
    }

    /** Rows, inner dimension and columns of the products of a step, in the same order. */
    static List<int[]> shapes(List<Integer> widths, int batch) {
        int layers = widths.size() - 1;
        if (layers < 1) {
            throw new UnfitException("a network must have an input and an output width at least: it has " + widths);
        }
        List<int[]> shapes = new ArrayList<>();
        for (int layer = 0; layer < layers; layer++) {
            shapes.add(new int[] {batch, widths.get(layer), widths.get(layer + 1)});
        }
        for (int layer = layers - 1; layer >= 0; layer--) {
            shapes.add(new int[] {widths.get(layer), batch, widths.get(layer + 1)});
            if (layer > 0) {
                shapes.add(new int[] {batch, widths.get(layer + 1), widths.get(layer)});
            }
        }
        return shapes;
    }

    /** Products of a step of one network. */
    int perStep() {
        return sizes.length;
    }

    /** Time of a whole job on one worker; 1 in the mean. */
    double time(long job) {
        return sizes[(int) ((job - 1) / models % sizes.length)];
    }

    /** Jobs of so many steps of all networks. */
    long jobs(int steps) {
        return (long) models * sizes.length * steps;
    }

    /** The number of the last job of a network's step, both counted from 0. */
    long last(int model, int step) {
        return ((step + 1L) * sizes.length - 1) * models + model + 1;
    }

    /** A scheme with the parameters of the paper's experiment. */
    enum Scheme {
        UNCODED(0.3, 0.574),
        POLYNOMIAL(0.152, 0.482),
        DIP(0.096, 0.327),
        IDIP(0.115, 0.281);

        private final double own;
        private final double bursts;

        Scheme(double own, double bursts) {
            this.own = own;
            this.bursts = bursts;
        }

        /** Seconds of a product in the paper's Table 1. */
        double paper(boolean inBursts) {
            return inBursts ? bursts : own;
        }

        /** As it is named in reports. */
        String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        /**
         * For four workers.
         *
         * @param inBursts whether stragglers come in bursts
         */
        SequentialScheme begin(boolean inBursts, long jobs) {
            return switch (this) {
                case UNCODED -> Dip.uncoded(WORKERS, jobs);
                case POLYNOMIAL -> Dip.polynomial(2, 1, WORKERS, jobs);
                case DIP -> inBursts ? Dip.of(2, 2, WORKERS, DELAY, 2, jobs) : Dip.of(2, 3, WORKERS, DELAY, 1, jobs);
                case IDIP ->
                    inBursts
                            ? new Idip(2, 6, WORKERS, new ArbitraryStragglers(4, DELAY + 1), jobs)
                            : new Idip(2, 3, WORKERS, new ArbitraryStragglers(10, DELAY + 1), jobs);
            };
        }
    }

    static final int WORKERS = 4;
    static final int DELAY = 3;
}
