package starling.experiments.bound;

import java.util.List;
import java.util.SplittableRandom;
import starling.models.graph.GraphBuilder;
import starling.models.graph.Shapes;

/** Kinds of small networks, drawn at random. */
enum Family {
    /** Dense layers with 1-Lipschitz activations. */
    DENSE,
    /** A convolution, pooling without overlap, dense layers. */
    CONVOLUTIONAL,
    /** A convolution and max pooling whose windows overlap: one changed number can win several of them. */
    OVERLAPPING_POOLING,
    /** A convolution that is added to its input: no sequence of layers. */
    RESIDUAL,
    /** A layer behind an activation that is steeper than 1. */
    STEEP_ACTIVATION;

    private static final List<String> ACTIVATIONS = List.of("Relu", "Tanh", "Sigmoid", "LeakyRelu", "Softplus");
    private static final int SIDE = 6;
    private static final int CHANNELS = 2;

    /** Whether the theorem is about these. */
    boolean within() {
        return this == DENSE || this == CONVOLUTIONAL;
    }

    /** Its name in ids and series. */
    String text() {
        return switch (this) {
            case DENSE -> "dense";
            case CONVOLUTIONAL -> "convolutional";
            case OVERLAPPING_POOLING -> "overlapping-pooling";
            case RESIDUAL -> "residual";
            case STEEP_ACTIVATION -> "steep-activation";
        };
    }

    /** Draws one, with input "x" and output "y". */
    GraphBuilder draw(SplittableRandom random) {
        GraphBuilder builder = new GraphBuilder(text(), 20);
        String x = "x";
        int features;
        if (this == DENSE || this == STEEP_ACTIVATION) {
            features = 3 + random.nextInt(10);
            builder.input("x", -1, features);
        } else {
            builder.input("x", -1, CHANNELS, SIDE, SIDE);
            String kernel = weights(builder, random, CHANNELS, CHANNELS, 3, 3);
            String conv =
                    builder.node("Conv", List.of(x, kernel), GraphBuilder.attribute("pads", new long[] {1, 1, 1, 1}));
            if (this == RESIDUAL) {
                conv = builder.node("Add", List.of(conv, x));
            }
            boolean overlap = this == OVERLAPPING_POOLING;
            String pooled = builder.node(
                    "MaxPool",
                    List.of(builder.node("Relu", List.of(conv))),
                    GraphBuilder.attribute("kernel_shape", overlap ? new long[] {2, 2} : new long[] {3, 3}),
                    GraphBuilder.attribute("strides", overlap ? new long[] {1, 1} : new long[] {3, 3}));
            x = builder.node("Flatten", List.of(pooled));
            int side = overlap ? SIDE - 1 : SIDE / 3;
            features = CHANNELS * side * side;
        }
        int layers = 1 + random.nextInt(4);
        for (int i = 0; i < layers; i++) {
            int made = 1 + random.nextInt(8);
            x = builder.node(
                    "Gemm", List.of(x, weights(builder, random, features, made), weights(builder, random, made)));
            x = builder.node(
                    this == STEEP_ACTIVATION ? "Gelu" : ACTIVATIONS.get(random.nextInt(ACTIVATIONS.size())),
                    List.of(x));
            features = made;
        }
        builder.node("Identity", List.of(x), "y");
        return builder.output("y", -1, features);
    }

    private static String weights(GraphBuilder builder, SplittableRandom random, int... shape) {
        float[] drawn = new float[(int) Shapes.elements(shape)];
        for (int i = 0; i < drawn.length; i++) {
            drawn[i] = (float) random.nextDouble() - 0.5f;
        }
        return builder.constant("w", drawn, shape);
    }
}
