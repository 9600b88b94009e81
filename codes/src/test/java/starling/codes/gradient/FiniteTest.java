package starling.codes.gradient;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class FiniteTest {

    @Test
    void largestAndNormLookAtThePartOnly() {
        float[] x = {Float.NaN, 3, -4, 0, Float.POSITIVE_INFINITY};
        assertEquals(4, Finite.largest(x, 1, 4), 0);
        assertEquals(25, Finite.squaredNorm(x, 1, 4), 0);
        assertEquals(3, Finite.largest(x, 1, 2), 0);
        assertEquals(
                (double) Float.MAX_VALUE * Float.MAX_VALUE, Finite.squaredNorm(new float[] {Float.MAX_VALUE}, 0, 1));
    }

    @Test
    void placeOfWhatIsNotFiniteIsNamed() {
        float[] x = {1, 2, 3, Float.NaN};
        for (float wrong : new float[] {Float.NaN, Float.NEGATIVE_INFINITY}) {
            x[3] = wrong;
            IllegalArgumentException largest =
                    assertThrows(IllegalArgumentException.class, () -> Finite.largest(x, 1, 4));
            IllegalArgumentException norm =
                    assertThrows(IllegalArgumentException.class, () -> Finite.squaredNorm(x, 1, 4));
            assertEquals("a gradient must be finite: number 2 is " + wrong, largest.getMessage());
            assertEquals("a gradient must be finite: number 2 is " + wrong, norm.getMessage());
        }
    }

    @Test
    void partsMustLieWithin() {
        float[] x = {1, 2};
        for (int[] part : new int[][] {{-1, 1}, {0, 3}, {1, 1}, {2, 1}}) {
            assertThrows(IllegalArgumentException.class, () -> Finite.largest(x, part[0], part[1]));
            assertThrows(IllegalArgumentException.class, () -> Finite.squaredNorm(x, part[0], part[1]));
        }
    }

    @Test
    void nearestIsNeverInfinite() {
        assertEquals(Float.MAX_VALUE, Finite.nearest(1e300), 0);
        assertEquals(-Float.MAX_VALUE, Finite.nearest(Double.NEGATIVE_INFINITY), 0);
        assertEquals(0.1f, Finite.nearest(0.1), 0);
        assertTrue(Finite.nearest(1e-300) == 0);
    }
}
