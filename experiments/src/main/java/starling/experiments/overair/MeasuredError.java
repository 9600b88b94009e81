package starling.experiments.overair;

import java.util.List;

/** Squared errors of estimates of one vector over independent trials: their mean with its interval, and the mean error. */
final class MeasuredError {
    /** Two-sided 99.9 % of the normal law. */
    private static final double QUANTILE = 3.2905267;

    private static final double ROUNDING = 1e-9;

    private final double[] wanted;
    private final double[] sums;
    private double error;
    private double errorSquares;
    private int trials;

    MeasuredError(double[] wanted) {
        this.wanted = wanted;
        this.sums = new double[wanted.length];
    }

    void add(float[] estimate) {
        double squares = 0;
        for (int i = 0; i < wanted.length; i++) {
            double e = estimate[i] - wanted[i];
            sums[i] += e;
            squares += e * e;
        }
        error += squares;
        errorSquares += squares * squares;
        trials++;
    }

    /** The mean of ||error||^2. */
    double mean() {
        return error / trials;
    }

    /**
     * Half of the interval that holds the true mean with 99.9 %: Student's quantile, by its expansion about the normal one, times the
     * mean's standard deviation; and what rounding to floats may add, 1e-9 of ||g||^2 and of the mean.
     */
    double halfWidth() {
        double variance = Math.max(0, errorSquares / trials - mean() * mean()) / (trials - 1);
        double student = QUANTILE + (QUANTILE * QUANTILE * QUANTILE + QUANTILE) / (4.0 * (trials - 1));
        return student * Math.sqrt(variance) + ROUNDING * (squaredNorm(wanted) + mean());
    }

    List<Double> confidence() {
        return List.of(mean() - halfWidth(), mean() + halfWidth());
    }

    /** ||mean error||^2 over what it has by chance if there is no bias, mean ||error||^2 / trials: about 1 then. */
    double bias() {
        return squaredNorm(sums) / (error + trials * ROUNDING * squaredNorm(wanted));
    }

    static double squaredNorm(double[] x) {
        double squares = 0;
        for (double number : x) {
            squares += number * number;
        }
        return squares;
    }
}
