package starling.codes.quantize;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import starling.codes.MalformedMessageException;
import starling.codes.random.Draw;

/** Codes that send a few points and which of them each number is: 1-bit SGD, scaled signs, Lloyd-Max. */
final class FewPointsTest {
    private static final Draw DRAW = new Draw(1, 2, 3, 0);

    /** Two columns of three and one of one: each number becomes the mean of its sign in its column. */
    @Test
    void columnsHaveTheMeansOfTheirSigns() {
        OneBitColumns code = new OneBitColumns(3, Packing.FIXED);
        float[] x = {1, -4, 3, -1, -2, -6, 9};
        float[] expected = {2, -4, 2, -3, -3, -3, 9};
        byte[] message = code.encode(x, DRAW);
        assertArrayEquals(expected, code.decode(message, DRAW, 7));
        assertEquals(3 * 8 + 1, message.length);
        assertEquals(3 * 64 + 7, code.properties(7).rawBits(), 0);
        assertEquals(1 + 1 + 4 + 1 + 9, code.meanSquaredError(x, 0, 7), 1e-12);
        assertEquals(2.0 / 3, code.properties(7).varianceBound(), 1e-12);
        assertEquals(0.5, code.properties(2).varianceBound(), 1e-12);
        assertThrows(IllegalArgumentException.class, () -> new OneBitColumns(0, Packing.FIXED));
        assertThrows(IllegalArgumentException.class, () -> new OneBitColumns(1, Packing.ELIAS));
        assertThrows(IllegalArgumentException.class, () -> new OneBitColumns(1, Packing.DITHER_CONTEXTS));
        assertThrows(MalformedMessageException.class, () -> code.decode(Arrays.copyOf(message, 23), DRAW, 7));
    }

    @Test
    void signsHaveTheMeanMagnitude() {
        ScaledSign code = new ScaledSign();
        float[] x = {1, -4, 0, -3};
        byte[] message = code.encode(x, DRAW);
        assertArrayEquals(new float[] {2, -2, 2, -2}, code.decode(message, DRAW, 4));
        assertEquals(5, message.length);
        assertEquals(26 - 64 / 4.0, code.meanSquaredError(x, 0, 4), 1e-12);
        assertEquals(0.75, code.properties(4).varianceBound(), 1e-12);
        message[4] |= 1;
        assertThrows(MalformedMessageException.class, () -> code.decode(message, DRAW, 4));
    }

    /** J. Max, Quantizing for minimum distortion (1960), table I: outermost points and mean squared errors. */
    @ParameterizedTest
    @CsvSource({
        "1, 0, 1",
        "2, 0.7980, 0.3634",
        "3, 1.224, 0.1902",
        "4, 1.510, 0.1175",
        "5, 1.724, 0.07994",
        "8, 2.152, 0.03454",
        "16, 2.733, 0.009497"
    })
    void normalPointsAreThoseOfMax(int count, double outermost, double error) {
        double[] points = LloydMax.normal(count).points();
        assertEquals(count, points.length);
        assertEquals(outermost, points[count - 1], 0.0011);
        double square = 0;
        LloydMax cells = new LloydMax(points);
        int steps = 200_000;
        for (int i = 0; i < steps; i++) {
            double x = 16.0 * (i + 0.5) / steps - 8;
            double distance = x - points[cells.number(x)];
            square += distance * distance * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI) * 16 / steps;
        }
        assertEquals(error, square, 0.0006 * error + 1e-9);
        for (int i = 0; i < count; i++) {
            assertEquals(-points[count - 1 - i], points[i], 0);
            assertTrue(i == 0 || points[i] > points[i - 1]);
        }
    }

    /** Each point is the mean of the numbers nearest to it, and separate clusters are found exactly. */
    @Test
    void fittedPointsAreTheMeansOfTheirCells() {
        float[] clusters = {5, 1, 9, 5.5f, 1.5f, 9.5f, 4.5f, 0.5f, 8.5f};
        assertArrayEquals(
                new double[] {1, 5, 9}, LloydMax.fit(clusters, 0, 9, 3).points(), 1e-12);
        SplittableRandom random = new SplittableRandom(3);
        float[] x = new float[1000];
        for (int i = 0; i < 1000; i++) {
            x[i] = (float) random.nextExponential();
        }
        LloydMax fit = LloydMax.fit(x, 0, 1000, 6);
        double[] sums = new double[6];
        int[] counts = new int[6];
        for (float number : x) {
            int nearest = 0;
            for (int i = 1; i < 6; i++) {
                if (Math.abs(fit.points()[i] - number) < Math.abs(fit.points()[nearest] - number)) {
                    nearest = i;
                }
            }
            assertEquals(nearest, fit.number(number));
            sums[nearest] += number;
            counts[nearest]++;
        }
        for (int i = 0; i < 6; i++) {
            assertEquals(sums[i] / counts[i], fit.points()[i], 1e-3);
        }
    }

    @Test
    void equalNumbersNeedOnePoint() {
        float[] equal = {3, 3, 3};
        assertArrayEquals(new double[] {3, 3}, LloydMax.fit(equal, 0, 3, 2).points());
        LloydMaxQuantizer code = LloydMaxQuantizer.fitted(2, Packing.ADAPTIVE);
        assertArrayEquals(equal, code.decode(code.encode(equal, DRAW), DRAW, 3));
    }

    /** Fitted points beat those of the normal law on other data, and both are at Max's error on normal data. */
    @Test
    void fittedPointsFitAnyData() {
        SplittableRandom random = new SplittableRandom(5);
        float[] normal = new float[20_000];
        float[] skewed = new float[20_000];
        for (int i = 0; i < normal.length; i++) {
            normal[i] = (float) random.nextGaussian();
            skewed[i] = (float) random.nextExponential();
        }
        assertEquals(0.1175, error(LloydMaxQuantizer.normal(4, Packing.FIXED), normal), 0.006);
        assertEquals(0.1175, error(LloydMaxQuantizer.fitted(4, Packing.COUNTED), normal), 0.006);
        assertTrue(error(LloydMaxQuantizer.fitted(4, Packing.FIXED), skewed)
                < 0.6 * error(LloydMaxQuantizer.normal(4, Packing.FIXED), skewed));
    }

    private static double error(LloydMaxQuantizer code, float[] x) {
        float[] y = code.decode(code.encode(x, DRAW), DRAW, x.length);
        double error = 0;
        double size = 0;
        for (int i = 0; i < x.length; i++) {
            error += (y[i] - x[i]) * (y[i] - x[i]);
            size += x[i] * x[i];
        }
        return error / size;
    }

    @Test
    void wrongSettingsAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> LloydMax.normal(0));
        assertThrows(IllegalArgumentException.class, () -> LloydMax.normal(65));
        assertThrows(IllegalArgumentException.class, () -> LloydMax.fit(new float[1], 0, 1, 0));
        assertThrows(IllegalArgumentException.class, () -> LloydMaxQuantizer.fitted(0, Packing.FIXED));
        assertThrows(IllegalArgumentException.class, () -> LloydMaxQuantizer.fitted(1025, Packing.FIXED));
        assertThrows(IllegalArgumentException.class, () -> LloydMaxQuantizer.fitted(4, Packing.ELIAS));
        assertThrows(IllegalArgumentException.class, () -> LloydMaxQuantizer.normal(4, Packing.DITHER_CONTEXTS));
    }
}
