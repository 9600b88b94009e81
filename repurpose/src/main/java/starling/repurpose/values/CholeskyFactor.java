package starling.repurpose.values;

/**
 * The factor U of a symmetric positive definite matrix A = U^T U, upper triangular, row-major, blocked for the cache. A pivot
 * below 1e-12 of its diagonal entry is raised to that, so that rounding cannot make a singular direction explode.
 *
 * <p>Cost: n^3 / 3 multiplications to factor, n^2 m per pair of {@link #forward} and {@link #backward} with m right sides.
 */
final class CholeskyFactor {
    private static final int BLOCK = 48;
    private static final double FLOOR = 1e-12;

    private final int n;
    private final double[] u;

    private CholeskyFactor(int n, double[] u) {
        this.n = n;
        this.u = u;
    }

    /** Factors the n x n matrix, of which the upper triangle is read. Takes the array over: its content changes. */
    static CholeskyFactor ofOwned(double[] a, int n) {
        double[] diagonal = new double[n];
        for (int i = 0; i < n; i++) {
            diagonal[i] = a[i * n + i];
        }
        for (int k = 0; k < n; k += BLOCK) {
            int end = Math.min(n, k + BLOCK);
            for (int i = k; i < end; i++) {
                double pivot = Math.max(a[i * n + i], Math.max(FLOOR * diagonal[i], Double.MIN_NORMAL));
                double root = Math.sqrt(pivot);
                a[i * n + i] = root;
                for (int j = i + 1; j < n; j++) {
                    a[i * n + j] /= root;
                }
                for (int r = i + 1; r < end; r++) {
                    double factor = a[i * n + r];
                    int to = r * n;
                    int from = i * n;
                    for (int j = r; j < n; j++) {
                        a[to + j] -= factor * a[from + j];
                    }
                }
            }
            for (int r = end; r < n; r += BLOCK) {
                int rows = Math.min(BLOCK, n - r);
                Products.subtract(a, r * n + r, n, a, k * n + r, 1, n, a, k * n + r, n, rows, end - k, n - r);
            }
        }
        return new CholeskyFactor(n, a);
    }

    /** b := U^-T b, for b of n x m. */
    void forward(double[] b, int m) {
        for (int k = 0; k < n; k += BLOCK) {
            int end = Math.min(n, k + BLOCK);
            Products.subtract(b, k * m, m, u, k, 1, n, b, 0, m, end - k, k, m);
            for (int i = k; i < end; i++) {
                for (int p = k; p < i; p++) {
                    axpy(b, i * m, -u[p * n + i], p * m, m);
                }
                scale(b, i * m, 1 / u[i * n + i], m);
            }
        }
    }

    /** b := U^-1 b, for b of n x m. */
    void backward(double[] b, int m) {
        int last = (n - 1) / BLOCK * BLOCK;
        for (int k = last; k >= 0; k -= BLOCK) {
            int end = Math.min(n, k + BLOCK);
            Products.subtract(b, k * m, m, u, k * n + end, n, 1, b, end * m, m, end - k, n - end, m);
            for (int i = end - 1; i >= k; i--) {
                for (int p = i + 1; p < end; p++) {
                    axpy(b, i * m, -u[i * n + p], p * m, m);
                }
                scale(b, i * m, 1 / u[i * n + i], m);
            }
        }
    }

    private static void axpy(double[] b, int to, double factor, int from, int m) {
        for (int j = 0; j < m; j++) {
            b[to + j] += factor * b[from + j];
        }
    }

    private static void scale(double[] b, int at, double factor, int m) {
        for (int j = 0; j < m; j++) {
            b[at + j] *= factor;
        }
    }
}
