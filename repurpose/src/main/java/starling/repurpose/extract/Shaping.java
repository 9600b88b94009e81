package starling.repurpose.extract;

import java.util.List;
import starling.models.graph.GraphBuilder;
import starling.repurpose.space.Layout;
import starling.repurpose.space.SplitGraph;
import starling.repurpose.space.SplitNetwork;

/** Small pieces of graph that cut, flatten and put together values; shapes are those of one worker's part. */
final class Shaping {
    private final SplitGraph graph;
    private final boolean batched;

    Shaping(SplitNetwork network) {
        this.graph = network.graph();
        this.batched = graph.model().batched();
    }

    /** Shape of {@code count} indices of a value; -1 is the batch. */
    int[] shape(String value, int count) {
        Layout layout = graph.layout(value);
        if (layout.isFlat()) {
            return new int[] {batched ? -1 : 1, count};
        }
        int[] whole = whole(value);
        if (!layout.isReplicated()) {
            whole[layout.axis()] = count;
        }
        return whole;
    }

    /** Shape of a whole value; -1 is the batch. */
    int[] whole(String value) {
        int[] whole = graph.model().shape(value).clone();
        if (batched) {
            whole[0] = -1;
        }
        return whole;
    }

    /** Shape of a worker's part of a value. */
    int[] shape(String value, Part part) {
        return graph.layout(value).isReplicated() ? shape(value, 0) : shape(value, part.local(value).length);
    }

    /** A worker, for which values are cut. */
    record Part(SplitNetwork network, int worker) {
        int[] local(String value) {
            return network.local(value, worker);
        }
    }

    /** A target for Reshape: dimension 0 copied if it is the batch. */
    private static long[] target(int[] shape) {
        long[] dims = new long[shape.length];
        for (int i = 0; i < dims.length; i++) {
            dims[i] = shape[i] < 0 ? 0 : shape[i];
        }
        return dims;
    }

    /** Reshapes to {@code shape}; -1 is the batch, which must be dimension 0 on both sides. */
    String reshape(GraphBuilder builder, String x, int[] shape) {
        return builder.node("Reshape", List.of(x, builder.constant("shape", target(shape))));
    }

    void reshape(GraphBuilder builder, String x, int[] shape, String name) {
        builder.node("Reshape", List.of(x, builder.constant("shape", target(shape))), name);
    }

    /** The table [batch, numbers] of a value with this shape. */
    String flatten(GraphBuilder builder, String x, int[] shape) {
        if (shape.length == 2 && (batched ? shape[0] < 0 : shape[0] == 1)) {
            return x;
        }
        int numbers = 1;
        for (int i = batched ? 1 : 0; i < shape.length; i++) {
            numbers *= shape[i];
        }
        return reshape(builder, x, new int[] {batched ? -1 : 1, numbers});
    }

    /** Some indices along a dimension; the value itself when they are all of them in order. */
    String pick(GraphBuilder builder, String x, int axis, int[] indices, int of) {
        if (indices.length == of && isRun(indices) && (of == 0 || indices[0] == 0)) {
            return x;
        }
        if (builder.opset() >= 10 && isRun(indices) && indices.length > 0) {
            return builder.node(
                    "Slice",
                    List.of(
                            x,
                            builder.constant("starts", (long) indices[0]),
                            builder.constant("ends", (long) indices[indices.length - 1] + 1),
                            builder.constant("axes", (long) axis)));
        }
        long[] wide = new long[indices.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = indices[i];
        }
        return builder.node(
                "Gather", List.of(x, builder.constant("indices", wide)), GraphBuilder.attribute("axis", (long) axis));
    }

    private static boolean isRun(int[] indices) {
        for (int i = 1; i < indices.length; i++) {
            if (indices[i] != indices[0] + i) {
                return false;
            }
        }
        return true;
    }

    String concat(GraphBuilder builder, List<String> parts, int axis) {
        return parts.size() == 1
                ? parts.get(0)
                : builder.node("Concat", parts, GraphBuilder.attribute("axis", (long) axis));
    }

    /** The dimension along which indices of a value count in a worker's part. */
    int axis(String value) {
        Layout layout = graph.layout(value);
        return layout.isFlat() ? 1 : layout.axis();
    }

    /** Puts parts with these indices, one after the other, into their places; the result has the value's whole shape. */
    void restore(GraphBuilder builder, String value, List<String> parts, int[] indices, String name) {
        int axis = axis(value);
        int[] places = new int[indices.length];
        for (int i = 0; i < places.length; i++) {
            places[indices[i]] = i;
        }
        String ordered = pick(builder, concat(builder, parts, axis), axis, places, places.length);
        if (graph.layout(value).isFlat()) {
            reshape(builder, ordered, whole(value), name);
        } else {
            builder.node("Identity", List.of(ordered), name);
        }
    }

    /** Numbers in one sample of this shape. */
    int numbers(int[] shape) {
        int count = 1;
        for (int i = batched ? 1 : 0; i < shape.length; i++) {
            count *= shape[i];
        }
        return count;
    }
}
