package starling.codes.overair;

import starling.codes.gradient.Finite;
import starling.codes.random.Draw;
import starling.codes.random.RandomStream;
import starling.codes.transform.Rotation;

/**
 * A = sqrt(d/m) S U of one round. The rows of S are a uniformly random subset of 0..d-1, found in order by selection sampling
 * (Knuth, TAOCP 3.4.2, Algorithm S: row t of d is taken with the probability of rows still wanted over rows left) and shifted
 * around by a random number, so that every place has every row with the same probability. Memory: 4 m bytes.
 */
final class RandomMap {
    private final int d;
    private final int[] rows;
    private final RandomStream signs;

    RandomMap(int d, int m, Draw draw) {
        this.d = d;
        this.signs = draw.common(Draw.Purpose.ROTATION);
        this.rows = rows(d, m, draw.common(Draw.Purpose.ROWS));
    }

    private static int[] rows(int d, int m, RandomStream random) {
        int[] rows = new int[m];
        int shift = random.below(d, d);
        int found = 0;
        for (int row = 0; found < m; row++) {
            if (random.below(row, d - row) < m - found) {
                rows[found++] = (int) (((long) row + shift) % d);
            }
        }
        return rows;
    }

    /** A x. No number of x is changed. */
    double[] multiply(float[] x) {
        double[] product = new double[rows.length];
        float largest = Finite.largest(x, 0, d);
        if (largest == 0) {
            return product;
        }
        double unit = Math.scalb(1.0, Math.getExponent((double) largest));
        double inverse = 1 / unit;
        float[] turned = new float[d];
        for (int i = 0; i < d; i++) {
            turned[i] = (float) (x[i] * inverse);
        }
        Rotation.forward(turned, 0, d, signs);
        double factor = factor() * unit;
        for (int l = 0; l < rows.length; l++) {
            product[l] = factor * turned[rows[l]];
        }
        return product;
    }

    /**
     * {@code A^T y}, as floats.
     *
     * @throws IllegalArgumentException when a number of y is not finite
     */
    float[] transposed(double[] y) {
        double largest = 0;
        for (int l = 0; l < y.length; l++) {
            if (!Double.isFinite(y[l])) {
                throw new IllegalArgumentException("what is received must be finite: code number " + l + " is " + y[l]);
            }
            largest = Math.max(largest, Math.abs(y[l]));
        }
        float[] x = new float[d];
        if (largest < Double.MIN_NORMAL) {
            return x;
        }
        double unit = Math.scalb(1.0, Math.getExponent(largest));
        for (int l = 0; l < rows.length; l++) {
            x[rows[l]] = (float) (y[l] / unit);
        }
        Rotation.backward(x, 0, d, signs);
        double factor = factor() * unit;
        for (int i = 0; i < d; i++) {
            // A zero of either sign becomes 0.
            x[i] = Finite.nearest(factor * x[i]) + 0f;
        }
        return x;
    }

    private double factor() {
        return Math.sqrt((double) d / rows.length);
    }
}
