package starling.codes.estimate;

import starling.codes.gradient.Finite;

/**
 * The minimax linear estimate of a vector of which nothing is known, from observations theta_i + nu_i with independent
 * errors of mean 0: sum alpha_i theta_i with alpha_i = 1 / (gamma v_i), v_i = E||nu_i||^2 (or the same per coordinate, for
 * all alike), gamma = sum 1 / v_i. Its error has the variance 1 / gamma, the least that weights with the sum 1 allow
 * (Abdi, Distributed Learning and Inference, (2.11)). The observations come one after the other, by the recursion (2.12)
 * in the form e += (theta_i - e) / (v_i gamma_i); their order changes the result by rounding alone, at most
 * 4 i 2^-53 max |theta| after i observations.
 *
 * <p>Cost: O(n) per observation, 8 n bytes in all. Not safe for use by several threads.
 */
public final class MinimaxEstimate {
    private static final double LEAST = 1e-300;
    private static final double MOST = 1e300;

    private final double[] mean;
    private double precision;

    /** @param length n, at least 1 */
    public MinimaxEstimate(int length) {
        if (length < 1) {
            throw new IllegalArgumentException("an estimate has at least one number: " + length);
        }
        mean = new double[length];
    }

    /**
     * The weights alpha of (2.11); they have the sum 1 up to rounding.
     *
     * @param variances of the errors
     * @throws IllegalArgumentException unless each is between 1e-300 and 1e300, or when there is none
     */
    public static double[] weights(double... variances) {
        if (variances.length == 0) {
            throw new IllegalArgumentException("weights need at least one variance: there is none");
        }
        double gamma = 0;
        for (double variance : variances) {
            gamma += 1 / checked(variance);
        }
        double[] weights = new double[variances.length];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = 1 / variances[i] / gamma;
        }
        return weights;
    }

    /**
     * Takes one more observation.
     *
     * @param observation n numbers, finite
     * @param variance of its error, between 1e-300 and 1e300
     * @throws IllegalArgumentException otherwise
     */
    public void add(float[] observation, double variance) {
        if (observation.length != mean.length) {
            throw new IllegalArgumentException("an observation must be as long as the estimate, " + mean.length
                    + " numbers: it has " + observation.length);
        }
        Finite.largest(observation, 0, observation.length);
        double own = 1 / checked(variance);
        precision += own;
        double share = own / precision;
        for (int i = 0; i < mean.length; i++) {
            mean[i] += share * (observation[i] - mean[i]);
        }
    }

    /** gamma: the sum of 1 / v_i so far; its inverse is the variance of the estimate's error. */
    public double precision() {
        return precision;
    }

    /** Whether nothing was observed yet. */
    public boolean isEmpty() {
        return precision == 0;
    }

    /**
     * The estimate so far, rounded to floats.
     *
     * @throws IllegalStateException when nothing was observed
     */
    public float[] estimate() {
        if (isEmpty()) {
            throw new IllegalStateException("an estimate needs at least one observation: there is none");
        }
        float[] estimate = new float[mean.length];
        for (int i = 0; i < estimate.length; i++) {
            estimate[i] = Finite.nearest(mean[i]);
        }
        return estimate;
    }

    private static double checked(double variance) {
        if (!(variance >= LEAST && variance <= MOST)) {
            throw new IllegalArgumentException(
                    "the variance of an error must lie between " + LEAST + " and " + MOST + ": " + variance);
        }
        return variance;
    }
}
