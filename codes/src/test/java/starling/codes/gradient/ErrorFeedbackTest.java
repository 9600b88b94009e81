package starling.codes.gradient;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import starling.codes.MalformedMessageException;
import starling.codes.quantize.DitheredQuantizer;
import starling.codes.quantize.Packing;
import starling.codes.quantize.ScaledSign;
import starling.codes.random.Draw;
import starling.codes.sparse.RandomK;
import starling.codes.sparse.Share;
import starling.codes.sparse.TopK;

final class ErrorFeedbackTest {

    private static float[] normal(SplittableRandom random, int length) {
        float[] x = new float[length];
        for (int i = 0; i < length; i++) {
            x[i] = (float) random.nextGaussian();
        }
        return x;
    }

    private static double square(float[] x) {
        double sum = 0;
        for (float number : x) {
            sum += (double) number * number;
        }
        return sum;
    }

    /** Top-1 of two numbers with beta = 1/2, by hand: z = g + r/2, r' = r/2 + what is left of z. */
    @Test
    void stepsByHand() {
        TopK code = new TopK(new Share(0.5));
        ErrorFeedback feedback = new ErrorFeedback(code, 2, 0.5);
        Draw draw = new Draw(0, 0, 0, 0);
        assertArrayEquals(new float[] {4, 0}, code.decode(feedback.encode(new float[] {4, 3}, draw), draw, 2));
        assertArrayEquals(new float[] {0, 3}, feedback.residual());
        // z = (2, 2.5): 2.5 is sent; r = (0, 1.5) + (2, 0).
        assertArrayEquals(new float[] {0, 2.5f}, code.decode(feedback.encode(new float[] {2, 1}, draw), draw, 2));
        assertArrayEquals(new float[] {2, 1.5f}, feedback.residual());
    }

    /** With beta = 1 nothing is lost: gradients so far = numbers decoded so far + residual. */
    @Test
    void nothingIsLost() {
        SplittableRandom random = new SplittableRandom(1);
        ScaledSign code = new ScaledSign();
        ErrorFeedback feedback = new ErrorFeedback(code, 20, 1);
        double[] balance = new double[20];
        for (int round = 0; round < 200; round++) {
            Draw draw = new Draw(1, 1, round, 0);
            float[] gradient = normal(random, 20);
            float[] decoded = code.decode(feedback.encode(gradient, draw), draw, 20);
            for (int i = 0; i < 20; i++) {
                balance[i] += gradient[i] - decoded[i];
            }
        }
        for (int i = 0; i < 20; i++) {
            assertEquals(balance[i], feedback.residual()[i], 1e-4);
        }
    }

    /** Random-k attains gamma for every vector, so that the residual's mean square is eta B itself, (4.17). */
    @Test
    void residualIsAtItsBound() {
        double gamma = 3;
        double beta = ErrorFeedback.bestBeta(gamma);
        RandomK code = new RandomK(new Share(0.25), true);
        SplittableRandom random = new SplittableRandom(2);
        ErrorFeedback feedback = new ErrorFeedback(code, 400, beta);
        double residual = 0;
        double gradients = 0;
        int rounds = 3000;
        for (int round = 0; round < rounds; round++) {
            float[] gradient = normal(random, 400);
            feedback.encode(gradient, new Draw(3, 1, round, 0));
            gradients += square(gradient) / rounds;
            residual += round < 100 ? 0 : square(feedback.residual()) / (rounds - 100);
        }
        // 400 coordinates and 2 900 rounds that are correlated over about 1 / beta: the mean deviates by about 1 %.
        assertEquals(ErrorFeedback.residualBound(gamma, beta) * gradients, residual, 0.06 * 12 * gradients);
    }

    /** Whatever the gradients: the residual of a contraction stays below its bound, for a hundred seeds, at each round. */
    @Test
    void residualOfContractionIsBounded() {
        for (int seed = 0; seed < 100; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            double beta = 0.2 + 0.8 * random.nextDouble();
            TopK code = new TopK(new Share(0.3));
            ErrorFeedback feedback = new ErrorFeedback(code, 10, beta);
            double bound = ErrorFeedback.contractionBound(code.properties(10).varianceBound(), beta);
            float[] direction = normal(random, 10);
            for (int round = 0; round < 100; round++) {
                float[] gradient = seed % 2 == 0 ? direction : normal(random, 10);
                double norm = Math.sqrt(square(gradient));
                for (int i = 0; i < 10; i++) {
                    gradient[i] /= (float) norm;
                }
                feedback.encode(gradient, new Draw(seed, 1, round, 0));
                assertTrue(square(feedback.residual()) <= bound * 1.0001, "round " + round + " of seed " + seed);
            }
        }
    }

    @Test
    void formulas() {
        assertEquals(12, ErrorFeedback.residualBound(3, 0.25), 1e-12);
        assertEquals(0.25, ErrorFeedback.bestBeta(3), 1e-15);
        for (double beta = 0.01; beta < 0.5; beta += 0.01) {
            assertTrue(ErrorFeedback.residualBound(3, beta) >= 12 - 1e-9);
        }
        assertEquals(Double.POSITIVE_INFINITY, ErrorFeedback.residualBound(3, 0.5));
        assertEquals(Double.POSITIVE_INFINITY, ErrorFeedback.residualBound(3, 1));
        assertEquals(0.5 / 0.5, ErrorFeedback.residualBound(0.5, 1), 1e-12);
        double room = 2 - Math.sqrt(3);
        assertEquals(3 / (room * room), ErrorFeedback.mmseResidualBound(3, 1), 1e-9);
        // 4 - 0.3^2 = 3.91.
        double less = Math.sqrt(3.91) - Math.sqrt(3);
        assertEquals(3 / (less * less), ErrorFeedback.mmseResidualBound(3, 0.7), 1e-9);
        assertTrue(ErrorFeedback.mmseResidualBound(3, 0.7) > ErrorFeedback.mmseResidualBound(3, 1));
        assertEquals(Double.POSITIVE_INFINITY, ErrorFeedback.mmseResidualBound(3, 0));
        assertEquals(0.25 / (0.5 * 0.5), ErrorFeedback.contractionBound(0.25, 1), 1e-12);
        assertEquals(4 * 0.25 / (0.5 * 0.5), ErrorFeedback.contractionBound(0.25, 0.5), 1e-12);
        assertEquals(Double.POSITIVE_INFINITY, ErrorFeedback.contractionBound(1, 1));
    }

    @Test
    void stateGoesOnElsewhere() {
        SplittableRandom random = new SplittableRandom(4);
        DitheredQuantizer code = new DitheredQuantizer(1, Packing.ADAPTIVE);
        ErrorFeedback here = new ErrorFeedback(code, 30, 0.4);
        here.encode(normal(random, 30), new Draw(1, 1, 0, 0));
        ErrorFeedback there = ErrorFeedback.restore(code, here.state());
        assertArrayEquals(here.residual(), there.residual());
        float[] next = normal(random, 30);
        assertArrayEquals(here.encode(next, new Draw(1, 1, 1, 0)), there.encode(next, new Draw(1, 1, 1, 0)));
        assertArrayEquals(here.state(), there.state());
        byte[] golden = new ErrorFeedback(code, 1, 1).state();
        assertArrayEquals(
                new byte[] {0x53, 0x4C, 0x45, 0x46, 1, 0x3f, (byte) 0xf0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0},
                golden);
    }

    @Test
    void damagedStateIsRefused() {
        ScaledSign code = new ScaledSign();
        ErrorFeedback feedback = new ErrorFeedback(code, 3, 1);
        feedback.encode(new float[] {1, 2, 4}, new Draw(1, 1, 1, 0));
        byte[] state = feedback.state();
        for (int length = 0; length < state.length; length++) {
            byte[] cut = Arrays.copyOf(state, length);
            assertThrows(MalformedMessageException.class, () -> ErrorFeedback.restore(code, cut));
        }
        assertRefused(code, Arrays.copyOf(state, state.length + 1));
        assertRefused(code, with(state, 0, 1));
        assertRefused(code, with(state, 4, 2));
        assertRefused(
                code, ByteBuffer.wrap(state.clone()).putDouble(5, Double.NaN).array());
        assertRefused(code, ByteBuffer.wrap(state.clone()).putDouble(5, 0).array());
        assertRefused(code, ByteBuffer.wrap(state.clone()).putDouble(5, 1.5).array());
        assertRefused(code, ByteBuffer.wrap(state.clone()).putInt(13, -1).array());
        assertRefused(
                code,
                ByteBuffer.wrap(state.clone()).putInt(13, Integer.MAX_VALUE).array());
        assertRefused(
                code, ByteBuffer.wrap(state.clone()).putInt(13, 3 + (1 << 30)).array());
        assertRefused(
                code, ByteBuffer.wrap(state.clone()).putFloat(17, Float.NaN).array());
        assertRefused(
                code,
                ByteBuffer.wrap(state.clone())
                        .putFloat(25, Float.NEGATIVE_INFINITY)
                        .array());
        assertRefused(
                code,
                ByteBuffer.allocate(17)
                        .putInt(0x534C4546)
                        .put((byte) 1)
                        .putDouble(1)
                        .putInt(0)
                        .array());
    }

    private static byte[] with(byte[] state, int place, int value) {
        byte[] changed = state.clone();
        changed[place] = (byte) value;
        return changed;
    }

    private static void assertRefused(GradientCode code, byte[] state) {
        assertThrows(MalformedMessageException.class, () -> ErrorFeedback.restore(code, state));
    }

    @Test
    void refusedGradientsLeaveTheResidual() {
        ErrorFeedback feedback = new ErrorFeedback(new ScaledSign(), 2, 1);
        feedback.encode(new float[] {1, 3}, new Draw(1, 1, 1, 0));
        float[] residual = feedback.residual();
        Draw draw = new Draw(1, 1, 2, 0);
        assertThrows(IllegalArgumentException.class, () -> feedback.encode(new float[] {1}, draw));
        assertThrows(IllegalArgumentException.class, () -> feedback.encode(new float[] {1, Float.NaN}, draw));
        assertArrayEquals(residual, feedback.residual());
        assertThrows(IllegalArgumentException.class, () -> new ErrorFeedback(new ScaledSign(), 0, 1));
        assertThrows(IllegalArgumentException.class, () -> new ErrorFeedback(new ScaledSign(), 2, 0));
        assertThrows(IllegalArgumentException.class, () -> new ErrorFeedback(new ScaledSign(), 2, 1.01));
    }

    /** Residuals of the largest floats stay finite. */
    @Test
    void hugeGradientsStayFinite() {
        ErrorFeedback feedback = new ErrorFeedback(new TopK(new Share(0.5)), 2, 1);
        for (int round = 0; round < 5; round++) {
            feedback.encode(new float[] {Float.MAX_VALUE, Float.MAX_VALUE}, new Draw(1, 1, round, 0));
            for (float x : feedback.residual()) {
                assertTrue(Float.isFinite(x));
            }
        }
    }
}
