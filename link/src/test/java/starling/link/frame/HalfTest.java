package starling.link.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class HalfTest {

    /** The definition, without bit tricks: sign, exponent and fraction as the standard says. */
    private static double definition(int half) {
        int exponent = (half >> 10) & 31;
        int fraction = half & 1023;
        double magnitude = exponent == 0
                ? fraction * Math.pow(2, -24)
                : exponent == 31
                        ? (fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN)
                        : (1 + fraction / 1024.0) * Math.pow(2, exponent - 15);
        return (half & 0x8000) == 0 ? magnitude : -magnitude;
    }

    @Test
    void everyHalfHasTheValueOfTheDefinition() {
        for (int half = 0; half < 65536; half++) {
            double expected = definition(half);
            float actual = Half.toFloat((short) half);
            // Double.compare also tells the zeros apart, and takes NaN as equal to NaN.
            assertEquals(0, Double.compare(expected, actual), "half " + Integer.toHexString(half));
        }
    }

    @Test
    void everyHalfSurvivesTheWayToFloatAndBack() {
        for (int half = 0; half < 65536; half++) {
            short back = Half.ofFloat(Half.toFloat((short) half));
            // A signalling NaN comes back quiet: the top bit of its fraction is set.
            int expected = (half & 0x7FFF) > 0x7C00 ? (half | 0x200) : half;
            assertEquals(expected, back & 0xFFFF, "half " + Integer.toHexString(half));
        }
    }

    @Test
    void tiesBetweenNeighboursGoToTheEvenOne() {
        for (int lower = 0; lower < 0x7C00; lower++) {
            // The value that would follow 65504 if the exponents went on is 65536; the tie 65520 goes there, which is
            // infinity.
            double upper = lower == 0x7BFF ? 65536 : definition(lower + 1);
            double tie = (definition(lower) + upper) / 2;
            float middle = (float) tie;
            assertEquals(tie, middle, "a tie is exact in float");
            int even = (lower & 1) == 0 ? lower : lower + 1;
            assertEquals(even, Half.ofFloat(middle) & 0xFFFF);
            assertEquals(lower, Half.ofFloat(Math.nextDown(middle)) & 0xFFFF);
            assertEquals(lower + 1, Half.ofFloat(Math.nextUp(middle)) & 0xFFFF);
            assertEquals(even | 0x8000, Half.ofFloat(-middle) & 0xFFFF);
        }
    }

    @Test
    void randomFloatsGoToTheNearestHalf() {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 200_000; i++) {
            float value = Float.intBitsToFloat(random.nextInt());
            if (!(Math.abs(value) < 65520)) {
                continue;
            }
            int half = Half.ofFloat(value) & 0xFFFF;
            BigDecimal distance = distance(half, value);
            for (int step = -1; step <= 1; step += 2) {
                int neighbour = (half & 0x7FFF) + step;
                if (neighbour >= 0 && neighbour < 0x7C00) {
                    BigDecimal other = distance((half & 0x8000) | neighbour, value);
                    assertTrue(distance.compareTo(other) <= 0, "float " + value);
                }
            }
        }
    }

    @Test
    void whatIsTooLargeBecomesInfiniteAndNanStaysNan() {
        assertEquals((short) 0x7C00, Half.ofFloat(65520));
        assertEquals((short) 0x7C00, Half.ofFloat(Float.MAX_VALUE));
        assertEquals((short) 0xFC00, Half.ofFloat(Float.NEGATIVE_INFINITY));
        assertEquals((short) 0x7E00, Half.ofFloat(Float.NaN));
        // A NaN whose upper payload bits are zero must not turn into an infinity.
        assertTrue(Float.isNaN(Half.toFloat(Half.ofFloat(Float.intBitsToFloat(0x7F800001)))));
    }

    private static BigDecimal distance(int half, float value) {
        return new BigDecimal(definition(half)).subtract(new BigDecimal(value)).abs();
    }
}
