package starling.codes.rotated;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import starling.codes.MalformedMessageException;
import starling.codes.gradient.GradientCode;
import starling.codes.random.Draw;
import starling.codes.random.RandomStream;
import starling.codes.transform.Rotation;

class RotatedDitheredCodeTest {

    @ParameterizedTest
    @CsvSource({"0.5, 2.4", "1, 0.56", "2, 0.10", "4, 0.006", "6, 0.0005"})
    void errorAndRealBitsOfNormalNumbers(double bits, double most) {
        RotatedDitheredCode code = RotatedDitheredCode.ofBits(bits);
        float[] x = Vectors.normal(1 << 17, 1);
        Draw draw = new Draw(3, 0, 0, 0);
        byte[] message = code.encode(x, draw);
        float[] decoded = code.decode(message, draw, x.length);
        double error = Vectors.relativeError(x, decoded);
        double real = 8.0 * message.length / x.length;
        assertTrue(real <= bits * 1.005 + 0.002, "bits " + real);
        assertTrue(error <= most, "vNMSE " + error);
        // 2^17 uniform errors: the mean of their squares has a standard deviation of 0.9/362 of itself, six of them.
        assertEquals(code.step() * code.step() / 12, error, 0.015 * error);
        assertEquals(code.properties(x.length).varianceBound(), error, 0.015 * error);
    }

    /** The share that is sent is the best one: no other number of bits for the numbers of a part has less error, to 1 %. */
    @Test
    void fewBitsAreSpentOnTheBestPart() {
        double best = Double.POSITIVE_INFINITY;
        for (double bits = 0.3; bits < 1.5; bits += 0.02) {
            double step = RotatedDitheredCode.ofBits(bits).step();
            best = Math.min(best, bits * (1 + step * step / 12));
        }
        for (double bits : new double[] {0.02, 0.1, 0.5}) {
            GradientCode code = RotatedDitheredCode.ofFewestErrors(bits);
            float[] x = Vectors.normal(1 << 17, 4);
            Draw draw = new Draw(3, 0, 0, 0);
            byte[] message = code.encode(x, draw);
            double real = 8.0 * message.length / x.length;
            assertTrue(real <= bits * 1.005 + 0.002, "bits " + real);
            assertEquals(best / bits - 1, code.properties(x.length).varianceBound(), 0.01 * best / bits);
            // Of 1/share numbers one is sent: the mean of their squares has a deviation of sqrt(2 / (2^17 share)), six
            // of them.
            double deviation = Math.sqrt(2 / (x.length * bits / 0.7));
            double error = Vectors.relativeError(x, code.decode(message, draw, x.length));
            assertEquals(best / bits - 1, error, 6 * deviation * error);
        }
        assertEquals(
                "rotated-dithered(bits=1.0)",
                RotatedDitheredCode.ofFewestErrors(1).name());
        assertThrows(IllegalArgumentException.class, () -> RotatedDitheredCode.ofFewestErrors(0));
    }

    @Test
    void tableCostIsTheRealCost() {
        for (double step : new double[] {0.04, 0.3, 1, 2.5, 6, 16}) {
            RotatedDitheredCode code = RotatedDitheredCode.ofStep(step);
            float[] x = Vectors.normal(1 << 17, 2);
            double real = 8.0 * code.encode(x, new Draw(1, 2, 3, 4)).length / x.length;
            assertEquals(new DitheredNormalModel(step).bits(), real, 0.01 * real + 0.003, "step " + step);
        }
    }

    @Test
    void errorIsUniformInTheRotatedCoordinatesAndDoesNotFollowTheSignal() {
        int n = 1 << 16;
        float[] x = Vectors.normal(n, 5);
        RotatedDitheredCode code = RotatedDitheredCode.ofStep(2.5);
        Draw draw = new Draw(7, 1, 2, 0);
        float[] decoded = code.decode(code.encode(x, draw), draw, n);
        float[] error = new float[n];
        for (int i = 0; i < n; i++) {
            error[i] = decoded[i] - x[i];
        }
        RandomStream signs = draw.common(Draw.Purpose.ROTATION).branch(0);
        float[] y = x.clone();
        Rotation.forward(y, 0, n, signs);
        Rotation.forward(error, 0, n, signs);
        double d = 2.5 * Math.sqrt(Vectors.squares(x) / n);
        int[] bins = new int[20];
        double product = 0;
        for (int i = 0; i < n; i++) {
            double e = error[i] / d;
            assertTrue(Math.abs(e) < 0.5001, "error " + e);
            bins[(int) Math.min(19, (e + 0.5) * 20)]++;
            product += e * y[i];
        }
        double chi = 0;
        for (int count : bins) {
            chi += Math.pow(count - n / 20.0, 2) / (n / 20.0);
        }
        // Chi-squared with 19 degrees of freedom exceeds 58 with probability 1e-5.
        assertTrue(chi < 58, "chi-squared " + chi);
        // The mean product has the standard deviation 1/sqrt(12 n); five of them: 6e-7.
        assertEquals(0, product / n, 5 / Math.sqrt(12.0 * n));
    }

    @Test
    void meanOverManyNodesGoesToTheVectorAsOneOverTheirNumber() {
        float[] x = new float[64];
        x[0] = 1;
        x[1] = 0.5f;
        RotatedDitheredCode code = RotatedDitheredCode.ofBits(1);
        int nodes = 4000;
        double[] sum = new double[x.length];
        for (int node = 0; node < nodes; node++) {
            Draw draw = new Draw(11, node, 0, 0);
            float[] decoded = code.decode(code.encode(x, draw), draw, x.length);
            for (int i = 0; i < sum.length; i++) {
                sum[i] += decoded[i];
            }
        }
        double error = 0;
        for (int i = 0; i < sum.length; i++) {
            error += Math.pow(sum[i] / nodes - x[i], 2);
        }
        double expected = code.step() * code.step() / 12 * Vectors.squares(x) / nodes;
        // Chi-squared with 64 degrees of freedom: standard deviation 0.18 of the mean; 4.5 of them, below 1e-4.
        assertEquals(expected, error, 0.8 * expected);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 7, 100, 1000, 4097, 65537, 131071, 131072, 131073, 200_000})
    void everyLengthHasTheErrorOfItsFormula(int n) {
        RotatedDitheredCode code = RotatedDitheredCode.ofBits(2);
        float[] x = Vectors.normal(n, n);
        int repeats = Math.max(1, 20_000 / n);
        double error = 0;
        for (int r = 0; r < repeats; r++) {
            Draw draw = new Draw(5, r, 1, 2);
            error += Vectors.relativeError(x, code.decode(code.encode(x, draw), draw, n)) / repeats;
        }
        // At least 13 000 uniform errors: standard deviation 0.008 of the mean, six of them.
        assertEquals(code.step() * code.step() / 12, error, 0.05 * error);
    }

    @Test
    void hugeTinyAndZeroNumbers() {
        RotatedDitheredCode code = RotatedDitheredCode.ofBits(4);
        Draw draw = new Draw(1, 1, 1, 1);
        float[] huge = new float[1000];
        Arrays.fill(huge, Float.MAX_VALUE);
        for (float value : code.decode(code.encode(huge, draw), draw, 1000)) {
            assertTrue(Float.isFinite(value) && value > Float.MAX_VALUE / 4);
        }
        float[] tiny = new float[1000];
        Arrays.fill(tiny, 100 * Float.MIN_VALUE);
        float[] decoded = code.decode(code.encode(tiny, draw), draw, 1000);
        assertTrue(Vectors.relativeError(tiny, decoded) < 0.01);
        tiny = new float[] {Float.MIN_VALUE};
        assertTrue(code.decode(code.encode(tiny, draw), draw, 1)[0] <= 2 * Float.MIN_VALUE);
        float[] zeros = new float[70_000];
        byte[] message = code.encode(zeros, draw);
        assertEquals(2, message.length);
        assertArrayEquals(zeros, code.decode(message, draw, 70_000));
        zeros[0] = 1;
        float[] one = code.decode(code.encode(zeros, draw), draw, 70_000);
        assertTrue(Vectors.relativeError(zeros, one) < 0.006);
        assertThrows(IllegalArgumentException.class, () -> code.encode(new float[0], draw));
        assertThrows(IllegalArgumentException.class, () -> code.encode(new float[] {1, Float.NaN}, draw));
    }

    @Test
    void numbersBeyondTheTablesTravelAsEscapes() {
        RotatedDitheredCode code = RotatedDitheredCode.ofStep(1.0 / 32);
        int n = 4096;
        Draw draw = new Draw(9, 0, 0, 0);
        float[] spike = new float[n];
        spike[17] = 3;
        Rotation.backward(spike, 0, n, draw.common(Draw.Purpose.ROTATION).branch(0));
        float[] decoded = code.decode(code.encode(spike, draw), draw, n);
        assertTrue(Vectors.relativeError(spike, decoded) < 1.0 / 1024 / 12 * 1.3);
    }

    @Test
    void hostileBytesGiveAnErrorOrFiniteNumbers() {
        RotatedDitheredCode code = RotatedDitheredCode.ofBits(1);
        int n = 300;
        Draw draw = new Draw(1, 2, 3, 4);
        byte[] message = code.encode(Vectors.normal(n, 3), draw);
        RandomStream random = new RandomStream(4);
        int refused = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = message.clone();
            switch (i % 3) {
                case 0 -> bytes = Arrays.copyOf(message, random.below(i, message.length));
                case 1 -> bytes[random.below(i, bytes.length)] ^= (byte) (1 << (i & 7));
                default -> {
                    for (int j = 0; j < bytes.length; j++) {
                        bytes[j] = (byte) random.bits(i * 1000L + j);
                    }
                }
            }
            try {
                for (float value : code.decode(bytes, draw, n)) {
                    assertTrue(Float.isFinite(value));
                }
            } catch (MalformedMessageException e) {
                refused++;
            }
        }
        assertTrue(refused > 17_000, "refused " + refused);
        byte[] longer = Arrays.copyOf(message, message.length + 1);
        assertThrows(MalformedMessageException.class, () -> code.decode(longer, draw, n));
        assertThrows(MalformedMessageException.class, () -> code.decode(new byte[0], draw, n));
    }

    @Test
    void bytesAreTheSameEverywhere() {
        byte[] message = RotatedDitheredCode.ofStep(2).encode(Vectors.ramp(1000), new Draw(1, 2, 3, 4));
        assertEquals(EXPECTED_HASH, Arrays.hashCode(message));
    }

    @Test
    void settingsAreChecked() {
        assertThrows(IllegalArgumentException.class, () -> RotatedDitheredCode.ofStep(0));
        assertThrows(IllegalArgumentException.class, () -> RotatedDitheredCode.ofStep(Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> RotatedDitheredCode.ofBits(8));
    }

    private static final int EXPECTED_HASH = -739269664;
}
