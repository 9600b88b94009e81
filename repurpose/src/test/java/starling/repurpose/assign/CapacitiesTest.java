package starling.repurpose.assign;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import starling.models.UnfitException;

class CapacitiesTest {
    @Test
    void knownCounts() {
        assertArrayEquals(new int[] {25, 50, 25}, Capacities.of(3, 1, 2, 1).counts(100));
        assertArrayEquals(new int[] {262, 261, 261}, Capacities.equal(3).counts(784));
        // Quotas 2.5 and 7.5: the tie goes to the lower number.
        assertArrayEquals(new int[] {3, 7}, Capacities.of(2, 1, 3).counts(10));
        // Quotas 3.4, 1.7, 1.9: the two larger parts of a unit win.
        assertArrayEquals(new int[] {3, 2, 2}, Capacities.of(3, 3.4, 1.7, 1.9).counts(7));
    }

    @Test
    void tiesAreDecimalTies() {
        // 1/4 and 3/4 of 2: quotas 0.5 and 1.5 tie, though in doubles 0.3 / 0.4 is not 0.75.
        assertArrayEquals(new int[] {1, 1}, Capacities.of(2, 0.1, 0.3).counts(2));
        assertArrayEquals(new int[] {2, 0}, Capacities.of(2, 0.3, 0.1).counts(2));
    }

    @Test
    void fewerUnitsThanWorkersLeaveSomeWithout() {
        assertArrayEquals(new int[] {1, 1, 0, 0}, Capacities.equal(4).counts(2));
        assertArrayEquals(new int[] {0, 0, 0, 0}, Capacities.equal(4).counts(0));
        assertArrayEquals(new int[] {0, 2, 0}, Capacities.of(3, 1, 8, 1).counts(2));
    }

    @Test
    void countsStayWithinOneOfTheirQuotaAndAddUp() {
        SplittableRandom random = new SplittableRandom(51);
        for (int trial = 0; trial < 500; trial++) {
            double[] shares = random.doubles(random.nextInt(1, 9), 1e-3, 10).toArray();
            int units = random.nextInt(5000);
            int[] counts = Capacities.of(shares.length, shares).counts(units);
            double sum = Arrays.stream(shares).sum();
            assertEquals(units, Arrays.stream(counts).sum());
            for (int k = 0; k < counts.length; k++) {
                assertTrue(Math.abs(counts[k] - units * shares[k] / sum) < 1);
            }
        }
    }

    @Test
    void extremeSharesAreExact() {
        assertArrayEquals(
                new int[] {7, 0},
                Capacities.of(2, Double.MAX_VALUE, Double.MIN_VALUE).counts(7));
    }

    @Test
    void contiguousOwnersKeepTheOrder() {
        assertArrayEquals(new int[] {0, 1, 1, 2}, Capacities.of(3, 1, 2, 1).contiguousOwners(4));
        assertArrayEquals(new int[] {0, 1}, Capacities.equal(3).contiguousOwners(2));
    }

    @Test
    void readsTheOption() {
        assertArrayEquals(new int[] {1, 2, 1}, Capacities.parse(3, "1, 2,1").counts(4));
        assertRefused("capacity shares must be numbers: share 2 of 2 is 'x'", () -> Capacities.parse(2, "1,x"));
        assertRefused("capacity shares must be numbers: share 2 of 2 is ''", () -> Capacities.parse(2, "1,"));
        assertRefused("capacity shares must be numbers: share 1 of 1 is 'NaN'", () -> Capacities.parse(1, "NaN"));
        assertRefused("capacity shares must be finite: share 1 of 1 is Infinity", () -> Capacities.parse(1, "1e999"));
    }

    @Test
    void refusesSharesThatMakeNoSense() {
        assertRefused("capacity shares must be positive: share 2 of 3 is -1", () -> Capacities.of(3, 1, -1, 1));
        assertRefused("capacity shares must be positive: share 1 of 2 is 0", () -> Capacities.of(2, 0, 1));
        assertRefused("capacity shares must be positive: share 2 of 2 is NaN", () -> Capacities.of(2, 1, Double.NaN));
        assertRefused(
                "capacity shares must be finite: share 1 of 1 is Infinity",
                () -> Capacities.of(1, Double.POSITIVE_INFINITY));
        assertRefused("there must be one capacity share per worker: 2 for 3 workers", () -> Capacities.of(3, 1, 1));
        assertRefused(
                "there must be one capacity share per worker: 3 for 2 workers", () -> Capacities.parse(2, "1,1,1"));
        assertRefused("there must be at least one worker: there are 0", () -> Capacities.equal(0));
        assertRefused("a space cannot have fewer than 0 units: -1", () -> Capacities.equal(2)
                .counts(-1));
    }

    private static void assertRefused(String sentence, Executable attempt) {
        assertEquals(sentence, assertThrows(UnfitException.class, attempt).getMessage());
    }
}
