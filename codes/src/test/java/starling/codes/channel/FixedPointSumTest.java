package starling.codes.channel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FixedPointSumTest {

    @ParameterizedTest
    @CsvSource({"1,1,-50", "1,4096,-50", "1,4097,-49", "1024,16384,-38", "1000,16384,-38", "0.3,2147483647,-32"})
    void theStepIsAsFineAsNoOverflowAllows(double limit, int nodes, int exponent) {
        FixedPoint format = new FixedPoint(limit, nodes);
        assertEquals(Math.scalb(1.0, exponent), format.step());
        assertTrue(format.limit() >= limit && format.limit() < 2 * limit);
        double most = format.limit() / format.step() * nodes;
        assertTrue(most <= 0x1p62, "most steps " + most);
    }

    /** As many nodes as allowed, all at the limit: the sum is exact. */
    @Test
    void theLargestSumDoesNotOverflow() {
        FixedPoint format = new FixedPoint(8, 5000);
        FixedPointSum sum = new FixedPointSum(format, 2);
        for (int node = 0; node < 5000; node++) {
            sum.add(new float[] {8, -8});
        }
        assertEquals(40_000, sum.at(0));
        assertEquals(-40_000, sum.at(1));
        assertEquals(40_000, sum.largest());
    }

    /** Each number within half a step of the exact sum for each frame; exact while floats are whole steps. */
    @Test
    void theErrorIsAtMostHalfAStepForEachFrame() {
        FixedPoint format = new FixedPoint(4, 1 << 20);
        Random random = new Random(4);
        int frames = 100;
        int n = 4500;
        FixedPointSum sum = new FixedPointSum(format, n);
        BigDecimal[] exact = new BigDecimal[n];
        Arrays.fill(exact, BigDecimal.ZERO);
        double largest = 0;
        for (int frame = 0; frame < frames; frame++) {
            float[] x = new float[n];
            for (int i = 0; i < n; i++) {
                x[i] = (float) (random.nextGaussian() * Math.scalb(1.0, -random.nextInt(45)));
                x[i] = Math.max(-4, Math.min(4, x[i]));
                exact[i] = exact[i].add(new BigDecimal(x[i]));
            }
            sum.add(x);
        }
        for (int i = 0; i < n; i++) {
            double off = exact[i].subtract(new BigDecimal(sum.at(i))).abs().doubleValue();
            assertTrue(off <= frames * format.step() / 2, "off by " + off);
            largest = Math.max(largest, off);
        }
        assertTrue(largest > format.step(), "rounding is to be seen: " + largest);
    }

    @Test
    void floatsThatAreWholeStepsAreExactAndHalvesGoToTheEven() {
        FixedPoint format = new FixedPoint(1, 1);
        double step = format.step();
        float[] x = {
            (float) (0.5 * step), (float) (1.5 * step), (float) (-0.5 * step), (float) (2.25 * step), 1, -1, 0.1875f
        };
        long one = Math.round(1 / step);
        assertArrayEquals(new long[] {0, 2, 0, 2, one, -one, one / 8 + one / 16}, format.steps(x));
    }

    @ParameterizedTest
    @ValueSource(
            floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 16.000002f, -17, Float.MAX_VALUE})
    void aBadNumberAnywhereLeavesTheSumAsItWas(float bad) {
        FixedPointSum sum = new FixedPointSum(new FixedPoint(16, 8), 10_000);
        float[] good = new float[10_000];
        Random random = new Random(2);
        for (int i = 0; i < good.length; i++) {
            good[i] = (float) random.nextGaussian();
        }
        sum.add(good);
        long[] before = sum.steps();
        for (int place : new int[] {0, 4095, 4096, 9_999}) {
            float[] frame = good.clone();
            frame[place] = bad;
            IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, () -> sum.add(frame));
            assertTrue(
                    String.valueOf(refused.getMessage()).contains("part " + place + " is " + bad),
                    refused.getMessage());
            assertArrayEquals(before, sum.steps());
        }
        assertThrows(IllegalArgumentException.class, () -> sum.add(new float[9_999]));
        assertThrows(IllegalArgumentException.class, () -> sum.add(new long[10_001]));
        assertArrayEquals(before, sum.steps());
    }

    @Test
    void stepsAreAddedModuloTwoToThe64() {
        FixedPoint format = new FixedPoint(16, 8);
        FixedPointSum sum = new FixedPointSum(format, 3);
        long[] frame = format.steps(new float[] {1.5f, -2.25f, 0});
        long[] mask = {Long.MAX_VALUE, Long.MIN_VALUE, -1};
        long[] masked = new long[3];
        long[] inverse = new long[3];
        for (int i = 0; i < 3; i++) {
            masked[i] = frame[i] + mask[i];
            inverse[i] = -mask[i];
        }
        sum.add(masked);
        assertTrue(Double.isNaN(sum.largest()));
        sum.add(inverse);
        assertEquals(1.5, sum.at(0));
        assertEquals(-2.25, sum.at(1));
        assertEquals(2.25, sum.largest());
        assertFalse(Double.isNaN(sum.largest()));
    }

    @Test
    void impossibleFormatsAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new FixedPoint(0, 1));
        assertThrows(IllegalArgumentException.class, () -> new FixedPoint(Double.NaN, 1));
        assertThrows(IllegalArgumentException.class, () -> new FixedPoint(1, 0));
    }
}
