package starling.models.gradient;

import ai.onnx.proto.OnnxMl.AttributeProto;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import starling.models.graph.GraphBuilder;
import starling.models.graph.Node;
import starling.models.graph.Shapes;

/** Derivatives of pooling over the spatial axes of (samples, channels, spatial...). */
final class PoolingRules {
    private PoolingRules() {}

    static Map<String, Rule> all() {
        return Map.of(
                "MaxPool",
                PoolingRules::maxPool,
                "AveragePool",
                PoolingRules::averagePool,
                "GlobalAveragePool",
                PoolingRules::globalAveragePool);
    }

    /**
     * Gives each gradient to the element that was the maximum, the first one of several. The node's second output, which
     * {@link Forward} asks for, says where that was. A Relu before the pooling is differentiated along with it: its result is
     * above 0 where the maximum is, which leaves fewer numbers to look at.
     */
    private static void maxPool(Node node, String dy, Backward b) {
        if (node.attributes().integer("storage_order", 0) != 0) {
            throw Backward.unfit(node, "storage_order must be 0: it is 1");
        }
        String x = node.input(0);
        Window window = Window.ofPooling(node, b.shape(x), b.shape(node.output()));
        String places = Forward.places(node);
        Node before = b.producer(x);
        boolean rectified = before != null && before.operator().equals("Relu");
        String source = before != null && rectified ? before.input(0) : x;
        b.contribute(source, () -> {
            String passed = rectified ? b.where(b.op("Greater", node.output(), b.scalar(0)), dy) : dy;
            String shape = b.op("Shape", x);
            if (window.apart() && window.within(b.shape(x), b.shape(node.output()))) {
                return b.op(
                        "MaxUnpool",
                        List.of(passed, places, shape),
                        GraphBuilder.attribute("kernel_shape", Backward.longs(window.kernel())),
                        GraphBuilder.attribute("strides", Backward.longs(window.strides())),
                        GraphBuilder.attribute("pads", window.pads()));
            }
            String zeros = b.op("ConstantOfShape", b.op("Reshape", b.op("Size", x), b.integers(1)));
            String flat = b.op(
                    "ScatterElements",
                    List.of(zeros, b.reshape(places, -1), b.reshape(passed, -1)),
                    GraphBuilder.attribute("axis", 0),
                    GraphBuilder.attribute("reduction", "add"));
            return b.op("Reshape", flat, shape);
        });
    }

    /**
     * Divides each gradient by the number of elements its window counted and gives it to all of them. That number is the number
     * of elements covered over what the pooling makes of ones, so this rule need not know how padding was counted.
     */
    private static void averagePool(Node node, String dy, Backward b) {
        String x = node.input(0);
        int[] in = b.shape(x);
        int[] out = b.shape(node.output());
        Window window = Window.ofPooling(node, in, out);
        b.contribute(x, () -> {
            int[] one = single(in);
            float[] ones = new float[(int) Shapes.elements(one)];
            Arrays.fill(ones, 1);
            String pooled = b.graph()
                    .node(
                            "AveragePool",
                            List.of(b.graph().constant("ones", ones, one)),
                            node.proto().getAttributeList().toArray(AttributeProto[]::new));
            String shares = b.op("Div", pooled, b.graph().constant("covered", covered(window, in, out), single(out)));
            long[] plane = Backward.longs(single(out));
            plane[0] = -1;
            int[] kernel = new int[2 + window.axes()];
            Arrays.fill(kernel, 1);
            System.arraycopy(window.kernel(), 0, kernel, 2, window.axes());
            float[] spread = new float[(int) Shapes.elements(kernel)];
            Arrays.fill(spread, 1);
            String padded = b.op(
                    "ConvTranspose",
                    List.of(b.reshape(b.op("Mul", dy, shares), plane), b.graph().constant("ones", spread, kernel)),
                    GraphBuilder.attribute("strides", Backward.longs(window.strides())),
                    GraphBuilder.attribute("dilations", Backward.longs(window.dilations())));
            long[] change = new long[2 * in.length];
            for (int i = 0; i < window.axes(); i++) {
                change[2 + i] = -window.begin()[i];
                change[in.length + 2 + i] = (long) in[2 + i] - (window.reach(i, out[2 + i]) - window.begin()[i]);
            }
            return b.shapedAs(b.op("Pad", padded, b.integers(change)), x);
        });
    }

    /** The shape of one channel of one sample. */
    private static int[] single(int[] shape) {
        int[] one = shape.clone();
        one[0] = 1;
        one[1] = 1;
        return one;
    }

    /** How many elements each window covers, padding not counted. */
    private static float[] covered(Window window, int[] in, int[] out) {
        float[] counts = {1};
        for (int i = 0; i < window.axes(); i++) {
            float[] next = new float[counts.length * out[2 + i]];
            for (int j = 0; j < next.length; j++) {
                int covered = window.covered(i, j % out[2 + i], in[2 + i]);
                next[j] = counts[j / out[2 + i]] * Math.max(1, covered);
            }
            counts = next;
        }
        return counts;
    }

    private static void globalAveragePool(Node node, String dy, Backward b) {
        String x = node.input(0);
        int[] in = b.shape(x);
        double count = Shapes.elements(in) / (double) ((long) in[0] * in[1]);
        b.contribute(x, () -> b.op("Expand", b.op("Div", dy, b.scalar(count)), b.op("Shape", x)));
    }
}
