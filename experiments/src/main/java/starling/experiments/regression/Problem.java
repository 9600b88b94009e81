package starling.experiments.regression;

import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler;
import org.apache.commons.rng.simple.RandomSource;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.QRDecomposition;

/**
 * Learn W (m x n) from y = W x with x ~ N(0, R), by the loss E||y - W x||^2 / 2 (thesis, section 4.5). R has evenly spaced
 * eigenvalues from 1 to 4 and random eigenvectors, so that gradient descent with a step below 1/4 converges. The gradient over
 * a batch X of b samples is (W - W*) X X^T / b, without noise at the solution.
 */
final class Problem {
    static final double LEAST = 1;
    static final double MOST = 4;

    private final int inputs;
    private final int outputs;
    private final DMatrixRMaj root;
    private final DMatrixRMaj target;
    private final ZigguratSampler.NormalizedGaussian normal;

    Problem(int inputs, int outputs, long seed) {
        this.inputs = inputs;
        this.outputs = outputs;
        UniformRandomProvider random = RandomSource.XO_SHI_RO_256_PP.create(seed);
        normal = ZigguratSampler.NormalizedGaussian.of(random);
        QRDecomposition<DMatrixRMaj> qr = DecompositionFactory_DDRM.qr(inputs, inputs);
        if (!qr.decompose(drawn(inputs, inputs))) {
            throw new IllegalStateException("a matrix of " + inputs + " x " + inputs + " normal numbers has no QR");
        }
        root = qr.getQ(null, false);
        for (int column = 0; column < inputs; column++) {
            double eigenvalue = inputs == 1 ? MOST : LEAST + (MOST - LEAST) * column / (inputs - 1.0);
            for (int row = 0; row < inputs; row++) {
                root.set(row, column, root.get(row, column) * Math.sqrt(eigenvalue));
            }
        }
        target = drawn(outputs, inputs);
    }

    int parameters() {
        return inputs * outputs;
    }

    /** W = 0. */
    float[] start() {
        return new float[parameters()];
    }

    /** The gradient at W over a fresh batch, row by row. */
    float[] gradient(float[] weights, int batch) {
        DMatrixRMaj x = new DMatrixRMaj(inputs, batch);
        CommonOps_DDRM.mult(root, drawn(inputs, batch), x);
        DMatrixRMaj error = new DMatrixRMaj(outputs, inputs);
        for (int i = 0; i < weights.length; i++) {
            error.set(i, weights[i] - target.get(i));
        }
        DMatrixRMaj residual = new DMatrixRMaj(outputs, batch);
        CommonOps_DDRM.mult(error, x, residual);
        DMatrixRMaj product = new DMatrixRMaj(outputs, inputs);
        CommonOps_DDRM.multTransB(1.0 / batch, residual, x, product);
        float[] gradient = new float[weights.length];
        for (int i = 0; i < gradient.length; i++) {
            gradient[i] = (float) product.get(i);
        }
        return gradient;
    }

    /** ||W - W*||^2 / ||W*||^2: 1 at the start. */
    double distance(float[] weights) {
        double wrong = 0;
        double whole = 0;
        for (int i = 0; i < weights.length; i++) {
            double wanted = target.get(i);
            wrong += (weights[i] - wanted) * (weights[i] - wanted);
            whole += wanted * wanted;
        }
        return wrong / whole;
    }

    private DMatrixRMaj drawn(int rows, int columns) {
        DMatrixRMaj matrix = new DMatrixRMaj(rows, columns);
        for (int i = 0; i < matrix.getNumElements(); i++) {
            matrix.set(i, normal.sample());
        }
        return matrix;
    }
}
