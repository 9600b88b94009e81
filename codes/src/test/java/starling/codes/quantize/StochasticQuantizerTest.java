package starling.codes.quantize;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import starling.codes.quantize.StochasticQuantizer.Norm;
import starling.codes.random.Draw;

final class StochasticQuantizerTest {

    /** x = (3, 0, -4) has l2 norm 5; with 5 levels of it every number is a level, nothing is random. */
    @Test
    void levelsAreExact() {
        StochasticQuantizer code = new StochasticQuantizer(Norm.EUCLIDEAN, 5, Packing.ELIAS);
        float[] x = {3, 0, -4};
        Draw draw = new Draw(1, 2, 3, 0);
        assertArrayEquals(x, code.decode(code.encode(x, draw), draw, 3), 1e-6f);
        assertEquals(0, code.meanSquaredError(x, 0, 3), 1e-12);
        // 5 as a float, 3 + 1 present, distance 1, plus, level 3, distance 2, minus, level 4: 32 + 6 + 1 + 1 + 3 + 3 +
        // 1 + 6.
        assertEquals((32 + 6 + 1 + 1 + 3 + 3 + 1 + 6 + 7) / 8, code.encode(x, draw).length);
    }

    /** Each number goes to one of its two neighbours, up with the probability of the distance to the lower one. */
    @Test
    void numbersGoToTheirNeighbours() {
        StochasticQuantizer code = new StochasticQuantizer(Norm.LARGEST, 4, Packing.FIXED);
        float[] x = {1, 0.3f, -0.55f, 0.1f};
        int up = 0;
        int draws = 20_000;
        for (int seed = 0; seed < draws; seed++) {
            Draw draw = new Draw(seed, 0, 0, 0);
            float[] y = code.decode(code.encode(x, draw), draw, 4);
            assertEquals(1, y[0], 0);
            assertTrue(y[1] == 0.25f || y[1] == 0.5f);
            assertTrue(y[2] == -0.5f || y[2] == -0.75f);
            assertTrue(y[3] == 0 || y[3] == 0.25f);
            up += y[1] == 0.5f ? 1 : 0;
        }
        // 0.3 lies a fifth of the way up; five deviations of the frequency are 0.0142.
        assertEquals(0.2, up / (double) draws, 0.0142);
        double squares = (0.2 * 0.8 + 0.2 * 0.8 + 0.4 * 0.6) / 16;
        assertEquals(squares, code.meanSquaredError(x, 0, 4), 1e-7);
    }

    /** Lemma 19: half-dithered quantization with one dither has the same error. */
    @Test
    void halfDitheredIsTheSameLaw() {
        float[] x = {0.9f, 0.3f, -0.55f, 0.1f, -0.77f};
        assertEquals(
                new StochasticQuantizer(Norm.LARGEST, 3, Packing.FIXED).meanSquaredError(x, 0, 5),
                new HalfDitheredQuantizer(3, 1, Packing.FIXED).meanSquaredError(x, 0, 5),
                1e-12);
    }

    @Test
    void normsBeyondFloatsAreCutOff() {
        StochasticQuantizer code = new StochasticQuantizer(Norm.EUCLIDEAN, 2, Packing.ADAPTIVE);
        float[] x = {Float.MAX_VALUE, -Float.MAX_VALUE, Float.MAX_VALUE};
        Draw draw = new Draw(1, 2, 3, 0);
        assertArrayEquals(x, code.decode(code.encode(x, draw), draw, 3));
    }

    @Test
    void statedPropertiesAreThoseOfQsgd() {
        StochasticQuantizer code = new StochasticQuantizer(Norm.EUCLIDEAN, 3, Packing.FIXED);
        assertEquals(Math.min(30 / 36.0, Math.sqrt(30) / 3), code.properties(30).varianceBound(), 1e-12);
        assertEquals(Math.sqrt(3000) / 3, code.properties(3000).varianceBound(), 1e-12);
        assertEquals(32 + 30 * Math.log(7) / Math.log(2), code.properties(30).rawBits(), 1e-9);
        assertThrows(
                IllegalArgumentException.class,
                () -> new StochasticQuantizer(Norm.LARGEST, 3, Packing.DITHER_CONTEXTS));
        assertThrows(IllegalArgumentException.class, () -> new StochasticQuantizer(Norm.LARGEST, 0, Packing.FIXED));
    }

    /** Root mean square 2.6: beyond one of it is only the 10, which becomes 2.6; nothing larger is ever decoded. */
    @Test
    void ternGradCutsOff() {
        float[] x = new float[15];
        Arrays.fill(x, 0.5f);
        x[3] = -10;
        double rms = Math.sqrt((100 + 14 * 0.25) / 15);
        TernGrad code = new TernGrad(1, Packing.FIXED);
        double sum = 0;
        int draws = 2000;
        for (int seed = 0; seed < draws; seed++) {
            Draw draw = new Draw(seed, 0, 0, 0);
            float[] y = code.decode(code.encode(x, draw), draw, 15);
            assertEquals(-rms, y[3], 1e-5);
            assertTrue(y[4] == 0 || Math.abs(y[4] - rms) < 1e-5);
            sum += y[4] / draws;
        }
        // Variance 0.5 (rms - 0.5) = 1.06: five deviations of the mean are 0.116.
        assertEquals(0.5, sum, 0.116);
        assertEquals(false, code.properties(15).unbiased());
        assertEquals(Math.sqrt(15) + 1, code.properties(15).varianceBound(), 0.5);
        TernGrad whole = new TernGrad(Double.POSITIVE_INFINITY, Packing.FIXED);
        assertEquals(true, whole.properties(15).unbiased());
        assertEquals("terngrad(fixed)", whole.name());
        assertEquals("terngrad(clip=1.0,fixed)", code.name());
        assertThrows(IllegalArgumentException.class, () -> new TernGrad(0, Packing.FIXED));
    }
}
