package starling.codes.indirect;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import starling.codes.MalformedMessageException;
import starling.codes.random.Draw;

class IndirectCodesTest {
    private static final Draw DRAW = new Draw(1, 2, 3, 0);

    static List<IndirectCode> codes() {
        return List.of(
                new DitheredIndirectCode(1, 1),
                new DitheredIndirectCode(2, 5),
                PointIndirectCode.naive(2, 2),
                PointIndirectCode.naive(3, 3),
                PointIndirectCode.leastSquares(2, 2, 1, 1),
                PointIndirectCode.leastSquares(3, 4, 2, 0));
    }

    /** Correlated signals, those of the forward side behind a rectifier. */
    static LayerSignals signals(int batch, int inputs, int outputs, boolean bias, long seed) {
        Random random = new Random(seed);
        float[] x = new float[batch * inputs];
        float[] delta = new float[batch * outputs];
        for (int s = 0; s < batch; s++) {
            double common = random.nextGaussian();
            for (int i = 0; i < inputs; i++) {
                x[s * inputs + i] = (float) Math.max(0, random.nextGaussian() + 0.5 * common - 0.5);
            }
            for (int i = 0; i < outputs; i++) {
                double value = random.nextGaussian() + common;
                delta[s * outputs + i] = random.nextInt(3) == 0 ? 0 : (float) (value / batch);
            }
        }
        return new LayerSignals(new LayerShape(batch, inputs, outputs, bias), x, delta);
    }

    @Test
    void theGradientIsTheSumOfOuterProducts() {
        LayerShape shape = new LayerShape(2, 3, 2, true);
        LayerSignals signals = new LayerSignals(shape, new float[] {1, 2, 3, 4, 5, 6}, new float[] {10, 0, 1, -1});
        assertArrayEquals(new float[] {14, 25, 36, 11, -4, -5, -6, -1}, signals.gradient());
        LayerSignals largest = new LayerSignals(
                new LayerShape(1, 1, 1, false), new float[] {Float.MAX_VALUE}, new float[] {-Float.MAX_VALUE});
        assertArrayEquals(new float[] {-Float.MAX_VALUE}, largest.gradient());
    }

    @ParameterizedTest
    @MethodSource("codes")
    void messagesComeBackWithTheSameBits(IndirectCode code) {
        for (boolean bias : new boolean[] {false, true}) {
            LayerSignals sent = signals(12, 30, 20, bias, 4);
            byte[] message = code.encode(sent, DRAW);
            assertArrayEquals(message, code.encode(sent, DRAW));
            LayerSignals back = code.decode(message, DRAW, sent.shape());
            double error = squaredDistance(sent.gradient(), back.gradient());
            double norm = squaredDistance(sent.gradient(), new float[sent.gradient().length]);
            assertTrue(
                    error < (code instanceof DitheredIndirectCode ? 30 : 1) * norm, code.name() + " " + error / norm);
            assertTrue(message.length * 8 < 2.6 * 12 * 50 + 300, code.name() + ": " + message.length);
        }
    }

    @ParameterizedTest
    @MethodSource("codes")
    void edgesOfTheRangeStayFinite(IndirectCode code) {
        LayerShape shape = new LayerShape(2, 2, 1, true);
        float[][] sides = {{0, 0, 0, 0}, {Float.MAX_VALUE, -Float.MAX_VALUE, 0, 1}, {Float.MIN_VALUE, 0, 0, 0}};
        for (float[] x : sides) {
            for (float[] delta : new float[][] {{0, 0}, {Float.MAX_VALUE, Float.MIN_VALUE}}) {
                LayerSignals sent = new LayerSignals(shape, x, delta);
                float[] gradient =
                        code.decode(code.encode(sent, DRAW), DRAW, shape).gradient();
                for (float number : gradient) {
                    assertTrue(Float.isFinite(number), code.name());
                }
                if (delta[0] == 0) {
                    assertArrayEquals(new float[3], gradient);
                }
            }
        }
        LayerSignals wrong = new LayerSignals(shape, new float[] {1, 2, Float.NaN, 4}, new float[2]);
        assertThrows(IllegalArgumentException.class, () -> code.encode(wrong, DRAW));
    }

    @ParameterizedTest
    @MethodSource("codes")
    void damagedMessagesAreRefusedOrDecodeToNumbers(IndirectCode code) {
        LayerSignals sent = signals(6, 10, 8, false, 9);
        byte[] message = code.encode(sent, DRAW);
        Random random = new Random(6);
        for (int trial = 0; trial < 300; trial++) {
            byte[] damaged = message.clone();
            if (trial % 3 == 0) {
                damaged = Arrays.copyOf(message, random.nextInt(message.length));
            } else if (trial % 3 == 1) {
                damaged[random.nextInt(message.length)] ^= (byte) (1 << random.nextInt(8));
            } else {
                damaged = Arrays.copyOf(message, message.length + 1 + random.nextInt(9));
            }
            try {
                for (float number : code.decode(damaged, DRAW, sent.shape()).gradient()) {
                    assertTrue(Float.isFinite(number));
                }
                assertTrue(trial % 3 != 2, "a message that goes on");
            } catch (MalformedMessageException expected) {
                assertTrue(String.valueOf(expected.getMessage()).length() > 10);
            }
        }
        assertThrows(MalformedMessageException.class, () -> code.decode(new byte[0], DRAW, sent.shape()));
    }

    static double squaredDistance(float[] one, float[] other) {
        double sum = 0;
        for (int i = 0; i < one.length; i++) {
            sum += ((double) one[i] - other[i]) * ((double) one[i] - other[i]);
        }
        return sum;
    }

    /**
     * Theorem 4 over 3 000 draws: the mean of G~ is G, its squared error has the mean (D.4). The mean's squared error is
     * variance / 3 000 times chi^2 / 32 with about 32 degrees of freedom (the errors' covariance says so): above three times
     * that for one seed in 10^7. One squared error deviates by a quarter, so 3 % are six deviations of their mean.
     */
    @Test
    void theDitheredGradientIsUnbiasedWithTheVarianceOfTheorem4() {
        LayerSignals sent = signals(5, 9, 6, true, 1);
        DitheredIndirectCode code = new DitheredIndirectCode(1, 2);
        float[] gradient = sent.gradient();
        double[] sum = new double[gradient.length];
        double squares = 0;
        int draws = 3000;
        for (int draw = 0; draw < draws; draw++) {
            Draw own = DRAW.withRound(draw);
            float[] back =
                    code.decode(code.encode(sent, own), own, sent.shape()).gradient();
            squares += squaredDistance(gradient, back) / draws;
            for (int i = 0; i < sum.length; i++) {
                sum[i] += ((double) back[i] - gradient[i]) / draws;
            }
        }
        double bias = 0;
        for (double mean : sum) {
            bias += mean * mean;
        }
        double variance = code.variance(sent);
        assertTrue(bias < 3 * variance / draws, "bias " + bias + " against " + variance / draws);
        assertEquals(1, squares / variance, 0.03);
    }

    @Test
    void theoremsBoundHoldsAndIsMetByFlatSignals() {
        DitheredIndirectCode code = new DitheredIndirectCode(3, 2);
        LayerShape shape = new LayerShape(4, 5, 6, false);
        float[] x = new float[20];
        float[] delta = new float[24];
        Arrays.fill(x, 3);
        Arrays.fill(delta, -0.5f);
        double bound = code.varianceBound(shape, 3, 0.5);
        assertEquals(bound, code.variance(new LayerSignals(shape, x, delta)), 1e-9 * bound);
        x[3] = 0;
        assertTrue(code.variance(new LayerSignals(shape, x, delta)) < bound);
    }

    /** Lemma 3, correlated: one bit of 400 000 jointly normal pairs; the mean of x~ d~ deviates by 0.001. */
    @Test
    void naiveOneBitHasTheBiasOfTheLemma() {
        double rho = 0.7;
        int batch = 400_000;
        LayerSignals sent = normal(batch, rho, false);
        LayerSignals back = back(PointIndirectCode.naive(2, 2), sent);
        double expected = 4 / (Math.PI * Math.PI) * Math.asin(rho) - rho;
        assertEquals(expected, back.gradient()[0] - sent.gradient()[0], 0.006);
        LayerSignals better = back(PointIndirectCode.leastSquares(2, 2, 2, 1), head(sent, 400));
        assertEquals(head(sent, 400).gradient()[0], better.gradient()[0], 1e-4);
    }

    /** Lemma 3, corrected: x folded normal, d normal, independent; L E(g - g~)^2 = 0.438 (the thesis prints 0.376). */
    @Test
    void naiveOneBitOfAFoldedNormalHasTheErrorOfTheLemma() {
        int batch = 400_000;
        LayerSignals sent = normal(batch, 0, true);
        LayerSignals back = back(PointIndirectCode.naive(2, 2), sent);
        double squares = 0;
        for (int s = 0; s < batch; s++) {
            double error = (double) sent.forward()[s] * sent.backward()[s] * batch
                    - (double) back.forward()[s] * back.backward()[s] * batch;
            squares += error * error / batch;
        }
        assertEquals(0.438, squares, 0.015);
    }

    private static LayerSignals back(IndirectCode code, LayerSignals sent) {
        return code.decode(code.encode(sent, DRAW), DRAW, sent.shape());
    }

    private static LayerSignals head(LayerSignals signals, int batch) {
        return new LayerSignals(
                new LayerShape(batch, 1, 1, false),
                Arrays.copyOf(signals.forward(), batch),
                Arrays.copyOf(signals.backward(), batch));
    }

    private static LayerSignals normal(int batch, double rho, boolean folded) {
        Random random = new Random(8);
        float[] x = new float[batch];
        float[] delta = new float[batch];
        for (int s = 0; s < batch; s++) {
            double one = random.nextGaussian();
            double other = rho * one + Math.sqrt(1 - rho * rho) * random.nextGaussian();
            x[s] = (float) (folded ? Math.abs(one) : one);
            delta[s] = (float) (other / batch);
        }
        return new LayerSignals(new LayerShape(batch, 1, 1, false), x, delta);
    }

    @Test
    void algorithm1IsBetterThanNaive() {
        LayerSignals sent = signals(40, 30, 25, true, 2);
        double naive = error(PointIndirectCode.naive(2, 2), sent);
        double once = error(PointIndirectCode.leastSquares(2, 2, 1, 0), sent);
        double twice = error(PointIndirectCode.leastSquares(2, 2, 2, 0), sent);
        assertTrue(once < 0.9 * naive, once + " after " + naive);
        assertTrue(twice <= once * (1 + 1e-5), twice + " after " + once);
        double small = bias(PointIndirectCode.leastSquares(2, 2, 2, 1e6), sent);
        assertTrue(small < 0.05 * bias(PointIndirectCode.naive(2, 2), sent), "bias " + small);
    }

    private static double error(IndirectCode code, LayerSignals sent) {
        return squaredDistance(sent.gradient(), back(code, sent).gradient());
    }

    private static double bias(IndirectCode code, LayerSignals sent) {
        double sum = 0;
        float[] one = sent.gradient();
        float[] other = back(code, sent).gradient();
        for (int i = 0; i < one.length; i++) {
            sum += (double) one[i] - other[i];
        }
        return Math.abs(sum);
    }

    @Test
    void sparseSignalsTakeFewBits() {
        Random random = new Random(3);
        int batch = 64;
        float[] x = new float[batch * 200];
        float[] delta = new float[batch * 100];
        for (int s = 0; s < batch; s++) {
            for (int i = 0; i < 200; i++) {
                x[s * 200 + i] = i % 10 == 0 && random.nextBoolean() ? random.nextFloat() : 0;
            }
            for (int i = 0; i < 100; i++) {
                delta[s * 100 + i] = i % 20 == 0 ? (float) random.nextGaussian() : 0;
            }
        }
        LayerSignals sent = new LayerSignals(new LayerShape(batch, 200, 100, false), x, delta);
        // Of 19 200 numbers 1 600 are ever away from rest.
        assertTrue(PointIndirectCode.naive(2, 2).encode(sent, DRAW).length * 8 < 3500);
        assertTrue(new DitheredIndirectCode(1, 1).encode(sent, DRAW).length * 8 < 3500);
    }

    @Test
    void settingsMustFit() {
        assertThrows(IllegalArgumentException.class, () -> new DitheredIndirectCode(0, 1));
        assertThrows(IllegalArgumentException.class, () -> PointIndirectCode.naive(17, 1));
        assertThrows(IllegalArgumentException.class, () -> PointIndirectCode.leastSquares(2, 2, 0, 1));
        assertThrows(IllegalArgumentException.class, () -> PointIndirectCode.leastSquares(2, 2, 1, -1));
        assertThrows(IllegalArgumentException.class, () -> new LayerShape(0, 1, 1, false));
        LayerShape shape = new LayerShape(1, 2, 1, false);
        assertThrows(IllegalArgumentException.class, () -> new LayerSignals(shape, new float[1], new float[1]));
    }
}
