package starling.models.gradient;

import java.util.List;
import java.util.Map;
import starling.models.graph.GraphBuilder;
import starling.models.graph.Node;

/** Derivatives of operators that move elements: each gradient goes back to where its element came from. */
final class ShapeRules {
    private ShapeRules() {}

    static Map<String, Rule> all() {
        Rule reshape = (node, dy, b) -> b.contribute(node.input(0), () -> b.shapedAs(dy, node.input(0)));
        return Map.of(
                "Flatten", reshape,
                "Reshape", reshape,
                "Squeeze", reshape,
                "Unsqueeze", reshape,
                "Transpose", ShapeRules::transpose,
                "Concat", ShapeRules::concat,
                "Split", ShapeRules::split,
                "Slice", ShapeRules::slice,
                "Gather", ShapeRules::gather,
                "Pad", ShapeRules::pad);
    }

    private static void transpose(Node node, String dy, Backward b) {
        int rank = b.shape(node.input(0)).length;
        long[] order = node.attributes().integers("perm");
        long[] back = new long[rank];
        for (int i = 0; i < rank; i++) {
            back[order == null ? rank - 1 - i : Math.toIntExact(order[i])] = i;
        }
        b.contribute(node.input(0), () -> b.transpose(dy, back));
    }

    private static void concat(Node node, String dy, Backward b) {
        int axis = Backward.axis(node.attributes().integer("axis", 0), b.shape(node.output()).length);
        long from = 0;
        for (String input : node.inputs()) {
            long start = from;
            long end = start + b.shape(input)[axis];
            b.contribute(input, () -> b.op("Slice", dy, b.integers(start), b.integers(end), b.integers(axis)));
            from = end;
        }
    }

    /** One gradient for each output; what nobody reads has none, which counts as 0. */
    private static void split(Node node, String dy, Backward b) {
        String x = node.input(0);
        int axis = Backward.axis(node.attributes().integer("axis", 0), b.shape(x).length);
        requireWithinSample(node, axis, b);
        b.contribute(x, () -> {
            String[] parts = node.outputs().stream()
                    .filter(output -> !output.isEmpty())
                    .map(output -> b.reached(output) ? b.total(output) : b.op("Mul", output, b.scalar(0)))
                    .toArray(String[]::new);
            return b.op("Concat", List.of(parts), GraphBuilder.attribute("axis", axis));
        });
    }

    private static void slice(Node node, String dy, Backward b) {
        String x = node.input(0);
        int[] in = b.shape(x);
        int[] out = b.shape(node.output());
        long[] starts = b.integersOf(node, 1);
        long[] axes = node.input(3).isEmpty() ? null : b.integersOf(node, 3);
        long[] steps = node.input(4).isEmpty() ? null : b.integersOf(node, 4);
        b.contribute(x, () -> {
            String gradient = dy;
            for (int i = 0; i < starts.length; i++) {
                int axis = axes == null ? i : Backward.axis(axes[i], in.length);
                long step = steps == null ? 1 : steps[i];
                if (in[axis] == out[axis] && step == 1) {
                    continue;
                }
                requireWithinSample(node, axis, b);
                gradient = widened(b, gradient, new Cut(axis, starts[i], step, in[axis], out), in.length);
            }
            return gradient;
        });
    }

    /**
     * What a slice took along one axis.
     *
     * @param out shape of the slice
     */
    private record Cut(int axis, long start, long step, int length, int[] out) {
        /** The index of the first element taken. */
        long first() {
            long from = start < 0 ? start + length : start;
            return step > 0 ? Math.min(Math.max(from, 0), length) : Math.min(Math.max(from, -1), length - 1L);
        }
    }

    /** Puts the elements of a slice back at their places along one axis, zeros between them. */
    private static String widened(Backward b, String gradient, Cut cut, int rank) {
        long count = cut.out()[cut.axis()];
        long step = Math.abs(cut.step());
        long first = cut.first();
        String value = gradient;
        if (cut.step() < 0) {
            long[] axis = {cut.axis()};
            value = b.op("Slice", value, b.integers(-1), b.integers(Long.MIN_VALUE), b.integers(axis), b.integers(-1));
            first -= (count - 1) * step;
        }
        if (step > 1) {
            long[] pads = new long[2 * (rank + 1)];
            pads[rank + 1 + cut.axis() + 1] = step - 1;
            value = b.op("Pad", b.op("Unsqueeze", value, b.integers(cut.axis() + 1L)), b.integers(pads));
            value = b.op("Reshape", value, joined(b, gradient, cut.axis(), count * step));
        }
        long[] pads = new long[2 * rank];
        pads[cut.axis()] = first;
        pads[rank + cut.axis()] = cut.length() - first - count * step;
        return b.op("Pad", value, b.integers(pads));
    }

    /** The shape of a value with another length along one axis, found at run time. */
    private static String joined(Backward b, String value, int axis, long length) {
        String shape = b.op("Shape", value);
        return b.op(
                "ScatterElements",
                List.of(shape, b.integers(axis), b.integers(length)),
                GraphBuilder.attribute("axis", 0));
    }

    /** Rows (along an axis) that were taken several times get the sum of their gradients. */
    private static void gather(Node node, String dy, Backward b) {
        String x = node.input(0);
        int rank = b.shape(x).length;
        int axis = Backward.axis(node.attributes().integer("axis", 0), rank);
        if (b.isSignal(x)) {
            requireWithinSample(node, axis, b);
        }
        int taken = b.shape(node.output()).length - rank + 1;
        b.contribute(x, () -> {
            long[] rowsFirst = new long[rank];
            long[] back = new long[rank];
            long[] takenFirst = new long[rank - 1 + taken];
            rowsFirst[0] = axis;
            for (int i = 0; i < taken; i++) {
                takenFirst[i] = axis + (long) i;
            }
            for (int i = 0; i < rank - 1; i++) {
                int other = i < axis ? i : i + 1;
                rowsFirst[1 + i] = other;
                takenFirst[taken + i] = i < axis ? i : i + (long) taken;
            }
            for (int i = 0; i < rank; i++) {
                back[Math.toIntExact(rowsFirst[i])] = i;
            }
            String zeros = b.op("ConstantOfShape", b.op("Shape", b.transpose(x, rowsFirst)));
            String summed = b.op(
                    "ScatterND",
                    List.of(zeros, b.op("Unsqueeze", node.input(1), b.integers(-1)), b.transpose(dy, takenFirst)),
                    GraphBuilder.attribute("reduction", "add"));
            return b.transpose(summed, back);
        });
    }

    private static void pad(Node node, String dy, Backward b) {
        String mode = node.attributes().text("mode", "constant");
        if (!mode.equals("constant")) {
            throw Backward.unfit(node, "its mode must be constant: it is " + mode);
        }
        long[] pads = b.integersOf(node, 1);
        int rank = b.shape(node.input(0)).length;
        long[] axes = node.input(3).isEmpty() ? null : b.integersOf(node, 3);
        long[] back = new long[2 * rank];
        for (int i = 0; i < pads.length / 2; i++) {
            int axis = axes == null ? i : Backward.axis(axes[i], rank);
            back[axis] = -pads[i];
            back[rank + axis] = -pads[pads.length / 2 + i];
        }
        b.contribute(node.input(0), () -> b.op("Pad", dy, b.integers(back)));
    }

    private static void requireWithinSample(Node node, int axis, Backward b) {
        if (axis == 0 && b.isSignal(node.input(0))) {
            throw Backward.unfit(node, "it must stay within a sample: axis 0 counts the samples");
        }
    }
}
