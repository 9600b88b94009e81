package starling.models.gradient;

import ai.onnx.proto.OnnxMl.AttributeProto;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import starling.models.graph.GraphBuilder;
import starling.models.graph.Node;
import starling.models.graph.Shapes;

/**
 * Derivatives of a convolution with strides, padding, dilations and groups, in any number of spatial axes.
 *
 * <p>With respect to its input it is the transposed convolution of dY with the same kernels. With respect to the kernels it is
 * again a convolution: the samples become the channels that are summed over, X is moved over by dY, steps and dilations change
 * places, and each group keeps to its own channels. Without groups one matrix product per element of the kernel is faster.
 */
final class ConvolutionRules {
    /** Kernels of more elements are left to a convolution. */
    private static final int MOST_SHIFTS = 64;

    /** Matrix products of fewer rows waste time. */
    private static final int ENOUGH_ROWS = 32;

    private ConvolutionRules() {}

    static Map<String, Rule> all() {
        return Map.of("Conv", ConvolutionRules::conv);
    }

    private static void conv(Node node, String dy, Backward b) {
        String x = node.input(0);
        String w = node.input(1);
        int[] kernels = b.shape(w);
        int[] in = b.shape(x);
        int[] out = b.shape(node.output());
        Window window = Window.of(node, Arrays.copyOfRange(kernels, 2, kernels.length), in, out);
        int groups = Math.toIntExact(node.attributes().integer("group", 1));
        b.contribute(x, () -> withRespectToInput(b, window, groups, dy, w, in, out));
        boolean fewShifts = Shapes.elements(window.kernel()) <= MOST_SHIFTS;
        b.contribute(
                w,
                () -> groups == 1 && fewShifts
                        ? byShifts(b, window, dy, x, in, out)
                        : byConvolution(b, window, groups, dy, x, in, out));
        String bias = node.input(2);
        if (!bias.isEmpty()) {
            long[] axes = new long[out.length - 1];
            for (int i = 1; i < axes.length; i++) {
                axes[i] = i + 1L;
            }
            b.contribute(bias, () -> b.sumAway(dy, axes));
        }
    }

    private static String withRespectToInput(
            Backward b, Window window, int groups, String dy, String w, int[] in, int[] out) {
        long[] rest = new long[window.axes()];
        for (int i = 0; i < rest.length; i++) {
            rest[i] = (long) in[2 + i] - (window.reach(i, out[2 + i]) - window.begin()[i] - window.end()[i]);
        }
        return b.op(
                "ConvTranspose",
                List.of(dy, w),
                attributes(
                        window.pads(),
                        Backward.longs(window.strides()),
                        Backward.longs(window.dilations()),
                        groups,
                        GraphBuilder.attribute("output_padding", rest)));
    }

    /**
     * One matrix product per element of the kernel, of dY with X shifted so that the element meets what it was multiplied by;
     * several elements together where there are few channels.
     */
    private static String byShifts(Backward b, Window window, String dy, String x, int[] in, int[] out) {
        int axes = window.axes();
        String turned = b.transpose(x, order(axes));
        long[] pads = new long[2 * in.length];
        for (int i = 0; i < axes; i++) {
            pads[2 + i] = window.begin()[i];
            pads[in.length + 2 + i] =
                    Math.max(window.end()[i], window.reach(i, out[2 + i]) - in[2 + i] - window.begin()[i]);
        }
        String padded = Arrays.stream(pads).allMatch(pad -> pad == 0) ? turned : b.op("Pad", turned, b.integers(pads));
        String answers = b.reshape(b.transpose(dy, order(axes)), out[1], -1);
        int shifts = (int) Shapes.elements(window.kernel());
        int together = Math.max(1, ENOUGH_ROWS / in[1]);
        List<String> products = new ArrayList<>();
        for (int first = 0; first < shifts; first += together) {
            List<String> shifted = new ArrayList<>();
            for (int shift = first; shift < Math.min(shifts, first + together); shift++) {
                shifted.add(shifted(b, window, padded, shift, out));
            }
            String all =
                    shifted.size() == 1 ? shifted.get(0) : b.op("Concat", shifted, GraphBuilder.attribute("axis", 0));
            products.add(b.op(
                    "Gemm",
                    List.of(answers, b.reshape(all, (long) shifted.size() * in[1], -1)),
                    GraphBuilder.attribute("transB", 1)));
        }
        String side =
                products.size() == 1 ? products.get(0) : b.op("Concat", products, GraphBuilder.attribute("axis", 1));
        long[] shape = new long[2 + axes];
        shape[0] = out[1];
        shape[1] = in[1];
        for (int i = 0; i < axes; i++) {
            shape[2 + i] = window.kernel()[i];
        }
        return b.reshape(b.transpose(b.reshape(side, out[1], shifts, in[1]), 0, 2, 1), shape);
    }

    /** What the element of this number (row-major) met, for all positions of the window. */
    private static String shifted(Backward b, Window window, String padded, int shift, int[] out) {
        int axes = window.axes();
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

    private static String byConvolution(
            Backward b, Window window, int groups, String dy, String x, int[] in, int[] out) {
        int axes = window.axes();
        int channels = in[1] / groups;
        // (samples, groups x channels, ...) -> (channels, groups x samples, ...)
        String moved;
        if (groups == 1) {
            moved = b.transpose(x, order(axes));
        } else {
            long[] apart = new long[3 + axes];
            long[] perm = new long[3 + axes];
            long[] together = new long[2 + axes];
            apart[0] = -1;
            apart[1] = groups;
            apart[2] = channels;
            together[0] = channels;
            together[1] = -1;
            perm[0] = 2;
            perm[1] = 1;
            for (int i = 0; i < axes; i++) {
                apart[3 + i] = in[2 + i];
                together[2 + i] = in[2 + i];
                perm[3 + i] = 3L + i;
            }
            moved = b.reshape(b.transpose(b.reshape(x, apart), perm), together);
        }
        String kernels = b.transpose(dy, order(axes));
        String all = b.op(
                "Conv",
                List.of(moved, kernels),
                attributes(
                        window.pads(), Backward.longs(window.dilations()), Backward.longs(window.strides()), groups));
        String turned = b.transpose(all, order(axes));
        return cropped(b, turned, window, in, out);
    }

    /** Where the last window does not reach the end of the input, there are more shifts than the kernel has elements. */
    private static String cropped(Backward b, String value, Window window, int[] in, int[] out) {
        List<Long> axes = new ArrayList<>();
        List<Long> ends = new ArrayList<>();
        for (int i = 0; i < window.axes(); i++) {
            int room = in[2 + i] + window.begin()[i] + window.end()[i] - (out[2 + i] - 1) * window.strides()[i] - 1;
            int shifts = room / window.dilations()[i] + 1;
            if (shifts > window.kernel()[i]) {
                axes.add(2L + i);
                ends.add((long) window.kernel()[i]);
            }
        }
        if (axes.isEmpty()) {
            return value;
        }
        long[] zeros = new long[axes.size()];
        return b.op("Slice", value, b.integers(zeros), b.integers(array(ends)), b.integers(array(axes)));
    }

    private static long[] array(List<Long> values) {
        return values.stream().mapToLong(Long::longValue).toArray();
    }

    /** Exchanges the first two axes. */
    private static long[] order(int axes) {
        long[] order = new long[2 + axes];
        for (int i = 0; i < order.length; i++) {
            order[i] = i;
        }
        order[0] = 1;
        order[1] = 0;
        return order;
    }

    private static AttributeProto[] attributes(
            long[] pads, long[] strides, long[] dilations, int groups, AttributeProto... more) {
        List<AttributeProto> all = new ArrayList<>(List.of(
                GraphBuilder.attribute("pads", pads),
                GraphBuilder.attribute("strides", strides),
                GraphBuilder.attribute("dilations", dilations),
                GraphBuilder.attribute("group", groups)));
        all.addAll(List.of(more));
        return all.toArray(AttributeProto[]::new);
    }
}
