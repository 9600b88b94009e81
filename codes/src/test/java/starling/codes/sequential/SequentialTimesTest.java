package starling.codes.sequential;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import starling.codes.straggler.IndependentPattern;

/** Closed forms against all patterns counted one by one, other sums, and schemes on the clock. */
class SequentialTimesTest {
    private static final int ROUNDS = 60_000;

    @Test
    void polynomialTimesAreThoseOfAllPatterns() {
        for (int workers = 1; workers <= 6; workers++) {
            for (int resilience = 0; resilience < workers; resilience++) {
                for (double delta : new double[] {0, 0.1, 0.35, 1}) {
                    double mean = 0;
                    for (int slow = 0; slow < 1 << workers; slow++) {
                        int count = Integer.bitCount(slow);
                        mean += Math.pow(delta, count)
                                * Math.pow(1 - delta, workers - count)
                                * (count > resilience ? 7 : 1)
                                / (workers - resilience);
                    }
                    assertEquals(mean, SequentialTimes.polynomial(7, resilience, workers, delta), 1e-12);
                }
            }
            assertEquals(
                    SequentialTimes.polynomial(3, 0, workers, 0.2), SequentialTimes.uncoded(3, workers, 0.2), 1e-15);
        }
    }

    /** The printed expression is that of a polynomial code over P W workers in rounds of 1 / W, N being its stragglers. */
    @Test
    void printedExpressionIsThatOfAWholeWindow() {
        ArbitraryStragglers model = new ArbitraryStragglers(7, 4);
        assertEquals(
                4 * SequentialTimes.polynomial(5, 7, 12, 0.3), SequentialTimes.idipPrinted(5, model, 3, 0.3), 1e-12);
        assertEquals(1 / (3 - 7.0 / 4), SequentialTimes.leastLoad(3, model), 1e-15);
        assertFalse(SequentialTimes.isBound(model, 3));
        assertTrue(SequentialTimes.isBound(new ArbitraryStragglers(2, 4), 3));
    }

    /** f by another sum: the mean of a number of rounds is the sum over n of P(fewer than beta after n rounds). */
    @Test
    void roundsOfAJobAreThoseOfSums() {
        int workers = 4;
        double delta = 0.3;
        double[] answers = {0, 4 * 0.7 * 0.027, 6 * 0.49 * 0.09, 4 * 0.343 * 0.3, 0.2401 + 0.0081};
        for (int beta = 1; beta <= 20; beta++) {
            double[] law = new double[beta];
            law[0] = 1;
            double rounds = 0;
            for (int n = 0; n < 200; n++) {
                double[] after = new double[beta];
                for (int sum = 0; sum < beta; sum++) {
                    rounds += law[sum];
                    for (int k = 1; k <= workers && sum + k < beta; k++) {
                        after[sum + k] += law[sum] * answers[k];
                    }
                }
                law = after;
            }
            double expected = rounds / beta * (5 * 0.0081 + 1 - 0.0081);
            assertEquals(expected, SequentialTimes.dipWithoutEnd(5, beta, workers, delta), 1e-12);
        }
    }

    /** Without a delay DIP is the polynomial code, with one that is never reached it is DIP without end. */
    @Test
    void dipMeetsItsLimits() {
        for (int lambda = 1; lambda <= 4; lambda++) {
            assertEquals(
                    SequentialTimes.polynomial(5, 4 - lambda, 4, 0.3),
                    SequentialTimes.dip(5, lambda, 0, lambda, 4, 0.3),
                    1e-12);
        }
        for (int beta = 3; beta <= 5; beta++) {
            assertEquals(
                    SequentialTimes.dipWithoutEnd(5, beta, 3, 0.4),
                    SequentialTimes.dip(5, beta, beta, 2, 3, 0.4),
                    1e-10);
        }
    }

    /** Means of batches of rounds within 5 deviations: each fails with probability 6e-7 if normal. */
    @Test
    void schemesOnTheClockTakeTheirTimes() {
        assertTakes(SequentialTimes.uncoded(5, 4, 0.3), Dip.uncoded(4, ROUNDS));
        assertTakes(SequentialTimes.polynomial(5, 2, 4, 0.3), Dip.polynomial(2, 1, 4, ROUNDS));
        assertTakes(SequentialTimes.dip(5, 6, 3, 1, 4, 0.3), Dip.of(2, 3, 4, 3, 1, ROUNDS - 3));
        assertTakes(SequentialTimes.dip(5, 8, 2, 3, 4, 0.3), Dip.of(4, 2, 4, 2, 3, ROUNDS - 2));
        assertTakes(SequentialTimes.dip(5, 4, 1, 4, 4, 0.3), Dip.of(4, 1, 4, 1, 4, ROUNDS - 1));
    }

    private static void assertTakes(double expected, SequentialScheme scheme) {
        double[] batches = batches(scheme, 0.3);
        double mean = 0;
        for (double batch : batches) {
            mean += batch / batches.length;
        }
        double squares = 0;
        for (double batch : batches) {
            squares += (batch - mean) * (batch - mean);
        }
        double deviation = Math.sqrt(squares / (batches.length - 1) / batches.length);
        assertEquals(expected, mean, 5 * deviation + 1e-12, scheme.name());
        assertTrue(deviation < 0.02 * expected, scheme.name());
    }

    /** The mean time of a round, over one batch of rounds each. */
    private static double[] batches(SequentialScheme scheme, double delta) {
        FirstOrderClock clock = new FirstOrderClock(new IndependentPattern(delta, 3), 5, 0, job -> 1);
        double[] batches = new double[100];
        for (int round = 0; !scheme.over(); round++) {
            batches[round * batches.length / ROUNDS] += clock.run(scheme).seconds() * batches.length / ROUNDS;
        }
        return batches;
    }

    /** Where the printed expression is a bound, the scheme is below it. */
    @Test
    void idipKeepsItsBound() {
        for (int most = 1; most <= 3; most++) {
            ArbitraryStragglers model = new ArbitraryStragglers(most, 3);
            Idip scheme = new Idip(12 - most, 1, 4, model, 3000);
            FirstOrderClock clock = new FirstOrderClock(new IndependentPattern(0.15, 3), 5, 0, job -> 1);
            double time = 0;
            while (!scheme.over()) {
                FirstOrderClock.Round round = clock.run(scheme);
                time += round.seconds();
                assertTrue(round.load() <= SequentialTimes.leastLoad(4, model) + 1e-12);
            }
            assertTrue(time / 3000 <= SequentialTimes.idipPrinted(5, model, 4, 0.15), "N = " + most);
        }
    }

    /** One worker slow in the first round: two answer at once, the round waits for it up to mu, or as long as it must. */
    @Test
    void theClockWaitsAsLongAsItIsTold() {
        assertEquals(1.25 / 2, first(Dip.polynomial(2, 1, 3, 1), 0.25, 5), 1e-12);
        assertEquals(1.2 / 2, first(Dip.polynomial(2, 1, 3, 1), 0.25, 1.2), 1e-12);
        assertEquals(5.0 / 3, first(Dip.uncoded(3, 1), 0.25, 5), 1e-12);
        assertThrows(IllegalArgumentException.class, () -> first(Dip.uncoded(3, 1), -1, 5));
        assertThrows(IllegalArgumentException.class, () -> first(Dip.uncoded(3, 1), 0, 0.5));
    }

    private static double first(SequentialScheme scheme, double mu, double alpha) {
        return new FirstOrderClock((round, worker) -> worker == 1, alpha, mu, job -> 1)
                .run(scheme)
                .seconds();
    }

    @Test
    void refusesWhatHasNoMeaning() {
        assertThrows(IllegalArgumentException.class, () -> SequentialTimes.polynomial(5, 4, 4, 0.1));
        assertThrows(IllegalArgumentException.class, () -> SequentialTimes.uncoded(0.5, 4, 0.1));
        assertThrows(IllegalArgumentException.class, () -> SequentialTimes.uncoded(5, 4, 1.1));
        assertThrows(
                IllegalArgumentException.class,
                () -> SequentialTimes.idipPrinted(5, new ArbitraryStragglers(8, 2), 4, 0.1));
        assertThrows(IllegalArgumentException.class, () -> SequentialTimes.dip(5, 8, 20, 4, 4, 0.1));
    }
}
