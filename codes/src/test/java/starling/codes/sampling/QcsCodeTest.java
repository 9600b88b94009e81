package starling.codes.sampling;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import starling.codes.MalformedMessageException;
import starling.codes.random.Draw;
import starling.codes.random.RandomStream;

class QcsCodeTest {
    private static final QcsCode.Reconstruction UNBIASED = QcsCode.Reconstruction.UNBIASED;
    private static final QcsCode.Reconstruction LEAST_ERROR = QcsCode.Reconstruction.LEAST_ERROR;

    /** Against dense matrices: every decoded vector is alpha T^T (T x + rho e) with |e| at most 1/2. */
    @ParameterizedTest
    @CsvSource({"8,8,1", "12,5,0.5", "16,16,0.5", "100,30,1.5", "96,96,7", "64,2,3"})
    void decodesToTheDenseFormula(int n, int k, double q) {
        QcsCode code = new QcsCode(n, k, q, UNBIASED);
        float[] x = normal(n, 3);
        Draw draw = new Draw(5, 6, 7, 0);
        float[] decoded = code.decode(code.encode(x, draw), draw, n);
        // T is found from what the receiver makes of unit sketches.
        double[][] t = new double[k][n];
        for (int i = 0; i < k; i++) {
            double[] sketch = new double[k];
            sketch[i] = 1;
            float[] row = new float[n];
            code.reconstruct(sketch, draw, row, 0, n);
            for (int j = 0; j < n; j++) {
                t[i][j] = row[j];
                assertEquals(1 / Math.sqrt(k), Math.abs(row[j]), 1e-6);
            }
        }
        double largest = 0;
        double[] v = new double[k];
        double[] back = new double[k];
        for (int i = 0; i < k; i++) {
            for (int other = 0; other < i; other++) {
                double product = 0;
                for (int j = 0; j < n; j++) {
                    product += t[i][j] * t[other][j];
                }
                assertEquals(0, product, 1e-5);
            }
            for (int j = 0; j < n; j++) {
                v[i] += t[i][j] * x[j];
                back[i] += t[i][j] * decoded[j] * k / n;
            }
            largest = Math.max(largest, Math.abs(v[i]));
        }
        // T T^T = n/k I, so that back is v + rho e.
        double used = 0;
        for (int i = 0; i < k; i++) {
            used = Math.max(used, Math.abs(back[i] - v[i]) / (largest / q));
        }
        assertTrue(used <= 0.5001, "error in steps " + used);
        assertTrue(k < 8 || used > 0.25, "error in steps " + used);
    }

    @ParameterizedTest
    @CsvSource({"64,64,1", "64,20,0.5", "100,50,2", "12,1,1", "96,24,0.5"})
    void isUnbiasedAndWithinGamma(int n, int k, double q) {
        int rounds = 6000;
        QcsCode code = new QcsCode(n, k, q, UNBIASED);
        QcsCode least = new QcsCode(n, k, q, LEAST_ERROR);
        float[] x = new float[n];
        x[0] = 1;
        x[1] = -0.5f;
        x[n - 1] = 0.25f;
        double squares = 1.3125;
        double[] sum = new double[n];
        double error = 0;
        double leastError = 0;
        for (int round = 0; round < rounds; round++) {
            Draw draw = new Draw(1, 2, round, 0);
            byte[] message = code.encode(x, draw);
            float[] decoded = code.decode(message, draw, n);
            float[] shrunk = least.decode(message, draw, n);
            for (int i = 0; i < n; i++) {
                sum[i] += decoded[i];
                error += Math.pow(decoded[i] - x[i], 2) / squares / rounds;
                leastError += Math.pow(shrunk[i] - x[i], 2) / squares / rounds;
            }
        }
        double gamma = QcsBounds.gamma(n, k, q);
        assertTrue(error <= gamma * 1.05, error + " against " + gamma);
        assertTrue(leastError <= gamma / (1 + gamma) * 1.02, leastError + " with least error");
        double off = 0;
        for (int i = 0; i < n; i++) {
            off += Math.pow(sum[i] / rounds - x[i], 2);
        }
        // The mean's square error has the mean error / rounds; it exceeds three times that rarely even for 12 numbers
        // (1e-4).
        assertTrue(off <= 3 * error * squares / rounds, "mean is off by " + off + " for " + error * squares / rounds);
    }

    @Test
    void oneBitErrorIsAsTheScaleSays() {
        // All k rows: the error is rho^2/12 per number, rho = 2 max |v|.
        int n = 4096;
        QcsCode code = new QcsCode(n, n, 0.5, UNBIASED);
        float[] x = normal(n, 9);
        Draw draw = new Draw(1, 1, 1, 1);
        byte[] message = code.encode(x, draw);
        assertEquals((16 + 32 + n) / 8, message.length);
        float scale = Float.intBitsToFloat(
                (message[2] & 0xff) << 24 | (message[3] & 0xff) << 16 | (message[4] & 0xff) << 8 | (message[5] & 0xff));
        float largest = 0;
        for (float value : x) {
            largest = Math.max(largest, Math.abs(value));
        }
        double rho = 2 * scale * Math.scalb(1.0, Math.getExponent(largest));
        float[] decoded = code.decode(message, draw, n);
        double error = 0;
        for (int i = 0; i < n; i++) {
            error += Math.pow(decoded[i] - x[i], 2) / n;
        }
        // Standard deviation 0.9/64 of the mean, six of them.
        assertEquals(rho * rho / 12, error, 0.085 * error);
    }

    @Test
    void sketchesOfNodesAddUpBeforeTheyAreDecoded() {
        QcsCode code = new QcsCode(100, 40, 3, UNBIASED);
        int length = 730;
        double[] sum = new double[code.sketchLength(length)];
        assertEquals(8 * 40, sum.length);
        double[] expected = new double[length];
        for (int node = 0; node < 5; node++) {
            Draw draw = new Draw(1, node, 9, 0);
            byte[] message = code.encode(normal(length, node), draw);
            float[] alone = code.decode(message, draw, length);
            for (int i = 0; i < length; i++) {
                expected[i] += 0.2 * alone[i];
            }
            code.addSketch(message, draw, length, 0.2, sum);
        }
        float[] together = new float[length + 2];
        code.reconstruct(sum, new Draw(1, 99, 9, 0), together, 1, length + 1);
        for (int i = 0; i < length; i++) {
            assertEquals(expected[i], together[i + 1], 1e-4);
        }
        assertThrows(
                IllegalArgumentException.class,
                () -> code.addSketch(new byte[0], new Draw(1, 1, 1, 1), length, 1, new double[1]));
    }

    @Test
    void hugeTinyZeroAndHostile() {
        Draw draw = new Draw(1, 2, 3, 4);
        for (QcsCode code : new QcsCode[] {
            new QcsCode(12, 7, 1, UNBIASED), new QcsCode(16, 1, 1, UNBIASED), new QcsCode(32, 32, 40, LEAST_ERROR)
        }) {
            for (int length : new int[] {1, 12, 100}) {
                float[] zeros = new float[length];
                assertEquals(2, code.encode(zeros, draw).length);
                assertArrayEquals(zeros, code.decode(code.encode(zeros, draw), draw, length));
                for (float size : new float[] {Float.MAX_VALUE, 3 * Float.MIN_VALUE}) {
                    float[] x = new float[length];
                    Arrays.fill(x, size);
                    byte[] message = code.encode(x, draw);
                    assertTrue(8 * message.length <= code.properties(length).rawBits() + 7);
                    for (float value : code.decode(message, draw, length)) {
                        assertTrue(Float.isFinite(value));
                    }
                    for (int cut = 0; cut < message.length; cut++) {
                        byte[] shorter = Arrays.copyOf(message, cut);
                        assertThrows(MalformedMessageException.class, () -> code.decode(shorter, draw, length));
                    }
                    byte[] longer = Arrays.copyOf(message, message.length + 1);
                    assertThrows(MalformedMessageException.class, () -> code.decode(longer, draw, length));
                }
            }
            byte[] message = code.encode(normal(100, 1), draw);
            RandomStream random = new RandomStream(8);
            for (int i = 0; i < 5000; i++) {
                byte[] bytes = message.clone();
                for (int j = 0; j < 1 + i % 12; j++) {
                    bytes[random.below(i * 31L + j, bytes.length)] = (byte) random.bits(i * 77L + j);
                }
                try {
                    for (float value : code.decode(bytes, draw, 100)) {
                        assertTrue(Float.isFinite(value));
                    }
                } catch (MalformedMessageException e) {
                    assertTrue(String.valueOf(e.getMessage()).contains("must"));
                }
            }
            assertThrows(IllegalArgumentException.class, () -> code.encode(new float[] {Float.NaN}, draw));
            assertThrows(IllegalArgumentException.class, () -> code.encode(new float[0], draw));
        }
    }

    /**
     * Products of two reconstructed unit sketches are, signs cancelled, the row r1 xor r2 of Sylvester's matrix: for random
     * rows each of the 63 differences comes 1 000/63 times on average, never more than 43 times (probability below 1e-6 in
     * all).
     */
    @Test
    void rowsAreDrawnAnewForEveryRoundAndBlock() {
        int n = 64;
        int blocks = 10;
        QcsCode code = new QcsCode(n, 2, 1, UNBIASED);
        int[] counts = new int[n];
        for (int round = 0; round < 100; round++) {
            Draw draw = new Draw(3, 0, round, 0);
            double[] first = new double[2 * blocks];
            double[] second = new double[2 * blocks];
            for (int block = 0; block < blocks; block++) {
                first[2 * block] = 1;
                second[2 * block + 1] = 1;
            }
            float[] one = new float[blocks * n];
            float[] other = new float[blocks * n];
            code.reconstruct(first, draw, one, 0, one.length);
            code.reconstruct(second, draw, other, 0, other.length);
            for (int block = 0; block < blocks; block++) {
                int difference = 0;
                for (int bit = 0; bit < 6; bit++) {
                    int at = block * n + (1 << bit);
                    boolean minus = one[at] * other[at] * one[block * n] * other[block * n] < 0;
                    difference |= minus ? 1 << bit : 0;
                }
                counts[difference]++;
            }
        }
        assertEquals(0, counts[0]);
        for (int difference = 1; difference < n; difference++) {
            assertTrue(
                    counts[difference] > 0 && counts[difference] < 44,
                    counts[difference] + " times the difference " + difference);
        }
    }

    /** What fills up the last block are zeros, whatever stood before it. */
    @Test
    void theLastBlockIsFilledUpWithZeros() {
        Draw draw = new Draw(2, 1, 4, 0);
        for (int k : new int[] {1, 5, 16}) {
            QcsCode code = new QcsCode(16, k, 2, UNBIASED);
            float[] x = normal(21, 4);
            x[20] = 9;
            float[] tail = x.clone();
            Arrays.fill(tail, 0, 16, 0);
            double[] sketch = new double[2 * k];
            double[] alone = new double[2 * k];
            code.addSketch(code.encode(x, draw), draw, 21, 1, sketch);
            code.addSketch(code.encode(tail, draw), draw, 21, 1, alone);
            assertArrayEquals(new double[k], Arrays.copyOf(alone, k));
            assertArrayEquals(Arrays.copyOfRange(alone, k, 2 * k), Arrays.copyOfRange(sketch, k, 2 * k));
        }
    }

    /** A part of an array is the message of its numbers alone, and goes back to where the reader wants it. */
    @Test
    void partsOfArraysAreVectors() {
        Draw draw = new Draw(2, 1, 4, 0);
        QcsCode code = new QcsCode(12, 6, 1.5, LEAST_ERROR);
        float[] x = normal(30, 5);
        byte[] message = code.encode(Arrays.copyOfRange(x, 7, 27), draw);
        assertArrayEquals(message, code.encode(x, 7, 27, draw));
        float[] into = new float[40];
        Arrays.fill(into, 3);
        code.decode(message, draw, into, 11, 31);
        assertArrayEquals(code.decode(message, draw, 20), Arrays.copyOfRange(into, 11, 31));
        for (int i = 0; i < 40; i++) {
            assertEquals(i < 11 || i >= 31, into[i] == 3, "place " + i);
        }
    }

    /** One row: the number itself, so that a message is H R x / sqrt(1) in one row and a weight multiplies it. */
    @Test
    void oneRowIsSentAsItIs() {
        Draw draw = new Draw(2, 1, 4, 0);
        QcsCode code = new QcsCode(8, 1, 1, UNBIASED);
        float[] x = {1, 2, 4, 8, 16, 32, 64, 128};
        byte[] message = code.encode(x, draw);
        assertEquals((16 + 32) / 8, message.length);
        double[] sum = new double[1];
        code.addSketch(message, draw, 8, 0.25, sum);
        float[] signs = new float[8];
        code.reconstruct(new double[] {1}, draw, signs, 0, 8);
        double product = 0;
        for (int i = 0; i < 8; i++) {
            product += signs[i] * x[i];
        }
        assertEquals(0.25 * product, sum[0], 0);
    }

    /** Of (4.10), (4.12) and the form of the message: 16 bits, and for each block a float and the digits. */
    @Test
    void propertiesAreThoseOfTheFormulas() {
        int digits = 30 * 2;
        for (int k : new int[] {1, 30, 64}) {
            QcsCode unbiased = new QcsCode(64, k, 1.5, UNBIASED);
            QcsCode least = new QcsCode(64, k, 1.5, LEAST_ERROR);
            double gamma = QcsBounds.gamma(64, k, 1.5);
            assertTrue(unbiased.properties(100).unbiased());
            assertEquals(k == 64, unbiased.properties(100).errorIndependent());
            assertTrue(
                    !least.properties(100).unbiased() && !least.properties(100).errorIndependent());
            assertEquals(gamma, unbiased.properties(100).varianceBound(), 1e-5 * gamma);
            assertEquals(gamma / (1 + gamma), least.properties(100).varianceBound(), 1e-5);
            assertEquals(
                    16 + 2 * (32 + (k == 1 ? 0 : 2 * k)),
                    unbiased.properties(100).rawBits());
        }
        assertEquals(
                16 + 32 + digits,
                new QcsCode(64, 30, 1.5, UNBIASED).properties(64).rawBits());
        assertEquals("qcs(n=64,k=30,Q=1.5)", new QcsCode(64, 30, 1.5, UNBIASED).name());
        assertEquals("qcs(n=64,k=30,Q=1.5,least-error)", new QcsCode(64, 30, 1.5, LEAST_ERROR).name());
        QcsBounds.Choice choice = QcsBounds.choose(21, 64);
        assertEquals(
                new QcsCode(64, choice.k(), choice.q(), UNBIASED).name(),
                QcsCode.ofGain(64, 21).name());
    }

    @Test
    void digitsTakeTheBitsThatTheySay() {
        Digits three = new Digits(3);
        assertEquals(32, three.bits(20));
        assertEquals(64 + 2, three.bits(41));
        assertEquals(7, new Digits(2).bits(7));
        assertEquals(40, new Digits(256).bits(5));
    }

    @Test
    void settingsAreChecked() {
        assertThrows(IllegalArgumentException.class, () -> new QcsCode(8, 9, 1, UNBIASED));
        assertThrows(IllegalArgumentException.class, () -> new QcsCode(8, 0, 1, UNBIASED));
        assertThrows(IllegalArgumentException.class, () -> new QcsCode(8, 4, 0.7, UNBIASED));
        assertThrows(IllegalArgumentException.class, () -> new QcsCode(10, 4, 1, UNBIASED));
    }

    private static float[] normal(int n, long seed) {
        Random random = new Random(seed);
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = (float) random.nextGaussian();
        }
        return x;
    }
}
