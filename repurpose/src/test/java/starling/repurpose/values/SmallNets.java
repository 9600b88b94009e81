package starling.repurpose.values;

import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import starling.models.graph.GraphBuilder;
import starling.models.run.ProbedModel;
import starling.repurpose.assign.Capacities;
import starling.repurpose.assign.TransportationSolver;
import starling.repurpose.space.InputRule;
import starling.repurpose.space.Ownership;
import starling.repurpose.space.SpaceAnalysis;
import starling.repurpose.space.SplitGraph;

/** Random small networks and correlated samples for them. */
final class SmallNets {
    private final SplittableRandom random;

    SmallNets(long seed) {
        random = new SplittableRandom(seed);
    }

    /** Dense layers with ReLU between them. */
    ProbedModel dense(int... widths) {
        GraphBuilder builder = new GraphBuilder("dense", 13).input("x", -1, widths[0]);
        String value = "x";
        for (int l = 1; l < widths.length; l++) {
            String w =
                    builder.constant("w", weights(widths[l] * widths[l - 1], widths[l - 1]), widths[l - 1], widths[l]);
            String b = builder.constant("b", weights(widths[l], 4), widths[l]);
            String z = l == widths.length - 1 ? "y" : "z" + l;
            builder.node("Gemm", List.of(value, w, b), z);
            value = l == widths.length - 1 ? z : builder.node("Relu", List.of(z));
        }
        return ProbedModel.of(builder.output("y", -1, widths[widths.length - 1]).build());
    }

    /** Two convolutions with pooling between them (the second strided and padded), a residual one, and a dense layer. */
    ProbedModel convolutional() {
        GraphBuilder builder = new GraphBuilder("conv", 13).input("x", -1, 4, 8, 8);
        String c1 = conv(builder, "x", 4, 6, 3, new long[] {1, 1, 1, 1}, 1);
        String p1 = builder.node(
                "MaxPool",
                List.of(builder.node("Relu", List.of(c1))),
                GraphBuilder.attribute("kernel_shape", new long[] {2, 2}),
                GraphBuilder.attribute("strides", new long[] {2, 2}));
        String c2 = conv(builder, p1, 6, 6, 3, new long[] {1, 1, 1, 1}, 1);
        String sum = builder.node("Relu", List.of(builder.node("Add", List.of(c2, p1))));
        String c3 = builder.node("Relu", List.of(conv(builder, sum, 6, 5, 3, new long[] {1, 0, 1, 0}, 2)));
        String flat = builder.node("Flatten", List.of(c3));
        builder.node(
                "Gemm",
                List.of(flat, builder.constant("w", weights(50, 10), 10, 5), builder.constant("b", weights(5, 4), 5)),
                "y");
        return ProbedModel.of(builder.output("y", -1, 5).build());
    }

    /** A softmax over hidden units, which is run whole, between two dense layers. */
    ProbedModel gathering() {
        GraphBuilder builder = new GraphBuilder("gathering", 13).input("x", -1, 6);
        builder.node("MatMul", List.of("x", builder.constant("w", weights(48, 6), 6, 8)), "z");
        builder.node("Softmax", List.of("z"), "s");
        builder.node("MatMul", List.of("s", builder.constant("w", weights(24, 2), 8, 3)), "y");
        return ProbedModel.of(builder.output("y", -1, 3).build());
    }

    private String conv(GraphBuilder builder, String x, int in, int out, int kernel, long[] pads, long stride) {
        String w = builder.constant(
                "w", weights(out * in * kernel * kernel, in * kernel * kernel), out, in, kernel, kernel);
        return builder.node(
                "Conv",
                List.of(x, w, builder.constant("b", weights(out, 4), out)),
                GraphBuilder.attribute("pads", pads),
                GraphBuilder.attribute("strides", new long[] {stride, stride}));
    }

    float[] weights(int count, int fanIn) {
        float[] all = new float[count];
        for (int i = 0; i < count; i++) {
            all[i] = (float) (random.nextGaussian() / Math.sqrt(fanIn));
        }
        return all;
    }

    /** Samples that live near a space of a few dimensions. */
    Calibration samples(int count, int elements) {
        int factors = Math.max(2, elements / 3);
        float[] mixing = weights(elements * factors, factors);
        float[] rows = new float[count * elements];
        for (int n = 0; n < count; n++) {
            float[] hidden = weights(factors, 1);
            for (int e = 0; e < elements; e++) {
                double value = 0.3 * random.nextGaussian();
                for (int f = 0; f < factors; f++) {
                    value += mixing[e * factors + f] * hidden[f];
                }
                rows[n * elements + e] = (float) value;
            }
        }
        return new Calibration(rows, count, elements);
    }

    /** A task with the first input split evenly. */
    static ValuesObjective.Task task(ProbedModel model, int workers, Calibration samples) {
        return task(model, Capacities.equal(workers), new InputRule.Split(), samples);
    }

    static ValuesObjective.Task task(ProbedModel model, Capacities capacities, InputRule rule, Calibration samples) {
        Map<String, InputRule> rules = Map.of(model.inputs().get(0), rule);
        SplitGraph graph = SpaceAnalysis.of(model, rules);
        return new ValuesObjective.Task(graph, capacities, Ownership.ofInputs(graph, rules, capacities), samples);
    }

    static ValuesObjective.Outcome plan(ValuesObjective.Task task, long values) {
        return objective(task).plan(new ValuesObjective.Limits(values, null));
    }

    static ValuesObjective objective(ValuesObjective.Task task) {
        return new ValuesObjective(
                task, new ValuesObjective.Means(new TransportationSolver(5), 5, 1), (done, total) -> {});
    }

    static int[] all(int count) {
        return IntStream.range(0, count).toArray();
    }
}
