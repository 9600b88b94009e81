package starling.codes.quantize;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import starling.codes.random.Draw;

final class NestedQuantizerTest {

    /** Figure 2.2: steps 1 and 3, x = -4.2, u = 0.3, y = -3.4 give s = -1 and the estimate -4.3. */
    @Test
    void figureOfTheThesis() {
        NestedPair pair = new NestedPair(1, 3, 1);
        assertEquals(-1, pair.number(-4.2, 0.3));
        assertEquals(-4.3, pair.estimate(-1, 0.3, -3.4), 1e-12);
    }

    /** (2.6) as printed for odd ratios; for even ones the same modulo the coarse step. */
    @ParameterizedTest
    @CsvSource({"2", "3", "4", "5", "8", "9"})
    void numbersAreThePlacesInTheCoarseStep(int ratio) {
        SplittableRandom random = new SplittableRandom(ratio);
        double fine = 0.37;
        NestedPair pair = new NestedPair(fine, ratio, 0.8);
        for (int trial = 0; trial < 5000; trial++) {
            double x = random.nextDouble(-20, 20);
            double u = random.nextDouble(-fine / 2, fine / 2);
            double t = 0.8 * x + u;
            double s = fine * Math.rint(t / fine) - ratio * fine * Math.rint(t / (ratio * fine));
            int number = pair.number(x, u);
            assertTrue(number >= pair.lowest() && number < pair.lowest() + ratio, "number " + number);
            double steps = (s - number * fine) / fine;
            assertEquals(0, ratio % 2 == 1 ? steps : steps - ratio * Math.rint(steps / ratio), 1e-9);
        }
    }

    /** Within the sure distance the error is alpha e + (1 - alpha^2) z with |e| at most half a fine step, always. */
    @ParameterizedTest
    @CsvSource({"3, 1", "4, 1", "2, 1", "5, 0.9", "16, 0.5"})
    void nearSideInformationIsAlwaysRight(int ratio, double alpha) {
        SplittableRandom random = new SplittableRandom(ratio);
        double fine = 0.25;
        NestedPair pair = new NestedPair(fine, ratio, alpha);
        double square = 0;
        double sigma = 0;
        int trials = 40_000;
        for (int trial = 0; trial < trials; trial++) {
            double x = random.nextDouble(-10, 10);
            double z = random.nextDouble(-1, 1) * pair.sureDistance();
            double u = random.nextDouble(-fine / 2, fine / 2);
            double error = pair.estimate(pair.number(x, u), u, x + z) - x;
            assertTrue(
                    Math.abs(error - (1 - alpha * alpha) * z) <= alpha * fine / 2 + 1e-9,
                    "error " + error + " with z " + z);
            square += error * error / trials;
            sigma += z * z / trials;
        }
        double formula = pair.meanSquaredError(Math.sqrt(sigma));
        // A squared error deviates by less than 1.2 times its mean: five deviations of the mean of 40 000 are 3 %.
        assertEquals(formula, square, 0.03 * formula);
    }

    @Test
    void formulasOfLemmaOne() {
        NestedPair pair = new NestedPair(1.0 / 3, 3, 1);
        assertEquals(1, pair.coarse(), 1e-15);
        assertEquals(1.0 / 3, pair.sureDistance(), 1e-15);
        assertEquals(1.0 / 27 + 4 * 0.01, pair.errorProbability(0.1), 1e-15);
        assertEquals(1, pair.errorProbability(10), 0);
        assertEquals(1 / 108.0, pair.meanSquaredError(5), 1e-15);
        NestedPair half = new NestedPair(1.0 / 3, 3, 0.5);
        assertEquals(0.25 / 108 + 0.5625 * 25, half.meanSquaredError(5), 1e-12);
        assertEquals(2.0 / 3, half.sureDistance(), 1e-15);
        assertEquals(1.0 / 27 + 0.01, half.errorProbability(0.1), 1e-15);
    }

    /** The bound of lemma 1 holds for normal z: measured frequency at most the bound (which is far from tight). */
    @Test
    void errorsAreRarerThanTheBound() {
        NestedPair pair = new NestedPair(1, 3, 1);
        SplittableRandom random = new SplittableRandom(8);
        int wrong = 0;
        for (int trial = 0; trial < 20_000; trial++) {
            double x = random.nextDouble(-9, 9);
            double u = random.nextDouble(-0.5, 0.5);
            double y = x + 0.8 * random.nextGaussian();
            wrong += Math.abs(pair.estimate(pair.number(x, u), u, y) - x) > 0.5 + 1e-9 ? 1 : 0;
        }
        // |z - e| > 3/2 with z normal of deviation 0.8: 2 E[Q((1.5 - e) / 0.8)] = 0.0778; five deviations are 0.0095.
        assertEquals(0.0778, wrong / 20_000.0, 0.0095);
        assertTrue(wrong / 20_000.0 < pair.errorProbability(0.8));
    }

    @Test
    void bestFactorHasTheLeastError() {
        double best = NestedPair.bestAlpha(0.5, 0.3);
        double least = new NestedPair(0.5, 3, best).meanSquaredError(0.3);
        for (double alpha = 0.01; alpha <= 1; alpha += 0.01) {
            assertTrue(new NestedPair(0.5, 3, alpha).meanSquaredError(0.3) >= least - 1e-15);
        }
        assertThrows(IllegalArgumentException.class, () -> NestedPair.bestAlpha(0.5, 0.1));
    }

    /** The experiments' (1/3, 1) of ||x||_inf on vectors, at log2 3 bits, against numbers worked out in units of the scale. */
    @Test
    void vectorsAreSentInUnitsOfTheirLargestNumber() {
        NestedQuantizer code = new NestedQuantizer(new NestedPair(1.0 / 3, 3, 1), Packing.FIXED);
        float[] x = {6f, -3f, 0f, 1.5f, -6f};
        float[] side = {4.5f, -1.5f, 1.9f, 0f, -4.1f};
        for (int round = 0; round < 500; round++) {
            Draw draw = new Draw(1, 2, round, 0);
            byte[] message = code.encode(x, draw);
            assertEquals(4 + 1, message.length, 1);
            float[] y = new float[5];
            code.decode(message, draw, side, y, 0, 5);
            for (int i = 0; i < 5; i++) {
                assertEquals(x[i], y[i], 1 + 1e-5, "number " + i);
            }
        }
        assertEquals(32 + 5 * Math.log(3) / Math.log(2), code.properties(5).rawBits(), 1e-9);
        assertEquals(5 / 108.0, code.properties(5).varianceBound(), 1e-12);
    }

    /** However far the receiver's numbers are, an estimate stays within half a coarse step of them. */
    @Test
    void farSideInformationIsNotMadeWorse() {
        NestedQuantizer code = new NestedQuantizer(new NestedPair(0.5, 4, 1), Packing.ADAPTIVE);
        float[] x = {1, -1, 0.3f};
        float[] side = {50, 1e30f, -Float.MAX_VALUE};
        Draw draw = new Draw(1, 2, 3, 0);
        float[] y = new float[3];
        code.decode(code.encode(x, draw), draw, side, y, 0, 3);
        assertEquals(50, y[0], 1.001);
        assertEquals(1e30f, y[1], 1e24);
        assertTrue(Float.isFinite(y[2]));
        assertArrayEquals(new float[] {50, 1e30f, -Float.MAX_VALUE}, side);
    }

    @Test
    void wrongSettingsAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new NestedPair(0, 3, 1));
        assertThrows(IllegalArgumentException.class, () -> new NestedPair(Double.NaN, 3, 1));
        assertThrows(IllegalArgumentException.class, () -> new NestedPair(Double.POSITIVE_INFINITY, 3, 1));
        assertThrows(IllegalArgumentException.class, () -> new NestedPair(1, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> new NestedPair(1, 3, 0));
        assertThrows(IllegalArgumentException.class, () -> new NestedPair(1, 3, 1.1));
        assertThrows(
                IllegalArgumentException.class, () -> new NestedQuantizer(new NestedPair(1e-5, 3, 1), Packing.FIXED));
        assertThrows(IllegalArgumentException.class, () -> new NestedQuantizer(new NestedPair(1, 3, 1), Packing.ELIAS));
        NestedQuantizer code = new NestedQuantizer(new NestedPair(1, 3, 1), Packing.FIXED);
        Draw draw = new Draw(1, 2, 3, 0);
        byte[] message = code.encode(new float[] {1}, draw);
        assertThrows(
                IllegalArgumentException.class,
                () -> code.decode(message, draw, new float[] {Float.NaN}, new float[1], 0, 1));
    }
}
