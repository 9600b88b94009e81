package starling.models.gradient;

import java.util.Map;
import starling.models.graph.Node;

/** Derivatives of sums and means over axes. */
final class ReductionRules {
    private ReductionRules() {}

    static Map<String, Rule> all() {
        return Map.of(
                "ReduceSum", (node, dy, b) -> spread(node, dy, b, false),
                "ReduceMean", (node, dy, b) -> spread(node, dy, b, true));
    }

    /** Each element gets the gradient of what it went into, a mean's divided by their number. */
    private static void spread(Node node, String dy, Backward b, boolean mean) {
        String x = node.input(0);
        b.contribute(x, () -> {
            int[] in = b.shape(x);
            long[] given = node.input(1).isEmpty() ? node.attributes().integers("axes") : b.integersOf(node, 1);
            long[] kept = Backward.longs(in);
            long count = 1;
            if (given == null || given.length == 0) {
                if (node.attributes().integer("noop_with_empty_axes", 0) != 0) {
                    return dy;
                }
                throw Backward.unfit(node, "it must keep the samples apart: it names no axes");
            }
            for (long axis : given) {
                int at = Backward.axis(axis, in.length);
                count *= in[at];
                kept[at] = 1;
            }
            kept[0] = -1;
            String shaped = b.reshape(dy, kept);
            String share = mean ? b.op("Div", shaped, b.scalar((double) count)) : shaped;
            return b.op("Expand", share, b.op("Shape", x));
        });
    }
}
