package starling.repurpose.values;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What errors e of a layer's targets do to the answers: an expected squared change of about e^T M e, with M = E[J^T J] of the
 * Jacobian J of the answers, plus {@link #RIDGE} of M's mean diagonal entry on its diagonal, since J is known at few samples
 * and changes with the input.
 */
final class Sensitivity {
    private static final double RIDGE = 0.3;

    private final double[] weight;
    private final double @Nullable [] matrix;

    private Sensitivity(double[] weight, double @Nullable [] matrix) {
        this.weight = weight;
        this.matrix = matrix;
    }

    /** Errors that do not act together. */
    static Sensitivity independent(double[] weight) {
        return new Sensitivity(weight, null);
    }

    /** All targets alike and independent. */
    static Sensitivity even(int targets) {
        double[] ones = new double[targets];
        Arrays.fill(ones, 1);
        return independent(ones);
    }

    /**
     * From a Jacobian.
     *
     * @param jacobian one row per target
     */
    static Sensitivity ofJacobian(double[] jacobian, int targets) {
        int width = jacobian.length / targets;
        double[] turned = new double[jacobian.length];
        for (int t = 0; t < targets; t++) {
            for (int i = 0; i < width; i++) {
                turned[i * targets + t] = -jacobian[t * width + i];
            }
        }
        double[] matrix = new double[targets * targets];
        Products.subtract(matrix, 0, targets, jacobian, 0, width, 1, turned, 0, targets, targets, width, targets);
        double mean = 0;
        for (int t = 0; t < targets; t++) {
            mean += matrix[t * targets + t] / targets;
        }
        double[] weight = new double[targets];
        for (int t = 0; t < targets; t++) {
            weight[t] = matrix[t * targets + t];
            matrix[t * targets + t] += RIDGE * mean;
        }
        return new Sensitivity(weight, mean > 0 ? matrix : null);
    }

    /** M_tt, without the ridge: the importance of each target alone. */
    double[] weight() {
        return weight;
    }

    /** Whether targets act together. */
    boolean isCoupled() {
        return matrix != null;
    }

    /** Rows and columns of M, with the ridge. */
    double[] block(int[] rows, int[] columns) {
        double[] all = matrix;
        double[] part = new double[rows.length * columns.length];
        for (int i = 0; i < rows.length; i++) {
            for (int j = 0; j < columns.length; j++) {
                part[i * columns.length + j] = all != null
                        ? all[rows[i] * weight.length + columns[j]]
                        : rows[i] == columns[j] ? weight[rows[i]] : 0;
            }
        }
        return part;
    }
}
