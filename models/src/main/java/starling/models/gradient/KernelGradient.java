package starling.models.gradient;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import starling.models.graph.GraphBuilder;
import starling.models.graph.Shapes;

/**
 * The derivative of a convolution with respect to its kernels: {@code dW[o, c, k] = sum over n, p of dY[n, o, p] X[n, c, s p + d k
 * - b]} with steps s, dilations d and padding b.
 *
 * <p>That is again a convolution, of one sample: the samples become the channels that are summed over, X is moved over by dY, steps
 * and dilations change places, and each group keeps to its own channels. The channels c become the last spatial axis, so that
 * what is copied for the matrix product lies in runs of several channels; where the last axis is not dilated both are one axis,
 * and a run is as long as a row of the kernel. Where the result has few columns, one matrix product of dY with the shifted copies of
 * X is faster, since a convolution's threads share its columns.
 */
final class KernelGradient {
    /** Results of fewer columns are left to a matrix product. */
    private static final int FEW_COLUMNS = 64;

    private final Backward b;
    private final Window window;
    private final int groups;
    private final int[] in;
    private final int[] out;
    private final int axes;
    /** Input channels that one filter reads. */
    private final int channels;

    /**
     * For one convolution.
     *
     * @param in shape of its input
     * @param out shape of its output
     */
    KernelGradient(Backward b, Window window, int groups, int[] in, int[] out) {
        this.b = b;
        this.window = window;
        this.groups = groups;
        this.in = in;
        this.out = out;
        this.axes = window.axes();
        this.channels = in[1] / groups;
    }

    /** Writes the derivative, of the kernels' shape. */
    String write(String dy, String x) {
        long shifts = Shapes.elements(window.kernel());
        boolean fewColumns = shifts == 1 || shifts * channels <= FEW_COLUMNS;
        return groups == 1 && fewColumns ? byShifts(dy, x) : byConvolution(dy, x);
    }

    private String byShifts(String dy, String x) {
        String turned = b.transpose(x, exchanged());
        long[] pads = new long[2 * in.length];
        for (int i = 0; i < axes; i++) {
            pads[2 + i] = window.begin()[i];
            pads[in.length + 2 + i] = behind(i);
        }
        String padded = Arrays.stream(pads).allMatch(pad -> pad == 0) ? turned : b.op("Pad", turned, b.integers(pads));
        List<String> shifted = new ArrayList<>();
        int shifts = (int) Shapes.elements(window.kernel());
        for (int shift = 0; shift < shifts; shift++) {
            shifted.add(shifted(padded, shift));
        }
        String all = shifts == 1 ? shifted.get(0) : b.op("Concat", shifted, GraphBuilder.attribute("axis", 0));
        String product = b.op(
                "Gemm",
                List.of(b.reshape(b.transpose(dy, exchanged()), out[1], -1), b.reshape(all, (long) shifts * in[1], -1)),
                GraphBuilder.attribute("transB", 1));
        return b.reshape(b.transpose(b.reshape(product, out[1], shifts, in[1]), 0, 2, 1), shape(window.kernel()));
    }

    /** What the element of this number (row-major) met, for all positions of the window. */
    private String shifted(String padded, int shift) {
        long[] starts = new long[axes];
        long[] ends = new long[axes];
        long[] at = new long[axes];
        int rest = shift;
        for (int i = axes - 1; i >= 0; i--) {
            starts[i] = (long) rest % window.kernel()[i] * window.dilations()[i];
            rest /= window.kernel()[i];
            ends[i] = starts[i] + (out[2 + i] - 1L) * window.strides()[i] + 1;
            at[i] = 2L + i;
        }
        return b.op(
                "Slice",
                padded,
                b.integers(starts),
                b.integers(ends),
                b.integers(at),
                b.integers(Backward.longs(window.strides())));
    }

    private String byConvolution(String dy, String x) {
        int last = axes - 1;
        boolean merged = window.dilations()[last] == 1;
        // Of a width that is measured in channels, as that of the last axis is where they are merged.
        int unit = merged ? channels : 1;
        int spatial = merged ? axes : axes + 1;
        long[] image = new long[2 + spatial];
        long[] filter = new long[2 + spatial];
        long[] pads = new long[2 * spatial];
        long[] strides = new long[spatial];
        long[] dilations = new long[spatial];
        Arrays.fill(image, channels);
        Arrays.fill(filter, 1);
        Arrays.fill(strides, 1);
        Arrays.fill(dilations, 1);
        image[0] = 1;
        image[1] = -1;
        filter[0] = out[1];
        filter[1] = -1;
        for (int i = 0; i < axes; i++) {
            int width = i == last ? unit : 1;
            image[2 + i] = (long) in[2 + i] * width;
            filter[2 + i] = out[2 + i];
            pads[i] = (long) window.begin()[i] * width;
            pads[spatial + i] = (long) behind(i) * width;
            strides[i] = window.dilations()[i];
            dilations[i] = (long) window.strides()[i] * width;
        }
        String all = b.op(
                "Conv",
                List.of(b.reshape(channelsLast(x), image), b.reshape(b.transpose(dy, exchanged()), filter)),
                GraphBuilder.attribute("pads", pads),
                GraphBuilder.attribute("strides", strides),
                GraphBuilder.attribute("dilations", dilations),
                GraphBuilder.attribute("group", groups));
        return cropped(channelsFirst(all));
    }

    /** (samples, groups x channels, ...) as (groups, samples, ..., channels). */
    private String channelsLast(String x) {
        if (channels == 1) {
            return b.transpose(x, exchanged());
        }
        // Two simple transpositions take less time than one of all axes.
        String last = b.reshape(x, -1, in[1] / groups, positions(in));
        last = b.transpose(last, 0, 2, 1);
        return groups == 1 ? last : b.transpose(b.reshape(last, -1, groups, (long) channels * positions(in)), 1, 0, 2);
    }

    /** (1, filters, ..., channels) as (filters, channels, ...). */
    private String channelsFirst(String value) {
        int[] met = met();
        return b.reshape(b.transpose(b.reshape(value, out[1], Shapes.elements(met), channels), 0, 2, 1), shape(met));
    }

    /** How many shifts of the kernel's elements there are: more than elements where no window reaches the end of the input. */
    private int[] met() {
        int[] met = new int[axes];
        for (int i = 0; i < axes; i++) {
            int room = in[2 + i] + window.begin()[i] + behind(i) - (out[2 + i] - 1) * window.strides()[i] - 1;
            met[i] = room / window.dilations()[i] + 1;
        }
        return met;
    }

    /** How much padding behind an axis the last window reaches. */
    private int behind(int axis) {
        return Math.max(0, window.reach(axis, out[2 + axis]) - in[2 + axis] - window.begin()[axis]);
    }

    private String cropped(String value) {
        int[] met = met();
        if (Arrays.equals(met, window.kernel())) {
            return value;
        }
        long[] at = new long[axes];
        for (int i = 0; i < axes; i++) {
            at[i] = 2L + i;
        }
        return b.op(
                "Slice",
                value,
                b.integers(new long[axes]),
                b.integers(Backward.longs(window.kernel())),
                b.integers(at));
    }

    private long[] shape(int[] shifts) {
        long[] shape = new long[2 + axes];
        shape[0] = out[1];
        shape[1] = channels;
        for (int i = 0; i < axes; i++) {
            shape[2 + i] = shifts[i];
        }
        return shape;
    }

    private static long positions(int[] shape) {
        return Shapes.elements(Arrays.copyOfRange(shape, 2, shape.length));
    }

    /** The order of axes that exchanges the first two. */
    private long[] exchanged() {
        long[] order = new long[2 + axes];
        for (int i = 0; i < order.length; i++) {
            order[i] = i;
        }
        order[0] = 1;
        order[1] = 0;
        return order;
    }
}
