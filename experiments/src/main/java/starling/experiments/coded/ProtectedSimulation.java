package starling.experiments.coded;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import starling.codes.computation.CodedJob;
import starling.codes.computation.ComputationCode;
import starling.codes.computation.JobDecoder;
import starling.codes.computation.Matrix;
import starling.codes.uep.UepCode;
import starling.codes.uep.Windows;

/**
 * Products coded, computed share by share and decoded by linear algebra after every answer: the mean loss by number of answers and by
 * time, relative to the product's expected energy.
 */
final class ProtectedSimulation {
    private static final long DATA = 0x9E3779B9L;

    private final SyntheticProduct product;
    private final Windows windows;
    private final int workers;
    private final int shrink;
    private final double lambda;
    private final double[] times;

    final Measured[] byAnswers;
    final Measured[] byTime;
    final Measured load = new Measured();
    private double worstPiece;
    private int pieces;

    /**
     * Nothing simulated yet.
     *
     * @param lambda rate of a worker's time for one product of blocks
     * @param times at which the loss is taken
     */
    ProtectedSimulation(
            SyntheticProduct product, Windows windows, int workers, int shrink, double lambda, double[] times) {
        this.product = product;
        this.windows = windows;
        this.workers = workers;
        this.shrink = shrink;
        this.lambda = lambda;
        this.times = times;
        this.byAnswers = measured(workers + 1);
        this.byTime = measured(times.length);
    }

    private static Measured[] measured(int count) {
        Measured[] measured = new Measured[count];
        Arrays.setAll(measured, i -> new Measured());
        return measured;
    }

    /** How a code is made from a family. */
    interface Mode {
        ComputationCode code(UepCode family);
    }

    /** The largest error of a reported piece, relative to the largest product of blocks on the way. */
    double worstPiece() {
        return worstPiece;
    }

    /** Pieces that were reported and compared. */
    int pieces() {
        return pieces;
    }

    /**
     * Simulates products with new factors, windows, coefficients and times each.
     *
     * @param charged whether a worker's time grows with its load
     */
    void run(Mode mode, int trials, boolean charged, long seed) {
        for (int trial = 0; trial < trials; trial++) {
            SplittableRandom random = new SplittableRandom(seed + trial * DATA);
            ComputationCode code = mode.code(
                    new UepCode(product.partition(), product.levels().classes(), windows, workers, random.nextLong()));
            Matrix a = product.left(shrink, random.nextLong());
            Matrix b = product.right(shrink, random.nextLong());
            double[] arrival = new double[workers];
            Integer[] order = new Integer[workers];
            for (int worker = 0; worker < workers; worker++) {
                double own = code.load(worker);
                load.add(own);
                arrival[worker] = -Math.log(1 - random.nextDouble()) / lambda * (charged ? own : 1);
                order[worker] = worker;
            }
            Arrays.sort(order, (x, y) -> Double.compare(arrival[x], arrival[y]));
            one(CodedJob.of(trial, code, a, b), a, b, order, arrival);
        }
    }

    private void one(CodedJob job, Matrix a, Matrix b, Integer[] order, double[] arrival) {
        Matrix c = a.times(b);
        double energy = product.energy(shrink);
        List<Matrix> left = job.code().partition().cutLeft(a);
        List<Matrix> right = job.code().partition().cutRight(b);
        double largest = largest(left) * largest(right);
        JobDecoder decoder = job.decoder();
        double[] losses = new double[workers + 1];
        double loss = c.squaredNorm() / energy;
        losses[0] = loss;
        for (int n = 0; n < workers; n++) {
            boolean before = decoder.complete();
            List<Integer> news = new ArrayList<>();
            decoder.accept(job.answer(order[n], 0)).stream().forEach(news::add);
            for (int piece : news) {
                Matrix truth = truth(job.code().pieces().get(piece).functional(), left, right);
                worstPiece = Math.max(worstPiece, Math.sqrt(truth.squaredDistance(decoder.piece(piece))) / largest);
                pieces++;
            }
            if (!news.isEmpty() || decoder.complete() != before) {
                loss = decoder.decode().result().squaredDistance(c) / energy;
            }
            losses[n + 1] = loss;
        }
        for (int n = 0; n <= workers; n++) {
            byAnswers[n].add(losses[n]);
        }
        int n = 0;
        for (int i = 0; i < times.length; i++) {
            while (n < workers && arrival[order[n]] <= times[i]) {
                n++;
            }
            byTime[i].add(losses[n]);
        }
    }

    private static double largest(List<Matrix> blocks) {
        return Math.sqrt(blocks.stream().mapToDouble(Matrix::squaredNorm).max().orElseThrow());
    }

    private static Matrix truth(double[] functional, List<Matrix> left, List<Matrix> right) {
        Matrix sum = Matrix.zeros(left.get(0).rows(), right.get(0).columns());
        for (int d = 0; d < functional.length; d++) {
            if (functional[d] != 0) {
                Matrix single = left.get(d / right.size()).times(right.get(d % right.size()));
                for (int i = 0; i < single.values().length; i++) {
                    sum.values()[i] += functional[d] * single.values()[i];
                }
            }
        }
        return sum;
    }
}
