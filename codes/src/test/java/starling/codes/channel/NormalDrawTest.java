package starling.codes.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import starling.codes.random.RandomStream;

class NormalDrawTest {

    /** Against the distribution function, by its series and by its continued fraction. */
    @ParameterizedTest
    @ValueSource(doubles = {0x1p-53, 1e-14, 1e-11, 1.4e-11, 1e-6, 0.01, 0.0749, 0.0751, 0.3, 0.5})
    void isTheInverseOfTheDistributionFunction(double p) {
        double x = NormalDraw.quantile(p);
        assertEquals(p, cumulative(x), 1e-13 * p);
        // 1 - p is p there only up to the unit of doubles below 1.
        assertEquals(-x, NormalDraw.quantile(1 - p), 1e-15 / p);
    }

    @Test
    void numbersOfTheStreamHaveNormalMoments() {
        RandomStream stream = new RandomStream(77);
        int n = 200_000;
        double[] moments = new double[5];
        double largest = 0;
        for (int i = 0; i < n; i++) {
            double x = NormalDraw.at(stream, i);
            for (int k = 1; k <= 4; k++) {
                moments[k] += Math.pow(x, k) / n;
            }
            largest = Math.max(largest, Math.abs(x));
        }
        // Variances of x, x^2, x^3, x^4 are 1, 2, 15, 96; 5 deviations each, 6e-7.
        double deviation = 5 / Math.sqrt(n);
        assertEquals(0, moments[1], deviation);
        assertEquals(1, moments[2], deviation * Math.sqrt(2));
        assertEquals(0, moments[3], deviation * Math.sqrt(15));
        assertEquals(3, moments[4], deviation * Math.sqrt(96));
        // Beyond 6.5 with probability 2e-5, all within 3.5 with 1e-40.
        assertTrue(largest > 3.5 && largest < 6.5, "largest " + largest);
        assertEquals(NormalDraw.at(stream, 123), NormalDraw.at(new RandomStream(77), 123));
    }

    private static double cumulative(double x) {
        double density = Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
        if (x > -3) {
            double term = x;
            double sum = x;
            for (int k = 3; k < 200; k += 2) {
                term *= x * x / k;
                sum += term;
            }
            return 0.5 + density * sum;
        }
        double fraction = -x;
        for (int k = 200; k > 0; k--) {
            fraction = -x + k / fraction;
        }
        return density / fraction;
    }
}
