package starling.codes.gradient;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import starling.codes.MalformedMessageException;
import starling.codes.quantize.DitheredQuantizer;
import starling.codes.quantize.NestedPair;
import starling.codes.quantize.NestedQuantizer;
import starling.codes.quantize.OneBitColumns;
import starling.codes.quantize.Packing;
import starling.codes.quantize.StochasticQuantizer;
import starling.codes.quantize.StochasticQuantizer.Norm;
import starling.codes.random.Draw;

class ScaledColumnsTest {
    private static final Draw DRAW = new Draw(5, 2, 1, 0);
    private static final int ROWS = 40;
    private static final int INPUTS = 6;
    private static final DitheredQuantizer DITHERED = new DitheredQuantizer(3, Packing.ADAPTIVE);
    private static final NestedQuantizer NESTED = new NestedQuantizer(new NestedPair(1.0 / 3, 3, 1), Packing.ADAPTIVE);

    /** A matrix by rows whose column c is of the size 10^(c - 3), but column 4, which is zero. */
    private static float[] matrix(long seed) {
        Random random = new Random(seed);
        float[] matrix = new float[ROWS * INPUTS];
        for (int i = 0; i < matrix.length; i++) {
            int column = i % INPUTS;
            matrix[i] = column == 4 ? 0 : (float) (Math.pow(10, column - 3) * random.nextGaussian());
        }
        return matrix;
    }

    private static float largest(float[] matrix, int column) {
        float largest = 0;
        for (int i = column; i < matrix.length; i += INPUTS) {
            largest = Math.max(largest, Math.abs(matrix[i]));
        }
        return largest;
    }

    @Test
    void columnsOfAxesAreTheIndexAlongThem() {
        int[] shape = {3, 4, 5, 2};
        for (int axis = 0; axis < 4; axis++) {
            Columns columns = Columns.ofAxis(shape, axis);
            int[] counts = new int[shape[axis]];
            for (int i = 0; i < 120; i++) {
                int[] index = {i / 40, i / 10 % 4, i / 2 % 5, i % 2};
                assertEquals(index[axis], columns.of(i));
                counts[index[axis]]++;
            }
            assertEquals(shape[axis], columns.count(120));
            for (int column = 0; column < counts.length; column++) {
                assertEquals(counts[column], columns.size(column, 120));
            }
        }
        assertThrows(IllegalArgumentException.class, () -> Columns.ofAxis(shape, 4));
        assertThrows(IllegalArgumentException.class, () -> new Columns(0, 1));
        assertThrows(IllegalArgumentException.class, () -> new Columns(1, 0));
    }

    @Test
    void sizesAndOrderAreAsCountedWhereAVectorEndsEarly() {
        Columns[] all = {new Columns(1, 7), new Columns(3, 5), Columns.inSequence(4), Columns.one(), new Columns(9, 2)};
        for (Columns columns : all) {
            for (int length = 1; length < 40; length++) {
                int[] counts = new int[columns.count(length)];
                for (int i = 0; i < length; i++) {
                    counts[columns.of(i)]++;
                }
                int[] order = columns.order(length);
                int next = 0;
                for (int column = 0; column < counts.length; column++) {
                    assertTrue(counts[column] > 0);
                    assertEquals(counts[column], columns.size(column, length));
                    for (int k = 0; k < counts[column]; k++, next++) {
                        assertEquals(column, columns.of(order[next]));
                        assertTrue(k == 0 || order[next] > order[next - 1]);
                    }
                }
                assertEquals(length, next);
            }
        }
    }

    @Test
    void theErrorOfAColumnIsUniformWithinAStepOfItsOwn() {
        float[] x = matrix(1);
        ScaledColumns code = new ScaledColumns(new Columns(1, INPUTS), DITHERED);
        double[] squares = new double[INPUTS];
        int draws = 400;
        for (int node = 0; node < draws; node++) {
            float[] y = code.decode(code.encode(x, DRAW.withNode(node)), DRAW.withNode(node), x.length);
            for (int i = 0; i < x.length; i++) {
                double error = (double) y[i] - x[i];
                double step = largest(x, i % INPUTS) / 3.0;
                assertTrue(Math.abs(error) <= step / 2 * (1 + 1e-5), i + ": " + error + " beyond half of " + step);
                squares[i % INPUTS] += error * error / draws / ROWS;
            }
        }
        double whole = 0;
        for (int column = 0; column < INPUTS; column++) {
            double step = largest(x, column) / 3.0;
            // 16 000 squares of deviation 0.89 of their mean: 6 deviations are 4.3 %.
            assertEquals(step * step / 12, squares[column], 0.045 * step * step / 12);
            whole += ROWS * step * step / 12;
        }
        assertEquals(whole, code.meanSquaredError(x, 0, x.length), 1e-6 * whole);
    }

    @Test
    void theMessageIsTheScalesAndOneInnerMessageOfWhatIsNotZero() {
        float[] x = matrix(2);
        byte[] message = new ScaledColumns(new Columns(1, INPUTS), DITHERED).encode(x, DRAW);
        ByteBuffer scales = ByteBuffer.wrap(message);
        float[] loud = new float[ROWS * (INPUTS - 1)];
        int next = 0;
        for (int column = 0; column < INPUTS; column++) {
            assertEquals(largest(x, column), scales.getFloat());
        }
        for (int i = 0; i < x.length; i++) {
            if (i % INPUTS != 4) {
                loud[next++] = x[i] / largest(x, i % INPUTS);
            }
        }
        byte[] inner = DITHERED.encode(loud, DRAW);
        assertArrayEquals(
                Arrays.copyOfRange(inner, 4, inner.length), Arrays.copyOfRange(message, 4 * INPUTS, message.length));
    }

    @Test
    void nestedNumbersOfAColumnAreThoseOfTheColumnInItsOwnUnits() {
        float[] x = matrix(3);
        float[] side = x.clone();
        Random random = new Random(4);
        for (int i = 0; i < x.length; i++) {
            side[i] += (float) (0.6 * largest(x, i % INPUTS) * (random.nextDouble() - 0.5));
        }
        ScaledSideColumns code = new ScaledSideColumns(new Columns(1, INPUTS), NESTED);
        float[] y = new float[x.length];
        code.decode(code.encode(x, DRAW), DRAW, side, y, 0, x.length);
        for (int i = 0; i < x.length; i++) {
            assertEquals(x[i], y[i], largest(x, i % INPUTS) / 6 * (1 + 1e-5));
        }
        float[] far = new float[x.length];
        Arrays.fill(far, Float.MAX_VALUE);
        code.decode(code.encode(x, DRAW), DRAW, far, y, 0, x.length);
        for (float number : y) {
            assertTrue(Float.isFinite(number));
        }
        assertEquals(0, y[4]);
    }

    @Test
    void extremesAndShortVectors() {
        ScaledColumns code = new ScaledColumns(new Columns(1, 3), DITHERED);
        float[][] vectors = {
            {Float.MAX_VALUE, Float.MIN_VALUE, 0, -Float.MAX_VALUE, -Float.MIN_VALUE, 0, 1e30f},
            {-2},
            {0, 5},
            {Float.MIN_NORMAL, 0, 1, 3 * Float.MIN_VALUE}
        };
        for (float[] x : vectors) {
            float[] y = code.decode(code.encode(x, DRAW), DRAW, x.length);
            for (int i = 0; i < x.length; i++) {
                float scale = 0;
                for (int j = i % 3; j < x.length; j += 3) {
                    scale = Math.max(scale, Math.abs(x[j]));
                }
                assertEquals(x[i], y[i], scale / 6.0 * (1 + 1e-5) + Float.MIN_VALUE);
            }
        }
        assertEquals(12, code.encode(new float[8], DRAW).length);
        assertThrows(MalformedMessageException.class, () -> code.decode(new byte[11], DRAW, 8));
        assertThrows(MalformedMessageException.class, () -> code.decode(new byte[13], DRAW, 8));
    }

    @Test
    void otherUnitsAreRefused() {
        StochasticQuantizer euclidean = new StochasticQuantizer(Norm.EUCLIDEAN, 3, Packing.ADAPTIVE);
        assertThrows(IllegalArgumentException.class, () -> new ScaledColumns(Columns.one(), euclidean));
    }

    @Test
    void oneBitPointsAreMeansOverTheColumnsAsked() {
        float[] x = {1, -2, 3, -6, 5, 10};
        float[] byInput = {3, -4, 3, -4, 3, 10};
        OneBitColumns inputs = new OneBitColumns(new Columns(1, 2), Packing.FIXED);
        assertArrayEquals(byInput, inputs.decode(inputs.encode(x, DRAW), DRAW, 6));
        float[] byOutput = {2, -2, 2, -6, 7.5f, 7.5f};
        OneBitColumns outputs = new OneBitColumns(3, Packing.FIXED);
        assertArrayEquals(byOutput, outputs.decode(outputs.encode(x, DRAW), DRAW, 6));
        assertEquals(16, inputs.meanSquaredError(x, 0, 6));
        assertEquals(2 * 2 * Float.SIZE + 6, inputs.properties(6).rawBits());
    }
}
