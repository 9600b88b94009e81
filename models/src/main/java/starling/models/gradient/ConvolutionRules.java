package starling.models.gradient;

import ai.onnx.proto.OnnxMl.AttributeProto;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import starling.models.graph.GraphBuilder;
import starling.models.graph.Node;

/**
 * Derivatives of a convolution with strides, padding, dilations and groups, in any number of spatial axes.
 *
 * <p>With respect to its input it is the transposed convolution of dY with the same kernels. With respect to the kernels it is
 * again a convolution: the samples become the channels that are summed over, X is moved over by dY, steps and dilations change
 * places, and each group keeps to its own channels.
 */
final class ConvolutionRules {
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
        b.contribute(w, () -> withRespectToKernels(b, window, groups, dy, x, in, out));
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

    private static String withRespectToKernels(
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
