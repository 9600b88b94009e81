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
