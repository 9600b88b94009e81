package starling.codes.computation;

import java.util.SplittableRandom;

/** Matrices for tests, and products by the definition. */
public final class Matrices {
    private Matrices() {}

    public static Matrix random(int rows, int columns, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] values = new double[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextDouble() * 2 - 1;
        }
        return new Matrix(rows, columns, values);
    }

    /** The product by its definition. */
    public static Matrix product(Matrix a, Matrix b) {
        Matrix c = Matrix.zeros(a.rows(), b.columns());
        for (int i = 0; i < a.rows(); i++) {
            for (int j = 0; j < b.columns(); j++) {
                double sum = 0;
                for (int k = 0; k < a.columns(); k++) {
                    sum += a.at(i, k) * b.at(k, j);
                }
                c.values()[i * b.columns() + j] = sum;
            }
        }
        return c;
    }

    /** Frobenius distance relative to the norm of what is right. */
    public static double relativeError(Matrix right, Matrix found) {
        return Math.sqrt(right.squaredDistance(found) / right.squaredNorm());
    }
}
