package starling.codes.estimate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class MinimaxEstimateTest {

    @Test
    void weightsAreInverseToVariances() {
        assertArrayEquals(new double[] {6 / 11.0, 3 / 11.0, 2 / 11.0}, MinimaxEstimate.weights(1, 2, 3), 1e-15);
        assertArrayEquals(new double[] {1}, MinimaxEstimate.weights(7), 0);
        assertArrayEquals(new double[] {0.5, 0.5}, MinimaxEstimate.weights(1e-300, 1e-300), 1e-15);
        assertArrayEquals(new double[] {0.5, 0.5}, MinimaxEstimate.weights(1e300, 1e300), 1e-15);
    }

    @Test
    void noOtherWeightsWithSumOneHaveLessVariance() {
        SplittableRandom random = new SplittableRandom(5);
        double[] variances = {0.3, 2, 7, 0.9};
        double[] best = MinimaxEstimate.weights(variances);
        double least = variance(best, variances);
        for (int trial = 0; trial < 200; trial++) {
            double[] other = best.clone();
            double moved = random.nextDouble(-0.5, 0.5);
            other[trial % 4] += moved;
            other[(trial + 1 + trial / 4 % 3) % 4] -= moved;
            assertTrue(variance(other, variances) >= least);
        }
        MinimaxEstimate estimate = new MinimaxEstimate(1);
        for (double variance : variances) {
            estimate.add(new float[] {1}, variance);
        }
        assertEquals(1 / least, estimate.precision(), 1e-12);
    }

    private static double variance(double[] weights, double[] variances) {
        double sum = 0;
        for (int i = 0; i < weights.length; i++) {
            sum += weights[i] * weights[i] * variances[i];
        }
        return sum;
    }

    @Test
    void theRecursionIsTheWeightedSumInAnyOrder() {
        SplittableRandom random = new SplittableRandom(11);
        int count = 40;
        float[] observations = new float[count];
        double[] variances = new double[count];
        for (int i = 0; i < count; i++) {
            observations[i] = (float) random.nextDouble(-1, 1);
            variances[i] = StrictMath.exp(random.nextDouble(-6, 6));
        }
        double exact = exact(observations, variances);
        for (int order = 0; order < 50; order++) {
            int[] places = random.ints(count, 0, count).toArray();
            for (int i = 0; i < count; i++) {
                int other = places[i];
                float observation = observations[i];
                observations[i] = observations[other];
                observations[other] = observation;
                double variance = variances[i];
                variances[i] = variances[other];
                variances[other] = variance;
            }
            MinimaxEstimate estimate = new MinimaxEstimate(1);
            for (int i = 0; i < count; i++) {
                estimate.add(new float[] {observations[i]}, variances[i]);
            }
            assertEquals(exact, estimate.estimate()[0], Math.ulp((float) exact) + 4 * count * 0x1p-53);
        }
    }

    private static double exact(float[] observations, double[] variances) {
        MathContext context = MathContext.DECIMAL128;
        BigDecimal sum = BigDecimal.ZERO;
        BigDecimal gamma = BigDecimal.ZERO;
        for (int i = 0; i < observations.length; i++) {
            BigDecimal precision = BigDecimal.ONE.divide(new BigDecimal(variances[i]), context);
            gamma = gamma.add(precision);
            sum = sum.add(precision.multiply(new BigDecimal(observations[i])));
        }
        return sum.divide(gamma, context).doubleValue();
    }

    @Test
    void largestNumbersStayFinite() {
        MinimaxEstimate estimate = new MinimaxEstimate(2);
        estimate.add(new float[] {Float.MAX_VALUE, Float.MIN_VALUE}, 1);
        estimate.add(new float[] {Float.MAX_VALUE, Float.MIN_VALUE}, 3);
        assertArrayEquals(new float[] {Float.MAX_VALUE, Float.MIN_VALUE}, estimate.estimate());
    }

    @Test
    void whatHasNoWeightIsRefused() {
        MinimaxEstimate estimate = new MinimaxEstimate(2);
        for (double bad : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThrows(IllegalArgumentException.class, () -> MinimaxEstimate.weights(1, bad));
            assertThrows(IllegalArgumentException.class, () -> estimate.add(new float[2], bad));
        }
        assertThrows(IllegalArgumentException.class, MinimaxEstimate::weights);
        assertThrows(IllegalArgumentException.class, () -> estimate.add(new float[3], 1));
        assertThrows(IllegalArgumentException.class, () -> estimate.add(new float[] {1, Float.NaN}, 1));
        assertThrows(IllegalArgumentException.class, () -> new MinimaxEstimate(0));
        assertTrue(estimate.isEmpty());
        assertThrows(IllegalStateException.class, estimate::estimate);
    }
}
