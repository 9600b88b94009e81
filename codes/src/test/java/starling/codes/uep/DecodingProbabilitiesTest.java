package starling.codes.uep;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DecodingProbabilitiesTest {
    private static final int[] SIZES = {3, 3, 3};
    private static final double[] TABLE3 = {0.40, 0.35, 0.25};

    /** Against the sum over all (n_1, .., n_L) of (13) and (14), with factorials, and the rank rule for EW. */
    @Test
    void equalsTheMultinomialSums() {
        SplittableRandom random = new SplittableRandom(8);
        for (int trial = 0; trial < 40; trial++) {
            int classes = 1 + random.nextInt(4);
            int[] sizes = random.ints(classes, 1, 5).toArray();
            double[] law = random.doubles(classes).toArray();
            double total = Arrays.stream(law).sum();
            for (int l = 0; l < classes; l++) {
                law[l] /= total;
            }
            int answers = random.nextInt(14);
            for (Windows.Kind kind : Windows.Kind.values()) {
                Windows windows = new Windows(kind, sizes, law);
                double[] expected = new double[classes];
                sum(windows, new int[classes], 0, answers, answers, expected);
                assertArrayEquals(expected, DecodingProbabilities.after(windows, answers), 1e-12);
            }
        }
    }

    private static void sum(Windows windows, int[] counts, int place, int left, int all, double[] sums) {
        if (place == counts.length - 1) {
            counts[place] = left;
            double probability = factorial(all);
            for (int l = 0; l < counts.length; l++) {
                probability *= Math.pow(windows.probabilities()[l], counts[l]) / factorial(counts[l]);
            }
            boolean[] decoded = rule(windows, counts);
            for (int l = 0; l < counts.length; l++) {
                sums[l] += decoded[l] ? probability : 0;
            }
            return;
        }
        for (int n = 0; n <= left; n++) {
            counts[place] = n;
            sum(windows, counts, place + 1, left - n, all, sums);
        }
    }

    /** Which classes so many answers of each window decode. */
    static boolean[] rule(Windows windows, int[] counts) {
        boolean[] decoded = new boolean[counts.length];
        int rank = 0;
        int reach = 0;
        for (int j = 0; j < counts.length; j++) {
            if (windows.kind() == Windows.Kind.NON_OVERLAPPING) {
                decoded[j] = counts[j] >= windows.sizes()[j];
                continue;
            }
            reach += windows.sizes()[j];
            rank = Math.min(rank + counts[j], reach);
            if (rank == reach) {
                Arrays.fill(decoded, 0, j + 1, true);
            }
        }
        return decoded;
    }

    private static double factorial(int n) {
        double product = 1;
        for (int i = 2; i <= n; i++) {
            product *= i;
        }
        return product;
    }

    /** Workers who answer with a probability: the mixture (12) of the probabilities after w answers. */
    @Test
    void mixesOverTheNumberOfAnswers() {
        for (Windows.Kind kind : Windows.Kind.values()) {
            Windows windows = new Windows(kind, SIZES, TABLE3);
            double answered = 0.37;
            double[] expected = new double[3];
            for (int w = 0; w <= 30; w++) {
                double weight = factorial(30)
                        / factorial(w)
                        / factorial(30 - w)
                        * Math.pow(answered, w)
                        * Math.pow(1 - answered, 30 - w);
                double[] after = DecodingProbabilities.after(windows, w);
                for (int l = 0; l < 3; l++) {
                    expected[l] += weight * after[l];
                }
            }
            assertArrayEquals(expected, DecodingProbabilities.mixed(windows, 30, answered), 1e-12);
            assertArrayEquals(new double[3], DecodingProbabilities.mixed(windows, 30, 0));
            for (double decoded : DecodingProbabilities.after(windows, 200)) {
                assertEquals(1, decoded, 1e-9);
            }
        }
    }

    /** Theorem 1 with sums by hand, the MDS loss and Theorem 2's factor. */
    @Test
    void lossesAreSumsOverClasses() {
        Windows windows = new Windows(Windows.Kind.NON_OVERLAPPING, SIZES, TABLE3);
        ExpectedLoss loss = new ExpectedLoss(windows, 120, 3, 0.21);
        assertEquals(123.21, loss.whole(), 1e-12);
        assertEquals(123.21, loss.after(0), 1e-12);
        double[] decoded = DecodingProbabilities.after(windows, 10);
        assertEquals(120 * (1 - decoded[0]) + 3 * (1 - decoded[1]) + 0.21 * (1 - decoded[2]), loss.after(10), 1e-12);
        assertEquals(9 * loss.mixed(30, 0.5), loss.theorem2(30, 0.5), 1e-12);
        assertEquals(123.21, loss.mdsMixed(8, 1), 1e-12);
        assertEquals(0, loss.mdsMixed(9, 1), 1e-12);
        assertEquals(123.21 * (1 - Math.pow(0.5, 9)), loss.mdsMixed(9, 0.5), 1e-9);
    }

    /** Two classes: the optimum of a fine grid is not better; any number: not worse than what was given. */
    @Test
    void optimizedWindowsAreNotWorseThanAnyOnAGrid() {
        for (Windows.Kind kind : Windows.Kind.values()) {
            for (double answered : new double[] {0.2, 0.5, 0.8}) {
                Windows given = new Windows(kind, new int[] {2, 4}, new double[] {0.5, 0.5});
                ExpectedLoss loss = new ExpectedLoss(given, 5, 3);
                Windows found = WindowOptimizer.optimize(loss, tried -> tried.mixed(12, answered));
                double least = loss.with(found).mixed(12, answered);
                for (int i = 0; i <= 1000; i++) {
                    Windows tried = given.withProbabilities(i / 1000.0, 1 - i / 1000.0);
                    assertTrue(least <= loss.with(tried).mixed(12, answered) + 1e-9, kind + " at " + i);
                }
            }
            Windows table = new Windows(kind, SIZES, TABLE3);
            ExpectedLoss loss = new ExpectedLoss(table, 120, 3, 0.21);
            Windows found = WindowOptimizer.optimize(loss, tried -> tried.after(9));
            assertEquals(1, Arrays.stream(found.probabilities()).sum(), 1e-9);
            assertTrue(loss.with(found).after(9) < loss.after(9));
        }
    }

    @Test
    void refusesWhatIsNoLaw() {
        assertThrows(
                IllegalArgumentException.class,
                () -> new Windows(Windows.Kind.EXPANDING, SIZES, new double[] {0.5, 0.6, -0.1}));
        assertThrows(
                IllegalArgumentException.class,
                () -> new Windows(Windows.Kind.EXPANDING, SIZES, new double[] {0.5, 0.6, 0.1}));
        assertThrows(
                IllegalArgumentException.class,
                () -> new Windows(Windows.Kind.EXPANDING, new int[] {1, 0}, new double[] {0.5, 0.5}));
        Windows windows = new Windows(Windows.Kind.EXPANDING, SIZES, TABLE3);
        assertThrows(IllegalArgumentException.class, () -> new ExpectedLoss(windows, 1, 2));
        assertThrows(IllegalArgumentException.class, () -> DecodingProbabilities.mixed(windows, 3, 1.5));
    }
}
