package starling.codes.gradient;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class FiniteTest {
    @Test
    void largestAndSquaredNormSeeOnlyTheirPart() {
        float[] x = {100, -3, 2, 50};
        assertEquals(3, Finite.largest(x, 1, 3));
        assertEquals(13, Finite.squaredNorm(x, 1, 3));
        float[] huge = {Float.MAX_VALUE, -Float.MAX_VALUE};
        assertEquals(2 * (double) Float.MAX_VALUE * Float.MAX_VALUE, Finite.squaredNorm(huge, 0, 2));
    }

    @Test
    void whatIsNotFiniteIsNamedByItsPlaceInThePart() {
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            float[] x = {Float.NaN, 1, bad, 2};
            String largest = assertThrows(IllegalArgumentException.class, () -> Finite.largest(x, 1, 4))
                    .getMessage();
            assertEquals("a gradient must be finite: number 1 is " + bad, largest);
            String norm = assertThrows(IllegalArgumentException.class, () -> Finite.squaredNorm(x, 1, 4))
                    .getMessage();
            assertEquals(largest, norm);
        }
    }

    @Test
    void emptyAndOutsidePartsAreRefused() {
        float[] x = {1, 2};
        assertThrows(IllegalArgumentException.class, () -> Finite.largest(x, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> Finite.squaredNorm(x, 0, 3));
        assertThrows(IllegalArgumentException.class, () -> Finite.largest(x, -1, 1));
    }

    @Test
    void whatIsTooLargeForAFloatBecomesTheLargest() {
        assertEquals(Float.MAX_VALUE, Finite.nearest(1e300));
        assertEquals(-Float.MAX_VALUE, Finite.nearest(-1e39));
        assertEquals(0.1f, Finite.nearest(0.1));
    }
}
