package starling.codes.transform;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import starling.codes.random.RandomStream;

class WalshHadamardTest {
    private static final RandomStream RANDOM = new RandomStream(17);

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048})
    void equalsTheDenseProductOfWholeNumbers(int n) {
        float[] x = wholes(n);
        double[] y = new double[n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                y[i] += Integer.bitCount(i & j) % 2 == 0 ? x[j] : -x[j];
            }
        }
        double[] doubles = doubles(x);
        WalshHadamard.transform(x);
        WalshHadamard.transform(doubles);
        for (int i = 0; i < n; i++) {
            assertEquals(y[i], x[i], "float " + i);
            assertEquals(y[i], doubles[i], "double " + i);
        }
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                1, 8, 16, 64, 512, 4096, 8192, 1 << 14, 1 << 15, 1 << 16, 1 << 17, 1 << 18, 1 << 19, 1 << 20, 1 << 21
            })
    void everyWayGivesTheBitsOfOneStrideAfterTheOther(int n) {
        int from = 3;
        float[] x = new float[n + 5];
        for (int i = 0; i < x.length; i++) {
            x[i] = RANDOM.dither(i) * (1 + i % 7);
        }
        double[] d = new double[x.length];
        for (int i = 0; i < d.length; i++) {
            d[i] = RANDOM.uniform(i) - 0.5;
        }
        float[] expected = x.clone();
        double[] expectedDoubles = d.clone();
        for (int h = 1; h < n; h *= 2) {
            for (int i = 0; i < n; i++) {
                if ((i & h) == 0) {
                    float a = expected[from + i];
                    float b = expected[from + i + h];
                    expected[from + i] = a + b;
                    expected[from + i + h] = a - b;
                    double c = expectedDoubles[from + i];
                    double e = expectedDoubles[from + i + h];
                    expectedDoubles[from + i] = c + e;
                    expectedDoubles[from + i + h] = c - e;
                }
            }
        }
        float[] chosen = x.clone();
        WalshHadamard.transform(chosen, from, n);
        assertArrayEquals(expected, chosen);
        float[] scalar = x.clone();
        WalshHadamard.inOrder(new ScalarFloatPasses(), scalar, from, n);
        assertArrayEquals(expected, scalar);
        float[] parallel = x.clone();
        WalshHadamard.parallel(parallel, from, n);
        assertArrayEquals(expected, parallel);
        double[] chosenDoubles = d.clone();
        WalshHadamard.transform(chosenDoubles, from, n);
        assertArrayEquals(expectedDoubles, chosenDoubles);
        double[] scalarDoubles = d.clone();
        WalshHadamard.inOrder(new ScalarDoublePasses(), scalarDoubles, from, n);
        assertArrayEquals(expectedDoubles, scalarDoubles);
        double[] parallelDoubles = d.clone();
        WalshHadamard.parallel(parallelDoubles, from, n);
        assertArrayEquals(expectedDoubles, parallelDoubles);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 32, 8192})
    void orthonormalIsItsOwnInverseAndKeepsLengths(int n) {
        float[] x = wholes(n);
        double[] d = doubles(x);
        double[] original = d.clone();
        WalshHadamard.orthonormal(x, 0, n);
        WalshHadamard.orthonormal(d, 0, n);
        double before = 0;
        double after = 0;
        for (int i = 0; i < n; i++) {
            before += original[i] * original[i];
            after += d[i] * d[i];
            assertEquals(d[i], x[i], 1e-5 * Math.sqrt(before + 1));
        }
        assertEquals(before, after, 1e-9 * before);
        WalshHadamard.orthonormal(d, 0, n);
        assertArrayEquals(original, d, 1e-10);
    }

    @Test
    void refusesWhatIsNoPowerOfTwoOrNotWithin() {
        assertThrows(IllegalArgumentException.class, () -> WalshHadamard.transform(new float[3]));
        assertThrows(IllegalArgumentException.class, () -> WalshHadamard.transform(new float[0]));
        assertThrows(IllegalArgumentException.class, () -> WalshHadamard.transform(new double[8], 1, 8));
        assertThrows(IllegalArgumentException.class, () -> WalshHadamard.transform(new double[8], -1, 4));
        assertThrows(IllegalArgumentException.class, () -> WalshHadamard.parallel(new float[8], 0, Integer.MIN_VALUE));
    }

    /** What HotSpot says of itself in its modes. */
    @Test
    void vectorInstructionsAreAskedOfTheOptimisingCompilerAlone() {
        String server = "OpenJDK 64-Bit Server VM";
        assertTrue(VectorInstructions.compiled(server, "mixed mode, sharing"));
        assertTrue(VectorInstructions.compiled(server, "compiled mode, sharing"));
        assertFalse(VectorInstructions.compiled(server, "mixed mode, emulated-client, sharing"));
        assertFalse(VectorInstructions.compiled(server, "interpreted mode, sharing"));
        assertFalse(VectorInstructions.compiled("OpenJDK Zero VM", "interpreted mode"));
        assertFalse(VectorInstructions.compiled("OpenJDK Client VM", "mixed mode, sharing"));
        assertFalse(VectorInstructions.compiled("", ""));
        assertEquals(VectorInstructions.offered(), WalshHadamard.usesVectors());
    }

    private static float[] wholes(int n) {
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = RANDOM.below(i, 201) - 100;
        }
        return x;
    }

    private static double[] doubles(float[] x) {
        double[] d = new double[x.length];
        for (int i = 0; i < d.length; i++) {
            d[i] = x[i];
        }
        return d;
    }
}
