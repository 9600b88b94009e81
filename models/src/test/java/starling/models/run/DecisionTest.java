package starling.models.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class DecisionTest {

    @Test
    void theFirstOfTheGreatestNumbersDecides() {
        assertEquals(2, Decision.of(new float[] {-1, 0, 5, 5, 4}));
        assertEquals(0, Decision.of(new float[] {-3, -3}));
        assertEquals(1, Decision.of(new float[] {9, 9, 1, 7, 2, 9}, 2, 3), "of a part only");
    }

    @Test
    void aSingleNumberDecidesByBeingRounded() {
        assertEquals(3, Decision.of(new float[] {2.5f}));
        assertEquals(-1, Decision.of(new float[] {9, -0.6f, 9}, 1, 1));
    }

    @Test
    void nothingDecidesNothing() {
        assertThrows(IndexOutOfBoundsException.class, () -> Decision.of(new float[0]));
    }
}
