package starling.models.gradient;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import starling.models.UnfitException;
import starling.models.graph.GraphBuilder;
import starling.models.graph.Node;
import starling.models.graph.Tensors;
import starling.models.run.ProbedModel;

/**
 * A backward pass under construction: the graph it is written to, the shapes of the forward values, and the gradients gathered
 * so far. Every computed value of the model carries the samples in its first dimension; in the shapes here that is a 1.
 */
final class Backward {
    private static final int FLOAT = TensorProto.DataType.FLOAT.getNumber();

    private final ProbedModel model;
    private final GraphBuilder graph;
    private final Set<String> wanted;
    private final boolean training;
    private final Map<String, List<String>> contributions = new HashMap<>();
    private final Map<Float, String> scalars = new HashMap<>();
    private final Map<List<Long>, String> integers = new HashMap<>();

    /**
     * Nothing gathered yet.
     *
     * @param wanted values whose gradient is needed: parameters, and what is computed from them
     * @param training whether batch normalization and dropout behave as while training
     */
    Backward(ProbedModel model, GraphBuilder graph, Set<String> wanted, boolean training) {
        this.training = training;
        this.model = model;
        this.graph = graph;
        this.wanted = wanted;
    }

    /** Whether a value's gradient is needed. */
    boolean wants(String value) {
        return wanted.contains(value);
    }

    /** Whether batch normalization and dropout behave as while training. */
    boolean training() {
        return training;
    }

    /** Whether a value is computed for each sample, rather than a parameter or constant. */
    boolean isSignal(String value) {
        return !model.graph().isConstant(value);
    }

    /** The node that computes a forward value, or null. */
    @Nullable
    Node producer(String value) {
        return model.graph().producer(value);
    }

    /** Shape of a forward value; the samples are a leading 1 where it is computed. */
    int[] shape(String value) {
        TensorProto constant = model.graph().constant(value);
        return constant == null ? model.shape(value) : Tensors.shape(constant);
    }

    /**
     * The integers of a constant.
     *
     * @throws UnfitException if the value is computed
     */
    long[] integersOf(Node node, int input) {
        TensorProto constant = model.graph().constant(node.input(input));
        if (constant == null) {
            throw unfit(node, "input " + input + " must be a constant: '" + node.input(input) + "' is computed");
        }
        return Tensors.integers(constant);
    }

    /** A refusal that names the node. */
    static UnfitException unfit(Node node, String rule) {
        return new UnfitException("no gradient of " + node.operator() + " '" + node.name() + "': " + rule);
    }

    /** Adds to the gradient of a value, if that is needed. */
    void contribute(String value, Supplier<String> gradient) {
        if (wants(value)) {
            contributions.computeIfAbsent(value, name -> new ArrayList<>()).add(gradient.get());
        }
    }

    /** Whether the loss depends on a value, as far as is known. */
    boolean reached(String value) {
        return contributions.containsKey(value);
    }

    /** The gradient of a value: the sum of all contributions, of the value's shape. */
    String total(String value) {
        List<String> parts = contributions.get(value);
        if (parts == null) {
            throw new IllegalStateException("nothing contributes to the gradient of " + value);
        }
        if (parts.size() == 1) {
            return parts.get(0);
        }
        String sum = graph.node("Sum", parts);
        contributions.put(value, new ArrayList<>(List.of(sum)));
        return sum;
    }

    GraphBuilder graph() {
        return graph;
    }

    /** Adds an operator without attributes. */
    String op(String operator, String... inputs) {
        return graph.node(operator, List.of(inputs));
    }

    /** Adds an operator. */
    String op(String operator, List<String> inputs, AttributeProto... attributes) {
        return graph.node(operator, inputs, attributes);
    }

    /** A float32 scalar. */
    String scalar(double value) {
        return scalars.computeIfAbsent((float) value, number -> graph.constant("scalar", new float[] {number}));
    }

    /** An int64 vector. */
    String integers(long... values) {
        List<Long> key = new ArrayList<>();
        for (long value : values) {
            key.add(value);
        }
        return integers.computeIfAbsent(key, list -> graph.constant("integers", values));
    }

    /** A finite {@code dy} where the condition holds, 0 elsewhere: a product, which takes half the time of a choice. */
    String where(String condition, String dy) {
        String kept = op("Cast", List.of(condition), GraphBuilder.attribute("to", FLOAT));
        return op("Mul", dy, kept);
    }

    /** Sums over axes, which stay as dimensions of 1. */
    String sum(String value, long... axes) {
        return op("ReduceSum", List.of(value, integers(axes)), GraphBuilder.attribute("keepdims", 1));
    }

    /** Sums over axes, which vanish. */
    String sumAway(String value, long... axes) {
        return op("ReduceSum", List.of(value, integers(axes)), GraphBuilder.attribute("keepdims", 0));
    }

    /** Permutes the axes. */
    String transpose(String value, long... order) {
        return op("Transpose", List.of(value), GraphBuilder.attribute("perm", order));
    }

    /** Gives a value another shape; one dimension may be -1. */
    String reshape(String value, long... shape) {
        return op("Reshape", value, integers(shape));
    }

    /** Gives a gradient the shape of a forward value. */
    String shapedAs(String gradient, String value) {
        long[] shape = longs(shape(value));
        if (isSignal(value) && shape.length > 0) {
            shape[0] = -1;
        }
        return reshape(gradient, shape);
    }

    /**
     * Undoes broadcasting: sums the gradient of a node's output over all positions that read one element of an input.
     *
     * @param output the node's output, whose shape the gradient has
     * @param value the input
     */
    String reduceTo(Node node, String gradient, String output, String value) {
        return reduceTo(node, gradient, output, value, 0);
    }

    /** The same where the last axes are not broadcast, as those of a matrix product. */
    String reduceTo(Node node, String gradient, String output, String value, int lastAxes) {
        int[] from = shape(output);
        int[] to = shape(value);
        int missing = from.length - to.length;
        boolean signal = isSignal(value);
        if (signal && missing > 0) {
            throw unfit(
                    node,
                    "computed operands must have as many dimensions as the result: '" + value + "' has " + to.length
                            + " of " + from.length);
        }
        List<Long> axes = new ArrayList<>();
        for (int axis = 0; axis < from.length - lastAxes; axis++) {
            boolean one = axis < missing || to[axis - missing] == 1;
            boolean samples = axis == 0;
            if (one && (samples ? !signal : from[axis] != 1)) {
                axes.add((long) axis);
            }
        }
        String summed = axes.isEmpty()
                ? gradient
                : sum(gradient, axes.stream().mapToLong(Long::longValue).toArray());
        return missing == 0 ? summed : shapedAs(summed, value);
    }

    /** The number of samples at run time, as a float32 scalar. */
    String samples(String value) {
        String first = op("Slice", op("Shape", value), integers(0), integers(1), integers(0));
        return op("Cast", List.of(first), GraphBuilder.attribute("to", FLOAT));
    }

    static long[] longs(int... values) {
        long[] wide = new long[values.length];
        for (int i = 0; i < values.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }

    /** An axis counted from the front. */
    static int axis(long given, int rank) {
        return Math.toIntExact(given < 0 ? given + rank : given);
    }
}
