package starling.repurpose.evaluate;

import org.jspecify.annotations.Nullable;
import starling.models.graph.Attributes;
import starling.models.run.ProbedModel;
import starling.repurpose.space.LinearMap;

/**
 * The Frobenius norm of what a layer does to a whole sample: of the matrix from all numbers of its input to all numbers of its
 * output, in which a dense layer's weight stands once per position and a convolution's once for every position of the kernel
 * at which it meets a number and not the padding. It is at least the spectral norm, which is what a bound needs.
 *
 * <p>Cost: O(weights), and O(kernel x output size) once.
 */
public final class OperatorNorm {
    private final int kernel;
    private final double[] uses;

    private OperatorNorm(int kernel, double[] uses) {
        this.kernel = kernel;
        this.uses = uses;
    }

    /** Prepares a layer of a model. */
    public static OperatorNorm of(ProbedModel model, LinearMap map) {
        double[] uses = new double[map.kernel()];
        if (map.kind() != LinearMap.Kind.CONV) {
            java.util.Arrays.fill(uses, map.targetEach());
            return new OperatorNorm(map.kernel(), uses);
        }
        int dims = map.kernelShape().length;
        double[][] along = new double[dims][];
        for (int d = 0; d < dims; d++) {
            along[d] = along(map, d, model.shape(map.input())[d + 2], model.shape(map.output())[d + 2]);
        }
        int samples = model.shape(map.input())[0];
        for (int k = 0; k < uses.length; k++) {
            double times = samples;
            int rest = k;
            for (int d = dims - 1; d >= 0; d--) {
                times *= along[d][rest % map.kernelShape()[d]];
                rest /= map.kernelShape()[d];
            }
            uses[k] = times;
        }
        return new OperatorNorm(map.kernel(), uses);
    }

    /** Per offset in the kernel, at how many positions along one dimension it meets a number. */
    private static double[] along(LinearMap map, int d, int in, int out) {
        Attributes attributes = map.node().attributes();
        int stride = at(attributes.integers("strides"), d, 1);
        int dilation = at(attributes.integers("dilations"), d, 1);
        int reach = (map.kernelShape()[d] - 1) * dilation + 1;
        int total = Math.max(0, (out - 1) * stride + reach - in);
        int before =
                switch (attributes.text("auto_pad", "NOTSET")) {
                    case "SAME_UPPER" -> total / 2;
                    case "SAME_LOWER" -> total - total / 2;
                    case "VALID" -> 0;
                    default -> at(attributes.integers("pads"), d, 0);
                };
        double[] count = new double[map.kernelShape()[d]];
        for (int offset = 0; offset < count.length; offset++) {
            for (int o = 0; o < out; o++) {
                int i = o * stride - before + offset * dilation;
                count[offset] += i >= 0 && i < in ? 1 : 0;
            }
        }
        return count;
    }

    private static int at(long @Nullable [] values, int d, int otherwise) {
        return values == null ? otherwise : (int) values[d];
    }

    /** The norm for these weights, [T][S][K]. */
    public double of(float[] weights) {
        double sum = 0;
        for (int i = 0; i < weights.length; i++) {
            sum += uses[i % kernel] * weights[i] * weights[i];
        }
        return Math.sqrt(sum);
    }

    /** The norm of the difference of two sets of weights. */
    public double ofDifference(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            double d = (double) a[i] - b[i];
            sum += uses[i % kernel] * d * d;
        }
        return Math.sqrt(sum);
    }
}
