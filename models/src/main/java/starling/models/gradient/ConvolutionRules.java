package starling.models.gradient;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import starling.models.graph.GraphBuilder;
import starling.models.graph.Node;
import starling.models.graph.Shapes;

/**
 * Derivatives of a convolution with strides, padding, dilations and groups, in any number of spatial axes.
 *
 * <p>With respect to its input it is the transposed convolution of dY with the same kernels. Where the kernel moves in steps of 1
 * that is also a plain convolution, with the kernels turned around and their channels exchanged; it costs one copy of dY per
 * kernel element where the transposed one costs one of dX, and that copy is the cheaper one to make. {@link KernelGradient} is
 * the derivative with respect to the kernels.
 */
final class ConvolutionRules {
    /** How many output channels per input channel make the copies of dY too many. */
    private static final int MANY_OUTPUTS = 2;

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
        b.contribute(
                x,
                () -> turnable(window) && out[1] <= MANY_OUTPUTS * in[1]
                        ? byTurnedKernels(b, window, groups, dy, w, kernels)
                        : byTransposed(b, window, groups, dy, w, in, out));
        b.contribute(w, () -> new KernelGradient(b, window, groups, in, out).write(dy, x));
        String bias = node.input(2);
        if (!bias.isEmpty()) {
            b.contribute(bias, () -> b.sumAway(dy, Forward.allButChannels(out.length)));
        }
    }

    /** Whether the derivative is a plain convolution: steps of 1, and no element of the kernel that only ever meets padding. */
    private static boolean turnable(Window window) {
        for (int i = 0; i < window.axes(); i++) {
            int overhang = (window.kernel()[i] - 1) * window.dilations()[i];
            if (window.strides()[i] != 1 || window.begin()[i] > overhang || window.end()[i] > overhang) {
                return false;
            }
        }
        return true;
    }

    private static String byTurnedKernels(Backward b, Window window, int groups, String dy, String w, int[] kernels) {
        int axes = window.axes();
        long[] pads = new long[2 * axes];
        long[] starts = new long[axes];
        long[] ends = new long[axes];
        long[] at = new long[axes];
        Arrays.fill(starts, -1);
        Arrays.fill(ends, Long.MIN_VALUE);
        long[] shape = new long[2 + axes];
        for (int i = 0; i < axes; i++) {
            int overhang = (window.kernel()[i] - 1) * window.dilations()[i];
            pads[i] = (long) overhang - window.begin()[i];
            pads[axes + i] = (long) overhang - window.end()[i];
            at[i] = 2L + i;
            shape[2 + i] = window.kernel()[i];
        }
        boolean points = Shapes.elements(window.kernel()) == 1;
        String turned =
                points ? w : b.op("Slice", w, b.integers(starts), b.integers(ends), b.integers(at), b.integers(starts));
        long filters = kernels[0] / groups;
        String apart = b.reshape(turned, groups, filters, kernels[1], Shapes.elements(window.kernel()));
        shape[0] = (long) groups * kernels[1];
        shape[1] = filters;
        String exchanged = b.reshape(b.transpose(apart, 0, 2, 1, 3), shape);
        return b.op(
                "Conv",
                List.of(dy, exchanged),
                GraphBuilder.attribute("pads", pads),
                GraphBuilder.attribute("dilations", Backward.longs(window.dilations())),
                GraphBuilder.attribute("group", groups));
    }

    private static String byTransposed(
            Backward b, Window window, int groups, String dy, String w, int[] in, int[] out) {
        long[] rest = new long[window.axes()];
        for (int i = 0; i < rest.length; i++) {
            rest[i] = (long) in[2 + i] - (window.reach(i, out[2 + i]) - window.begin()[i] - window.end()[i]);
        }
        return b.op(
                "ConvTranspose",
                List.of(dy, w),
                GraphBuilder.attribute("pads", window.pads()),
                GraphBuilder.attribute("strides", Backward.longs(window.strides())),
                GraphBuilder.attribute("dilations", Backward.longs(window.dilations())),
                GraphBuilder.attribute("group", groups),
                GraphBuilder.attribute("output_padding", rest));
    }
}
