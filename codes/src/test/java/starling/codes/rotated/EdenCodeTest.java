package starling.codes.rotated;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import starling.codes.MalformedMessageException;
import starling.codes.gradient.GradientCode;
import starling.codes.random.Draw;
import starling.codes.random.RandomStream;

class EdenCodeTest {

    @ParameterizedTest
    @CsvSource({"1, 0.571", "2, 0.133", "3, 0.036", "4, 0.0096"})
    void errorOfTheUnbiasedScaleAsPublished(int bits, double published) {
        GradientCode code = new EdenCode(bits, EdenCode.Scale.UNBIASED);
        double error = 0;
        int repeats = 10;
        for (int i = 0; i < repeats; i++) {
            float[] x = Vectors.normal(1 << 17, i);
            Draw draw = new Draw(1, i, 0, 0);
            byte[] message = code.encode(x, draw);
            assertEquals(6 + bits * x.length / 8, message.length);
            error += Vectors.relativeError(x, code.decode(message, draw, x.length)) / repeats;
        }
        // Of 1.3 million squared errors, each of a standard deviation of at most three times its mean: 0.26 %.
        assertEquals(published, error, 0.01 * published);
    }

    /** Max 1960, table I: the least distortions. */
    @ParameterizedTest
    @CsvSource({"1, 0.3634", "2, 0.1175", "3, 0.03454", "4, 0.009497", "5, 0.002499"})
    void errorOfTheOtherScaleIsMaxsTable(int bits, double table) {
        GradientCode code = new EdenCode(bits, EdenCode.Scale.LEAST_ERROR);
        float[] x = Vectors.normal(1 << 17, 10 + bits);
        Draw draw = new Draw(1, 0, 0, 0);
        double error = Vectors.relativeError(x, code.decode(code.encode(x, draw), draw, x.length));
        assertEquals(table, error, 0.02 * table);
    }

    @Test
    void levelsOfTheQuantizerAreMaxs() {
        NormalQuantizer two = new NormalQuantizer(2);
        assertEquals(0.4528, two.level(2), 5e-5);
        assertEquals(1.510, two.level(3), 5e-4);
        assertEquals(1, two.index(-0.5f));
        assertEquals(3, two.index(0.982f));
        assertEquals(2, two.index(0.981f));
        NormalQuantizer eight = new NormalQuantizer(8);
        double squares = 0;
        double h = 1.0 / 4096;
        for (double x = -6; x < 6; x += h) {
            double off = x - eight.level(eight.index((float) x));
            squares += off * off * NormalLaw.density(x) * h;
        }
        // Panter and Dite: sqrt(3) pi / 2 / 4^8 in the limit.
        assertEquals(Math.sqrt(3) * Math.PI / 2 / 65536, squares, 0.03 * squares);
    }

    @Test
    void oneBitKeepsABiasForASparseVectorWhateverTheNumberOfNodes() {
        float[] x = new float[128];
        x[0] = 1;
        x[1] = 0.5f;
        GradientCode code = new EdenCode(1, EdenCode.Scale.UNBIASED);
        double[] sum = new double[x.length];
        int nodes = 20_000;
        for (int node = 0; node < nodes; node++) {
            Draw draw = new Draw(2, node, 0, 0);
            float[] decoded = code.decode(code.encode(x, draw), draw, x.length);
            for (int i = 0; i < sum.length; i++) {
                sum[i] += decoded[i] / nodes;
            }
        }
        // Signs of (1, 1/2) after the rotation are those of its first number alone: the second is lost.
        assertEquals(1.25, sum[0], 0.01);
        assertEquals(0, sum[1], 0.05);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 7})
    void rotatedStochasticIsUnbiasedAndWithinItsBound(int bits) {
        GradientCode code = new RotatedStochasticCode(bits);
        float[] x = new float[96];
        x[3] = 1;
        x[4] = -0.5f;
        int nodes = 4000;
        double[] sum = new double[x.length];
        double error = 0;
        for (int node = 0; node < nodes; node++) {
            Draw draw = new Draw(2, node, 0, 0);
            float[] decoded = code.decode(code.encode(x, draw), draw, x.length);
            error += Vectors.relativeError(x, decoded) / nodes;
            for (int i = 0; i < sum.length; i++) {
                sum[i] += decoded[i] / nodes;
            }
        }
        assertTrue(error <= code.properties(96).varianceBound(), "error " + error);
        double off = 0;
        for (int i = 0; i < sum.length; i++) {
            off += (sum[i] - x[i]) * (sum[i] - x[i]);
        }
        // 96 coordinates: twice the expected square is more than six standard deviations of 0.15 away.
        assertTrue(off <= 2 * error * 1.25 / nodes, "mean off by " + off);
    }

    @Test
    void everyLengthHugeTinyZeroAndHostile() {
        Draw draw = new Draw(3, 1, 4, 1);
        for (GradientCode code : List.of(
                new EdenCode(1, EdenCode.Scale.UNBIASED),
                new EdenCode(8, EdenCode.Scale.UNBIASED),
                new EdenCode(3, EdenCode.Scale.LEAST_ERROR),
                new RotatedStochasticCode(3))) {
            for (int n : new int[] {1, 2, 3, 17, 1000}) {
                float[] zeros = new float[n];
                assertArrayEquals(zeros, code.decode(code.encode(zeros, draw), draw, n));
                for (float size : new float[] {Float.MAX_VALUE, 1000 * Float.MIN_VALUE}) {
                    float[] x = Vectors.ramp(n);
                    for (int i = 0; i < n; i++) {
                        x[i] *= size;
                    }
                    byte[] message = code.encode(x, draw);
                    float[] decoded = code.decode(message, draw, n);
                    double bound = code.properties(n).varianceBound();
                    assertTrue(Vectors.relativeError(x, decoded) <= 4 * bound + 0.01, code.name() + " " + n);
                    assertTrue(8 * message.length <= code.properties(n).rawBits() + 7);
                    assertThrows(
                            MalformedMessageException.class,
                            () -> code.decode(Arrays.copyOf(message, message.length - 1), draw, n));
                    assertThrows(
                            MalformedMessageException.class,
                            () -> code.decode(Arrays.copyOf(message, message.length + 1), draw, n));
                }
            }
            assertThrows(IllegalArgumentException.class, () -> code.encode(new float[0], draw));
            assertThrows(
                    IllegalArgumentException.class, () -> code.encode(new float[] {Float.POSITIVE_INFINITY}, draw));
            RandomStream random = new RandomStream(8);
            byte[] message = code.encode(Vectors.ramp(100), draw);
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
        }
    }

    @Test
    void settingsAreChecked() {
        assertThrows(IllegalArgumentException.class, () -> new EdenCode(0, EdenCode.Scale.UNBIASED));
        assertThrows(IllegalArgumentException.class, () -> new EdenCode(9, EdenCode.Scale.UNBIASED));
        assertThrows(IllegalArgumentException.class, () -> new RotatedStochasticCode(17));
    }
}
