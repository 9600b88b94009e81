package starling.codes.indirect;

import java.util.Arrays;
import starling.codes.gradient.Finite;

/**
 * The two factors of a dense layer's gradient, both with the sample first, row by row, as gradient graphs give them: X is
 * L x n, Delta is L x m. The gradient is G = Delta^T X, m x n: the factor 1/L of the thesis' (3.1) is within Delta where the
 * loss is the mean over the batch. The arrays are not copied.
 *
 * @param shape of both
 * @param forward X, what went into the layer
 * @param backward Delta, the derivative of the loss by what came out of it
 */
public record LayerSignals(LayerShape shape, float[] forward, float[] backward) {

    public LayerSignals {
        if (forward.length != shape.batch() * shape.inputs() || backward.length != shape.batch() * shape.outputs()) {
            throw new IllegalArgumentException("signals must have their shape, " + shape + ": they have "
                    + forward.length + " and " + backward.length + " numbers");
        }
    }

    /**
     * G, m rows of n numbers, or of n + 1 with the bias last. O(L m n), skipping zeros of Delta; sums in double.
     */
    public float[] gradient() {
        int inputs = shape.inputs();
        int columns = shape.columns();
        float[] gradient = new float[Math.multiplyExact(shape.outputs(), columns)];
        double[] row = new double[columns];
        for (int output = 0; output < shape.outputs(); output++) {
            Arrays.fill(row, 0);
            for (int sample = 0; sample < shape.batch(); sample++) {
                double delta = backward[sample * shape.outputs() + output];
                if (delta != 0) {
                    int from = sample * inputs;
                    for (int input = 0; input < inputs; input++) {
                        row[input] += delta * forward[from + input];
                    }
                    if (shape.bias()) {
                        row[inputs] += delta;
                    }
                }
            }
            for (int column = 0; column < columns; column++) {
                gradient[output * columns + column] = Finite.nearest(row[column]);
            }
        }
        return gradient;
    }
}
