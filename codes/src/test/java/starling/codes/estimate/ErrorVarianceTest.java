package starling.codes.estimate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Random;
import org.junit.jupiter.api.Test;

class ErrorVarianceTest {

    @Test
    void aStepHasTheVarianceOfAUniformError() {
        assertEquals(0.75, ErrorVariance.ofStep(3));
        assertEquals(0, ErrorVariance.ofStep(0));
        assertThrows(IllegalArgumentException.class, () -> ErrorVariance.ofStep(-1));
        assertThrows(IllegalArgumentException.class, () -> ErrorVariance.ofStep(Double.NaN));
    }

    @Test
    void aSpreadIsSolvedForEachVariance() {
        // By hand: vectors 1, 2, 6 have the mean 3, d = (4, 1, 9), sum v = 14 * 3 / 2 = 21,
        // v_p = 3 (d_p - 21 / 9) = (5, -4, 20); the second is raised to what it has at least.
        double[] variances = ErrorVariance.ofSpread(new float[][] {{1}, {2}, {6}}, new double[] {0, 0.5, 0});
        assertArrayEquals(new double[] {5, 0.5, 20}, variances, 1e-12);
        assertArrayEquals(
                new double[] {8, 8}, ErrorVariance.ofSpread(new float[][] {{1, 1}, {5, 5}}, new double[2]), 1e-12);
    }

    @Test
    void variancesOfManyNumbersAreFound() {
        // Each v_p has the relative standard deviation of about sqrt(2 / n) times at most 2: 0.009 at n = 10^5; six are
        // looked at with 6 deviations each, so that this fails by chance once in 10^8 runs.
        double[] sigma = {1, 2, 0.5, 1, 3, 1.5};
        Random random = new Random(3);
        int length = 100_000;
        float[][] decoded = new float[sigma.length][length];
        for (int i = 0; i < length; i++) {
            double truth = 5 * random.nextGaussian();
            for (int p = 0; p < sigma.length; p++) {
                decoded[p][i] = (float) (truth + sigma[p] * random.nextGaussian());
            }
        }
        double[] variances = ErrorVariance.ofSpread(decoded, new double[sigma.length]);
        for (int p = 0; p < sigma.length; p++) {
            double deviation = Math.sqrt(2.0 / length) * (sigma[p] * sigma[p] + 2);
            assertEquals(sigma[p] * sigma[p], variances[p], 6 * deviation);
        }
    }

    @Test
    void whatHasNoSpreadIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> ErrorVariance.ofSpread(new float[][] {{1}}, new double[1]));
        assertThrows(
                IllegalArgumentException.class, () -> ErrorVariance.ofSpread(new float[][] {{1}, {2}}, new double[1]));
        assertThrows(
                IllegalArgumentException.class,
                () -> ErrorVariance.ofSpread(new float[][] {{1}, {2, 3}}, new double[2]));
    }
}
