package starling.repurpose.values;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import starling.models.graph.Graph;
import starling.models.graph.GraphBuilder;
import starling.models.graph.Shapes;
import starling.models.run.Network;
import starling.repurpose.extract.WholeModels;
import starling.repurpose.space.LinearMap;
import starling.repurpose.space.SplitGraph;
import starling.repurpose.space.SplitNetwork;

/**
 * Measures a layer's moments on calibration samples: one ONNX graph holds the original network up to the layer's output, the
 * modified one up to its input, and the product of their values, so that only the sums leave ONNX Runtime. The patches a
 * convolution reads are made by a depthwise convolution with unit kernels and the layer's own strides, paddings and
 * dilations. Of the positions of a feature map a seeded random subset is taken, the same for all samples, such that there are
 * about {@link #ROWS_PER_COLUMN} rows for every column.
 *
 * <p>Sums are float32 within a batch and float64 over the batches. Cost per layer: the two forward passes and rows (S K +
 * T)^2 multiplications.
 */
final class MomentRecorder {
    private static final int ROWS_PER_COLUMN = 25;
    private static final int LEAST_ROWS = 20_000;
    private static final long BATCH_FLOATS = 16L << 20;
    private static final int LARGEST_BATCH = 500;

    private final SplitGraph graph;
    private final long seed;
    private final int threads;

    MomentRecorder(SplitGraph graph, long seed, int threads) {
        this.graph = graph;
        this.seed = seed;
        this.threads = threads;
    }

    /**
     * Moments between a layer's input in {@code modified} and its output in the original.
     *
     * @param same whether the modified network has the layer's original input, so that one pass does
     */
    LayerMoments measure(LinearMap map, SplitNetwork modified, boolean same, Calibration samples, double ridge) {
        int inputs = map.sources() * map.kernel();
        int wide = inputs + map.targets();
        int positions = map.targetEach();
        long wanted = Math.max(LEAST_ROWS, (long) ROWS_PER_COLUMN * wide);
        int kept = (int) Math.min(positions, Math.max(1, (wanted + samples.count() - 1) / samples.count()));
        ModelProto model = model(map, modified, same, positions, kept);
        int batch = (int) Math.max(1, Math.min(LARGEST_BATCH, BATCH_FLOATS / ((long) positions * wide)));
        if (!graph.model().batched()) {
            batch = 1;
        }
        double[] sum = new double[wide * wide];
        double[] sums = new double[wide];
        long rows = 0;
        float[] chunk = new float[batch * samples.elements()];
        try (Network network = new Network("calibration", model, threads)) {
            for (int from = 0; from < samples.count(); from += batch) {
                CallOff.check();
                int size = Math.min(batch, samples.count() - from);
                System.arraycopy(samples.samples(), from * samples.elements(), chunk, 0, size * samples.elements());
                Map<String, float[]> out = network.run(chunk, size);
                add(sum, out.getOrDefault("gram", new float[0]));
                add(sums, out.getOrDefault("sums", new float[0]));
                rows += (long) size * kept;
            }
        }
        return LayerMoments.measured(map, sum, sums, rows, ridge);
    }

    private static void add(double[] to, float[] values) {
        for (int i = 0; i < to.length; i++) {
            to[i] += values[i];
        }
    }

    private ModelProto model(LinearMap map, SplitNetwork modified, boolean same, int positions, int kept) {
        Graph original = graph.model().graph();
        GraphBuilder builder = new GraphBuilder("moments", Math.max(7, original.opset()));
        for (ValueInfoProto info : original.inputs()) {
            builder.input(info.getName(), Graph.declaredShape(info));
        }
        copy(builder, original, name -> name);
        String x = map.input();
        if (!same) {
            List<String> inputs = graph.model().inputs();
            UnaryOperator<String> renamed = name -> inputs.contains(name) || name.isEmpty() ? name : "modified/" + name;
            copy(builder, new Graph(WholeModels.reference(modified)), renamed);
            x = renamed.apply(map.input());
        }
        int inputs = map.sources() * map.kernel();
        String rowsOfX;
        String rowsOfZ;
        int[] chosen = chosen(positions, kept);
        if (map.kind() == LinearMap.Kind.CONV) {
            rowsOfX = flat(builder, patches(builder, map, x), inputs, chosen, kept < positions);
            rowsOfZ = flat(builder, map.output(), map.targets(), chosen, kept < positions);
        } else {
            rowsOfX = table(builder, x, graph.model().shape(map.input()), map.inAxis(), chosen, kept < positions);
            rowsOfZ = table(
                    builder, map.output(), graph.model().shape(map.output()), map.outAxis(), chosen, kept < positions);
        }
        int wide = inputs + map.targets();
        String rows = builder.node("Concat", List.of(rowsOfX, rowsOfZ), GraphBuilder.attribute("axis", 1));
        String turned = builder.node("Transpose", List.of(rows), GraphBuilder.attribute("perm", new long[] {1, 0}));
        builder.node("MatMul", List.of(turned, rows), "gram");
        String zeros = builder.node("MatMul", List.of(rows, builder.constant("zeros", new float[wide], wide, 1)));
        String ones = builder.node("Add", List.of(zeros, builder.constant("one", new float[] {1}, 1)));
        builder.node("MatMul", List.of(turned, ones), "sums");
        builder.output("gram", wide, wide);
        builder.output("sums", wide, 1);
        return builder.build();
    }

    static void copy(GraphBuilder builder, Graph from, UnaryOperator<String> renamed) {
        from.nodes().forEach(node -> {
            for (String input : node.inputs()) {
                TensorProto tensor = from.constant(input);
                if (tensor != null) {
                    builder.constant(
                            tensor.toBuilder().setName(renamed.apply(input)).build());
                }
            }
            NodeProto.Builder copy =
                    node.proto().toBuilder().clearName().clearInput().clearOutput();
            node.inputs().forEach(input -> copy.addInput(renamed.apply(input)));
            node.outputs().forEach(output -> copy.addOutput(output.isEmpty() ? output : renamed.apply(output)));
            builder.add(copy.build());
        });
    }

    /** [N, C, positions ...] becomes [N C K, positions ...]: for every source the inputs its K weights multiply. */
    private static String patches(GraphBuilder builder, LinearMap map, String x) {
        int columns = map.sources() * map.kernel();
        float[] unit = new float[columns * map.kernel()];
        for (int c = 0; c < columns; c++) {
            unit[c * map.kernel() + c % map.kernel()] = 1;
        }
        int[] shape = new int[map.kernelShape().length + 2];
        shape[0] = columns;
        shape[1] = 1;
        System.arraycopy(map.kernelShape(), 0, shape, 2, map.kernelShape().length);
        AttributeProto[] attributes = map.node().proto().getAttributeList().stream()
                .map(attribute -> attribute.getName().equals("group") ? null : attribute)
                .filter(java.util.Objects::nonNull)
                .toArray(AttributeProto[]::new);
        AttributeProto[] all = Arrays.copyOf(attributes, attributes.length + 1);
        all[attributes.length] = GraphBuilder.attribute("group", map.sources());
        return builder.node("Conv", List.of(x, builder.constant("unit", unit, shape)), all);
    }

    /** [N, C, positions ...] as a table of N x kept rows. */
    private static String flat(GraphBuilder builder, String value, int channels, int[] chosen, boolean some) {
        String flat = builder.node("Reshape", List.of(value, builder.constant("shape", new long[] {0, channels, -1})));
        String picked = some ? gather(builder, flat, chosen, 2) : flat;
        String last = builder.node("Transpose", List.of(picked), GraphBuilder.attribute("perm", new long[] {0, 2, 1}));
        return builder.node("Reshape", List.of(last, builder.constant("shape", new long[] {-1, channels})));
    }

    /** A value as a table with its index along {@code axis} in the columns; the other dimensions are the positions. */
    private String table(GraphBuilder builder, String value, int[] shape, int axis, int[] chosen, boolean some) {
        String moved = value;
        if (axis != shape.length - 1) {
            long[] order = new long[shape.length];
            int at = 0;
            for (int i = 0; i < shape.length; i++) {
                if (i != axis) {
                    order[at++] = i;
                }
            }
            order[at] = axis;
            moved = builder.node("Transpose", List.of(value), GraphBuilder.attribute("perm", order));
        }
        int width = shape[axis];
        if (some) {
            long positions = Shapes.elements(shape) / width;
            String split = builder.node(
                    "Reshape", List.of(moved, builder.constant("shape", new long[] {-1, positions, width})));
            moved = gather(builder, split, chosen, 1);
        }
        return builder.node("Reshape", List.of(moved, builder.constant("shape", new long[] {-1, width})));
    }

    private static String gather(GraphBuilder builder, String value, int[] indices, int axis) {
        long[] wide = Arrays.stream(indices).asLongStream().toArray();
        return builder.node(
                "Gather", List.of(value, builder.constant("positions", wide)), GraphBuilder.attribute("axis", axis));
    }

    private int[] chosen(int positions, int kept) {
        SplittableRandom random = new SplittableRandom(seed);
        int[] all = new int[positions];
        for (int i = 0; i < positions; i++) {
            int j = random.nextInt(i + 1);
            all[i] = all[j];
            all[j] = i;
        }
        int[] some = Arrays.copyOf(all, kept);
        Arrays.sort(some);
        return some;
    }
}
