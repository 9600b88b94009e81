package starling.experiments.coded;

import starling.codes.computation.Matrix;
import starling.codes.random.RandomStream;

/** Matrices of independent numbers. */
final class RandomMatrix {
    private RandomMatrix() {}

    /** Uniform between -1 and 1. */
    static Matrix uniform(int rows, int columns, long seed) {
        RandomStream stream = new RandomStream(seed);
        double[] values = new double[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = 2 * stream.uniform(i) - 1;
        }
        return new Matrix(rows, columns, values);
    }
}
