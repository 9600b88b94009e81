package starling.codes.syndrome;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class ConditionalLawTest {

    /** By hand: half a count for each symbol in the open context, four counts of that law in each pair. */
    @Test
    void sharesAreThoseOfTheCounts() {
        ConditionalLaw law = new ConditionalLaw(1, 2, 3);
        assertEquals(1, law.levels());
        assertEquals(2, law.open());
        assertEquals(3, law.side());
        for (double[] row : law.table()) {
            assertArrayEquals(new double[] {1 / 3.0, 1 / 3.0, 1 / 3.0}, row, 1e-12);
        }
        law.learn(new int[] {-1, 0, 0, 1, 1}, new int[] {1, 1, 1, 1, 0}, new int[] {2, 2, 0, 2, 1});
        double[][] table = law.table();
        assertEquals(6, table.length);
        // Open context 0 saw one 1: (0.5, 0.5, 1.5) / 2.5, the pair (0, 1) that one again.
        assertArrayEquals(new double[] {0.2, 0.2, 0.6}, table[0], 1e-12);
        assertArrayEquals(new double[] {0.8 / 5, 0.8 / 5, 3.4 / 5}, table[1], 1e-12);
        assertArrayEquals(new double[] {0.2, 0.2, 0.6}, table[2], 1e-12);
        // Open context 1 saw -1, 0, 0, 1: (1.5, 2.5, 1.5) / 5.5.
        double outer = 1.5 / 5.5;
        double middle = 2.5 / 5.5;
        assertArrayEquals(new double[] {4 * outer / 5, (1 + 4 * middle) / 5, 4 * outer / 5}, table[3], 1e-12);
        assertArrayEquals(new double[] {outer, middle, outer}, table[4], 1e-12);
        assertArrayEquals(
                new double[] {(1 + 4 * outer) / 7, (1 + 4 * middle) / 7, (1 + 4 * outer) / 7}, table[5], 1e-12);
    }

    @Test
    void whatIsForgottenCountsLess() {
        ConditionalLaw law = new ConditionalLaw(1, 1, 1);
        law.learn(new int[] {1, 1, 1, 1}, new int[4], new int[4]);
        law.forget(0.5);
        // Two are left: base (0.5, 0.5, 2.5) / 3.5, then (4 base + (0, 0, 2)) / 6.
        assertArrayEquals(new double[] {2 / 21.0, 2 / 21.0, (10 / 3.5 + 2) / 6}, law.table()[0], 1e-12);
        law.forget(1);
        assertEquals((10 / 3.5 + 2) / 6, law.table()[0][2], 1e-12);
        law.forget(0);
        assertEquals(1 / 3.0, law.table()[0][2], 1e-12);
        for (double share : new double[] {-0.1, 1.1, Double.NaN}) {
            assertThrows(IllegalArgumentException.class, () -> law.forget(share));
        }
    }

    @Test
    void settingsAreWithinBounds() {
        assertEquals(15, new ConditionalLaw(15, 1, 1).levels());
        assertEquals(4096, new ConditionalLaw(1, 4096, 1).open());
        assertEquals(4096, new ConditionalLaw(1, 1, 4096).side());
        for (int[] wrong : new int[][] {{0, 1, 1}, {16, 1, 1}, {1, 0, 1}, {1, 4097, 1}, {1, 1, 0}, {1, 1, 4097}}) {
            assertThrows(IllegalArgumentException.class, () -> new ConditionalLaw(wrong[0], wrong[1], wrong[2]));
        }
    }
}
