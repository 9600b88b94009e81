package starling.codes.rotated;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class NormalLawTest {

    /** Values of the complementary error function from Abramowitz and Stegun, tables 26.1 and 26.2. */
    @Test
    void knownValues() {
        assertEquals(0.5, NormalLaw.cumulative(0), 1e-16);
        assertEquals(0.841344746068543, NormalLaw.cumulative(1), 1e-14);
        assertEquals(0.022750131948179, NormalLaw.cumulative(-2), 1e-14);
        assertEquals(3.167124183312e-5, NormalLaw.cumulative(-4), 1e-16);
        assertEquals(9.865876450377e-10, NormalLaw.cumulative(-6), 1e-20);
        assertEquals(0.398942280401433, NormalLaw.density(0), 1e-15);
    }

    @Test
    void cumulativeIsTheIntegralOfTheDensity() {
        double sum = NormalLaw.cumulative(-8);
        double h = 1.0 / 1024;
        for (double x = -8; x < 8; x += h) {
            sum += h / 6 * (NormalLaw.density(x) + 4 * NormalLaw.density(x + h / 2) + NormalLaw.density(x + h));
            assertEquals(sum, NormalLaw.cumulative(x + h), 1e-13, "at " + x);
        }
    }
}
