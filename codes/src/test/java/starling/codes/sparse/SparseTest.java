package starling.codes.sparse;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Comparator;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import starling.codes.MalformedMessageException;
import starling.codes.gradient.GradientCode;
import starling.codes.random.Draw;

final class SparseTest {
    private static final Draw DRAW = new Draw(1, 2, 3, 0);

    private static float[] normal(int length, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] x = new float[length];
        for (int i = 0; i < length; i++) {
            x[i] = (float) random.nextGaussian();
        }
        return x;
    }

    /** Against sorting, also with many equal magnitudes, where the first are taken. */
    @Test
    void topKAreTheLargest() {
        SplittableRandom random = new SplittableRandom(1);
        for (int trial = 0; trial < 300; trial++) {
            float[] x = new float[1 + random.nextInt(trial < 290 ? 60 : 10_000)];
            boolean few = trial % 2 == 0;
            for (int i = 0; i < x.length; i++) {
                x[i] = few ? random.nextInt(-3, 4) : (float) random.nextGaussian();
            }
            Share share = new Share(0.01 + 0.99 * random.nextDouble());
            int[] order = IntStream.range(0, x.length)
                    .boxed()
                    .sorted(Comparator.comparingDouble(i -> -Math.abs(x[i])))
                    .mapToInt(i -> i)
                    .toArray();
            float[] expected = new float[x.length];
            for (int i = 0; i < share.of(x.length); i++) {
                expected[order[i]] = x[order[i]];
            }
            TopK code = new TopK(share);
            assertArrayEquals(expected, code.decode(code.encode(x, DRAW), DRAW, x.length));
            double error = 0;
            for (int i = 0; i < x.length; i++) {
                error += (x[i] - expected[i]) * (double) (x[i] - expected[i]);
            }
            assertEquals(error, code.meanSquaredError(x, 0, x.length), 1e-9);
        }
    }

    /** log2(n over k) for the places and 32 bits for each number, to a byte. */
    @Test
    void placesTakeTheirEntropy() {
        for (int k : new int[] {1, 50, 2500, 10_000}) {
            int n = 10_000;
            double bits = 32.0 * k;
            for (int i = 0; i < k; i++) {
                bits += Math.log((double) (n - i) / (i + 1)) / Math.log(2);
            }
            int length = new TopK(new Share((double) k / n)).encode(normal(n, k), DRAW).length;
            assertTrue(8 * length >= bits - 8 && 8 * length <= bits + 10, 8 * length + " bits, entropy " + bits);
        }
        assertEquals(
                50 * (32 + 14.0), new TopK(new Share(0.005)).properties(10_000).rawBits(), 1e-9);
        assertEquals(0.995, new TopK(new Share(0.005)).properties(10_000).varianceBound(), 1e-12);
    }

    @Test
    void sentNumbersMustBeFinite() {
        TopK code = new TopK(new Share(1));
        byte[] message = code.encode(new float[] {1, 2, 3}, DRAW);
        message[0] = 0x7f;
        message[1] = (byte) 0xd0;
        assertThrows(MalformedMessageException.class, () -> code.decode(message, DRAW, 3));
    }

    /** All sets of two of five are drawn alike: ten sets, 20 000 rounds; five deviations of a count are 212. */
    @Test
    void randomKDrawsEverySetAlike() {
        RandomK code = new RandomK(new Share(0.4), false);
        float[] x = {1, 2, 4, 8, 16};
        int[] counts = new int[32];
        for (int round = 0; round < 20_000; round++) {
            Draw draw = new Draw(5, 1, round, 0);
            byte[] message = code.encode(x, draw);
            assertEquals(8, message.length);
            int sum = 0;
            for (float y : code.decode(message, draw.withNode(7), 5)) {
                sum += (int) y;
            }
            counts[sum]++;
        }
        for (int set = 0; set < 32; set++) {
            assertEquals(Integer.bitCount(set) == 2 ? 2000 : 0, counts[set], Integer.bitCount(set) == 2 ? 212 : 0);
        }
    }

    /** Of ten sets of two of five each is sent times 5/2; nodes draw apart, and the error is the formula's for any vector. */
    @Test
    void randomPartSendsTwoOfFive() {
        RandomPart code = new RandomPart(new Share(0.4), new TopK(new Share(1)));
        float[] x = {2, 4, 8, 16, 32};
        int[] counts = new int[32];
        boolean apart = false;
        for (int round = 0; round < 20_000; round++) {
            Draw draw = new Draw(5, 1, round, 0);
            float[] y = code.decode(code.encode(x, draw), draw, 5);
            int set = 0;
            for (int i = 0; i < 5; i++) {
                assertTrue(y[i] == 0 || y[i] == 2.5f * x[i]);
                set += y[i] == 0 ? 0 : 1 << i;
            }
            counts[set]++;
            Draw other = draw.withNode(2);
            apart |= !Arrays.equals(y, code.decode(code.encode(x, other), other, 5));
        }
        for (int set = 0; set < 32; set++) {
            // Five deviations of a count are 212.
            assertEquals(Integer.bitCount(set) == 2 ? 2000 : 0, counts[set], Integer.bitCount(set) == 2 ? 212 : 0);
        }
        assertTrue(apart);
        GradientCode coded = new RandomPart(new Share(0.25), new RandomK(new Share(0.5), true));
        // 4 (1 + (2 - 1)) - 1
        assertEquals(7, coded.properties(40).varianceBound(), 1e-12);
        assertEquals(5 * 32, coded.properties(40).rawBits(), 0);
    }

    @Test
    void randomKMultiplies() {
        float[] x = normal(40, 3);
        RandomK plain = new RandomK(new Share(0.25), false);
        RandomK unbiased = new RandomK(new Share(0.25), true);
        float[] y = plain.decode(plain.encode(x, DRAW), DRAW, 40);
        float[] z = unbiased.decode(unbiased.encode(x, DRAW), DRAW, 40);
        int sent = 0;
        for (int i = 0; i < 40; i++) {
            assertTrue(y[i] == 0 || y[i] == x[i]);
            assertEquals(4 * y[i], z[i], 0);
            sent += y[i] != 0 ? 1 : 0;
        }
        assertEquals(10, sent);
        assertEquals(10, plain.sketchLength(40));
        assertEquals(0.75, plain.properties(40).varianceBound(), 1e-12);
        assertEquals(3, unbiased.properties(40).varianceBound(), 1e-12);
        assertEquals(320, plain.properties(40).rawBits(), 0);
        byte[] shorter = Arrays.copyOf(plain.encode(x, DRAW), 39);
        assertThrows(MalformedMessageException.class, () -> plain.decode(shorter, DRAW, 40));
        assertThrows(MalformedMessageException.class, () -> plain.addSketch(shorter, DRAW, 40, 1, new double[10]));
    }

    /** The probabilities add up to k and are optimal: |x_i| / v with one v below it, 1 above. */
    @Test
    void sparsificationSendsTheWantedShare() {
        float[] x = normal(1000, 4);
        x[3] = 50;
        x[4] = -20;
        UnbiasedSparsification code = new UnbiasedSparsification(new Share(0.1));
        double sent = 0;
        int rounds = 200;
        float limit = 0;
        for (int round = 0; round < rounds; round++) {
            Draw draw = DRAW.withRound(round);
            for (float y : code.decode(code.encode(x, draw), draw, 1000)) {
                sent += y != 0 ? 1.0 / rounds : 0;
                if (y != 0 && Math.abs(y) < 20) {
                    assertTrue(limit == 0 || limit == Math.abs(y));
                    limit = Math.abs(y);
                }
            }
        }
        // 98 of 998 numbers in each of 200 rounds: five deviations of the mean are at most 5 sqrt(98 / 200) = 3.5.
        assertEquals(100, sent, 3.5);
        double sum = 0;
        for (float number : x) {
            sum += Math.min(1, Math.abs(number) / limit);
        }
        assertEquals(100, sum, 1e-3);
    }

    /** (4, 1, 1, 1, 1) with k = 2: from 8/2 on, 4 is at the limit, the others share 1: v = 4, p = (1, 1/4, ...). */
    @Test
    void limitsAreWorkedOutByHand() {
        UnbiasedSparsification code = new UnbiasedSparsification(new Share(0.4));
        assertEquals(4 * 1 * 3, code.meanSquaredError(new float[] {4, 1, 1, 1, 1}, 0, 5), 1e-6);
        // (9, 1, 1, 1, 1): 13/2 puts 9 above; 4 / (2 - 1) = 4: p = (1, 1/4, ...).
        assertEquals(4 * 1 * 3, code.meanSquaredError(new float[] {9, 1, 1, 1, 1}, 0, 5), 1e-6);
        // Fewer numbers than may be sent: all exact.
        assertEquals(0, code.meanSquaredError(new float[] {9, 0, 0, 0, 0}, 0, 5), 1e-6);
        assertArrayEquals(
                new float[] {9, -2, 0, 0, 0}, code.decode(code.encode(new float[] {9, -2, 0, 0, 0}, DRAW), DRAW, 5));
        assertEquals(1.5, code.properties(5).varianceBound(), 1e-12);
        assertEquals(32 + 2 * (32 + 3), code.properties(5).rawBits(), 0);
        assertEquals(32 + 3 * (32 + 3), code.properties(8).rawBits(), 0);
        assertEquals(2 * (32 + 3), new TopK(new Share(0.25)).properties(8).rawBits(), 0);
        assertEquals(2 * (32 + 4), new TopK(new Share(0.25)).properties(9).rawBits(), 0);
    }

    /** The weighted sum of two sketches comes back as the weighted sum of the vectors decoded, within a longer array. */
    @Test
    void sketchesAreAdded() {
        RandomK code = new RandomK(new Share(0.3), true);
        float[] x = normal(10, 5);
        float[] y = normal(10, 6);
        double[] sum = new double[3];
        code.addSketch(code.encode(x, DRAW), DRAW, 10, 0.5, sum);
        code.addSketch(code.encode(y, DRAW.withNode(8)), DRAW.withNode(8), 10, -2, sum);
        float[] together = new float[12];
        code.reconstruct(sum, DRAW, together, 1, 11);
        float[] ofX = code.decode(code.encode(x, DRAW), DRAW, 10);
        float[] ofY = code.decode(code.encode(y, DRAW), DRAW, 10);
        for (int i = 0; i < 10; i++) {
            assertEquals(0.5 * ofX[i] - 2 * ofY[i], together[i + 1], 1e-5);
        }
        assertEquals(0, together[0] + together[11], 0);
        double size = 0;
        for (float number : x) {
            size += number * (double) number;
        }
        assertEquals((10.0 / 3 - 1) * size, code.meanSquaredError(x, 0, 10), 1e-9);
        assertEquals(0.7 * size, new RandomK(new Share(0.3), false).meanSquaredError(x, 0, 10), 1e-9);
    }

    /** A part of a longer vector gives the bytes of the part alone, and comes back at its place with its signs. */
    @Test
    void partsAreAsWholes() {
        float[] longer = normal(30, 7);
        float[] part = Arrays.copyOfRange(longer, 4, 24);
        for (GradientCode code : new GradientCode[] {
            new TopK(new Share(0.3)), new RandomK(new Share(0.3), false), new UnbiasedSparsification(new Share(0.3))
        }) {
            byte[] message = code.encode(longer, 4, 24, DRAW);
            assertArrayEquals(code.encode(part, DRAW), message, code.name());
            float[] into = new float[30];
            code.decode(message, DRAW, into, 4, 24);
            assertArrayEquals(code.decode(message, DRAW, 20), Arrays.copyOfRange(into, 4, 24));
            for (int i = 0; i < 30; i++) {
                assertTrue((i >= 4 && i < 24) ? into[i] * longer[i] >= 0 : into[i] == 0, code.name() + " at " + i);
            }
            byte[] more = Arrays.copyOf(message, message.length + 1);
            assertThrows(MalformedMessageException.class, () -> code.decode(more, DRAW, 20));
        }
        assertEquals("top-k(share=0.3)", new TopK(new Share(0.3)).name());
        assertEquals("random-k(share=0.3)", new RandomK(new Share(0.3), false).name());
        assertEquals("random-k(share=0.3,unbiased)", new RandomK(new Share(0.3), true).name());
        assertEquals("unbiased-sparse(share=0.3)", new UnbiasedSparsification(new Share(0.3)).name());
    }

    /** A zero vector is its limit alone, and nothing may follow. */
    @Test
    void zerosAreOneFloat() {
        UnbiasedSparsification code = new UnbiasedSparsification(new Share(0.3));
        assertArrayEquals(new byte[4], code.encode(new float[9], DRAW));
        float[] into = {5, 5};
        code.decode(new byte[4], DRAW, into, 0, 2);
        assertArrayEquals(new float[2], into);
        assertThrows(MalformedMessageException.class, () -> code.decode(new byte[5], DRAW, 9));
    }

    @Test
    void sharesAreFractions() {
        assertEquals(1, new Share(0.001).of(10));
        assertEquals(10, new Share(1).of(10));
        assertEquals(3, new Share(0.25).of(10));
        assertThrows(IllegalArgumentException.class, () -> new Share(0));
        assertThrows(IllegalArgumentException.class, () -> new Share(1.01));
        assertThrows(IllegalArgumentException.class, () -> new Share(Double.NaN));
    }
}
