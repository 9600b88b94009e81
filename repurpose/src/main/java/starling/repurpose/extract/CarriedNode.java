package starling.repurpose.extract;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import starling.models.graph.Graph;
import starling.models.graph.GraphBuilder;
import starling.models.graph.Node;
import starling.models.graph.Shapes;
import starling.models.graph.Tensors;
import starling.repurpose.space.Layout;
import starling.repurpose.space.Operation;
import starling.repurpose.space.OperatorRules;
import starling.repurpose.space.Selection;
import starling.repurpose.space.SplitGraph;

/** Writes a carried operator for one worker's part of its values; parts are named like the values. */
final class CarriedNode {
    private final GraphBuilder builder;
    private final SplitGraph split;
    private final Graph graph;
    private final Shaping shaping;
    private final Shaping.Part part;

    CarriedNode(GraphBuilder builder, Shaping shaping, Shaping.Part part) {
        this.builder = builder;
        this.shaping = shaping;
        this.part = part;
        this.split = part.network().graph();
        this.graph = split.model().graph();
    }

    /** Adds the operator; its first output must have indices that the worker owns. */
    void write(Operation.Carry carry) {
        Node node = carry.node();
        switch (carry.rule()) {
            case REPLICATED -> whole(node);
            case SAME -> same(node);
            case ELEMENTWISE -> elementwise(node);
            case PARAMETERS -> parameters(node, node.proto().getAttributeList());
            case DEPTHWISE -> parameters(node, ofOwnChannels(node));
            case RESHAPE -> shaping.reshape(builder, node.input(0), shaping.shape(node.output(), part), node.output());
            case PERMUTE -> permute(node);
            case SELECT -> select(node);
            case CONCAT -> concat(node);
        }
    }

    /** The node as it stands, with its constants. */
    void whole(Node node) {
        node.inputs().forEach(this::constant);
        builder.add(node.proto());
    }

    private void constant(String name) {
        TensorProto tensor = graph.constant(name);
        if (tensor != null) {
            builder.constant(tensor);
        }
    }

    private void same(Node node) {
        if (node.operator().equals("Dropout")) {
            builder.node("Identity", List.of(node.input(0)), node.output());
        } else {
            whole(node);
        }
    }

    private void elementwise(Node node) {
        String out = node.output();
        int[] whole = split.model().shape(out);
        Layout layout = split.layout(out);
        int[] indices = part.local(out);
        List<String> inputs = new ArrayList<>();
        for (String input : node.inputs()) {
            TensorProto tensor = graph.constant(input);
            if (tensor != null) {
                inputs.add(cut(tensor, whole, layout, indices));
            } else if (split.layout(input).isReplicated()) {
                inputs.add(cut(input, whole, layout, indices));
            } else {
                inputs.add(input);
            }
        }
        builder.add(node.proto().toBuilder().clearInput().addAllInput(inputs).build());
    }

    /** A constant operand as the worker's part sees it. */
    private String cut(TensorProto tensor, int[] whole, Layout layout, int[] indices) {
        int[] shape = Tensors.shape(tensor);
        if (tensor.getDataType() != TensorProto.DataType.FLOAT.getNumber()) {
            return builder.constant(tensor);
        }
        float[] values = Tensors.floats(tensor);
        if (values.length == 1 && shape.length <= whole.length) {
            return builder.constant(tensor.getName() + "@", values, layout.isFlat() ? new int[] {1} : shape);
        }
        if (layout.isFlat()) {
            float[] picked = new float[indices.length];
            for (int i = 0; i < indices.length; i++) {
                picked[i] = values[broadcast(indices[i], whole, shape)];
            }
            return builder.constant(tensor.getName() + "@", picked, 1, picked.length);
        }
        int axis = layout.axis() - (whole.length - shape.length);
        if (axis < 0 || shape[axis] == 1) {
            return builder.constant(tensor);
        }
        int inner = Shapes.inner(shape, axis);
        int outer = values.length / (inner * shape[axis]);
        float[] picked = new float[outer * indices.length * inner];
        for (int o = 0; o < outer; o++) {
            for (int i = 0; i < indices.length; i++) {
                System.arraycopy(
                        values,
                        (o * shape[axis] + indices[i]) * inner,
                        picked,
                        (o * indices.length + i) * inner,
                        inner);
            }
        }
        return builder.constant(tensor.getName() + "@", picked, Shapes.with(shape, axis, indices.length));
    }

    /** A replicated operand as the worker's part sees it. */
    private String cut(String value, int[] whole, Layout layout, int[] indices) {
        int[] shape = split.model().shape(value);
        if (layout.isFlat()) {
            long[] dims = new long[whole.length];
            for (int i = 0; i < dims.length; i++) {
                dims[i] = split.model().batched() && i == 0 ? 1 : whole[i];
            }
            String wide = Arrays.equals(shape, whole)
                    ? value
                    : builder.node("Expand", List.of(value, builder.constant("shape", dims)));
            int numbers = shaping.numbers(whole);
            String flat =
                    shaping.reshape(builder, wide, new int[] {split.model().batched() ? -1 : 1, numbers});
            return shaping.pick(builder, flat, 1, indices, numbers);
        }
        int axis = layout.axis() - (whole.length - shape.length);
        return axis < 0 || shape[axis] == 1 ? value : shaping.pick(builder, value, axis, indices, shape[axis]);
    }

    /** The element of an operand of {@code shape} that meets element {@code e} of the result. */
    private static int broadcast(int e, int[] whole, int[] shape) {
        int at = 0;
        for (int i = 0; i < shape.length; i++) {
            int dim = whole.length - shape.length + i;
            int coordinate = e / Shapes.inner(whole, dim) % whole[dim];
            at = at * shape[i] + (shape[i] == 1 ? 0 : coordinate);
        }
        return at;
    }

    /** The attributes of a depthwise convolution of the worker's channels. */
    private List<AttributeProto> ofOwnChannels(Node node) {
        long multiplier = split.model().shape(node.output())[1] / split.model().shape(node.input(0))[1];
        long group = part.local(node.output()).length / multiplier;
        return node.proto().getAttributeList().stream()
                .map(attribute ->
                        attribute.getName().equals("group") ? GraphBuilder.attribute("group", group) : attribute)
                .toList();
    }

    private void parameters(Node node, List<AttributeProto> attributes) {
        int[] indices = part.local(node.output());
        NodeProto.Builder changed = node.proto().toBuilder()
                .clearInput()
                .addInput(node.input(0))
                .clearAttribute()
                .addAllAttribute(attributes);
        for (int i = 1; i < node.inputs().size(); i++) {
            TensorProto tensor = graph.constant(node.input(i));
            if (tensor == null) {
                changed.addInput(node.input(i));
                continue;
            }
            int[] shape = Tensors.shape(tensor);
            float[] values = Tensors.floats(tensor);
            int inner = Shapes.inner(shape, 0);
            float[] picked = new float[indices.length * inner];
            for (int j = 0; j < indices.length; j++) {
                System.arraycopy(values, indices[j] * inner, picked, j * inner, inner);
            }
            changed.addInput(builder.constant(tensor.getName() + "@", picked, Shapes.with(shape, 0, indices.length)));
        }
        builder.add(changed.build());
    }

    private void permute(Node node) {
        int[] shape = split.model().shape(node.input(0));
        int[] from = OperatorRules.permuted(shape, OperatorRules.order(node.attributes(), shape.length));
        int[] have = elements(node.input(0));
        int[] want = elements(node.output());
        int[] placeOf = new int[from.length];
        for (int i = 0; i < have.length; i++) {
            placeOf[have[i]] = i;
        }
        int[] picked = new int[want.length];
        for (int i = 0; i < picked.length; i++) {
            picked[i] = placeOf[from[want[i]]];
        }
        String flat = shaping.flatten(builder, node.input(0), shaping.shape(node.input(0), part));
        String ordered = shaping.pick(builder, flat, 1, picked, picked.length);
        shaping.reshape(builder, ordered, shaping.shape(node.output(), part), node.output());
    }

    /** Row-major elements of a value in the worker's part. */
    private int[] elements(String value) {
        Layout layout = split.layout(value);
        int[] local = part.local(value);
        if (layout.isFlat()) {
            return local;
        }
        int[] shape = split.model().shape(value);
        boolean[] owned = new boolean[shape[layout.axis()]];
        for (int index : local) {
            owned[index] = true;
        }
        int inner = Shapes.inner(shape, layout.axis());
        int total = (int) Shapes.elements(shape);
        int[] found = new int[total];
        int count = 0;
        for (int e = 0; e < total; e++) {
            if (owned[e / inner % owned.length]) {
                found[count++] = e;
            }
        }
        return Arrays.copyOf(found, count);
    }

    private void select(Node node) {
        String x = node.input(0);
        int axis = split.layout(x).axis();
        List<int[]> picked = Selection.of(graph, node, split.model().shape(x), axis, split.model());
        int[] local = part.local(x);
        for (int o = 0; picked != null && o < picked.size(); o++) {
            String output = node.outputs().get(o);
            int[] mine = part.local(output);
            if (mine.length == 0) {
                continue;
            }
            int[] places = new int[mine.length];
            for (int i = 0; i < mine.length; i++) {
                places[i] = Arrays.binarySearch(local, picked.get(o)[mine[i]]);
            }
            builder.node("Identity", List.of(shaping.pick(builder, x, axis, places, local.length)), output);
        }
    }

    private void concat(Node node) {
        List<String> present = node.inputs().stream()
                .filter(input -> part.local(input).length > 0)
                .toList();
        if (present.size() == 1) {
            builder.node("Identity", present, node.output());
        } else {
            builder.add(
                    node.proto().toBuilder().clearInput().addAllInput(present).build());
        }
    }
}
