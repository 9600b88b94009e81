package starling.codes.indirect;

import java.util.Arrays;

/**
 * What Algorithm 1 needs of a batch whose cells are fixed, for all points at once. A_k and B_i tell which numbers of X and Delta
 * lie in a cell, C_ki = B_i^T A_k is their part of the gradient. Sums run over pairs of samples (s, t), so that no matrix of the
 * gradient's size occurs: D_kilj = tr(C_ki C_lj^T) = sum_st (A_k A_l^T)_st (B_i B_j^T)_st, E_ki = tr(C_ki G^T) = sum_st (A_k
 * X^T)_st (B_i Delta^T)_st, P_ki = sum of all numbers of C_ki. A bias is one more cell of X, last, whose point is 1.
 *
 * <p>Cost: O(L^2 (n + m) + L^2 K^4) once.
 */
final class PointTables {
    final double[][][][] products;
    final double[][] matches;
    final double[][] sums;

    /** ||G||_F^2 and the sum of all numbers of G. */
    final double squaredNorm;

    final double total;

    /**
     * @param cellsX the cell of each number of X, 0 to countX - 1
     * @param cellsDelta likewise of Delta
     */
    PointTables(LayerSignals signals, int[] cellsX, int countX, int[] cellsDelta, int countDelta) {
        LayerShape shape = signals.shape();
        int all = countX + (shape.bias() ? 1 : 0);
        products = new double[all][countDelta][all][countDelta];
        matches = new double[all][countDelta];
        sums = new double[all][countDelta];
        Side x = new Side(signals.forward(), cellsX, shape.inputs(), all, shape.bias());
        Side delta = new Side(signals.backward(), cellsDelta, shape.outputs(), countDelta, false);
        double norm = 0;
        double sum = 0;
        for (int s = 0; s < shape.batch(); s++) {
            for (int t = 0; t < shape.batch(); t++) {
                x.pair(s, t);
                delta.pair(s, t);
                norm += x.product * delta.product;
                add(x, delta, s == t);
            }
            sum += x.sum * delta.sum;
        }
        squaredNorm = norm;
        total = sum;
    }

    private void add(Side x, Side delta, boolean sameSample) {
        for (int k = 0; k < matches.length; k++) {
            for (int i = 0; i < matches[k].length; i++) {
                matches[k][i] += x.part[k] * delta.part[i];
                if (sameSample) {
                    sums[k][i] += x.counts[k] * delta.counts[i];
                }
                for (int l = 0; l < matches.length; l++) {
                    for (int j = 0; j < matches[k].length; j++) {
                        products[k][i][l][j] += x.joint[k][l] * delta.joint[i][j];
                    }
                }
            }
        }
    }

    /** One factor, seen for one pair of samples after the other. */
    private static final class Side {
        private final float[] numbers;
        private final int[] cells;
        private final int width;
        private final boolean bias;

        /** How many columns have cell k in sample s and l in t; the sum of t's numbers where s has cell k; of s alone. */
        final double[][] joint;

        final double[] part;
        final double[] counts;
        double product;
        double sum;

        Side(float[] numbers, int[] cells, int width, int count, boolean bias) {
            this.numbers = numbers;
            this.cells = cells;
            this.width = width;
            this.bias = bias;
            joint = new double[count][count];
            part = new double[count];
            counts = new double[count];
        }

        void pair(int s, int t) {
            for (int k = 0; k < part.length; k++) {
                part[k] = 0;
                counts[k] = 0;
                Arrays.fill(joint[k], 0);
            }
            product = 0;
            sum = 0;
            for (int column = 0; column < width; column++) {
                int own = cells[s * width + column];
                double other = numbers[t * width + column];
                joint[own][cells[t * width + column]]++;
                part[own] += other;
                counts[own]++;
                product += numbers[s * width + column] * other;
                sum += numbers[s * width + column];
            }
            if (bias) {
                int last = part.length - 1;
                joint[last][last] = 1;
                part[last] = 1;
                counts[last] = 1;
                product += 1;
                sum += 1;
            }
        }
    }
}
