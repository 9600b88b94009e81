package starling.repurpose.space;

import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import starling.models.graph.Attributes;
import starling.models.graph.Graph;
import starling.models.graph.Node;
import starling.models.graph.Shapes;
import starling.models.graph.Tensors;
import starling.models.run.ProbedModel;
import starling.repurpose.space.Operation.Rule;

/** What each ONNX operator does to the units of its inputs. */
public final class OperatorRules {
    private static final Set<String> UNARY = Set.of(
            "Abs",
            "Acos",
            "Acosh",
            "Asin",
            "Asinh",
            "Atan",
            "Atanh",
            "Ceil",
            "Celu",
            "Clip",
            "Cos",
            "Cosh",
            "Dropout",
            "Elu",
            "Erf",
            "Exp",
            "Floor",
            "Gelu",
            "HardSigmoid",
            "HardSwish",
            "Identity",
            "LeakyRelu",
            "Log",
            "Mish",
            "Neg",
            "Reciprocal",
            "Relu",
            "Round",
            "Selu",
            "Sigmoid",
            "Sign",
            "Sin",
            "Sinh",
            "Softplus",
            "Softsign",
            "Sqrt",
            "Tan",
            "Tanh",
            "ThresholdedRelu");
    private static final Set<String> ELEMENTWISE =
            Set.of("Add", "Sub", "Mul", "Div", "Pow", "Max", "Min", "Sum", "Mean", "PRelu");
    private static final Set<String> PER_CHANNEL =
            Set.of("MaxPool", "AveragePool", "LpPool", "GlobalMaxPool", "GlobalAveragePool", "GlobalLpPool");
    private static final Set<String> REDUCTIONS = Set.of(
            "ReduceMean",
            "ReduceSum",
            "ReduceMax",
            "ReduceMin",
            "ReduceL1",
            "ReduceL2",
            "ReduceSumSquare",
            "ReduceProd",
            "ReduceLogSum",
            "ReduceLogSumExp");

    private final SpaceAnalysis spaces;
    private final ProbedModel model;
    private final Graph graph;

    OperatorRules(SpaceAnalysis spaces) {
        this.spaces = spaces;
        this.model = spaces.model();
        this.graph = model.graph();
    }

    Operation apply(Node node) {
        List<String> signals = new ArrayList<>();
        List<Integer> together = new ArrayList<>();
        boolean real = true;
        for (String input : node.inputs()) {
            if (!input.isEmpty() && !graph.isConstant(input)) {
                signals.add(input);
                if (!model.isSignal(input)) {
                    real = false;
                    Arrays.stream(spaces.layout(input).units()).forEach(together::add);
                }
            }
        }
        boolean replicated =
                signals.stream().allMatch(value -> spaces.layout(value).isReplicated());
        if (spaces.handedOver().contains(node.output())) {
            spaces.set(node.output(), Layout.REPLICATED);
            return new Operation.Share(node);
        }
        LinearMap map = signals.size() == 1 && real ? linear(node, signals.get(0)) : null;
        if (map != null && replicated && !spaces.handedOver().isEmpty()) {
            spaces.set(node.output(), Layout.REPLICATED);
            return new Operation.Linear(node, map);
        }
        if (map != null) {
            spaces.along(map.input(), map.inAxis());
            if (replicated || spaces.layout(map.input()).axis() == map.inAxis()) {
                spaces.settle(map.input());
                spaces.open(map.output(), map.outAxis(), map.targets());
                return new Operation.Linear(node, map);
            }
        }
        if (replicated) {
            node.outputs().stream().filter(o -> !o.isEmpty()).forEach(o -> spaces.set(o, Layout.REPLICATED));
            return new Operation.Carry(node, Rule.REPLICATED);
        }
        String reason = !real
                ? "it computes with values that are not float32"
                : node.outputs().stream().anyMatch(o -> !o.isEmpty() && !model.isSignal(o))
                        ? "it makes values that are not float32"
                        : "operator " + node.operator() + " cannot be split";
        Rule rule = real && node.outputs().stream().allMatch(o -> o.isEmpty() || model.isSignal(o))
                ? carry(node, signals)
                : null;
        if (rule == null && real) {
            rule = onOneWorker(node, signals);
        }
        if (rule == null) {
            spaces.openWhole(node, together);
            return new Operation.Whole(node, reason);
        }
        if (rule == Rule.SELECT || rule == Rule.PARAMETERS || rule == Rule.DEPTHWISE) {
            node.outputs().forEach(spaces::settle);
        }
        return new Operation.Carry(node, rule);
    }

    /** Whoever has all that an operator reads can run it as it is. */
    private @Nullable Rule onOneWorker(Node node, List<String> signals) {
        int unit = -1;
        for (String value : signals) {
            Layout layout = spaces.layout(value);
            if (layout.isReplicated()) {
                continue;
            }
            if (layout.isFlat() || !isOne(layout) || (unit >= 0 && unit != layout.units()[0])) {
                return null;
            }
            unit = layout.units()[0];
        }
        for (String output : node.outputs()) {
            if (!output.isEmpty()
                    && (!model.isSignal(output) || model.shape(output).length < (model.batched() ? 2 : 1))) {
                return null;
            }
        }
        for (String output : node.outputs()) {
            if (!output.isEmpty()) {
                int[] units = new int[model.elements(output)];
                Arrays.fill(units, unit);
                spaces.set(output, units);
            }
        }
        return Rule.SAME;
    }

    private static boolean isOne(Layout layout) {
        return Arrays.stream(layout.units()).allMatch(unit -> unit == layout.units()[0]);
    }

    private @Nullable LinearMap linear(Node node, String x) {
        int[] in = model.shape(x);
        return switch (node.operator()) {
            case "Gemm" ->
                node.input(0).equals(x)
                                && graph.isConstant(node.input(1))
                                && (node.input(2).isEmpty() || biasPerTarget(node))
                                && node.attributes().integer("transA", 0) == 0
                        ? LinearMap.gemm(graph, node, in)
                        : null;
            case "MatMul" -> matMul(node, x, in);
            case "Conv" ->
                node.input(0).equals(x) && graph.isConstant(node.input(1)) && !isDepthwise(node, in)
                        ? LinearMap.conv(graph, node, in, model.shape(node.output()))
                        : null;
            default -> null;
        };
    }

    private boolean biasPerTarget(Node node) {
        TensorProto bias = graph.constant(node.input(2));
        int[] dims = bias == null ? new int[0] : Tensors.shape(bias);
        int targets = model.shape(node.output())[1];
        return bias != null
                && (dims.length < 2 || dims[0] == 1)
                && (dims.length == 0 || dims[dims.length - 1] == 1 || dims[dims.length - 1] == targets);
    }

    private @Nullable LinearMap matMul(Node node, String x, int[] in) {
        boolean left = graph.isConstant(node.input(0));
        TensorProto w = graph.constant(node.input(left ? 0 : 1));
        if (w == null || Tensors.shape(w).length != 2 || in.length == 0) {
            return null;
        }
        int axis = left ? Math.max(0, in.length - 2) : in.length - 1;
        Layout layout = spaces.layout(x);
        boolean otherAxis = !layout.isReplicated() && !layout.isFlat() && layout.axis() != axis && !isOne(layout);
        if (otherAxis || (model.batched() && axis == 0)) {
            return null;
        }
        return LinearMap.matMul(graph, node, left, in, model.shape(node.output()));
    }

    private boolean isDepthwise(Node node, int[] in) {
        long group = node.attributes().integer("group", 1);
        return group > 1 && group == in[1];
    }

    /** How a worker's part goes on, or null if it cannot. Sets the layouts of the outputs. */
    private @Nullable Rule carry(Node node, List<String> signals) {
        String x = signals.get(0);
        String operator = node.operator();
        boolean first = node.input(0).equals(x) && signals.size() == 1;
        if (UNARY.contains(operator)) {
            boolean plain = first
                    && (node.outputs().size() == 1 || node.outputs().get(1).isEmpty());
            return plain ? same(node, spaces.layout(x), Rule.SAME) : null;
        }
        if (ELEMENTWISE.contains(operator)) {
            return elementwise(node, signals);
        }
        if (PER_CHANNEL.contains(operator)) {
            boolean indices =
                    node.outputs().size() > 1 && !node.outputs().get(1).isEmpty();
            return indices ? null : same(node, spaces.along(x, 1), Rule.SAME);
        }
        if (REDUCTIONS.contains(operator)) {
            return first ? reduction(node, x) : null;
        }
        return switch (operator) {
            case "Cast" -> same(node, spaces.layout(x), Rule.SAME);
            case "Conv" -> depthwise(node, x);
            case "BatchNormalization" ->
                first && node.outputs().size() == 1 ? same(node, spaces.along(x, 1), Rule.PARAMETERS) : null;
            case "InstanceNormalization" ->
                first && model.shape(x).length > 2 ? same(node, spaces.along(x, 1), Rule.PARAMETERS) : null;
            case "Flatten", "Reshape", "Squeeze", "Unsqueeze" -> first ? reshape(node, x) : null;
            case "Transpose" -> transpose(node, x);
            case "Pad" -> first ? pad(node, x) : null;
            case "Softmax", "LogSoftmax" -> softmax(node, x);
            case "Concat" -> concat(node, signals);
            case "Slice", "Split", "Gather" -> first ? select(node, x) : null;
            case "MatMul" -> otherDimension(node, x);
            default -> null;
        };
    }

    private @Nullable Rule same(Node node, Layout layout, Rule rule) {
        spaces.set(node.output(), layout);
        return rule;
    }

    private @Nullable Rule otherDimension(Node node, String x) {
        Layout layout = spaces.layout(x);
        int[] shape = model.shape(x);
        boolean left = graph.isConstant(node.input(0));
        int contracted = left ? shape.length - 2 : shape.length - 1;
        TensorProto w = graph.constant(node.input(left ? 0 : 1));
        boolean fits = w != null
                && Tensors.shape(w).length == 2
                && !layout.isFlat()
                && layout.axis() != contracted
                && model.shape(node.output()).length == shape.length;
        return fits ? same(node, layout, Rule.SAME) : null;
    }

    private @Nullable Rule depthwise(Node node, String x) {
        int[] in = model.shape(x);
        if (!node.input(0).equals(x) || !graph.isConstant(node.input(1)) || !isDepthwise(node, in)) {
            return null;
        }
        int[] units = spaces.along(x, 1).units();
        int targets = model.shape(node.output())[1];
        int[] wide = new int[targets];
        for (int t = 0; t < targets; t++) {
            wide[t] = units[t / (targets / in[1])];
        }
        return same(node, new Layout(1, wide), Rule.DEPTHWISE);
    }

    private @Nullable Rule elementwise(Node node, List<String> signals) {
        int[] out = model.shape(node.output());
        List<String> split = signals.stream()
                .filter(value -> !spaces.layout(value).isReplicated())
                .distinct()
                .toList();
        String full = split.stream()
                .filter(value -> Arrays.equals(model.shape(value), out))
                .findFirst()
                .orElse(null);
        if (full == null || !node.inputs().stream().allMatch(this::canBeCut)) {
            return null;
        }
        boolean allFull = split.stream().allMatch(value -> Arrays.equals(model.shape(value), out));
        boolean oneAxis = split.stream()
                .allMatch(value ->
                        spaces.layout(value).axis() == spaces.layout(full).axis());
        if (allFull && !oneAxis) {
            int[] elements = spaces.layout(full).ofElements(out);
            for (String other : split) {
                spaces.join(elements, spaces.layout(other).ofElements(out));
            }
            spaces.set(node.output(), elements);
            return Rule.ELEMENTWISE;
        }
        Layout layout = spaces.layout(full);
        for (String other : split) {
            int[] shape = model.shape(other);
            int axis = layout.isFlat() ? Layout.FLAT : layout.axis() - (out.length - shape.length);
            if (!Arrays.equals(shape, out) && (axis < 0 || shape[axis] != out[layout.axis()])) {
                return null;
            }
            Layout theirs = layout.isFlat() ? spaces.layout(other) : spaces.along(other, axis);
            spaces.join(layout.units(), theirs.units());
        }
        return same(node, layout, Rule.ELEMENTWISE);
    }

    /** Constants of other types than float32 (an integer exponent) are only handed on, not cut. */
    private boolean canBeCut(String input) {
        TensorProto constant = graph.constant(input);
        return constant == null
                || constant.getDataType() == TensorProto.DataType.FLOAT.getNumber()
                || (constant.getDimsCount() < 2 && Shapes.elements(Tensors.shape(constant)) == 1);
    }

    private @Nullable Rule reshape(Node node, String x) {
        spaces.set(node.output(), spaces.layout(x).ofElements(model.shape(x)));
        return Rule.RESHAPE;
    }

    private @Nullable Rule transpose(Node node, String x) {
        int[] shape = model.shape(x);
        int[] order = order(node.attributes(), shape.length);
        if (model.batched() && order[0] != 0) {
            return null;
        }
        Layout layout = spaces.layout(x);
        if (!layout.isFlat()) {
            for (int i = 0; i < order.length; i++) {
                if (order[i] == layout.axis()) {
                    return same(node, new Layout(i, layout.units()), Rule.SAME);
                }
            }
        }
        int[] from = permuted(shape, order);
        int[] elements = new int[from.length];
        for (int e = 0; e < from.length; e++) {
            elements[e] = layout.units()[from[e]];
        }
        spaces.set(node.output(), elements);
        return Rule.PERMUTE;
    }

    /** For every row-major element of the transposed value, the element of the original it is. */
    public static int[] permuted(int[] shape, int[] order) {
        int total = (int) Shapes.elements(shape);
        int[] from = new int[total];
        int[] counter = new int[shape.length];
        int[] strides = new int[shape.length];
        for (int i = 0; i < shape.length; i++) {
            strides[i] = Shapes.inner(shape, order[i]);
        }
        for (int e = 0; e < total; e++) {
            int at = 0;
            for (int i = 0; i < shape.length; i++) {
                at += counter[i] * strides[i];
            }
            from[e] = at;
            for (int i = shape.length - 1; i >= 0 && ++counter[i] == shape[order[i]]; i--) {
                counter[i] = 0;
            }
        }
        return from;
    }

    private @Nullable Rule pad(Node node, String x) {
        Layout layout = spaces.layout(x);
        long[] pads = node.attributes().integers("pads");
        if (pads == null) {
            TensorProto given = graph.constant(node.input(1));
            pads = given == null ? null : Tensors.integers(given);
        }
        int rank = model.shape(x).length;
        if (layout.isFlat()
                || pads == null
                || pads.length != 2 * rank
                || !node.input(3).isEmpty()) {
            return null;
        }
        boolean untouched = pads[layout.axis()] == 0 && pads[layout.axis() + rank] == 0;
        return untouched ? same(node, layout, Rule.SAME) : null;
    }

    private @Nullable Rule softmax(Node node, String x) {
        int rank = model.shape(x).length;
        boolean old = graph.opset() < 13;
        int axis = (int) node.attributes().integer("axis", old ? 1 : -1);
        axis = axis < 0 ? axis + rank : axis;
        Layout layout = spaces.layout(x);
        boolean apart = !layout.isFlat() && (old ? layout.axis() < axis : layout.axis() != axis);
        return apart ? same(node, layout, Rule.SAME) : null;
    }

    private @Nullable Rule reduction(Node node, String x) {
        Layout layout = spaces.layout(x);
        long[] axes = node.attributes().integers("axes");
        if (axes == null && !node.input(1).isEmpty()) {
            TensorProto given = graph.constant(node.input(1));
            axes = given == null ? null : Tensors.integers(given);
        }
        if (axes == null || axes.length == 0 || layout.isFlat()) {
            return null;
        }
        int rank = model.shape(x).length;
        int before = 0;
        for (long axis : axes) {
            int reduced = (int) (axis < 0 ? axis + rank : axis);
            if (reduced == layout.axis() || (model.batched() && reduced == 0)) {
                return null;
            }
            before += reduced < layout.axis() ? 1 : 0;
        }
        boolean keep = node.attributes().integer("keepdims", 1) != 0;
        return same(node, new Layout(layout.axis() - (keep ? 0 : before), layout.units()), Rule.SAME);
    }

    private @Nullable Rule concat(Node node, List<String> signals) {
        int[] out = model.shape(node.output());
        int axis = (int) node.attributes().integer("axis", 1);
        axis = axis < 0 ? axis + out.length : axis;
        boolean plain = signals.size() == node.inputs().size()
                && signals.stream().noneMatch(value -> spaces.layout(value).isReplicated());
        if (!plain) {
            return null;
        }
        Layout first = spaces.layout(signals.get(0));
        if (!first.isFlat() && first.axis() != axis) {
            for (String other : signals) {
                spaces.join(first.units(), spaces.along(other, first.axis()).units());
            }
            return same(node, first, Rule.SAME);
        }
        int[] units = new int[out[axis]];
        int at = 0;
        for (String part : signals) {
            Layout layout = spaces.along(part, axis);
            System.arraycopy(layout.units(), 0, units, at, layout.units().length);
            at += layout.units().length;
        }
        return same(node, new Layout(axis, units), Rule.CONCAT);
    }

    private @Nullable Rule select(Node node, String x) {
        Layout layout = spaces.layout(x);
        int[] shape = model.shape(x);
        if (layout.isFlat() || isOne(layout) || model.shape(node.output()).length != shape.length) {
            return null;
        }
        int axis = layout.axis();
        boolean untouched = node.outputs().stream()
                .allMatch(output -> output.isEmpty() || model.shape(output)[axis] == shape[axis]);
        if (untouched && !node.operator().equals("Gather")) {
            return node.operator().equals("Slice") && stepsBackwards(node) ? null : sameForAll(node, layout);
        }
        List<int[]> picked = Selection.of(graph, node, shape, axis, model);
        if (picked == null) {
            return null;
        }
        for (int i = 0; i < picked.size(); i++) {
            int[] indices = picked.get(i);
            int[] units = new int[indices.length];
            for (int j = 0; j < units.length; j++) {
                units[j] = layout.units()[indices[j]];
            }
            spaces.set(node.outputs().get(i), new Layout(axis, units));
        }
        return Rule.SELECT;
    }

    private Rule sameForAll(Node node, Layout layout) {
        node.outputs().stream().filter(o -> !o.isEmpty()).forEach(o -> spaces.set(o, layout));
        return Rule.SAME;
    }

    private boolean stepsBackwards(Node node) {
        TensorProto steps = node.input(4).isEmpty() ? null : graph.constant(node.input(4));
        return !node.input(4).isEmpty()
                && (steps == null || Arrays.stream(Tensors.integers(steps)).anyMatch(step -> step < 0));
    }

    /** The perm of a Transpose, reversed dimensions by default. */
    public static int[] order(Attributes attributes, int rank) {
        long[] given = attributes.integers("perm");
        int[] order = new int[rank];
        for (int i = 0; i < rank; i++) {
            order[i] = given == null ? rank - 1 - i : (int) given[i];
        }
        return order;
    }
}
