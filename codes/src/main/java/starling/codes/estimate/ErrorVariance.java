package starling.codes.estimate;

import starling.codes.gradient.Finite;

/**
 * Variances of the errors of decoded messages, per coordinate: what quantization adds is known from its step, what the
 * senders' samples add is seen in how far their messages spread.
 */
public final class ErrorVariance {
    private ErrorVariance() {}

    /** step^2 / 12, the variance of an error uniform over a step: that of dithered and nested quantization. */
    public static double ofStep(double step) {
        if (!(step >= 0) || Double.isInfinite(step)) {
            throw new IllegalArgumentException("a step must be finite and not negative: " + step);
        }
        return step * step / 12;
    }

    /**
     * Variances estimated from the messages alone. With m the mean of P decoded vectors, errors independent of each other
     * and d_p = ||theta_p - m||^2 / n, E d_p = (1 - 2/P) v_p + (sum v) / P^2 and sum E d_p = (1 - 1/P) sum v; these are solved
     * for v_p, which is unbiased, and what comes out below {@code least} is raised to it. Two vectors tell only the sum of
     * their variances: each gets half.
     *
     * <p>Cost: O(P n), 8 n bytes.
     *
     * @param decoded at least two vectors of the same length, finite
     * @param least for each vector the variance that its error has at least, such as {@link #ofStep}
     */
    public static double[] ofSpread(float[][] decoded, double[] least) {
        int count = decoded.length;
        if (count < 2 || least.length != count) {
            throw new IllegalArgumentException("a spread needs at least two vectors, each with a least variance: "
                    + count + " vectors, " + least.length + " variances");
        }
        double[] distances = distances(decoded);
        double sum = 0;
        for (double distance : distances) {
            sum += distance;
        }
        double all = sum * count / (count - 1);
        double[] variances = new double[count];
        for (int p = 0; p < count; p++) {
            double own = count == 2 ? all / 2 : (distances[p] - all / count / count) / (1 - 2.0 / count);
            variances[p] = Math.max(least[p], own);
        }
        return variances;
    }

    /** d_p. */
    private static double[] distances(float[][] decoded) {
        int length = decoded[0].length;
        double[] mean = new double[length];
        for (float[] vector : decoded) {
            if (vector.length != length) {
                throw new IllegalArgumentException(
                        "vectors of a spread must have the same length: " + vector.length + " and " + length);
            }
            Finite.largest(vector, 0, length);
            for (int i = 0; i < length; i++) {
                mean[i] += vector[i] / (double) decoded.length;
            }
        }
        double[] distances = new double[decoded.length];
        for (int p = 0; p < decoded.length; p++) {
            for (int i = 0; i < length; i++) {
                double error = decoded[p][i] - mean[i];
                distances[p] += error * error / length;
            }
        }
        return distances;
    }
}
