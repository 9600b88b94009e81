package starling.codes.computation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RecoveryTest {

    /**
     * Random systems of small integers: after every answer exactly those combinations are recovered that exact elimination over
     * rational numbers finds in the span, and their weights give the combination again.
     */
    @Test
    void recoversWhatExactEliminationFinds() {
        SplittableRandom random = new SplittableRandom(5);
        int byRank = 0;
        for (int trial = 0; trial < 400; trial++) {
            int unknowns = 1 + random.nextInt(7);
            List<double[]> wanted = new ArrayList<>();
            for (int d = 0; d < unknowns; d++) {
                double[] unit = new double[unknowns];
                unit[d] = 1;
                wanted.add(unit);
            }
            wanted.add(row(unknowns, 0.8, random));
            Recovery recovery = new Recovery(unknowns, wanted, 1e8);
            List<double[]> rows = new ArrayList<>();
            for (int answer = 0; answer < unknowns + 2; answer++) {
                double[] row = row(unknowns, 0.5, random);
                rows.add(row);
                assertEquals(answer, recovery.add(row));
                int rank = rank(rows);
                assertEquals(rank, recovery.rank());
                for (int w = 0; w < wanted.size(); w++) {
                    List<double[]> more = new ArrayList<>(rows);
                    more.add(wanted.get(w));
                    boolean inSpan = rank(more) == rank;
                    assertEquals(inSpan, recovery.isRecovered(w), "trial " + trial + ", combination " + w);
                    if (inSpan) {
                        byRank++;
                        holds(rows, wanted.get(w), recovery.functional(w), 1e-11);
                        assertTrue(recovery.condition(w) < 1e5);
                    }
                }
                assertTrue(recovery.refused().isEmpty());
            }
        }
        assertTrue(byRank > 2000, byRank + " combinations recovered");
    }

    /** An odd cycle a+b, b+c, c+a has no row to peel, but rank gives all three, and then the chain behind them. */
    @Test
    void decodesOddCyclesByRankAndPeelsOn() {
        List<double[]> wanted = new ArrayList<>();
        for (int d = 0; d < 5; d++) {
            double[] unit = new double[5];
            unit[d] = 1;
            wanted.add(unit);
        }
        Recovery recovery = new Recovery(5, wanted, 1e8);
        recovery.add(new double[] {1, 1, 0, 0, 0});
        recovery.add(new double[] {0, 1, 1, 0, 0});
        recovery.add(new double[] {0, 0, 1, 1, 0});
        recovery.add(new double[] {0, 0, 0, 1, 1});
        assertTrue(recovery.recovered().isEmpty());
        recovery.add(new double[] {1, 0, 1, 0, 0});
        assertEquals(5, recovery.recovered().cardinality());
        double[] last = recovery.functional(4);
        double[] values = {2, -3, 7, 11, 0.5};
        double[] answers = {
            values[0] + values[1], values[1] + values[2], values[2] + values[3], values[3] + values[4], 9
        };
        double sum = 0;
        for (int i = 0; i < 5; i++) {
            sum += last[i] * answers[i];
        }
        assertEquals(values[4], sum, 1e-12);
    }

    /** Rows that are nearly the same: recovered within the limit, refused beyond, recovered again by a better row. */
    @Test
    void refusesWhatIsIllConditioned() {
        for (double distance : new double[] {1e-3, 1e-5, 1e-9, 1e-12}) {
            Recovery recovery = new Recovery(2, List.of(new double[] {1, 0}), 1e4);
            recovery.add(new double[] {1, 1});
            recovery.add(new double[] {1, 1 + distance});
            boolean within = distance > 1e-4;
            assertEquals(within, recovery.isRecovered(0), "distance " + distance);
            if (within) {
                assertEquals(2 / distance, recovery.condition(0), 0.1 / distance);
                continue;
            }
            if (distance > 1e-6) {
                assertTrue(recovery.refused().get(0));
                assertTrue(recovery.refusedCondition(0) > 1e4, "condition " + recovery.refusedCondition(0));
            }
            assertThrows(IllegalArgumentException.class, () -> recovery.functional(0));
            recovery.add(new double[] {1, -1});
            assertTrue(recovery.isRecovered(0));
            assertTrue(recovery.refused().isEmpty());
            assertTrue(recovery.condition(0) < 10);
        }
    }

    /** A combination at a small angle to the span is no part of it, however small. */
    @Test
    void nearlyInTheSpanIsNotInTheSpan() {
        for (double off : new double[] {1e-2, 1e-6, 1e-8, 1e-10, 1e-12}) {
            Recovery recovery = new Recovery(3, List.of(new double[] {1, 0, 0}, new double[] {0, 1, 0}), 1e8);
            recovery.add(new double[] {1, 1, off});
            recovery.add(new double[] {1, -1, 0});
            assertFalse(recovery.isRecovered(0), "off by " + off);
            assertFalse(recovery.isRecovered(1), "off by " + off);
        }
    }

    @Test
    void saysWhatIsWrongWithAnAnswer() {
        Recovery recovery = new Recovery(2, List.of(new double[] {1, 0}), 1e8);
        assertThrows(IllegalArgumentException.class, () -> recovery.add(new double[] {1}));
        assertThrows(IllegalArgumentException.class, () -> recovery.add(new double[] {1, Double.NaN}));
        assertEquals(0, recovery.answers());
        recovery.add(new double[] {0, 0});
        recovery.add(new double[] {2, 0});
        assertEquals(0.5, recovery.functional(0)[1]);
    }

    private static void holds(List<double[]> rows, double[] wanted, double[] weights, double tolerance) {
        for (int d = 0; d < wanted.length; d++) {
            double sum = 0;
            for (int i = 0; i < rows.size(); i++) {
                sum += weights[i] * rows.get(i)[d];
            }
            assertEquals(wanted[d], sum, tolerance);
        }
    }

    private static double[] row(int length, double density, SplittableRandom random) {
        double[] row = new double[length];
        boolean some = false;
        for (int d = 0; d < length; d++) {
            row[d] = random.nextDouble() < density ? random.nextInt(7) - 3 : 0;
            some |= row[d] != 0;
        }
        if (!some) {
            row[random.nextInt(length)] = 1;
        }
        return row;
    }

    /** Rank over the rationals, by Bareiss' elimination without fractions. */
    static int rank(List<double[]> rows) {
        int width = rows.get(0).length;
        BigInteger[][] m = new BigInteger[rows.size()][width];
        for (int i = 0; i < m.length; i++) {
            for (int j = 0; j < width; j++) {
                m[i][j] = BigInteger.valueOf((long) rows.get(i)[j]);
            }
        }
        int rank = 0;
        BigInteger previous = BigInteger.ONE;
        for (int column = 0; column < width && rank < m.length; column++) {
            int pivot = rank;
            while (pivot < m.length && m[pivot][column].signum() == 0) {
                pivot++;
            }
            if (pivot == m.length) {
                continue;
            }
            BigInteger[] swap = m[pivot];
            m[pivot] = m[rank];
            m[rank] = swap;
            for (int i = rank + 1; i < m.length; i++) {
                for (int j = column + 1; j < width; j++) {
                    m[i][j] = m[rank][column]
                            .multiply(m[i][j])
                            .subtract(m[i][column].multiply(m[rank][j]))
                            .divide(previous);
                }
                m[i][column] = BigInteger.ZERO;
            }
            previous = m[rank][column];
            rank++;
        }
        return rank;
    }
}
