package starling.codes.quantize;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import starling.codes.MalformedMessageException;
import starling.codes.bits.BitWriter;
import starling.codes.entropy.Elias;
import starling.codes.gradient.GradientCode;
import starling.codes.random.Draw;
import starling.codes.random.Draw.Purpose;
import starling.codes.random.RandomStream;

final class DitheredQuantizerTest {
    private static final Draw DRAW = new Draw(3, 1, 4, 0);

    private static float[] normal(int length, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] x = new float[length];
        for (int i = 0; i < length; i++) {
            x[i] = (float) random.nextGaussian();
        }
        return x;
    }

    /** sup |F_m - F| against the uniform law on (-1/2, 1/2). */
    private static double distanceFromUniform(double[] sample) {
        double[] sorted = sample.clone();
        Arrays.sort(sorted);
        double largest = 0;
        for (int i = 0; i < sorted.length; i++) {
            double uniform = sorted[i] + 0.5;
            largest = Math.max(
                    largest, Math.max((i + 1.0) / sorted.length - uniform, uniform - (double) i / sorted.length));
        }
        return largest;
    }

    /** The error in steps is uniform in (-1/2, 1/2): P(sqrt(m) D > 2.7) = 2 exp(-2 * 2.7^2) = 9e-7 for each M. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 50})
    void errorIsUniform(int levels) {
        float[] x = normal(20_000, levels);
        DitheredQuantizer code = new DitheredQuantizer(levels, Packing.FIXED);
        assertUniform(x, code, largest(x) / levels);
    }

    @Test
    void errorOfOneBitIsUniform() {
        float[] x = normal(20_000, 9);
        assertUniform(x, new OneBitDithered(Packing.FIXED), 2 * largest(x));
    }

    private static void assertUniform(float[] x, GradientCode code, double step) {
        float[] y = code.decode(code.encode(x, DRAW), DRAW, x.length);
        double[] errors = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            errors[i] = ((double) y[i] - x[i]) / step;
            assertTrue(Math.abs(errors[i]) <= 0.5 + 1e-6, "error " + errors[i] + " steps");
        }
        assertTrue(distanceFromUniform(errors) <= 2.7 / Math.sqrt(x.length), "distance " + distanceFromUniform(errors));
    }

    private static double largest(float[] x) {
        double largest = 0;
        for (float number : x) {
            largest = Math.max(largest, Math.abs(number));
        }
        return largest;
    }

    /** (2.4) and (2.5) number by number, with the dither of the node's own stream. */
    @ParameterizedTest
    @EnumSource(Packing.class)
    void numbersAreThoseOfTheFormula(Packing packing) {
        float[] x = normal(500, 4);
        int levels = 3;
        DitheredQuantizer code = new DitheredQuantizer(levels, packing);
        float[] y = code.decode(code.encode(x, DRAW), DRAW, x.length);
        RandomStream dither = new RandomStream(3).branch(4).branch(0).branch(1).branch(1);
        assertEquals(DRAW.own(Purpose.DITHER).bits(7), dither.bits(7));
        double kappa = largest(x) / levels;
        for (int i = 0; i < x.length; i++) {
            double u = dither.dither(i);
            double q = Math.floor(x[i] / kappa + u + 0.5);
            assertEquals(kappa * (q - u), y[i], 1e-6 * kappa);
        }
    }

    @Test
    void rawMessagesHaveLogTwoOfTheLevels() {
        for (int levels : new int[] {1, 3, 7, 100}) {
            DitheredQuantizer code = new DitheredQuantizer(levels, Packing.FIXED);
            int bits = 8 * code.encode(normal(10_000, 1), DRAW).length;
            assertEquals(32 + 10_000 * Math.log(2 * levels + 1) / Math.log(2), bits, 16);
        }
        assertEquals(32 + 10_000, 8 * new OneBitDithered(Packing.FIXED).encode(normal(10_000, 1), DRAW).length, 8);
    }

    /** What the dither tells of the number is worth bits: conditional entropy below entropy at one level. */
    @Test
    void ditherContextsSaveBits() {
        float[] x = normal(50_000, 2);
        int plain = new DitheredQuantizer(1, Packing.ADAPTIVE).encode(x, DRAW).length;
        int contexts = new DitheredQuantizer(1, Packing.DITHER_CONTEXTS).encode(x, DRAW).length;
        assertTrue(contexts < 0.85 * plain, contexts + " bytes instead of " + plain);
    }

    /** The size of the largest number is the last interval's: no overload, the largest number's error is as any other's. */
    @Test
    void largestNumberDoesNotOverload() {
        DitheredQuantizer code = new DitheredQuantizer(1, Packing.FIXED);
        for (float magnitude : new float[] {Float.MIN_VALUE, 1f, 1e38f}) {
            for (int seed = 0; seed < 200; seed++) {
                Draw draw = DRAW.withRound(seed);
                float[] y = code.decode(code.encode(new float[] {-magnitude, magnitude}, draw), draw, 2);
                assertTrue(Math.abs(y[0] + magnitude) <= 0.5001 * magnitude + Float.MIN_VALUE);
                assertTrue(Math.abs(y[1] - magnitude) <= 0.5001 * magnitude + Float.MIN_VALUE);
            }
        }
    }

    /** Two dithers make the second moment of the half-dithered error the same everywhere: 3/12 of a squared step. */
    @Test
    void halfDitheredMomentsDoNotDependOnTheSignal() {
        HalfDitheredQuantizer one = new HalfDitheredQuantizer(1, 1, Packing.FIXED);
        HalfDitheredQuantizer two = new HalfDitheredQuantizer(1, 2, Packing.FIXED);
        float[] x = {1, 0, 0.25f, 0.5f, -0.8f};
        double[] squaresOfOne = new double[5];
        double[] squaresOfTwo = new double[5];
        int draws = 40_000;
        for (int seed = 0; seed < draws; seed++) {
            Draw draw = new Draw(seed, 0, 0, 0);
            float[] y = one.decode(one.encode(x, draw), draw, 5);
            float[] z = two.decode(two.encode(x, draw), draw, 5);
            for (int i = 0; i < 5; i++) {
                assertEquals(Math.rint(y[i]), y[i], 0);
                squaresOfOne[i] += (y[i] - x[i]) * (y[i] - x[i]) / draws;
                squaresOfTwo[i] += (z[i] - x[i]) * (z[i] - x[i]) / draws;
            }
        }
        // Squared errors are at most 4, so a mean's deviation is below 0.005: five are 0.025.
        assertArrayEquals(new double[] {0, 0, 0.1875, 0.25, 0.16}, squaresOfOne, 0.0125);
        assertArrayEquals(new double[] {0.25, 0.25, 0.25, 0.25, 0.25}, squaresOfTwo, 0.0125);
    }

    @Test
    void statedPropertiesAreThoseOfTheTheory() {
        assertEquals(
                100 / (12.0 * 9),
                new DitheredQuantizer(3, Packing.FIXED).properties(100).varianceBound(),
                1e-12);
        assertEquals(
                100 / 3.0, new OneBitDithered(Packing.FIXED).properties(100).varianceBound(), 1e-12);
        assertEquals(
                100 / 36.0,
                new HalfDitheredQuantizer(3, 1, Packing.FIXED).properties(100).varianceBound(),
                1e-12);
        assertEquals(
                100 * 3 / (12 * 9.0),
                new HalfDitheredQuantizer(3, 2, Packing.FIXED).properties(100).varianceBound(),
                1e-12);
        assertTrue(new DitheredQuantizer(3, Packing.ELIAS).properties(100).entropyCoded());
        assertEquals(
                false, new DitheredQuantizer(3, Packing.FIXED).properties(100).entropyCoded());
    }

    @Test
    void wrongSettingsAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new DitheredQuantizer(0, Packing.FIXED));
        assertThrows(IllegalArgumentException.class, () -> new DitheredQuantizer(16_385, Packing.FIXED));
        assertThrows(IllegalArgumentException.class, () -> new HalfDitheredQuantizer(1, 0, Packing.FIXED));
        assertThrows(IllegalArgumentException.class, () -> new HalfDitheredQuantizer(1, 9, Packing.FIXED));
        assertThrows(IllegalArgumentException.class, () -> new HalfDitheredQuantizer(1, 1, Packing.DITHER_CONTEXTS));
        assertThrows(IllegalArgumentException.class, () -> new OneBitDithered(Packing.ELIAS));
    }

    /** Each lie that a message by Elias codes can tell: places beyond the vector, levels beyond the last. */
    @Test
    void lyingMessagesAreRefused() {
        DitheredQuantizer code = new DitheredQuantizer(2, Packing.ELIAS);
        assertArrayEquals(new float[] {0, 2}, rounded(code.decode(elias(1, 2, 2), DRAW, 2)));
        assertThrows(MalformedMessageException.class, () -> code.decode(elias(1, 3, 2), DRAW, 2));
        assertThrows(MalformedMessageException.class, () -> code.decode(elias(1, 2, 3), DRAW, 2));
        assertThrows(MalformedMessageException.class, () -> code.decode(elias(2, 2, 2), DRAW, 2));
        BitWriter message = new BitWriter(8);
        message.real(-1);
        assertThrows(MalformedMessageException.class, () -> code.decode(message.message(), DRAW, 2));
        BitWriter more = new BitWriter(8);
        more.real(0);
        more.bits(0, 8);
        assertThrows(MalformedMessageException.class, () -> code.decode(more.message(), DRAW, 2));
    }

    private static float[] rounded(float[] y) {
        RandomStream dither = DRAW.own(Purpose.DITHER);
        float[] q = new float[y.length];
        for (int i = 0; i < y.length; i++) {
            q[i] = Math.round(y[i] + dither.dither(i));
        }
        return q;
    }

    private static byte[] elias(int present, int distance, int level) {
        BitWriter message = new BitWriter(8);
        message.real(2);
        Elias.OMEGA.write(message, present + 1);
        Elias.OMEGA.write(message, distance);
        message.bit(false);
        Elias.OMEGA.write(message, level);
        return message.message();
    }
}
