package starling.codes.transform;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Williamson's construction (Hadamard's determinant theorem and the sum of four squares, 1944): symmetric circulants A, B, C,
 * D of odd order t with A^2 + B^2 + C^2 + D^2 = 4 t I give the matrix (A, B, C, D; -B, A, -D, C; -C, D, A, -B; -D, -C, B, A)
 * of order 4 t. The four are searched: of all sequences that begin with 1, two pairs whose periodic autocorrelations cancel.
 * The search takes 2^(t-1) pairs, so t is at most 13, for each of which there is a solution.
 */
final class Williamson {
    private static final int LARGEST = 13;

    private Williamson() {}

    static boolean known(int order) {
        return order % 8 == 4 && order / 4 <= LARGEST;
    }

    static byte[][] of(int order) {
        int t = order / 4;
        byte[][] parts = search(t);
        int[][] block = {{0, 1, 2, 3}, {1, 0, 3, 2}, {2, 3, 0, 1}, {3, 2, 1, 0}};
        int[][] sign = {{1, 1, 1, 1}, {-1, 1, -1, 1}, {-1, 1, 1, -1}, {-1, -1, 1, 1}};
        byte[][] matrix = new byte[order][order];
        for (int i = 0; i < order; i++) {
            for (int j = 0; j < order; j++) {
                byte entry = parts[block[i / t][j / t]][Math.floorMod(j % t - i % t, t)];
                matrix[i][j] = (byte) (sign[i / t][j / t] * entry);
            }
        }
        return matrix;
    }

    private static byte[][] search(int t) {
        int free = (t - 1) / 2;
        int count = 1 << free;
        byte[][] sequences = new byte[count][t];
        int[][] correlations = new int[count][free];
        for (int s = 0; s < count; s++) {
            sequences[s][0] = 1;
            for (int i = 1; i <= free; i++) {
                byte entry = (byte) (1 - 2 * (s >> (i - 1) & 1));
                sequences[s][i] = entry;
                sequences[s][t - i] = entry;
            }
            for (int shift = 1; shift <= free; shift++) {
                for (int i = 0; i < t; i++) {
                    correlations[s][shift - 1] += sequences[s][i] * sequences[s][(i + shift) % t];
                }
            }
        }
        Map<String, int[]> pairs = new HashMap<>();
        for (int a = 0; a < count; a++) {
            for (int b = a; b < count; b++) {
                int[] sum = new int[free];
                int[] opposite = new int[free];
                for (int i = 0; i < free; i++) {
                    sum[i] = correlations[a][i] + correlations[b][i];
                    opposite[i] = -sum[i];
                }
                pairs.putIfAbsent(Arrays.toString(sum), new int[] {a, b});
                int[] other = pairs.get(Arrays.toString(opposite));
                if (other != null) {
                    return new byte[][] {sequences[a], sequences[b], sequences[other[0]], sequences[other[1]]};
                }
            }
        }
        throw new IllegalStateException("there are Williamson matrices of order " + t);
    }
}
