package starling.codes.transform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import starling.codes.random.RandomStream;

class RotationTest {

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 8, 63, 64, 100, 300})
    void isOrthogonalAndBackwardUndoesIt(int n) {
        RandomStream signs = new RandomStream(n);
        float[][] rows = new float[n][n + 2];
        for (int i = 0; i < n; i++) {
            rows[i][i + 1] = 1;
            rows[i][n + 1] = 7;
            Rotation.forward(rows[i], 1, n, signs);
            assertEquals(7, rows[i][n + 1]);
        }
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                double product = 0;
                for (int k = 1; k <= n; k++) {
                    product += (double) rows[i][k] * rows[j][k];
                }
                assertEquals(i == j ? 1 : 0, product, 1e-5);
            }
        }
        for (int i = 0; i < n; i++) {
            Rotation.backward(rows[i], 1, n, signs);
            for (int k = 0; k < n; k++) {
                assertEquals(k == i ? 1 : 0, rows[i][k + 1], 1e-5);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 200, 299})
    void spreadsOneNumberOverAll(int place) {
        int n = 300;
        double largest = 0;
        for (int seed = 0; seed < 50; seed++) {
            float[] x = new float[n];
            x[place] = 1;
            Rotation.forward(x, 0, n, new RandomStream(seed));
            for (float value : x) {
                largest = Math.max(largest, Math.abs(value));
            }
        }
        // 15 000 coordinates, each beyond t / sqrt(256) with probability 2 exp(-t^2/2); t = 6: 5e-4 in all.
        assertTrue(largest < 6 / 16.0, "largest " + largest);
    }
}
