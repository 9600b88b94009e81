package starling.codes.sampling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QcsBoundsTest {

    /** By hand: 64/16 - 1 + 64/4 ln 16 / 15. */
    @Test
    void gammaAndGainByHand() {
        assertEquals(3 + 16 * 2.772588722239781 / 15, QcsBounds.gamma(64, 16, 1), 1e-12);
        assertEquals(64 * Math.log(64) / 63, QcsBounds.gamma(64, 64, 0.5), 1e-12);
        assertEquals(63, QcsBounds.gamma(64, 1, 5));
        assertEquals(64 * 32 / (16 * Math.log(3) / Math.log(2)), QcsBounds.gain(64, 16, 1), 1e-9);
        assertEquals(32, QcsBounds.gain(64, 64, 0.5), 1e-12);
        assertEquals(64, QcsBounds.gain(64, 1, 3));
    }

    /** Against all k and all Q up to 64. */
    @ParameterizedTest
    @CsvSource({"64,2", "64,8", "64,21", "64,32", "64,50", "64,64", "200,5.5", "512,32", "512,100", "12,1"})
    void choiceIsTheBestOfAll(int n, double gain) {
        double best = n - 1;
        for (int k = 2; k <= n; k++) {
            for (int doubled = 1; doubled <= 4000; doubled++) {
                if (QcsBounds.gain(n, k, doubled / 2.0) >= gain * (1 - 1e-12)) {
                    best = Math.min(best, QcsBounds.gamma(n, k, doubled / 2.0));
                }
            }
        }
        QcsBounds.Choice choice = QcsBounds.choose(gain, n);
        assertTrue(choice.gamma() <= best * (1 + 1e-12), choice + " against " + best);
        assertTrue(choice.gain() >= gain * (1 - 1e-11));
        assertEquals(QcsBounds.gamma(n, choice.k(), choice.q()), choice.gamma());
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.1, 1, 4.7, 30})
    void weightsAreThoseOfTheLeastBounds(double gamma) {
        double beta = QcsBounds.unbiasedBeta(gamma);
        assertEquals(gamma * (gamma + 1), QcsBounds.unbiasedEta(gamma, beta), 1e-9 * gamma * (gamma + 1));
        double root = Math.sqrt(gamma + 1) - Math.sqrt(gamma);
        assertEquals(gamma / (root * root), QcsBounds.leastErrorEta(gamma, QcsBounds.leastErrorBeta()), 1e-9);
        for (double other = 0.01; other <= 1; other += 0.01) {
            assertTrue(QcsBounds.leastErrorEta(gamma, other) >= gamma / (root * root) * (1 - 1e-12));
            if (other < Math.min(1, 2 / (1 + gamma))) {
                assertTrue(QcsBounds.unbiasedEta(gamma, other) >= gamma * (gamma + 1) * (1 - 1e-9));
            }
        }
        // The bound is the fixed point of r = ((1 - beta)^2 + beta^2 gamma) r + gamma.
        double eta = QcsBounds.unbiasedEta(gamma, beta);
        assertEquals(eta, ((1 - beta) * (1 - beta) + beta * beta * gamma) * eta + gamma, 1e-9 * eta);
    }

    /** (D.14) with alpha = 1/(1 + gamma), minimised over c by a fine grid. */
    @ParameterizedTest
    @CsvSource({"1,1", "3,0.5", "0.2,0.9"})
    void leastErrorEtaIsTheMinimumOverC(double gamma, double beta) {
        double alpha = 1 / (1 + gamma);
        double gain = alpha * beta * (2 - beta);
        double least = Double.MAX_VALUE;
        for (int i = 1; i < 1_000_000; i++) {
            double c = gain / (1 - alpha) * i / 1e6;
            least = Math.min(least, (1 + 1 / c) / (gain - c * (1 - alpha)) * (1 - alpha));
        }
        assertEquals(least, QcsBounds.leastErrorEta(gamma, beta), 1e-6 * least);
    }

    @Test
    void argumentsAreChecked() {
        assertThrows(IllegalArgumentException.class, () -> QcsBounds.gamma(8, 9, 1));
        assertThrows(IllegalArgumentException.class, () -> QcsBounds.gamma(8, 8, 0.25));
        assertThrows(IllegalArgumentException.class, () -> QcsBounds.choose(65, 64));
        assertThrows(IllegalArgumentException.class, () -> QcsBounds.choose(Double.NaN, 64));
        assertThrows(IllegalArgumentException.class, () -> QcsBounds.unbiasedEta(3, 0.5));
        assertThrows(IllegalArgumentException.class, () -> QcsBounds.unbiasedEta(3, 0));
        assertThrows(IllegalArgumentException.class, () -> QcsBounds.leastErrorEta(3, 1.1));
    }
}
