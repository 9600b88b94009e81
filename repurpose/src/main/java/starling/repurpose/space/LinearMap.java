package starling.repurpose.space;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import starling.models.graph.Graph;
import starling.models.graph.GraphBuilder;
import starling.models.graph.Node;
import starling.models.graph.Shapes;
import starling.models.graph.Tensors;

/**
 * The linear part of a layer, y_t = b_t + sum over s of w_ts * x_s, where * multiplies (dense) or convolves. Sources s count
 * along one dimension of the input, targets t along one of the output.
 *
 * @param node the operator
 * @param kind how it is written in ONNX
 * @param input the value it reads
 * @param inAxis dimension of the sources
 * @param output the value it makes
 * @param outAxis dimension of the targets
 * @param outRank dimensions of the output
 * @param sources number of sources S
 * @param targets number of targets T
 * @param kernel weights K of one pair
 * @param kernelShape its spatial shape, empty for a dense layer
 * @param groups of a convolution: targets and sources of different groups have no weights; 1 elsewhere
 * @param weights [T][S][K]
 * @param bias [T], or null
 * @param sourceEach numbers in the input per source
 * @param targetEach numbers in the output per target; also how often each weight is used
 */
public record LinearMap(
        Node node,
        Kind kind,
        String input,
        int inAxis,
        String output,
        int outAxis,
        int outRank,
        int sources,
        int targets,
        int kernel,
        int[] kernelShape,
        int groups,
        float[] weights,
        float @Nullable [] bias,
        int sourceEach,
        int targetEach) {

    /** How the map is written. */
    public enum Kind {
        /** Gemm(x, W), two dimensions. */
        GEMM,
        /** MatMul(x, W) along the last dimension. */
        RIGHT,
        /** MatMul(W, x) along the last dimension but one, or the only one. */
        LEFT,
        /** Convolution of channels. */
        CONV
    }

    /** Scalar multiplications of the whole map. */
    public long multiplyAdds() {
        return nonZero(weights) * targetEach;
    }

    static long nonZero(float[] weights) {
        long count = 0;
        for (float w : weights) {
            if (w != 0) {
                count++;
            }
        }
        return count;
    }

    /** The weights between some targets and some sources, [targets][sources][K]. */
    public float[] block(float[] from, int[] rows, int[] columns) {
        float[] block = new float[rows.length * columns.length * kernel];
        int at = 0;
        for (int t : rows) {
            for (int s : columns) {
                System.arraycopy(from, (t * sources + s) * kernel, block, at, kernel);
                at += kernel;
            }
        }
        return block;
    }

    /**
     * Adds the node that applies a block of weights.
     *
     * @param x value with {@code columns} sources
     * @param block [rows][columns][K]
     * @param added [rows] or null
     * @param name of the result, or null for a fresh one
     */
    public String emit(
            GraphBuilder builder,
            String x,
            float[] block,
            int rows,
            int columns,
            float @Nullable [] added,
            @Nullable String name) {
        String result = name == null ? builder.fresh(output) : name;
        switch (kind) {
            case GEMM -> {
                List<String> inputs = new ArrayList<>(List.of(x, builder.constant("w", block, rows, columns)));
                if (added != null || builder.opset() < 11) {
                    inputs.add(builder.constant("b", added == null ? new float[rows] : added, rows));
                }
                builder.node("Gemm", inputs, result, GraphBuilder.attribute("transB", 1));
            }
            case RIGHT -> {
                String w = builder.constant(Tensors.transposed(builder.fresh("w"), block, rows, columns));
                product(builder, List.of(x, w), added, new int[] {rows}, result);
            }
            case LEFT -> {
                String w = builder.constant("w", block, rows, columns);
                int[] shape = outRank > 1 ? new int[] {rows, 1} : new int[] {rows};
                product(builder, List.of(w, x), added, shape, result);
            }
            case CONV -> {
                int[] shape = new int[kernelShape.length + 2];
                shape[0] = rows;
                shape[1] = columns;
                System.arraycopy(kernelShape, 0, shape, 2, kernelShape.length);
                List<String> inputs = new ArrayList<>(List.of(x, builder.constant("w", block, shape)));
                if (added != null) {
                    inputs.add(builder.constant("b", added, rows));
                }
                builder.node("Conv", inputs, result, convAttributes());
            }
        }
        return result;
    }

    /**
     * Adds the node that applies all weights, groups as such.
     *
     * @param values [T][S][K]
     * @param added [T] or null
     */
    public void emitWhole(GraphBuilder builder, float[] values, float @Nullable [] added) {
        if (groups == 1) {
            emit(builder, input, values, targets, sources, added, output);
            return;
        }
        int[] shape = new int[kernelShape.length + 2];
        shape[0] = targets;
        shape[1] = sources / groups;
        System.arraycopy(kernelShape, 0, shape, 2, kernelShape.length);
        float[] own = new float[targets * shape[1] * kernel];
        int[] places = places();
        for (int i = 0; i < own.length; i++) {
            own[i] = values[places[i]];
        }
        List<String> inputs = new ArrayList<>(List.of(input, builder.constant("w", own, shape)));
        if (added != null) {
            inputs.add(builder.constant("b", added, targets));
        }
        builder.node("Conv", inputs, output, node.proto().getAttributeList().toArray(AttributeProto[]::new));
    }

    /**
     * For each number of the constant that {@link #emitWhole} writes, in its order, where it is among the weights
     * {@code [T][S][K]}.
     */
    public int[] places() {
        int each = sources / groups;
        int[] places = new int[targets * each * kernel];
        int at = 0;
        if (kind == Kind.RIGHT) {
            for (int s = 0; s < sources; s++) {
                for (int t = 0; t < targets; t++) {
                    places[at++] = t * sources + s;
                }
            }
            return places;
        }
        for (int t = 0; t < targets; t++) {
            int first = t / (targets / groups) * each;
            for (int s = first; s < first + each; s++) {
                for (int k = 0; k < kernel; k++) {
                    places[at++] = (t * sources + s) * kernel + k;
                }
            }
        }
        return places;
    }

    /**
     * Adds the node that puts {@code columns} targets of {@code x} at their places among {@code rows}, zeros elsewhere.
     *
     * @param places place of each
     */
    public String scatter(GraphBuilder builder, String x, int[] places, int rows) {
        float[] block = new float[rows * places.length];
        for (int i = 0; i < places.length; i++) {
            block[places[i] * places.length + i] = 1;
        }
        String result = builder.fresh(output);
        if (kind == Kind.CONV) {
            int[] shape = new int[kernelShape.length + 2];
            java.util.Arrays.fill(shape, 1);
            shape[0] = rows;
            shape[1] = places.length;
            builder.node("Conv", List.of(x, builder.constant("place", block, shape)), result);
            return result;
        }
        return emit(builder, x, block, rows, places.length, null, result);
    }

    private AttributeProto[] convAttributes() {
        return node.proto().getAttributeList().stream()
                .filter(attribute -> !attribute.getName().equals("group"))
                .toArray(AttributeProto[]::new);
    }

    private static void product(
            GraphBuilder builder, List<String> inputs, float @Nullable [] added, int[] shape, String result) {
        if (added == null) {
            builder.node("MatMul", inputs, result);
        } else {
            String sum = builder.node("MatMul", inputs);
            builder.node("Add", List.of(sum, builder.constant("b", added, shape)), result);
        }
    }

    private static float[] transposed(float[] block, int rows, int columns) {
        float[] turned = new float[block.length];
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                turned[c * rows + r] = block[r * columns + c];
            }
        }
        return turned;
    }

    /** Gemm with a constant second operand. */
    static LinearMap gemm(Graph graph, Node node, int[] inShape) {
        TensorProto b = constant(graph, node.input(1));
        int[] dims = Tensors.shape(b);
        boolean turned = node.attributes().integer("transB", 0) != 0;
        int targets = turned ? dims[0] : dims[1];
        int sources = turned ? dims[1] : dims[0];
        float alpha = node.attributes().real("alpha", 1);
        float[] weights = turned ? Tensors.floats(b) : transposed(Tensors.floats(b), sources, targets);
        if (alpha != 1) {
            for (int i = 0; i < weights.length; i++) {
                weights[i] *= alpha;
            }
        }
        float @Nullable [] bias = null;
        if (!node.input(2).isEmpty()) {
            float[] given = Tensors.floats(constant(graph, node.input(2)));
            float beta = node.attributes().real("beta", 1);
            bias = new float[targets];
            for (int t = 0; t < targets; t++) {
                bias[t] = beta * given[given.length == 1 ? 0 : t];
            }
        }
        return new LinearMap(
                node,
                Kind.GEMM,
                node.input(0),
                1,
                node.output(),
                1,
                2,
                sources,
                targets,
                1,
                new int[0],
                1,
                weights,
                bias,
                inShape[0],
                inShape[0]);
    }

    /** MatMul with a constant matrix on either side. */
    static LinearMap matMul(Graph graph, Node node, boolean left, int[] inShape, int[] outShape) {
        TensorProto w = constant(graph, node.input(left ? 0 : 1));
        int[] dims = Tensors.shape(w);
        float[] values = Tensors.floats(w);
        int inAxis = left ? Math.max(0, inShape.length - 2) : inShape.length - 1;
        int outAxis = left ? Math.max(0, outShape.length - 2) : outShape.length - 1;
        int targets = left ? dims[0] : dims[1];
        int sources = left ? dims[1] : dims[0];
        return new LinearMap(
                node,
                left ? Kind.LEFT : Kind.RIGHT,
                node.input(left ? 1 : 0),
                inAxis,
                node.output(),
                outAxis,
                outShape.length,
                sources,
                targets,
                1,
                new int[0],
                1,
                left ? values : transposed(values, sources, targets),
                null,
                (int) (Shapes.elements(inShape) / sources),
                (int) (Shapes.elements(outShape) / targets));
    }

    /** Convolution with constant kernels; grouped ones have zeros between their groups. */
    static LinearMap conv(Graph graph, Node node, int[] inShape, int[] outShape) {
        TensorProto w = constant(graph, node.input(1));
        int[] dims = Tensors.shape(w);
        int targets = dims[0];
        int sources = inShape[1];
        int[] kernelShape = java.util.Arrays.copyOfRange(dims, 2, dims.length);
        int kernel = (int) Shapes.elements(kernelShape);
        float[] given = Tensors.floats(w);
        float[] weights = given;
        int inGroup = dims[1];
        if (inGroup != sources) {
            int perGroup = targets / (sources / inGroup);
            weights = new float[Math.multiplyExact(Math.multiplyExact(targets, sources), kernel)];
            for (int t = 0; t < targets; t++) {
                int first = t / perGroup * inGroup;
                System.arraycopy(
                        given, t * inGroup * kernel, weights, (t * sources + first) * kernel, inGroup * kernel);
            }
        }
        float @Nullable [] bias = node.input(2).isEmpty() ? null : Tensors.floats(constant(graph, node.input(2)));
        return new LinearMap(
                node,
                Kind.CONV,
                node.input(0),
                1,
                node.output(),
                1,
                outShape.length,
                sources,
                targets,
                kernel,
                kernelShape,
                sources / inGroup,
                weights,
                bias,
                (int) (Shapes.elements(inShape) / sources),
                (int) (Shapes.elements(outShape) / targets));
    }

    private static TensorProto constant(Graph graph, String name) {
        TensorProto found = graph.constant(name);
        if (found == null) {
            throw new IllegalStateException("'" + name + "' is not constant");
        }
        return found;
    }
}
