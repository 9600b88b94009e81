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

class HadamardMatrixTest {

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 8, 12, 16, 20, 28, 36, 44, 52, 64, 96, 100, 104, 192, 200, 256, 288, 320, 384, 1024})
    void rowsAreOrthogonal(int n) {
        HadamardMatrix matrix = HadamardMatrix.of(n);
        assertEquals(n, matrix.order());
        int[][] h = dense(matrix);
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                int product = 0;
                for (int k = 0; k < n; k++) {
                    product += h[i][k] * h[j][k];
                }
                assertEquals(i == j ? n : 0, product, "rows " + i + " and " + j);
            }
            for (int k = 0; k < n; k++) {
                assertEquals(1, Math.abs(h[i][k]));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 12, 20, 28, 36, 44, 52})
    void williamsonGivesItsOrdersWherePaleyIsPreferredToo(int n) {
        byte[][] h = Williamson.of(n);
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                int product = 0;
                for (int k = 0; k < n; k++) {
                    product += h[i][k] * h[j][k];
                }
                assertEquals(i == j ? n : 0, product);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 8, 12, 52, 96, 100, 192, 200, 288, 320, 384, 512})
    void productsEqualDenseOnes(int n) {
        HadamardMatrix matrix = HadamardMatrix.of(n);
        int[][] h = dense(matrix);
        RandomStream random = new RandomStream(n);
        double[] x = new double[n + 3];
        for (int i = 0; i < x.length; i++) {
            x[i] = random.below(i, 1001) - 500;
        }
        double[] expected = x.clone();
        double[] transposed = x.clone();
        for (int i = 0; i < n; i++) {
            expected[2 + i] = 0;
            transposed[2 + i] = 0;
            for (int j = 0; j < n; j++) {
                expected[2 + i] += h[i][j] * x[2 + j];
                transposed[2 + i] += h[j][i] * x[2 + j];
            }
        }
        double[] fast = x.clone();
        matrix.multiply(fast, 2);
        assertArrayEquals(expected, fast);
        double[] back = x.clone();
        matrix.multiplyTransposed(back, 2);
        assertArrayEquals(transposed, back);
    }

    @Test
    void refusesOrdersThatItCannotMake() {
        for (int n : new int[] {-4, 0, 3, 6, 10, 92, 98, 1000003}) {
            assertFalse(HadamardMatrix.exists(n), "order " + n);
            assertThrows(IllegalArgumentException.class, () -> HadamardMatrix.of(n));
        }
        assertTrue(HadamardMatrix.exists(1 << 30));
        assertThrows(IllegalArgumentException.class, () -> HadamardMatrix.of(12).multiply(new double[12], 1));
    }

    private static int[][] dense(HadamardMatrix matrix) {
        int[][] h = new int[matrix.order()][matrix.order()];
        for (int i = 0; i < h.length; i++) {
            for (int j = 0; j < h.length; j++) {
                h[i][j] = matrix.entry(i, j);
            }
        }
        return h;
    }
}
