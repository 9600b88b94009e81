package starling.repurpose.assign;

import java.util.Arrays;

/**
 * Rounds real costs to integers and prices back: an integer stands for {@code value / scale} with a scale that is a power of
 * two, chosen so that the largest difference between two costs of one unit becomes at most 2^52. Prices of the solvers stay
 * below 2^58 (they grow by at most twice the spread per level of recursion), so nothing overflows.
 */
final class IntegerCosts {
    private static final int BITS = 52;
    private static final int BLOCK = 64;

    // The scale in two factors: it may itself be beyond what a double holds.
    private final double firstFactor;
    private final double secondFactor;

    IntegerCosts(double spread) {
        int exponent = spread == 0 ? 0 : BITS - 1 - Math.getExponent(spread);
        firstFactor = Math.scalb(1.0, exponent / 2);
        secondFactor = Math.scalb(1.0, exponent - exponent / 2);
    }

    /** The rounded costs of the stated units in the order stated: that of unit i on worker k at i * P + k, smallest 0. */
    long[] unitMajor(AssignmentProblem problem, int[] units) {
        int workers = problem.workers();
        int[] positionOf = new int[problem.units()];
        Arrays.fill(positionOf, -1);
        for (int i = 0; i < units.length; i++) {
            positionOf[units[i]] = i;
        }
        long[] rounded = new long[Math.multiplyExact(units.length, workers)];
        double[] low = new double[BLOCK];
        for (int from = 0; from < positionOf.length; from += BLOCK) {
            int to = Math.min(positionOf.length, from + BLOCK);
            Arrays.fill(low, Double.POSITIVE_INFINITY);
            for (int k = 0; k < workers; k++) {
                double[] row = problem.row(k);
                for (int n = from; n < to; n++) {
                    low[n - from] = Math.min(low[n - from], row[n]);
                }
            }
            for (int k = 0; k < workers; k++) {
                double[] row = problem.row(k);
                for (int n = from; n < to; n++) {
                    if (positionOf[n] >= 0) {
                        rounded[positionOf[n] * workers + k] = round(row[n] - low[n - from]);
                    }
                }
            }
        }
        return rounded;
    }

    /** For two workers: the cost on worker 0 less that on worker 1, rounded. */
    long[] differences(AssignmentProblem problem, int[] units) {
        double[] first = problem.row(0);
        double[] second = problem.row(1);
        long[] rounded = new long[units.length];
        for (int i = 0; i < units.length; i++) {
            double difference = first[units[i]] - second[units[i]];
            rounded[i] = difference < 0 ? -round(-difference) : round(difference);
        }
        return rounded;
    }

    double[] toReal(long[] prices) {
        double[] real = new double[prices.length];
        for (int k = 0; k < prices.length; k++) {
            real[k] = prices[k] / firstFactor / secondFactor;
        }
        return real;
    }

    private long round(double notNegative) {
        return (long) (notNegative * firstFactor * secondFactor + 0.5);
    }
}
