package starling.codes.indirect;

/**
 * Algorithm 1 of the thesis, empirical MSE-ISGQ: minimise ||G - G~||_F^2 + lambda bias^2 over the reconstruction points alpha of
 * X and beta of Delta with the cells fixed, one after the other, each by the linear equations (3.7). With P indexed (cell of
 * X, cell of Delta) the bias is sum G - alpha^T P beta, so that p = P beta for alpha and P^T alpha for beta (the thesis prints
 * them the other way round). A point whose cell is empty, or which would not make the objective smaller, stays.
 */
final class PointFit {
    private static final double RIDGE = 1e-12;

    private final PointTables tables;
    private final double lambda;
    private final boolean bias;
    final double[] alpha;
    final double[] beta;

    /**
     * @param alpha first points of X and, where there is a bias, a last one that is 1; changed
     * @param beta first points of Delta; changed
     */
    PointFit(PointTables tables, double lambda, boolean bias, double[] alpha, double[] beta) {
        this.tables = tables;
        this.lambda = lambda;
        this.bias = bias;
        this.alpha = alpha;
        this.beta = beta;
    }

    /** One iteration: beta, then alpha. */
    void iterate() {
        step(beta, beta.length, false);
        step(alpha, alpha.length - (bias ? 1 : 0), true);
    }

    /** The objective; up to rounding it never rises. */
    double objective() {
        double value = tables.squaredNorm;
        double sum = -tables.total;
        for (int k = 0; k < alpha.length; k++) {
            for (int i = 0; i < beta.length; i++) {
                double own = alpha[k] * beta[i];
                value -= 2 * own * tables.matches[k][i];
                sum += own * tables.sums[k][i];
                for (int l = 0; l < alpha.length; l++) {
                    for (int j = 0; j < beta.length; j++) {
                        value += own * alpha[l] * beta[j] * tables.products[k][i][l][j];
                    }
                }
            }
        }
        return value + lambda * sum * sum;
    }

    /** Solves (Q + lambda p p^T) points = r + lambda sum(G) p for the first {@code free} points, the others being fixed. */
    private void step(double[] points, int free, boolean forward) {
        int count = points.length;
        double[][] matrix = new double[count][count];
        double[] right = new double[count];
        double[] p = new double[count];
        double[] others = forward ? beta : alpha;
        for (int a = 0; a < count; a++) {
            for (int i = 0; i < others.length; i++) {
                right[a] += others[i] * (forward ? tables.matches[a][i] : tables.matches[i][a]);
                p[a] += others[i] * (forward ? tables.sums[a][i] : tables.sums[i][a]);
                for (int b = 0; b < count; b++) {
                    for (int j = 0; j < others.length; j++) {
                        double product = forward ? tables.products[a][i][b][j] : tables.products[i][a][j][b];
                        matrix[a][b] += others[i] * others[j] * product;
                    }
                }
            }
        }
        for (int a = 0; a < count; a++) {
            right[a] += lambda * tables.total * p[a];
            for (int b = 0; b < count; b++) {
                matrix[a][b] += lambda * p[a] * p[b];
            }
        }
        for (int a = 0; a < free; a++) {
            for (int b = free; b < count; b++) {
                right[a] -= matrix[a][b] * points[b];
            }
        }
        double before = objective();
        double[] kept = points.clone();
        solve(matrix, right, free, points);
        if (!(objective() <= before)) {
            System.arraycopy(kept, 0, points, 0, count);
        }
    }

    /** Gauss elimination of a positive semidefinite system; what has no pivot keeps its value in {@code points}. */
    private static void solve(double[][] matrix, double[] right, int free, double[] points) {
        double largest = 0;
        for (int a = 0; a < free; a++) {
            largest = Math.max(largest, matrix[a][a]);
        }
        boolean[] fixed = new boolean[free];
        for (int a = 0; a < free; a++) {
            fixed[a] = matrix[a][a] <= RIDGE * largest;
            for (int row = a + 1; row < free && !fixed[a]; row++) {
                double factor = matrix[row][a] / matrix[a][a];
                for (int b = a; b < free; b++) {
                    matrix[row][b] -= factor * matrix[a][b];
                }
                right[row] -= factor * right[a];
            }
        }
        for (int a = free - 1; a >= 0; a--) {
            if (!fixed[a]) {
                double value = right[a];
                for (int b = a + 1; b < free; b++) {
                    value -= matrix[a][b] * points[b];
                }
                points[a] = value / matrix[a][a];
            }
        }
    }
}
