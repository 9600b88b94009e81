package starling.agent.bench;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;
import starling.models.graph.GraphBuilder;
import starling.models.run.Network;

/**
 * Floating-point operations per second of ONNX Runtime on one operator, with one sample at a time as in an inference: a vector
 * of {@value #WIDTH} numbers times a {@value #WIDTH} x {@value #WIDTH} matrix, and a 3 x 3 convolution of {@value #CHANNELS} to
 * {@value #CHANNELS} channels of {@value #SIDE} x {@value #SIDE}. The rate is the median over blocks of runs, after a warm-up of one
 * block.
 *
 * @param operations floating-point operations of one run, an addition and a multiplication counting as two
 * @param model the operator with random weights
 */
record ComputeSpeed(long operations, ModelProto model) {
    private static final int WIDTH = 1024;
    private static final int CHANNELS = 64;
    private static final int SIDE = 28;
    private static final int OPSET = 13;
    private static final int BLOCKS = 11;

    static ComputeSpeed matMul(long seed) {
        GraphBuilder builder = new GraphBuilder("matmul", OPSET).input("x", 1, WIDTH);
        String weights = builder.constant("w", random(WIDTH * WIDTH, seed), WIDTH, WIDTH);
        builder.node("MatMul", List.of("x", weights), "y");
        return new ComputeSpeed(
                2L * WIDTH * WIDTH, builder.output("y", 1, WIDTH).build());
    }

    static ComputeSpeed convolution(long seed) {
        GraphBuilder builder = new GraphBuilder("convolution", OPSET).input("x", 1, CHANNELS, SIDE, SIDE);
        String weights = builder.constant("w", random(CHANNELS * CHANNELS * 9, seed), CHANNELS, CHANNELS, 3, 3);
        builder.node(
                "Conv",
                List.of("x", weights),
                "y",
                GraphBuilder.attribute("kernel_shape", new long[] {3, 3}),
                GraphBuilder.attribute("pads", new long[] {1, 1, 1, 1}));
        return new ComputeSpeed(
                2L * CHANNELS * CHANNELS * 9 * SIDE * SIDE,
                builder.output("y", 1, CHANNELS, SIDE, SIDE).build());
    }

    private static float[] random(int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (2 * random.nextDouble() - 1);
        }
        return values;
    }

    /**
     * Measures.
     *
     * @param threads inside the operator
     * @param nanos how long, roughly
     * @param clock nanoseconds
     */
    double flops(int threads, long nanos, LongSupplier clock) {
        try (Network network = new Network("benchmark", model, threads)) {
            float[] sample = random(network.inputElements(), 1);
            long block = nanos / BLOCKS;
            double[] rates = new double[BLOCKS];
            for (int b = -1; b < BLOCKS; b++) {
                long started = clock.getAsLong();
                long runs = 0;
                long passed = 0;
                while (passed <= 0 || passed < block) {
                    network.run(sample, 1);
                    runs++;
                    passed = clock.getAsLong() - started;
                }
                if (b >= 0) {
                    rates[b] = runs * (double) operations / (passed / 1e9);
                }
            }
            Arrays.sort(rates);
            return rates[BLOCKS / 2];
        }
    }
}
